/*
 * text_width - the tables behind text_char_width, made by scripts/width-table.
 */
#ifndef ENGINE_BASE_TEXT_WIDTH_H
#define ENGINE_BASE_TEXT_WIDTH_H

#include <stddef.h>
#include <stdint.h>

struct text_range {
	uint32_t first, last;
};

/* Sorted, not overlapping. */
extern const struct text_range text_wide[];
extern const size_t text_wide_count;
extern const struct text_range text_zero[];
extern const size_t text_zero_count;

#endif
