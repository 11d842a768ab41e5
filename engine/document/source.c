/*
 * source - the text of a YAML file: its lines, and the characters that make a file lie about
 * itself.
 *
 * libyaml's own line numbers are not used: it counts NEL, LS and PS as line ends, which no editor
 * does, and it reports bad bytes at 1:1. Its code point index is right, and is looked up here.
 */
#include "engine/document/source.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/text.h"
#include "engine/base/xalloc.h"
#include "engine/document/diagnostic.h"

#define SPECIALS_MAX 256

void source_free(struct source *s)
{
	free(s->name);
	free(s->bytes);
	free(s->line_bytes);
	free(s->line_chars);
	free(s->specials);
	*s = (struct source){ 0 };
}

static void add_line(struct source *s, size_t byte, size_t chars)
{
	if (s->lines == s->cap) {
		s->cap = s->cap ? s->cap * 2 : 64;
		s->line_bytes = xrealloc(s->line_bytes, s->cap, sizeof(*s->line_bytes));
		s->line_chars = xrealloc(s->line_chars, s->cap, sizeof(*s->line_chars));
	}
	s->line_bytes[s->lines] = byte;
	s->line_chars[s->lines++] = chars;
}

/* The line that holds this code point; the last one for what lies behind the end. */
static size_t line_of(const struct source *s, size_t index)
{
	size_t low = 0, high = s->lines;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (s->line_chars[middle] <= index)
			low = middle;
		else
			high = middle;
	}
	return low;
}

static void place_in(const struct source *s, size_t i, size_t index, unsigned *line,
		     unsigned *column)
{
	*line = (unsigned)i + 1;
	*column = (unsigned)(index - s->line_chars[i]) + 1;
}

void source_place(const struct source *s, size_t index, unsigned *line, unsigned *column)
{
	place_in(s, line_of(s, index), index, line, column);
}

void source_place_after(const struct source *s, unsigned before, size_t index, unsigned *line,
			unsigned *column)
{
	const size_t near = before ? before - 1 : 0;

	for (size_t i = near; i < near + 2 && i + 1 < s->lines; i++)
		if (s->line_chars[i] <= index && index < s->line_chars[i + 1]) {
			place_in(s, i, index, line, column);
			return;
		}
	source_place(s, index, line, column);
}

const char *source_at(const struct source *s, size_t index)
{
	size_t i = line_of(s, index), at = s->line_bytes[i];
	uint32_t cp;

	for (size_t left = index - s->line_chars[i]; left > 0 && at < s->len; left--) {
		size_t used = text_decode(s->bytes + at, s->len - at, &cp);

		at += used ? used : 1;
	}
	return s->bytes + at;
}

const char *source_line(const struct source *s, unsigned line, size_t *len)
{
	const char *feed;
	size_t start, end;

	*len = 0;
	if (line == 0 || line > s->lines)
		return "";
	start = s->line_bytes[line - 1];
	/* the lines behind a character that ended the scan are not known */
	feed = memchr(s->bytes + start, '\n', s->len - start);
	end = feed ? (size_t)(feed - s->bytes) : s->len;
	while (end > start && (s->bytes[end - 1] == '\n' || s->bytes[end - 1] == '\r'))
		end--;
	*len = end - start;
	return s->bytes + start;
}

int source_diagnose(const struct source *s, struct diagnostics *d, size_t index, unsigned width,
		    const char *fmt, ...)
{
	auto_buf struct buf message = BUF_INIT(4096);
	auto_free char *copy = NULL;
	unsigned line, column;
	const char *text;
	size_t len;
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&message, fmt, ap);
	va_end(ap);
	source_place(s, index, &line, &column);
	text = source_line(s, line, &len);
	copy = xmemdup0(text, len);
	return diagnose_at(d, s->name, line, column, width, copy, "%s", buf_text(&message));
}

/* UTF-16 and UTF-32, with a byte order mark or by the NUL beside the first character. */
static bool looks_wide(const char *bytes, size_t len)
{
	if (len < 2)
		return false;
	if (memcmp(bytes, "\xff\xfe", 2) == 0 || memcmp(bytes, "\xfe\xff", 2) == 0)
		return true;
	return (bytes[0] == '\0') != (bytes[1] == '\0');
}

static bool is_break(uint32_t cp)
{
	return cp == 0x85 || cp == 0x2028 || cp == 0x2029;
}

static bool is_bidi(uint32_t cp)
{
	return (cp >= 0x202a && cp <= 0x202e) || (cp >= 0x2066 && cp <= 0x2069);
}

/* What YAML does not allow anywhere, not even in quotes (YAML 1.1, 4.1). */
static bool is_forbidden(uint32_t cp)
{
	if (cp < 0x20)
		return cp != '\t' && cp != '\n' && cp != '\r';
	return (cp >= 0x7f && cp < 0xa0 && cp != 0x85) || cp == 0xfeff || cp == 0xfffe ||
	       cp == 0xffff;
}

