/*
 * source - the text of a YAML file: its lines, and the characters that make a file lie about
 * itself.
 *
 * Inside engine/document only.
 */
#ifndef ENGINE_DOCUMENT_SOURCE_H
#define ENGINE_DOCUMENT_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct diagnostics;

/* A character that only a quoted text may hold: NEL, LS and PS (the parser takes them for line
 * ends, editors don't) and the bidi controls (the line then looks other than it is). */
struct special {
	size_t index; /* in code points from the start */
	uint32_t code_point;
	bool quoted; /* seen inside quotes */
	bool block;  /* seen inside a block scalar */
};

struct source {
	char *name;
	char *bytes; /* UTF-8 without a byte order mark, NUL-ended */
	size_t len;
	bool ascii;
	size_t *line_bytes; /* where each line starts, in bytes */
	size_t *line_chars; /* and in code points */
	size_t lines, cap;
	struct special *specials;
	size_t special_count, special_cap;
};

/* Take the bytes over, which a NUL follows that is not counted. -1 with one error in d when they
 * are no text that we read: not UTF-8, control characters. The source is to be freed in either
 * case. */
int source_init(struct source *s, const char *name, char *bytes, size_t len,
		struct diagnostics *d);
void source_free(struct source *s);
/* The line and column (from 1) of a code point. */
void source_place(const struct source *s, size_t index, unsigned *line, unsigned *column);
/* The same, and quick in line `before` (from 1; 0: none) and the next one. */
void source_place_after(const struct source *s, unsigned before, size_t index, unsigned *line,
			unsigned *column);
/* The bytes from this code point on, NUL-ended; "" at the end. */
const char *source_at(const struct source *s, size_t index);
/* A line without its end; "" where there is none. */
const char *source_line(const struct source *s, unsigned line, size_t *len);
/* An error at a code point, `width` code points wide. Returns -1. */
int source_diagnose(const struct source *s, struct diagnostics *d, size_t index, unsigned width,
		    const char *fmt, ...) __attribute__((format(printf, 5, 6)));
/* A scalar from code point `from` to `to` was in quotes, or a block scalar: its special characters
 * are text. */
void source_cover(struct source *s, size_t from, size_t to, bool quoted);
/* Refuse the specials before code point `end` that stand outside of quotes; warn of the others.
 * Returns 0 or -1. */
int source_check_specials(const struct source *s, size_t end, struct diagnostics *d);

#endif
