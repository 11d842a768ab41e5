/*
 * window - the head and the tail of a stream of any length, in bounded memory.
 */
#include "checks/command/window.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/xalloc.h"

/* Bytes that went past the head. */
static uint64_t past(const struct window *w)
{
	return w->total - w->head.len;
}

void window_add(struct window *w, const char *bytes, size_t len)
{
	size_t size = w->head.max;
	size_t room = size - w->head.len;
	size_t first = len < room ? len : room;

	buf_add(&w->head, bytes, first);
	w->total += first;
	bytes += first;
	len -= first;
	if (len && !w->tail)
		w->tail = xmalloc(size);
	if (len > size) { /* the ring would be overwritten: only its last round counts */
		w->total += len - size;
		bytes += len - size;
		len = size;
	}
	while (len) {
		size_t at = (size_t)(past(w) % size);
		size_t part = len < size - at ? len : size - at;

		memcpy(w->tail + at, bytes, part);
		w->total += part;
		bytes += part;
		len -= part;
	}
}

bool window_cut(const struct window *w)
{
	return past(w) > w->head.max;
}

void window_print(const struct window *w, struct buf *out)
{
	size_t size = w->head.max;
	size_t at = (size_t)(past(w) % size);

	buf_add(out, buf_text(&w->head), w->head.len);
	if (!w->tail)
		return;
	if (window_cut(w)) {
		buf_printf(out, "\n[… %" PRIu64 " bytes cut …]\n", past(w) - size);
		buf_add(out, w->tail + at, size - at);
	}
	buf_add(out, w->tail, at);
	if (past(w) == size) /* exactly full: nothing is cut, and the ring begins at 0 */
		buf_add(out, w->tail, size);
}

void window_free(struct window *w)
{
	buf_free(&w->head);
	free(w->tail);
	w->tail = NULL;
	w->total = 0;
}
