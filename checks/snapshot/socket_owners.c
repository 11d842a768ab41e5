/*
 * socket_owners - which processes hold a socket.
 */
#include "checks/snapshot/socket_owners.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

#include "checks/snapshot/proc_read.h"
#include "checks/snapshot/processes.h"
#include "engine/base/auto.h"
#include "engine/base/number.h"
#include "engine/base/text.h"
#include "engine/base/xalloc.h"

#define SOCKET_LINK "socket:["

struct owners {
	bool read;
	struct socket_owner *items; /* by inode, pid */
	size_t count, cap;
	pid_t denied;
};

/* Filled after the first reader asked: behind a pointer, since tables are const to readers. */
struct socket_owners {
	struct owners *all;
};

static void *owners_new(struct err **e)
{
	struct socket_owners *o = xcalloc(1, sizeof(*o));

	(void)e;
	o->all = xcalloc(1, sizeof(*o->all));
	return o;
}

static void owners_free(void *table)
{
	struct socket_owners *o = table;

	free(o->all->items);
	free(o->all);
	free(o);
}

const struct shared_table socket_owners_table = { .name = "socket owners",
						  .read = owners_new,
						  .free = owners_free };

static int owner_compare(const void *a, const void *b)
{
	const struct socket_owner *x = a, *y = b;

	if (x->inode != y->inode)
		return x->inode < y->inode ? -1 : 1;
	return (x->pid > y->pid) - (x->pid < y->pid);
}

/* "socket:[12345]" */
static void owners_add_link(struct owners *all, pid_t pid, const char *link)
{
	uint64_t inode;

	if (!text_starts_with(link, SOCKET_LINK) ||
	    !number_scan(link + strlen(SOCKET_LINK), &inode))
		return;
	array_grow(all->items, all->count, all->cap);
	all->items[all->count++] = (struct socket_owner){ inode, pid };
}

static void owners_add_process(struct owners *all, const struct process_table *t, struct process *p)
{
	char path[PROC_PATH_MAX], link[64];
	auto_dir DIR *dir = NULL;
	auto_fd int fd = -1;
	const struct dirent *d;

	process_path(p, "fd", path, sizeof(path));
	fd = openat(t->proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || !(dir = fdopendir(fd))) {
		/* a zombie's folder is closed, too, but holds nothing; our own supervisor may be
		 * closed even to us */
		if ((errno == EACCES || errno == EPERM) && process_alive(p) &&
		    !process_is_ours(t, p))
			all->denied = p->pid;
		return;
	}
	fd_take(&fd);
	while ((d = readdir(dir))) {
		ssize_t n = readlinkat(dirfd(dir), d->d_name, link, sizeof(link) - 1);

		if (n > 0) {
			link[n] = '\0';
			owners_add_link(all, p->pid, link);
		}
	}
}

/* A process that holds a socket twice holds it once. */
static void owners_sort(struct owners *all)
{
	size_t kept = 0;

	if (!all->count)
		return;
	qsort(all->items, all->count, sizeof(*all->items), owner_compare);
	for (size_t i = 0; i < all->count; i++)
		if (!kept || owner_compare(&all->items[kept - 1], &all->items[i]))
			all->items[kept++] = all->items[i];
	all->count = kept;
}

void socket_owners_read(const struct socket_owners *o, const struct process_table *t)
{
	struct owners *all = o->all;

	if (all->read)
		return;
	all->read = true;
	for (size_t i = 0; i < t->count; i++)
		owners_add_process(all, t, &t->rows[i]);
	owners_sort(all);
}

pid_t socket_owners_denied(const struct socket_owners *o)
{
	return o->all->denied;
}

const struct socket_owner *socket_owners_find(const struct socket_owners *o, uint64_t inode,
					      size_t *count)
{
	const struct owners *all = o->all;
	size_t low = 0, high = all->count, first;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (all->items[middle].inode < inode)
			low = middle + 1;
		else
			high = middle;
	}
	first = low;
	while (low < all->count && all->items[low].inode == inode)
		low++;
	*count = low - first;
	return *count ? all->items + first : NULL;
}
