/*
 * stream - the bytes of a log file by their offset, also of one that gzip has made of it.
 *
 * Holes of sparse files are passed over, not read. Opens regular files only, and never blocks.
 */
#ifndef CHECKS_LOG_STREAM_H
#define CHECKS_LOG_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "engine/base/digest.h"

#define PRINT_SIZE DIGEST_TEXT_SIZE

struct root;
struct stream;

/* NULL with errno: also EINVAL for what is no regular file, ESPIPE for one that is made as it is
 * read, whose size nobody knows, EILSEQ for UTF-16 and UTF-32, and ENOTSUP for what is compressed
 * otherwise than by gzip. At `deadline` (clock_mono) reading ends with ETIMEDOUT. */
struct stream *stream_open(const struct root *r, const char *path, int64_t deadline);
void stream_close(struct stream *s);
void stream_cleanup(struct stream **s);
#define auto_stream __attribute__((cleanup(stream_cleanup)))
const struct stat *stream_stat(const struct stream *s);
bool stream_is_gzip(const struct stream *s);
/* Bytes in it, INT64_MAX where only reading tells. */
int64_t stream_size(const struct stream *s);
/* Read at *at, which moves over a hole to what is read. 0 at the end, -1 with errno; EBADMSG is
 * what gzip cannot read. */
ssize_t stream_read(struct stream *s, int64_t *at, void *bytes, size_t size);
/* The SHA-256 of exactly these bytes, holes as zeros; -1 when they cannot be had. */
int stream_print(struct stream *s, int64_t from, size_t len, char print[PRINT_SIZE]);

#endif
