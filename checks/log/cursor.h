/*
 * cursor - how far a log was read, so that the file is known again after it was renamed, copied,
 * compressed or truncated.
 */
#ifndef CHECKS_LOG_CURSOR_H
#define CHECKS_LOG_CURSOR_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "checks/log/stream.h"

/* Of the head, and of what stands before the offset. */
#define PRINT_BYTES 512
/* So few bytes may be the head of many files. */
#define PRINT_MIN 16

struct cursor {
	char *path;  /* as the rule has it */
	bool absent; /* there was no log */
	char *file;  /* its name then */
	uint64_t device, inode;
	int64_t offset;
	int64_t time;  /* clock_real when the log was looked at; 0: not known */
	int64_t stamp; /* of the record before the offset; STAMP_NONE */
	char *open_as; /* what the record at the offset was told as; NULL: none was told */
	size_t head_bytes, last_bytes;
	char head[PRINT_SIZE], last[PRINT_SIZE];
};

void cursor_release(struct cursor *c);
#define auto_cursor __attribute__((cleanup(cursor_release)))
/* false: it is none, or of another path. */
bool cursor_read(const json_t *state, const char *path, struct cursor *out);
/* A new reference. */
json_t *cursor_tell(const struct cursor *c);
/* Take the prints of what stands before the offset; -1 when the file does not let us. */
int cursor_take_prints(struct cursor *c, struct stream *s);
/* Whether it is the very file that the cursor was set in, or was before something was done to it.
 */
bool cursor_same_inode(const struct cursor *c, const struct stream *s);
/* Whether these are the bytes that the cursor was set in: of another inode they must be enough to
 * tell. -1 with errno when time is up. */
int cursor_fits(const struct cursor *c, struct stream *s);

#endif
