/*
 * text_escape - a text inside JSON, XML, a URL or a pattern.
 *
 * Malformed UTF-8 becomes U+FFFD where the target is text.
 */
#include <stdio.h>
#include <string.h>

#include "engine/base/buf.h"
#include "engine/base/text.h"

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

static void json_ascii(struct buf *out, char c)
{
	static const char shorts[] = "\"\\\b\f\n\r\t";
	static const char letters[] = "\"\\bfnrt";
	const char *at = c ? strchr(shorts, c) : NULL;

	if (at)
		buf_printf(out, "\\%c", letters[at - shorts]);
	else if ((unsigned char)c < 0x20)
		buf_printf(out, "\\u%04x", (unsigned)c);
	else
		buf_addc(out, c);
}

/* XML 1.0 has no way to write most control characters (section 2.2). */
static void xml_ascii(struct buf *out, char c)
{
	switch (c) {
	case '&':
		buf_adds(out, "&amp;");
		break;
	case '<':
		buf_adds(out, "&lt;");
		break;
	case '>':
		buf_adds(out, "&gt;");
		break;
	case '"':
		buf_adds(out, "&quot;");
		break;
	case '\'':
		buf_adds(out, "&apos;");
		break;
	case '\r':
		buf_adds(out, "&#13;");
		break;
	default:
		if ((unsigned char)c < 0x20 && c != '\n' && c != '\t')
			buf_adds(out, REPLACEMENT);
		else
			buf_addc(out, c);
	}
}

static void escape_text(struct buf *out, const char *s, size_t len,
			void (*ascii)(struct buf *, char), bool no_fffe)
{
	size_t at = 0;

	while (at < len) {
		uint32_t c = 0;
		size_t n = text_decode(s + at, len - at, &c);

		if (n == 1)
			ascii(out, s[at]);
		else if (!n || (no_fffe && (c == 0xfffe || c == 0xffff)))
			buf_adds(out, REPLACEMENT);
		else
			buf_add(out, s + at, n);
		at += n ? n : 1;
	}
}

/* The bytes at s that stand for themselves in JSON: printable ASCII without quote and backslash.
 */
static size_t json_run(const char *s, size_t len)
{
	size_t at = 0;

	while (at < len) {
		const unsigned char c = (unsigned char)s[at];

		if (c < 0x20 || c >= 0x80 || c == '"' || c == '\\')
			break;
		at++;
	}
	return at;
}

void text_json(struct buf *out, const char *s, size_t len)
{
	const size_t run = json_run(s, len);

	buf_add(out, s, run);
	escape_text(out, s + run, len - run, json_ascii, false);
}

void text_xml(struct buf *out, const char *s, size_t len)
{
	escape_text(out, s, len, xml_ascii, true);
}

static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

void text_percent(struct buf *out, const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (is_alnum(s[i]) || (s[i] && strchr("-._~", s[i])))
			buf_addc(out, s[i]);
		else
			buf_printf(out, "%%%02X", (unsigned)(unsigned char)s[i]);
	}
}

/* A backslash before an ASCII character that is neither letter nor digit always means that
 * character (pcre2pattern(3)). */
void text_regex_quote(struct buf *out, const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (!s[i]) {
			buf_adds(out, "\\x00");
			continue;
		}
		if ((unsigned char)s[i] < 0x80 && !is_alnum(s[i]) && s[i] != '_')
			buf_addc(out, '\\');
		buf_addc(out, s[i]);
	}
}
