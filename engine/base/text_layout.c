/*
 * text_layout - columns and lines for people, Chinese included.
 */
#include <string.h>

#include "engine/base/buf.h"
#include "engine/base/text.h"

static void add_spaces(struct buf *out, size_t count)
{
	static const char many[] = "                ";
	const size_t most = sizeof(many) - 1;

	for (; count > most; count -= most)
		buf_add(out, many, most);
	buf_add(out, many, count);
}

void text_pad(struct buf *out, const char *s, size_t columns)
{
	const size_t len = strlen(s), width = text_width(s, len);

	buf_add(out, s, len);
	if (width < columns)
		add_spaces(out, columns - width);
}

/* Punctuation that must not start a line, and such that must not end one. */
static bool closes(uint32_t c)
{
	static const uint32_t marks[] = {
		0x2019, 0x201d, 0x3001, 0x3002, 0x3009, 0x300b, 0x300d, 0x300f, 0x3011, 0x3015,
		0xff01, 0xff09, 0xff0c, 0xff0e, 0xff1a, 0xff1b, 0xff1f, 0xff5d, 0x2026,
	};
	size_t i;

	for (i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (marks[i] == c)
			return true;
	return false;
}

static bool opens(uint32_t c)
{
	static const uint32_t marks[] = {
		0x2018, 0x201c, 0x3008, 0x300a, 0x300c, 0x300e, 0x3010, 0x3014, 0xff08, 0xff5b,
	};
	size_t i;

	for (i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (marks[i] == c)
			return true;
	return false;
}

static bool may_break(uint32_t before, uint32_t after)
{
	if (closes(after) || opens(before) || !text_char_width(after))
		return false;
	return text_char_width(before) == 2 || text_char_width(after) == 2;
}

/* The bytes of the piece at s that stays together (no space in it). */
static size_t piece_length(const char *s, size_t len)
{
	uint32_t before = 0;
	size_t at = 0;

	while (at < len) {
		uint32_t c = 0xfffd;
		size_t n = text_decode(s + at, len - at, &c);

		if (c == ' ' || c == '\n' || (at && may_break(before, c)))
			break;
		/* A combining mark belongs to what it stands on. */
		before = text_char_width(c) ? c : before;
		at += n ? n : 1;
	}
	return at;
}

void text_wrap(struct buf *out, const char *s, size_t columns, size_t indent)
{
	size_t len = strlen(s), used = 0, start = 0, blanks = 0;

	while (len) {
		size_t n = piece_length(s, len);
		size_t width = text_width(s, n);

		if (*s == '\n' || (n && used > start && used + blanks + width > columns)) {
			buf_addc(out, '\n');
			start = used = indent;
			blanks = 0;
			if (*s != '\n' || (len > 1 && s[1] != '\n'))
				add_spaces(out, indent);
		}
		if (!n) {
			blanks += *s == ' ';
			n = 1;
		} else {
			add_spaces(out, blanks);
			buf_add(out, s, n);
			used += blanks + width;
			blanks = 0;
		}
		s += n;
		len -= n;
	}
}
