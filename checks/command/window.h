/*
 * window - the head and the tail of a stream of any length, in bounded memory.
 */
#ifndef CHECKS_COMMAND_WINDOW_H
#define CHECKS_COMMAND_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/buf.h"

struct window {
	struct buf head;
	char *tail; /* a ring of as many bytes as the head may have; NULL while the head has room */
	uint64_t total;
};

/* max: bytes to keep in all; an even number. */
#define WINDOW_INIT(max) ((struct window){ .head = BUF_INIT((max) / 2) })

void window_add(struct window *w, const char *bytes, size_t len);
/* Whether bytes in the middle are lost. */
bool window_cut(const struct window *w);
/* Append what is kept, with "[… N bytes cut …]" on a line of its own where some are lost. */
void window_print(const struct window *w, struct buf *out);
void window_free(struct window *w);

#endif
