/*
 * secret_view - a text with its escapes undone: percent, form, backslash and entity.
 *
 * There are many ways to escape a text and one way to undo each, so what is searched is decoded
 * instead of every way being looked for. What is no valid escape stays as it is.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/number.h"
#include "engine/base/secret_mask.h"
#include "engine/base/xalloc.h"

/* One unit of the text at s: puts what it stands for into out (at most 4 bytes, *n of them);
 * returns the bytes read. */
typedef size_t unescape_fn(const char *s, size_t len, char out[4], size_t *n);

static size_t as_is(const char *s, char out[4], size_t *n)
{
	out[0] = *s;
	*n = 1;
	return 1;
}

static int hex_value(const char *s, size_t digits, uint64_t *value)
{
	char text[8] = "";

	memcpy(text, s, digits);
	return strlen(text) == digits ? number_hex(text, value) : -1;
}

static size_t encode(uint32_t c, char out[4])
{
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4, i;

	if (n == 1) {
		out[0] = (char)c;
		return 1;
	}
	for (i = n - 1; i > 0; i--) {
		out[i] = (char)(0x80 | (c & 0x3f));
		c >>= 6;
	}
	out[0] = (char)((0xf0u << (4 - n)) | c);
	return n;
}

static size_t unescape_percent(const char *s, size_t len, char out[4], size_t *n)
{
	uint64_t value;

	if (*s != '%' || len < 3 || hex_value(s + 1, 2, &value) < 0)
		return as_is(s, out, n);
	out[0] = (char)value;
	*n = 1;
	return 3;
}

static size_t unescape_form(const char *s, size_t len, char out[4], size_t *n)
{
	if (*s != '+')
		return unescape_percent(s, len, out, n);
	out[0] = ' ';
	*n = 1;
	return 1;
}

/* \uXXXX, and two of them for what is above U+FFFF (RFC 8259, section 7). */
static size_t unescape_u(const char *s, size_t len, char out[4], size_t *n)
{
	uint64_t high, low;

	if (len < 6 || hex_value(s + 2, 4, &high) < 0)
		return as_is(s, out, n);
	if (high >= 0xd800 && high < 0xdc00 && len >= 12 && s[6] == '\\' && s[7] == 'u' &&
	    hex_value(s + 8, 4, &low) == 0 && low >= 0xdc00 && low < 0xe000) {
		*n = encode((uint32_t)(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00)), out);
		return 12;
	}
	*n = encode((uint32_t)high, out);
	return 6;
}

/* JSON's escapes, \xXX, and a backslash before anything else (shells, patterns). */
static size_t unescape_backslash(const char *s, size_t len, char out[4], size_t *n)
{
	static const char letters[] = "bfnrt0", values[] = "\b\f\n\r\t";
	const char *at;
	uint64_t value;

	if (*s != '\\' || len < 2)
		return as_is(s, out, n);
	if (s[1] == 'u')
		return unescape_u(s, len, out, n);
	*n = 1;
	if (s[1] == 'x' && len >= 4 && hex_value(s + 2, 2, &value) == 0) {
		out[0] = (char)value;
		return 4;
	}
	at = s[1] ? strchr(letters, s[1]) : NULL;
	out[0] = at ? values[at - letters] : s[1];
	return 2;
}

struct entity {
	const char *name;
	char value;
};

static const struct entity entities[] = {
	{ "amp;", '&' }, { "apos;", '\'' }, { "gt;", '>' }, { "lt;", '<' }, { "quot;", '"' },
};

/* &#65; and &#x41; */
static size_t unescape_character(const char *s, size_t len, char out[4], size_t *n)
{
	bool hex = len > 3 && (s[2] == 'x' || s[2] == 'X');
	size_t start = hex ? 3 : 2, end = start;
	char digits[8] = "";
	uint64_t value;

	while (end < len && end - start < sizeof(digits) - 1 && s[end] != ';')
		end++;
	if (end >= len || s[end] != ';')
		return as_is(s, out, n);
	memcpy(digits, s + start, end - start);
	if ((hex ? number_hex(digits, &value) : number_uint(digits, &value)) < 0 ||
	    value > 0x10ffff)
		return as_is(s, out, n);
	*n = encode((uint32_t)value, out);
	return end + 1;
}

static size_t unescape_entity(const char *s, size_t len, char out[4], size_t *n)
{
	size_t i;

	if (*s != '&' || len < 4)
		return as_is(s, out, n);
	if (s[1] == '#')
		return unescape_character(s, len, out, n);
	for (i = 0; i < ARRAY_SIZE(entities); i++) {
		size_t name = strlen(entities[i].name);

		if (len > name && !memcmp(s + 1, entities[i].name, name)) {
			out[0] = entities[i].value;
			*n = 1;
			return name + 1;
		}
	}
	return as_is(s, out, n);
}

static const struct decoder {
	char trigger;
	unescape_fn *unescape;
} decoders[SECRET_VIEWS] = {
	[SECRET_VIEW_PERCENT] = { '%', unescape_percent },
	{ '+', unescape_form },
	{ '\\', unescape_backslash },
	{ '&', unescape_entity },
};

bool secret_view_decode(unsigned which, const struct secret_view *from, struct secret_view *to)
{
	const struct decoder *d = &decoders[which];
	size_t at = 0, i;
	bool changed = false;

	*to = (struct secret_view){ 0 };
	if (!from->len || !memchr(from->text, d->trigger, from->len))
		return false;
	/* No escape is shorter than what it stands for. */
	to->text = xmalloc(from->len + 1);
	to->origin = xcalloc(from->len + 1, sizeof(*to->origin));
	while (at < from->len) {
		char out[4];
		size_t n, used = d->unescape(from->text + at, from->len - at, out, &n);

		changed = changed || used > 1 || out[0] != from->text[at];
		for (i = 0; i < n; i++) {
			to->text[to->len] = out[i];
			to->origin[to->len++] = from->origin ? from->origin[at] : at;
		}
		at += used;
	}
	to->origin[to->len] = from->origin ? from->origin[from->len] : from->len;
	if (!changed)
		secret_view_free(to);
	return changed;
}

void secret_view_free(struct secret_view *v)
{
	if (v->text)
		explicit_bzero(v->text, v->len);
	free(v->text);
	free(v->origin);
	*v = (struct secret_view){ 0 };
}
