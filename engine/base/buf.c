/*
 * buf - a growing byte buffer that has a maximum from birth.
 */
#include "engine/base/buf.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/xalloc.h"

#define BUF_FIRST 64

static void buf_empty(struct buf *b)
{
	*b = (struct buf){ .max = b->max, .wipe = b->wipe };
}

void buf_free(struct buf *b)
{
	if (b->wipe && b->data)
		explicit_bzero(b->data, b->cap);
	free(b->data);
	buf_empty(b);
}

void buf_clear(struct buf *b)
{
	if (b->wipe && b->data)
		explicit_bzero(b->data, b->len);
	b->len = 0;
	b->lost = 0;
	if (b->data)
		b->data[0] = '\0';
}

/* realloc(3) would leave a copy behind. */
static void buf_move(struct buf *b, size_t cap)
{
	char *data = xmalloc(cap);

	if (b->data) {
		memcpy(data, b->data, b->len + 1);
		explicit_bzero(b->data, b->cap);
		free(b->data);
	}
	b->data = data;
}

/* Make room for len bytes more and a NUL; the caller has held len to the maximum. */
static void buf_grow(struct buf *b, size_t len)
{
	size_t need, cap = b->cap ? b->cap : BUF_FIRST;

	if (__builtin_add_overflow(b->len, len, &need) || __builtin_add_overflow(need, 1, &need))
		need = SIZE_MAX; /* cannot be had: xrealloc ends the process */
	if (need <= b->cap)
		return;
	while (cap < need)
		cap = cap > SIZE_MAX / 2 ? need : cap * 2;
	if (b->max < cap - 1)
		cap = b->max + 1;
	if (b->wipe)
		buf_move(b, cap);
	else
		b->data = xrealloc(b->data, cap, 1);
	b->cap = cap;
}

bool buf_add(struct buf *b, const void *bytes, size_t len)
{
	size_t room = b->max - b->len;
	size_t fits = len < room ? len : room;

	b->lost += len - fits;
	if (fits) {
		if (b->cap - b->len <= fits)
			buf_grow(b, fits);
		memcpy(b->data + b->len, bytes, fits);
		b->len += fits;
		b->data[b->len] = '\0';
	}
	return fits == len;
}

bool buf_adds(struct buf *b, const char *s)
{
	return buf_add(b, s, strlen(s));
}

bool buf_addc(struct buf *b, char c)
{
	if (b->len + 1 >= b->cap || b->len >= b->max)
		return buf_add(b, &c, 1);
	b->data[b->len++] = c;
	b->data[b->len] = '\0';
	return true;
}

bool buf_add_int(struct buf *b, int64_t value)
{
	char digits[20]; /* of 2^63 and a sign */
	uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;
	size_t at = sizeof(digits);

	do
		digits[--at] = (char)('0' + rest % 10);
	while (rest /= 10);
	if (value < 0)
		digits[--at] = '-';
	return buf_add(b, digits + at, sizeof(digits) - at);
}

bool buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	bool whole;

	va_start(ap, fmt);
	whole = buf_vprintf(b, fmt, ap);
	va_end(ap);
	return whole;
}

bool buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
	char small[256];
	auto_free char *large = NULL;
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(small, sizeof(small), fmt, again);
	va_end(again);
	if (n >= 0 && (size_t)n < sizeof(small))
		return buf_add(b, small, (size_t)n);
	large = xvasprintf(fmt, ap);
	return buf_adds(b, large);
}

char *buf_room(struct buf *b, size_t want)
{
	buf_grow(b, want);
	b->data[b->len] = '\0';
	return b->data + b->len;
}

void buf_filled(struct buf *b, size_t len)
{
	b->len += len;
	b->data[b->len] = '\0';
}

void buf_shift(struct buf *b, size_t n)
{
	if (n >= b->len) {
		b->len = 0;
		if (b->data)
			b->data[0] = '\0';
		return;
	}
	memmove(b->data, b->data + n, b->len - n + 1);
	b->len -= n;
}

void buf_truncate(struct buf *b, size_t n)
{
	if (n < b->len) {
		b->len = n;
		b->data[n] = '\0';
	}
}

const char *buf_text(const struct buf *b)
{
	return b->data ? b->data : "";
}

char *buf_take(struct buf *b)
{
	char *s = b->data ? b->data : xstrdup("");

	buf_empty(b);
	return s;
}
