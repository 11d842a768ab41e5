/*
 * text - strict UTF-8 and small questions about strings.
 */
#include "engine/base/text.h"

#include <string.h>

/* RFC 3629, table of section 4: the second byte's range tells overlong forms, surrogates and what
 * is above U+10FFFF. */
size_t text_decode(const char *s, size_t len, uint32_t *code_point)
{
	const unsigned char *p = (const unsigned char *)s;
	unsigned char low = 0x80, high = 0xbf;
	size_t n, i;
	uint32_t c;

	if (!len)
		return 0;
	if (p[0] < 0x80) {
		*code_point = p[0];
		return 1;
	}
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;
	n = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if (len < n)
		return 0;
	if (p[0] == 0xe0)
		low = 0xa0;
	else if (p[0] == 0xed)
		high = 0x9f;
	else if (p[0] == 0xf0)
		low = 0x90;
	else if (p[0] == 0xf4)
		high = 0x8f;
	c = p[0] & (0x7fu >> n);
	for (i = 1; i < n; i++) {
		if (p[i] < low || p[i] > high)
			return 0;
		low = 0x80;
		high = 0xbf;
		c = c << 6 | (p[i] & 0x3fu);
	}
	*code_point = c;
	return n;
}

size_t text_valid(const char *s, size_t len)
{
	size_t at = 0;
	uint32_t c;

	while (at < len) {
		size_t n = text_decode(s + at, len - at, &c);

		if (!n)
			return at;
		at += n;
	}
	return len;
}

bool text_is_label(const char *s)
{
	static const char allowed[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";

	return *s && !s[strspn(s, allowed)];
}

bool text_is_wide(const char *s, size_t len)
{
	return (len >= 2 && (!memcmp(s, "\xff\xfe", 2) || !memcmp(s, "\xfe\xff", 2))) ||
	       (len >= 4 && !memcmp(s, "\0\0\xfe\xff", 4));
}

bool text_starts_with(const char *s, const char *prefix)
{
	return !strncmp(s, prefix, strlen(prefix));
}

bool text_ends_with(const char *s, const char *suffix)
{
	size_t len = strlen(s), n = strlen(suffix);

	return len >= n && !memcmp(s + len - n, suffix, n);
}

bool text_list_has(const char *list, const char *item, size_t len)
{
	for (size_t here; *list; list += here + (list[here] == ',')) {
		here = strcspn(list, ",");
		if (here == len && memcmp(list, item, len) == 0)
			return true;
	}
	return false;
}
