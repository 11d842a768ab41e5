#include "engine/base/root.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "engine/base/auto.h"
#include "engine/base/err.h"
#include "engine/base/xalloc.h"

/* As the kernel has it (path_resolution(7)). */
#define LINKS_MAX 40
/* A name that is renamed while it is looked up makes the kernel give up: EAGAIN. */
#define TRIES 8
/* Of a path with all its links put in. */
#define REST_MAX ((size_t)4 * PATH_MAX)

#ifndef RESOLVE_NO_MAGICLINKS
#define RESOLVE_NO_MAGICLINKS 0x02
#endif
#ifndef RESOLVE_IN_ROOT
#define RESOLVE_IN_ROOT 0x10
#endif
#ifndef SYS_openat2
#define SYS_openat2 437
#endif

struct root {
	int fd;
	char *folder;
	bool walk; /* the kernel cannot do it */
};

/* struct open_how of linux/openat2.h, which old headers have not. */
struct how {
	uint64_t flags, mode, resolve;
};

static int kernel_open(int top, const char *path, int flags)
{
	/* links of /proc lead anywhere; that the root forbids them, too, may change (openat2(2)) */
	const struct how how = { .flags = (uint64_t)(unsigned)flags,
				 .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS };
	int fd;

	for (int i = 0; i < TRIES; i++) {
		fd = (int)syscall(SYS_openat2, top, path, &how, sizeof(how));
		if (fd >= 0 || (errno != EAGAIN && errno != EINTR))
			return fd;
	}
	return -1;
}

/* ENOSYS of old kernels; EPERM of sandboxes that know no such call. */
static bool kernel_can(int top)
{
	auto_fd int fd = kernel_open(top, ".", O_PATH | O_CLOEXEC);

	return fd >= 0;
}

