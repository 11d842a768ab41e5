/*
 * io - reading and writing whole things, with every EINTR and error written out.
 */
#ifndef ENGINE_BASE_IO_H
#define ENGINE_BASE_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct buf;
struct err;
struct root;

/* Write all bytes; EINTR and EAGAIN (by poll) are waited out. 0 or -1. */
int io_write_all(int fd, const void *bytes, size_t len, struct err **e);
/* Read up to buf's maximum from fd until its end. Returns 1 when there was more than fits, 0 when
 * not, -1. */
int io_read_all(int fd, struct buf *out, struct err **e);
/* Read a regular file of at most out->max bytes. Never blocks on a FIFO or a device: those are
 * errors
 * ("'x' is a FIFO, not a regular file"). Larger files are an error too. 0 or -1 (ERR_NOT_FOUND
 * where there is none). */
int io_read_file(const char *path, struct buf *out, struct err **e);
/* The same of a path below a root (root.h); NULL: the machine's own. */
int io_read_file_below(const struct root *r, const char *path, struct buf *out, struct err **e);
/* Read a /proc or /sys file (size 0, but with content) of at most out->max bytes; at dirfd (or
 * AT_FDCWD). -1 with errno set, no message: these vanish all the time. */
int io_read_proc(int dirfd, const char *path, struct buf *out);
int io_set_nonblocking(int fd);
int io_set_cloexec(int fd);

/* A file that appears whole or not at all: written to a temporary name beside it, synced, renamed.
 * "-" is standard output, written as it comes. */
struct io_file;
int io_file_open(const char *path, struct io_file **out, struct err **e);
int io_file_write(struct io_file *f, const void *bytes, size_t len, struct err **e);
/* Sync, rename, release. */
int io_file_commit(struct io_file *f, struct err **e);
/* Remove the temporary file, release; f may be NULL. */
void io_file_abort(struct io_file *f);

#endif