static int note_special(struct source *s, size_t index, uint32_t cp, struct diagnostics *d)
{
	if (s->special_count == SPECIALS_MAX)
		return source_diagnose(s, d, index, 1,
				       "more than %d line separators or bidi controls (U+%04X)",
				       SPECIALS_MAX, cp);
	array_grow(s->specials, s->special_count, s->special_cap);
	s->specials[s->special_count++] = (struct special){ .index = index, .code_point = cp };
	return 0;
}

/* What is wrong with the character at byte `at` (its length `used`, 0 when malformed)? 0 or -1 with
 * an error. */
static int check_char(struct source *s, size_t at, size_t used, uint32_t cp, size_t index,
		      struct diagnostics *d)
{
	if (!used)
		return source_diagnose(s, d, index, 1,
				       "byte 0x%02x is not UTF-8; save the file as UTF-8",
				       (unsigned)(unsigned char)s->bytes[at]);
	if (cp == '\r' && s->bytes[at + 1] != '\n')
		return source_diagnose(s, d, index, 1, "carriage return without a line feed");
	if (cp == 0)
		return source_diagnose(s, d, index, 1, "a NUL byte; a ruleset is text");
	if (is_forbidden(cp))
		return source_diagnose(
			s, d, index, 1,
			"character U+%04X is not allowed; write \\%c%0*X in double quotes", cp,
			cp < 0x100 ? 'x' : 'u', cp < 0x100 ? 2 : 4, cp);
	return is_break(cp) || is_bidi(cp) ? note_special(s, index, cp, d) : 0;
}

/* Bytes that are one visible character each; a NUL ends them. */
static size_t plain_run(const char *bytes)
{
	const char *end = bytes;

	while (*end >= 0x20 && *end < 0x7f)
		end++;
	return (size_t)(end - bytes);
}

static int scan(struct source *s, struct diagnostics *d)
{
	size_t index = 0;

	add_line(s, 0, 0);
	for (size_t at = 0; at < s->len; index++) {
		const size_t plain = plain_run(s->bytes + at);
		size_t used = 1;
		uint32_t cp;

		at += plain;
		index += plain;
		if (at == s->len)
			break;
		cp = (unsigned char)s->bytes[at];
		if (cp >= 0x80)
			used = text_decode(s->bytes + at, s->len - at, &cp);

		if ((cp < 0x20 || cp >= 0x7f) && check_char(s, at, used, cp, index, d))
			return -1;
		if (cp == '\n')
			add_line(s, at + 1, index + 1);
		at += used;
	}
	s->ascii = index == s->len;
	return 0;
}

int source_init(struct source *s, const char *name, char *bytes, size_t len, struct diagnostics *d)
{
	if (len >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) {
		len -= 3;
		memmove(bytes, bytes + 3, len + 1);
	}
	*s = (struct source){ .name = xstrdup(name), .bytes = bytes, .len = len };
	if (looks_wide(bytes, len)) {
		add_line(s, 0, 0);
		return diagnose_at(
			d, name, 1, 1, 1, NULL,
			"the file is not UTF-8 (it looks like UTF-16 or UTF-32); save it as UTF-8");
	}
	return scan(s, d);
}

void source_cover(struct source *s, size_t from, size_t to, bool quoted)
{
	for (size_t i = 0; i < s->special_count; i++) {
		struct special *x = &s->specials[i];

		if (x->index >= to)
			break;
		if (x->index < from)
			continue;
		if (quoted)
			x->quoted = true;
		else
			x->block = true;
	}
}

static int refuse_special(const struct source *s, const struct special *x, struct diagnostics *d)
{
	if (is_break(x->code_point))
		return source_diagnose(s, d, x->index, 1,
				       "line separator U+%04X outside quotes; write \\%s in double "
				       "quotes, or a line feed",
				       x->code_point,
				       x->code_point == 0x85     ? "N"
				       : x->code_point == 0x2028 ? "L"
								 : "P");
	return source_diagnose(
		s, d, x->index, 1,
		"bidi control U+%04X outside quotes; it makes the line look other than it is",
		x->code_point);
}

static void warn_special(const struct source *s, const struct special *x, struct diagnostics *d)
{
	auto_free char *copy = NULL;
	unsigned line, column;
	const char *text;
	size_t len;

	source_place(s, x->index, &line, &column);
	text = source_line(s, line, &len);
	copy = xmemdup0(text, len);
	diagnose_warning_at(d, s->name, line, column, 1, copy, "%s U+%04X in a text",
			    is_break(x->code_point) ? "line separator" : "bidi control",
			    x->code_point);
}

int source_check_specials(const struct source *s, size_t end, struct diagnostics *d)
{
	int rc = 0;

	for (size_t i = 0; i < s->special_count && s->specials[i].index < end; i++) {
		const struct special *x = &s->specials[i];

		if (x->quoted || (x->block && is_bidi(x->code_point)))
			warn_special(s, x, d);
		else
			rc = refuse_special(s, x, d);
	}
	return rc;
}