/* realpath(3) may ask faccessat2(2), too (see access_as_we_are); the kernel then says the name. */
static char *real_name(const char *folder)
{
	char name[64], text[PATH_MAX];
	char *real = realpath(folder, NULL);
	auto_fd int fd = real || errno != EPERM ? -1 : open(folder, O_PATH | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return real;
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	n = readlink(name, text, sizeof(text));
	return n > 0 && (size_t)n < sizeof(text) ? xmemdup0(text, (size_t)n) : NULL;
}

struct root *root_open(const char *folder, struct err **e)
{
	struct root *r;
	auto_free char *real = real_name(folder);
	auto_fd int fd = real ? open(real, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;

	if (fd < 0) {
		err_errno_(e, errno == ENOENT    ? ERR_NOT_FOUND
			      : errno == ENOTDIR ? ERR_DATA
						 : ERR_SYSTEM,
			   "'%s'", folder);
		return NULL;
	}
	r = xcalloc(1, sizeof(*r));
	r->fd = fd_take(&fd);
	r->folder = TAKE(real);
	r->walk = !kernel_can(r->fd);
	return r;
}

void root_free(struct root *r)
{
	if (!r)
		return;
	close(r->fd);
	free(r->folder);
	free(r);
}

const char *root_folder(const struct root *r)
{
	return r ? r->folder : NULL;
}

void root_walk_always(struct root *r)
{
	r->walk = true;
}

/*
 * The walk: a stack of the folders that lead to where we are, the top of the tree at its bottom.
 */

struct walk {
	const struct root *root;
	int *stack;
	size_t count, cap;
	char rest[REST_MAX]; /* of the path */
	unsigned links;
};

static void walk_release(struct walk *w)
{
	const int saved = errno;

	for (size_t i = 0; i < w->count; i++)
		close(w->stack[i]);
	free(w->stack);
	errno = saved;
}

static int walk_here(const struct walk *w)
{
	return w->count ? w->stack[w->count - 1] : w->root->fd;
}

static void walk_to_top(struct walk *w)
{
	while (w->count)
		close(w->stack[--w->count]);
}

/* What a link says comes before the rest of the path. */
static int walk_link(struct walk *w, int link)
{
	char target[PATH_MAX];
	const ssize_t n = readlinkat(link, "", target, sizeof(target));
	const size_t left = strlen(w->rest);

	if (n < 0)
		return -1;
	if (++w->links > LINKS_MAX) {
		errno = ELOOP;
		return -1;
	}
	if (!n || (size_t)n == sizeof(target) || (size_t)n + left + 2 > sizeof(w->rest)) {
		errno = n ? ENAMETOOLONG : ENOENT;
		return -1;
	}
	memmove(w->rest + n + 1, w->rest, left + 1);
	memcpy(w->rest, target, (size_t)n);
	w->rest[n] = '/';
	if (!left)
		w->rest[n] = '\0';
	if (target[0] == '/')
		walk_to_top(w);
	return 0;
}

/* The next name out of the rest; false at its end. */
static bool walk_take(struct walk *w, char name[NAME_MAX + 2], bool *last)
{
	const char *at = w->rest + strspn(w->rest, "/");
	const size_t n = strcspn(at, "/"), kept = n <= NAME_MAX ? n : NAME_MAX + 1;

	if (!n)
		return false;
	memcpy(name, at, kept);
	name[kept] = '\0';
	*last = !at[n];
	memmove(w->rest, at + n, strlen(at + n) + 1);
	return true;
}

/* One step down; 1: it was a link, and the rest of the path is another now. */
static int walk_into(struct walk *w, const char *name)
{
	auto_fd int fd = openat(walk_here(w), name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -1;
	if (S_ISLNK(st.st_mode))
		return walk_link(w, fd) < 0 ? -1 : 1;
	if (!S_ISDIR(st.st_mode)) {
		errno = ENOTDIR;
		return -1;
	}
	array_grow(w->stack, w->count, w->cap);
	w->stack[w->count++] = fd_take(&fd);
	return 0;
}

/* The last name, which may be anything. -2: it was a link, and the walk goes on. */
static int walk_end(struct walk *w, const char *name, int flags)
{
	auto_fd int fd = openat(walk_here(w), name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -1;
	if (S_ISLNK(st.st_mode) && !(flags & O_NOFOLLOW))
		return walk_link(w, fd) < 0 ? -1 : -2;
	return openat(walk_here(w), name, flags | O_NOFOLLOW);
}

/* In the folder that the path ends with: "", ".", "a/..", "a/". */
static int walk_open_here(const struct walk *w, int flags)
{
	return openat(walk_here(w), ".", flags);
}

static int walk_open(const struct root *r, const char *path, int flags)
{
	struct walk w = { .root = r };
	char name[NAME_MAX + 2];
	int fd = -2;
	bool last;

	if (strlen(path) >= PATH_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(w.rest, path, strlen(path) + 1);
	while (fd == -2) {
		if (!walk_take(&w, name, &last))
			fd = walk_open_here(&w, flags);
		else if (!strcmp(name, "..") && w.count)
			close(w.stack[--w.count]);
		else if (!strcmp(name, ".") || !strcmp(name, ".."))
			continue;
		else if (last)
			fd = walk_end(&w, name, flags);
		else if (walk_into(&w, name) < 0)
			fd = -1;
	}
	walk_release(&w);
	return fd;
}

int root_openat(const struct root *r, const char *path, int flags)
{
	int fd;

	flags |= O_CLOEXEC;
	if (!r)
		return open(path, flags);
	if (!*path) {
		errno = ENOENT;
		return -1;
	}
	if (r->walk)
		return walk_open(r, path, flags);
	fd = kernel_open(r->fd, path, flags);
	/* somebody renames without end */
	return fd < 0 && errno == EAGAIN ? walk_open(r, path, flags) : fd;
}

static int stat_with(const struct root *r, const char *path, int flags, struct stat *st)
{
	auto_fd int fd = root_openat(r, path, O_PATH | flags);

	return fd < 0 ? -1 : fstat(fd, st);
}

int root_stat(const struct root *r, const char *path, struct stat *st)
{
	return r ? stat_with(r, path, 0, st) : stat(path, st);
}

int root_lstat(const struct root *r, const char *path, struct stat *st)
{
	return r ? stat_with(r, path, O_NOFOLLOW, st) : lstat(path, st);
}

/* The C library asks faccessat2(2) (Linux 5.8), and another way on ENOSYS alone; EPERM is also what
 * a sandbox says that does not know the call. access(2) goes by the real user and group, and where
 * those are ours it knows no less (but of capabilities that a service was given). */
static int access_as_we_are(const char *path, int mode)
{
	if (!faccessat(AT_FDCWD, path, mode, AT_EACCESS))
		return 0;
	if (errno != EPERM || getuid() != geteuid() || getgid() != getegid())
		return -1;
	return access(path, mode);
}

int root_access(const struct root *r, const char *path, int mode)
{
	auto_fd int fd = r ? root_openat(r, path, O_PATH) : -1;
	char name[64];

	if (!r)
		return access_as_we_are(path, mode);
	if (fd < 0)
		return -1;
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	return access_as_we_are(name, mode);
}

ssize_t root_readlink(const struct root *r, const char *path, char *target, size_t size)
{
	auto_fd int fd = r ? root_openat(r, path, O_PATH | O_NOFOLLOW) : -1;

	if (!r)
		return readlink(path, target, size);
	return fd < 0 ? -1 : readlinkat(fd, "", target, size);
}

DIR *root_opendir(const struct root *r, const char *path)
{
	auto_fd int fd = r ? root_openat(r, path, O_RDONLY | O_DIRECTORY | O_NONBLOCK) : -1;
	DIR *dir;

	if (!r)
		return opendir(path);
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (dir)
		fd_take(&fd);
	return dir;
}
