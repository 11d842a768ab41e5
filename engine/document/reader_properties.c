/*
 * reader_properties - Java's .properties (java.util.Properties.load): one flat object of texts, the
 * last of a key wins.
 *
 * Files that are not UTF-8 are Latin-1, as Java took them all before version 9. Placeholders are
 * not resolved here.
 */
#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/err.h"
#include "engine/base/number.h"
#include "engine/base/text.h"
#include "engine/base/xalloc.h"
#include "engine/document/readers.h"

/* What is left to read. */
struct cursor {
	const char *s, *end;
	unsigned line;
};

struct pair {
	struct buf key, value;
	unsigned line;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\f';
}

/* Past the end of a line: \n, \r or \r\n. */
static void skip_break(struct cursor *c)
{
	if (c->s < c->end && *c->s == '\r')
		c->s++;
	else if (c->s < c->end && *c->s == '\n') {
		c->s++;
		c->line++;
		return;
	}
	if (c->s < c->end && *c->s == '\n')
		c->s++;
	c->line++;
}

static void skip_blanks(struct cursor *c)
{
	while (c->s < c->end && is_blank(*c->s))
		c->s++;
}

static bool at_break(const struct cursor *c)
{
	return c->s == c->end || *c->s == '\n' || *c->s == '\r';
}

static void add_utf8(struct buf *out, uint32_t cp)
{
	if (cp < 0x80) {
		buf_addc(out, (char)cp);
	} else if (cp < 0x800) {
		buf_addc(out, (char)(0xc0 | cp >> 6));
		buf_addc(out, (char)(0x80 | (cp & 0x3f)));
	} else if (cp < 0x10000) {
		buf_addc(out, (char)(0xe0 | cp >> 12));
		buf_addc(out, (char)(0x80 | (cp >> 6 & 0x3f)));
		buf_addc(out, (char)(0x80 | (cp & 0x3f)));
	} else {
		buf_addc(out, (char)(0xf0 | cp >> 18));
		buf_addc(out, (char)(0x80 | (cp >> 12 & 0x3f)));
		buf_addc(out, (char)(0x80 | (cp >> 6 & 0x3f)));
		buf_addc(out, (char)(0x80 | (cp & 0x3f)));
	}
}

/* The four digits of \uXXXX; -1 when they are not there. */
static int read_unit(const struct cursor *c, const char *at, uint32_t *unit)
{
	char digits[5] = "";
	uint64_t v;

	if (c->end - at < 4)
		return -1;
	memcpy(digits, at, 4);
	if (number_hex(digits, &v))
		return -1;
	*unit = (uint32_t)v;
	return 0;
}

/* After "\u": a code point, also of two surrogates; one alone is U+FFFD. */
static int read_unicode(struct cursor *c, struct buf *out, struct err **e)
{
	uint32_t cp, low;

	if (read_unit(c, c->s, &cp))
		return err_set(e, ERR_DATA, "line %u: '\\u' without four hexadecimal digits",
			       c->line);
	if (cp == 0)
		return err_set(e, ERR_DATA, "line %u: a NUL character (\\u0000)", c->line);
	c->s += 4;
	if (cp >= 0xd800 && cp < 0xdc00 && c->end - c->s >= 6 && c->s[0] == '\\' &&
	    c->s[1] == 'u' && !read_unit(c, c->s + 2, &low) && low >= 0xdc00 && low < 0xe000) {
		cp = 0x10000 + ((cp - 0xd800) << 10) + (low - 0xdc00);
		c->s += 6;
	}
	add_utf8(out, cp >= 0xd800 && cp < 0xe000 ? 0xfffd : cp);
	return 0;
}

/* After a backslash: an escape, or the end of a line that goes on. */
static int read_escape(struct cursor *c, struct buf *out, struct err **e)
{
	static const char from[] = "tnrf", to[] = "\t\n\r\f";
	const char *known;

	if (at_break(c)) {
		skip_break(c);
		skip_blanks(c);
		return 0;
	}
	if (*c->s == 'u') {
		c->s++;
		return read_unicode(c, out, e);
	}
	known = strchr(from, *c->s);
	buf_addc(out, known ? to[known - from] : *c->s);
	c->s++;
	return 0;
}

/* Up to the end of the line, or for a key up to `=`, `:` or a blank. */
static int read_part(struct cursor *c, bool key, struct buf *out, struct err **e)
{
	while (!at_break(c)) {
		if (key && (*c->s == '=' || *c->s == ':' || is_blank(*c->s)))
			break;
		if (*c->s != '\\') {
			buf_addc(out, *c->s++);
			continue;
		}
		c->s++;
		if (read_escape(c, out, e))
			return -1;
	}
	return 0;
}

/* The next pair: 1, 0 at the end, -1. */
static int next_pair(struct cursor *c, struct pair *p, struct err **e)
{
	buf_clear(&p->key);
	buf_clear(&p->value);
	for (;;) {
		skip_blanks(c);
		if (c->s == c->end)
			return 0;
		if (*c->s == '#' || *c->s == '!')
			while (!at_break(c))
				c->s++;
		if (!at_break(c))
			break;
		if (c->s < c->end)
			skip_break(c);
	}
	p->line = c->line;
	if (read_part(c, true, &p->key, e))
		return -1;
	skip_blanks(c);
	if (c->s < c->end && (*c->s == '=' || *c->s == ':')) {
		c->s++;
		skip_blanks(c);
	}
	return read_part(c, false, &p->value, e) ? -1 : 1;
}

/* The bytes as UTF-8; the caller's. */
static char *as_utf8(const char *bytes, size_t len, size_t *out_len)
{
	struct buf b = BUF_INIT(SIZE_MAX);

	if (text_valid(bytes, len) == len)
		buf_add(&b, bytes, len);
	else
		for (size_t i = 0; i < len; i++)
			add_utf8(&b, (unsigned char)bytes[i]);
	*out_len = b.len;
	return buf_take(&b);
}

/* Hand every pair to fn; 0 or -1. */
static int each_pair(const char *bytes, size_t len, void (*fn)(void *ctx, const struct pair *p),
		     void *ctx, struct err **e)
{
	size_t n;
	auto_free char *text = as_utf8(bytes, len, &n);
	struct cursor c = { text, text + n, 1 };
	struct pair p = { BUF_INIT(SIZE_MAX), BUF_INIT(SIZE_MAX), 0 };
	int rc;

	if (reader_check_text(text, n, e))
		return -1;
	while ((rc = next_pair(&c, &p, e)) > 0)
		fn(ctx, &p);
	buf_free(&p.key);
	buf_free(&p.value);
	return rc;
}

static void keep_pair(void *ctx, const struct pair *p)
{
	json_object_set_new(ctx, buf_text(&p->key),
			    json_stringn(buf_text(&p->value), p->value.len));
}

json_t *properties_read(const char *bytes, size_t len, struct err **e)
{
	json_t *v = json_object();

	reader_skip_mark(&bytes, &len);
	if (each_pair(bytes, len, keep_pair, v, e) == 0)
		return v;
	json_decref(v);
	return NULL;
}

struct wanted {
	const char *key;
	unsigned line;
};

static void note_line(void *ctx, const struct pair *p)
{
	struct wanted *w = ctx;

	if (strcmp(buf_text(&p->key), w->key) == 0)
		w->line = p->line;
}

unsigned properties_line_of(const char *bytes, size_t len, const char *key)
{
	struct wanted w = { key, 0 };

	return each_pair(bytes, len, note_line, &w, NULL) ? 0 : w.line;
}
