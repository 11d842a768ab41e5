/*
 * io_file - a file that appears whole or not at all.
 *
 * What is written goes to a file without a name (O_TMPFILE) where the file system can, else to a
 * temporary name in the same folder; a commit syncs it and renames it onto its name. A new file
 * gets the mode 0640 less the umask, since observations may be sensitive; one that is there keeps
 * its mode. Devices and pipes are written as they come.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/clock.h"
#include "engine/base/err.h"
#include "engine/base/io.h"
#include "engine/base/text.h"
#include "engine/base/xalloc.h"

#define IO_FILE_MODE 0640
#define IO_FILE_BUFFER 65536
#define IO_FILE_TRIES 100

struct io_file {
	char *name;      /* as the user gave it */
	char *target;    /* what is replaced in the end; NULL: a stream */
	char *temporary; /* NULL while it has no name */
	int folder;      /* of the target */
	int fd;
	bool owned; /* fd is ours to close */
	struct buf pending;
};

static void io_file_free(struct io_file *f)
{
	if (f->owned && f->fd >= 0)
		close(f->fd);
	if (f->folder >= 0)
		close(f->folder);
	buf_free(&f->pending);
	free(f->name);
	free(f->target);
	free(f->temporary);
	free(f);
}

void io_file_abort(struct io_file *f)
{
	if (!f)
		return;
	if (f->temporary)
		unlinkat(f->folder, f->temporary, 0);
	io_file_free(f);
}

static void io_file_cleanup(struct io_file **f)
{
	io_file_abort(*f);
}

#define auto_io_file __attribute__((cleanup(io_file_cleanup)))

static int create_failed(const char *name, struct err **e)
{
	return err_errno(e, ERR_CREATE, "cannot write '%s'", name);
}

/* A name that nobody else has; only uniqueness counts, O_EXCL does the rest. */
static char *temporary_name(void)
{
	uint64_t r = 0;

	if (getrandom(&r, sizeof(r), GRND_NONBLOCK) != (ssize_t)sizeof(r))
		r = (uint64_t)clock_mono() ^ ((uint64_t)getpid() << 32);
	return xasprintf(".rounds-%016" PRIx64 ".tmp", r);
}

static int open_named(struct io_file *f)
{
	int i;

	for (i = 0; i < IO_FILE_TRIES; i++) {
		free(f->temporary);
		f->temporary = temporary_name();
		f->fd = openat(f->folder, f->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
			       IO_FILE_MODE);
		if (f->fd >= 0)
			return 0;
		if (errno != EEXIST)
			break;
	}
	free(TAKE(f->temporary));
	return -1;
}

/* Without a name nothing is left over even by SIGKILL; but to get one later takes /proc. */
static int open_nameless(struct io_file *f)
{
	char link[64];

	f->fd = openat(f->folder, ".", O_WRONLY | O_TMPFILE | O_CLOEXEC, IO_FILE_MODE);
	if (f->fd < 0)
		return -1;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", f->fd);
	if (access(link, F_OK) == 0)
		return 0;
	close(fd_take(&f->fd));
	return -1;
}

/* Give a nameless file its temporary name. */
static int name_it(struct io_file *f)
{
	char link[64];
	int i;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", f->fd);
	for (i = 0; i < IO_FILE_TRIES; i++) {
		auto_free char *name = temporary_name();

		if (linkat(AT_FDCWD, link, f->folder, name, AT_SYMLINK_FOLLOW) == 0) {
			f->temporary = TAKE(name);
			return 0;
		}
		if (errno != EEXIST)
			return -1;
	}
	return -1;
}

/* Splits path into f->folder and f->target; a symbolic link is followed, so that what it points to
 * is replaced. */
static int open_folder(struct io_file *f, const char *path)
{
	auto_free char *real = realpath(path, NULL);
	const char *whole = real ? real : path;
	const char *slash = strrchr(whole, '/');
	auto_free char *folder =
		slash ? xmemdup0(whole, (size_t)(slash - whole) + 1) : xstrdup(".");

	f->target = xstrdup(slash ? slash + 1 : whole);
	f->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	/* A folder that we may write but not read still takes files. */
	if (f->folder < 0 && errno == EACCES)
		f->folder = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return f->folder < 0 ? -1 : 0;
}

