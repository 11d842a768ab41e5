/*
 * text_clean - make bytes from outside fit for every reader: terminals, XML, JSON, people.
 *
 * Every function here is linear in its input and adds whole characters only.
 */
#include <string.h>

#include "engine/base/buf.h"
#include "engine/base/text.h"

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */
#define ELLIPSIS "\xe2\x80\xa6"    /* U+2026 */
#define QUOTE_COLUMNS 200

/* Once something did not fit, nothing later may: a text with a hole would read as whole. */
static void add_whole(struct buf *out, const char *bytes, size_t len)
{
	if (out->lost || out->max - out->len < len)
		out->lost += len;
	else
		buf_add(out, bytes, len);
}

static bool between(const char *s, size_t len, size_t at, unsigned char low, unsigned char high)
{
	return at < len && (unsigned char)s[at] >= low && (unsigned char)s[at] <= high;
}

/* ECMA-48, 5.4: ESC [ parameters, intermediates, a final byte. */
static size_t csi_length(const char *s, size_t len)
{
	size_t at = 2;

	while (between(s, len, at, 0x30, 0x3f))
		at++;
	while (between(s, len, at, 0x20, 0x2f))
		at++;
	return between(s, len, at, 0x40, 0x7e) ? at + 1 : 0;
}

/* ESC ] and its kin up to BEL or ESC \. One that does not end on its line is none: it must not hide
 * what follows. The search stops at any ESC, so that all searches together are linear. */
static size_t string_length(const char *s, size_t len)
{
	size_t at;

	for (at = 2; at < len && s[at] != '\n'; at++) {
		if (s[at] == '\a')
			return at + 1;
		if (s[at] == '\033')
			return at + 1 < len && s[at + 1] == '\\' ? at + 2 : 0;
	}
	return 0;
}

/* The length of the terminal sequence at s (which starts with ESC), 0 when it is none. */
static size_t escape_length(const char *s, size_t len)
{
	size_t at = 1;

	if (len < 2)
		return 0;
	if (s[1] == '[')
		return csi_length(s, len);
	if (strchr("]PX^_", s[1]) && s[1])
		return string_length(s, len);
	while (between(s, len, at, 0x20, 0x2f))
		at++;
	return between(s, len, at, 0x30, 0x7e) ? at + 1 : 0;
}

static bool is_forbidden(uint32_t c)
{
	return (c >= 0x80 && c < 0xa0) || c == 0xfffe || c == 0xffff ||
	       (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

/* Control characters are shown as their pictures. */
static void add_picture(struct buf *out, unsigned char c)
{
	char picture[3] = { '\xe2', '\x90', (char)(0x80 + c) };

	if (c == 0x7f)
		picture[2] = '\xa1';
	add_whole(out, picture, sizeof(picture));
}

/* One control character (or sequence) at s; returns the bytes used. */
static size_t clean_control(struct buf *out, const char *s, size_t len)
{
	size_t n;

	if (*s == '\r' && len > 1 && s[1] == '\n')
		return 1; /* the LF comes next */
	if (*s == '\033') {
		n = escape_length(s, len);
		if (n)
			return n;
	}
	add_picture(out, (unsigned char)*s);
	return 1;
}

/* How many bytes at s can go as they are: printable ASCII, tabs and line ends. */
static size_t plain_run(const char *s, size_t len)
{
	size_t at = 0;

	while (at < len) {
		const unsigned char c = (unsigned char)s[at];

		if ((c < 0x20 || c > 0x7e) && c != '\n' && c != '\t')
			break;
		at++;
	}
	return at;
}

bool text_is_plain(const char *s, size_t len)
{
	return plain_run(s, len) == len;
}

/* Many at once, cut where the buffer ends. */
static void add_ascii(struct buf *out, const char *s, size_t len)
{
	if (out->lost)
		out->lost += len;
	else
		buf_add(out, s, len);
}

size_t text_clean(struct buf *out, const char *s, size_t len)
{
	size_t at = 0, changed = 0;

	while (at < len) {
		size_t n = plain_run(s + at, len - at);
		uint32_t c = 0;

		if (n) {
			add_ascii(out, s + at, n);
		} else if ((unsigned char)s[at] < 0x80) {
			n = clean_control(out, s + at, len - at);
			changed++;
		} else {
			n = text_decode(s + at, len - at, &c);
			if (n && !is_forbidden(c)) {
				add_whole(out, s + at, n);
			} else {
				add_whole(out, REPLACEMENT, 3);
				changed++;
				n = n ? n : 1;
			}
		}
		at += n;
	}
	return changed;
}

/* U+0085 is gone already; U+2028 and U+2029 end lines, too. */
static bool ends_line(uint32_t c)
{
	return c == '\n' || c == '\t' || c == 0x2028 || c == 0x2029;
}

/* Runs of line ends and tabs become one space, none at either end. */
static void join_lines(struct buf *out, const char *s, size_t len)
{
	bool gap = false;
	size_t at = 0;

	while (at < len) {
		uint32_t c = 0xfffd;
		size_t n = text_decode(s + at, len - at, &c);

		n = n ? n : 1;
		if (ends_line(c)) {
			gap = true;
		} else {
			if (gap && out->len)
				add_whole(out, " ", 1);
			add_whole(out, s + at, n);
			gap = false;
		}
		at += n;
	}
}

/* The bytes of s that are at most `columns` wide. */
static size_t fitting(const char *s, size_t len, size_t columns)
{
	size_t at = 0, width = 0;

	while (at < len) {
		uint32_t c = 0xfffd;
		size_t n = text_decode(s + at, len - at, &c);

		width += (size_t)text_char_width(c);
		if (width > columns)
			break;
		at += n ? n : 1;
	}
	return at;
}

void text_clean_line(struct buf *out, const char *s, size_t len, size_t columns)
{
	auto_buf struct buf cleaned = BUF_INIT(SIZE_MAX);
	auto_buf struct buf line = BUF_INIT(SIZE_MAX);

	text_clean(&cleaned, s, len);
	join_lines(&line, buf_text(&cleaned), cleaned.len);
	if (!columns || text_width(buf_text(&line), line.len) <= columns) {
		add_whole(out, buf_text(&line), line.len);
		return;
	}
	add_whole(out, buf_text(&line), fitting(line.data, line.len, columns - 1));
	add_whole(out, ELLIPSIS, 3);
}

void text_quote(struct buf *out, const char *s, size_t len)
{
	add_whole(out, "'", 1);
	text_clean_line(out, s, len, QUOTE_COLUMNS);
	add_whole(out, "'", 1);
}

static bool is_continuation(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

bool text_head_tail(struct buf *out, const char *s, size_t len, size_t max)
{
	auto_buf struct buf mark = BUF_INIT(SIZE_MAX);
	size_t head, tail;

	if (len <= max) {
		add_whole(out, s, len);
		return false;
	}
	/* As long as it can get; the number printed in the end is not greater. */
	buf_printf(&mark, "[" ELLIPSIS " %zu bytes cut " ELLIPSIS "]", len);
	head = max > mark.len ? (max - mark.len) / 2 : max;
	tail = max > mark.len ? len - (max - mark.len - head) : len;
	while (head && is_continuation(s[head]))
		head--;
	while (tail < len && is_continuation(s[tail]))
		tail++;
	add_whole(out, s, head);
	if (max > mark.len) {
		buf_clear(&mark);
		buf_printf(&mark, "[" ELLIPSIS " %zu bytes cut " ELLIPSIS "]", tail - head);
		add_whole(out, buf_text(&mark), mark.len);
		add_whole(out, s + tail, len - tail);
	}
	return true;
}
