/*
 * text_width - how many columns a character takes on a terminal.
 *
 * Tables of our own and not wcwidth(3), whose answer depends on the locale that a cron job has not.
 */
#include "engine/base/text_width.h"

#include "engine/base/text.h"

static bool in_ranges(const struct text_range *ranges, size_t count, uint32_t c)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (c > ranges[middle].last)
			low = middle + 1;
		else if (c < ranges[middle].first)
			high = middle;
		else
			return true;
	}
	return false;
}

int text_char_width(uint32_t code_point)
{
	if (code_point < 0x20 || (code_point >= 0x7f && code_point < 0xa0))
		return 0;
	if (code_point < 0x300)
		return code_point != 0xad;
	if (in_ranges(text_zero, text_zero_count, code_point))
		return 0;
	return in_ranges(text_wide, text_wide_count, code_point) ? 2 : 1;
}

size_t text_width(const char *s, size_t len)
{
	size_t at = 0, width = 0;

	while (at < len) {
		uint32_t c = 0xfffd;
		size_t n;

		if (s[at] >= 0x20 && s[at] < 0x7f) { /* as most are */
			width++;
			at++;
			continue;
		}
		n = text_decode(s + at, len - at, &c);
		width += (size_t)text_char_width(c);
		at += n ? n : 1;
	}
	return width;
}
