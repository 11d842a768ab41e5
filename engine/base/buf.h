/*
 * buf - a growing byte buffer that has a maximum from birth.
 *
 * What does not fit is not added, `cut` is set and `lost` counts the bytes; nothing fails.
 * The data is always followed by a NUL that is not counted.
 */
#ifndef ENGINE_BASE_BUF_H
#define ENGINE_BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf {
	char *data; /* NULL while empty and never filled: use buf_text() */
	size_t len;
	size_t cap;
	size_t max;  /* bytes at most; SIZE_MAX for what only we fill */
	size_t lost; /* bytes that did not fit */
	bool wipe;   /* no copy of its bytes may be left in memory */
};

#define BUF_INIT(maximum) ((struct buf){ .max = (maximum) })
/* For secrets: whatever memory it gives back is overwritten before. */
#define BUF_SECRET(maximum) ((struct buf){ .max = (maximum), .wipe = true })
#define auto_buf __attribute__((cleanup(buf_free)))

void buf_free(struct buf *b);  /* releases and empties; the maximum stays */
void buf_clear(struct buf *b); /* empties (and wipes), keeps the memory */
/* Adds as much of the bytes as fits; returns whether all did. */
bool buf_add(struct buf *b, const void *bytes, size_t len);
bool buf_adds(struct buf *b, const char *s);
bool buf_addc(struct buf *b, char c);
/* A whole number in decimal: printf(3) costs ten times as much. */
bool buf_add_int(struct buf *b, int64_t value);
bool buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
bool buf_vprintf(struct buf *b, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
/* Memory for `want` bytes more, to be filled by the caller and then counted in by buf_filled();
 * want is at most what the maximum leaves. */
char *buf_room(struct buf *b, size_t want);
void buf_filled(struct buf *b, size_t len);
/* Remove the first n bytes. */
void buf_shift(struct buf *b, size_t n);
/* Keep the first n bytes, n <= len. */
void buf_truncate(struct buf *b, size_t n);
/* The bytes as a string, "" when empty; owned by the buffer. */
const char *buf_text(const struct buf *b);
/* Hand the string over to the caller (never NULL) and empty the buffer. */
char *buf_take(struct buf *b);

#endif
