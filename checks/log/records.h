/*
 * records - bytes as they come, cut into records: a line each, or several where `record` says how
 * one begins.
 *
 * What is longer than a piece is handed over in pieces that overlap, so that memory is bounded and
 * nothing goes unseen.
 */
#ifndef CHECKS_LOG_RECORDS_H
#define CHECKS_LOG_RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct records;
struct regex;

#define RECORD_PIECE ((size_t)1024 * 1024)
#define RECORD_OVERLAP ((size_t)4 * 1024)

/* One, or a piece of one: without its line end, NULs before it and '\r' behind it. */
struct record {
	const char *text;
	size_t len;
	int64_t at;       /* where the whole begins */
	bool first, last; /* piece */
	bool open;        /* nothing has ended it: more of it may come */
};

typedef int record_fn(void *ctx, const struct record *r, struct err **e);

/* `start` may be NULL: each line is one; it stays the caller's. */
struct records *records_new(const struct regex *start, record_fn *fn, void *ctx);
void records_free(struct records *r);
/* Bytes that stand at this offset. -1 when a pattern could not be decided, or as the function said.
 */
int records_feed(struct records *r, const char *bytes, size_t len, int64_t at, struct err **e);
/* No more comes of this file. `open`: something may be added to it later. */
int records_end(struct records *r, bool open, struct err **e);

#endif
