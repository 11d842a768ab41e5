/*
 * string - the numbers and strings of SSH's messages and keys (RFC 4251, section 5).
 */
#ifndef CHECKS_MODULES_SSH_STRING_H
#define CHECKS_MODULES_SSH_STRING_H

#include <stddef.h>

struct buf;

/* Bytes that are read, at a place that moves on. They are somebody else's. */
struct string_view {
	const char *data;
	size_t len, at;
};

struct string_view string_view_of(const struct buf *b, size_t at);
/* A number of four bytes, and what is that long. -1: it does not lie within the bytes. */
int string_take_number(struct string_view *v, size_t *n);
int string_take(struct string_view *v, const char **text, size_t *len);
/* Append them; a number has 32 bits. */
void string_add_number(struct buf *out, size_t n);
void string_add(struct buf *out, const void *bytes, size_t len);

#endif
