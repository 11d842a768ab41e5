/*
 * text_base64 - bytes as text (RFC 4648, 4) and back.
 */
#include <stdint.h>
#include <string.h>

#include "engine/base/buf.h"
#include "engine/base/text.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void text_base64(struct buf *out, const char *s, size_t len)
{
	for (size_t i = 0; i < len; i += 3) {
		const size_t n = len - i < 3 ? len - i : 3;
		uint32_t group = 0;

		for (size_t k = 0; k < 3; k++)
			group = group << 8 | (k < n ? (unsigned char)s[i + k] : 0);
		for (size_t k = 0; k < 4; k++)
			buf_addc(out, k <= n ? digits[group >> (18 - 6 * k) & 63] : '=');
	}
}

/* Four digits as three bytes; n of the digits are there, the others are padding. */
static bool add_group(struct buf *out, const char *s, size_t n)
{
	uint32_t group = 0;

	for (size_t k = 0; k < 4; k++) {
		const char *digit = k < n && s[k] ? strchr(digits, s[k]) : NULL;

		if (k < n && !digit)
			return false;
		group = group << 6 | (digit ? (uint32_t)(digit - digits) : 0);
	}
	for (size_t k = 0; k + 1 < n; k++)
		buf_addc(out, (char)(group >> (16 - 8 * k) & 0xff));
	return true;
}

bool text_unbase64(struct buf *out, const char *s, size_t len)
{
	if (len % 4)
		return false;
	for (size_t i = 0; i < len; i += 4) {
		const bool last = i + 4 == len;
		const size_t n = last && s[i + 3] == '=' ? (s[i + 2] == '=' ? 2 : 3) : 4;

		if (!add_group(out, s + i, n))
			return false;
	}
	return true;
}
