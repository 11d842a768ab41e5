/*
 * io - reading and writing whole things, with every EINTR and error written out.
 */
#include "engine/base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/err.h"
#include "engine/base/root.h"

#define IO_FIRST 4096
#define IO_CHUNK 65536

/* Wait until fd can be written; errors of the descriptor come back from the next write. */
static int wait_writable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };

	while (poll(&p, 1, -1) < 0)
		if (errno != EINTR)
			return -1;
	return 0;
}

int io_write_all(int fd, const void *bytes, size_t len, struct err **e)
{
	const char *p = bytes;

	while (len) {
		ssize_t n = write(fd, p, len);

		if (n >= 0) {
			p += n;
			len -= (size_t)n;
		} else if (errno == EAGAIN) {
			if (wait_writable(fd) < 0)
				return err_errno(e, ERR_SYSTEM, "poll");
		} else if (errno != EINTR) {
			return err_errno(e, ERR_SYSTEM, "write");
		}
	}
	return 0;
}

/* What is read goes straight into the buffer: it may be a secret, and then no copy may stay on the
 * stack. Small at first, since most files in /proc are; but what room there is is used. */
static size_t next_room(const struct buf *out)
{
	size_t left = out->max - out->len;
	size_t there = out->cap > out->len + 1 ? out->cap - out->len - 1 : 0;
	size_t want = there > IO_FIRST        ? there
		      : out->len < IO_CHUNK ? IO_FIRST
					    : IO_CHUNK;

	return want < left ? want : left;
}

/* One byte more than fits? Its value is of no interest. */
static ssize_t read_beyond(int fd, struct buf *out)
{
	char byte;
	ssize_t n = read(fd, &byte, 1);

	if (n > 0)
		out->lost++;
	return n;
}

/* Read until the end or until out is full and one more byte was there. 1: more than fits, 0: the
 * end, -1: errno. */
static int read_whole(int fd, struct buf *out)
{
	for (;;) {
		size_t want = next_room(out);
		ssize_t n = want ? read(fd, buf_room(out, want), want) : read_beyond(fd, out);

		if (n == 0)
			return 0;
		if (n > 0 && !want)
			return 1;
		if (n > 0)
			buf_filled(out, (size_t)n);
		if (n < 0 && errno != EINTR)
			return -1;
	}
}

int io_read_all(int fd, struct buf *out, struct err **e)
{
	int r = read_whole(fd, out);

	return r < 0 ? err_errno(e, ERR_SYSTEM, "read") : r;
}

static const char *file_type(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFDIR:
		return "a directory";
	case S_IFIFO:
		return "a FIFO";
	case S_IFSOCK:
		return "a socket";
	default:
		return "a device";
	}
}

static int open_failed(const char *path, struct err **e)
{
	if (errno == ENOENT || errno == ENOTDIR)
		return err_errno(e, ERR_NOT_FOUND, "'%s'", path);
	return err_errno(e, ERR_SYSTEM, "'%s'", path);
}

/* Looked at before it is opened, since opening a FIFO lets its writer go on and some devices act on
 * it; and once more after, since it may have changed in between. */
static int open_regular(const struct root *r, const char *path, off_t *size, struct err **e)
{
	struct stat st;
	auto_fd int fd = -1;

	if (root_stat(r, path, &st) < 0)
		return open_failed(path, e);
	if (S_ISREG(st.st_mode)) {
		fd = root_openat(r, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
		if (fd < 0)
			return open_failed(path, e);
		if (fstat(fd, &st) < 0)
			return err_errno(e, ERR_SYSTEM, "'%s'", path);
	}
	if (!S_ISREG(st.st_mode))
		return err_set(e, ERR_DATA, "'%s' is %s, not a regular file", path,
			       file_type(st.st_mode));
	*size = st.st_size;
	return fd_take(&fd);
}

int io_read_file(const char *path, struct buf *out, struct err **e)
{
	return io_read_file_below(NULL, path, out, e);
}

int io_read_file_below(const struct root *r, const char *path, struct buf *out, struct err **e)
{
	off_t size = 0;
	auto_fd int fd = open_regular(r, path, &size, e);
	int more;

	if (fd < 0)
		return -1;
	if (size > IO_FIRST && (size_t)size < out->max - out->len)
		buf_room(out, (size_t)size); /* all at once, as it says how long it is */
	more = read_whole(fd, out);
	if (more < 0)
		return err_errno(e, ERR_SYSTEM, "'%s'", path);
	if (more > 0)
		return err_set(e, ERR_DATA, "'%s' is larger than %zu bytes", path, out->max);
	return 0;
}

int io_read_proc(int dirfd, const char *path, struct buf *out)
{
	auto_fd int fd = openat(dirfd, path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	int r, saved;

	if (fd < 0)
		return -1;
	r = read_whole(fd, out);
	saved = errno;
	close(fd_take(&fd));
	errno = saved;
	return r < 0 ? -1 : 0;
}

int io_set_nonblocking(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	return flags < 0 ? -1 : fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

int io_set_cloexec(int fd)
{
	int flags = fcntl(fd, F_GETFD);

	return flags < 0 ? -1 : fcntl(fd, F_SETFD, flags | FD_CLOEXEC);
}