static int open_stream(struct io_file *f, const char *path)
{
	/* Opened anew, a file behind /dev/stdout would be written from its start. */
	if (!strcmp(path, "-") || !strcmp(path, "/dev/stdout")) {
		f->fd = STDOUT_FILENO;
		return 0;
	}
	if (!strcmp(path, "/dev/stderr")) {
		f->fd = STDERR_FILENO;
		return 0;
	}
	/* Not to wait for the reader of a FIFO that may never come: ENXIO says so. */
	f->fd = open(path, O_WRONLY | O_APPEND | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	f->owned = true;
	return f->fd < 0 ? -1 : 0;
}

static bool is_stream(const char *path, const struct stat *st, bool there)
{
	if (!strcmp(path, "-") || text_starts_with(path, "/dev/fd/") ||
	    !strcmp(path, "/dev/stdout") || !strcmp(path, "/dev/stderr"))
		return true;
	return there && !S_ISREG(st->st_mode);
}

/* -1 with errno set */
static int open_beside(struct io_file *f, const char *path, const struct stat *st, bool there)
{
	f->owned = true;
	if (open_folder(f, path) < 0)
		return -1;
	if (open_nameless(f) < 0 && open_named(f) < 0)
		return -1;
	/* Best effort: the owner may be another. */
	if (there && fchmod(f->fd, st->st_mode & 07777) < 0)
		return errno == EPERM ? 0 : -1;
	return 0;
}

int io_file_open(const char *path, struct io_file **out, struct err **e)
{
	auto_io_file struct io_file *f = xcalloc(1, sizeof(*f));
	struct stat st = { 0 };
	bool there;

	f->fd = f->folder = -1;
	f->pending.max = SIZE_MAX;
	f->name = xstrdup(path);
	there = strcmp(path, "-") && stat(path, &st) == 0;
	if (there && S_ISDIR(st.st_mode))
		return err_set(e, ERR_CREATE, "cannot write '%s': it is a directory", path);
	if (!there && strcmp(path, "-") && errno != ENOENT)
		return create_failed(path, e);
	if (!*path || (!there && text_ends_with(path, "/")))
		return err_set(e, ERR_CREATE, "cannot write '%s': no file name", path);
	if (is_stream(path, &st, there) ? open_stream(f, path) : open_beside(f, path, &st, there))
		return create_failed(path, e);
	*out = TAKE(f);
	return 0;
}

static int write_through(struct io_file *f, const void *bytes, size_t len, struct err **e)
{
	auto_err struct err *why = NULL;

	if (io_write_all(f->fd, bytes, len, &why) < 0) {
		errno = err_errno_of(why);
		return create_failed(f->name, e);
	}
	return 0;
}

static int io_file_flush(struct io_file *f, struct err **e)
{
	int r = write_through(f, buf_text(&f->pending), f->pending.len, e);

	buf_clear(&f->pending);
	return r;
}

int io_file_write(struct io_file *f, const void *bytes, size_t len, struct err **e)
{
	if (!f->target)
		return write_through(f, bytes, len, e);
	if (f->pending.len + len > IO_FILE_BUFFER && io_file_flush(f, e) < 0)
		return -1;
	if (len > IO_FILE_BUFFER)
		return write_through(f, bytes, len, e);
	buf_add(&f->pending, bytes, len);
	return 0;
}

/* Some file systems cannot sync; that the disk is full or broken is what we want to know. */
static bool sync_failed(int fd)
{
	return fsync(fd) < 0 && errno != EINVAL && errno != EROFS && errno != ENOSYS &&
	       errno != ENOTSUP;
}

/* -1 with errno set */
static int put_in_place(struct io_file *f)
{
	if (sync_failed(f->fd))
		return -1;
	if (!f->temporary && name_it(f) < 0)
		return -1;
	/* NFS reports what it could not store only here. */
	if (close(fd_take(&f->fd)) < 0 && errno != EINTR)
		return -1;
	if (renameat(f->folder, f->temporary, f->folder, f->target) < 0)
		return -1;
	free(TAKE(f->temporary));
	/* The content is safe by now; a folder that cannot be synced (or read) is no reason to call
	 * the report lost. */
	(void)fsync(f->folder);
	return 0;
}

int io_file_commit(struct io_file *file, struct err **e)
{
	auto_io_file struct io_file *f = file;

	if (!f->target)
		return 0;
	if (io_file_flush(f, e) < 0)
		return -1;
	if (put_in_place(f) < 0)
		return create_failed(f->name, e);
	return 0;
}
