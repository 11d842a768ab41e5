/*
 * process_files - the open files of a process: how many, and the space that deleted ones still
 * hold.
 */
#include "checks/snapshot/process_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "checks/snapshot/proc_read.h"
#include "engine/base/auto.h"
#include "engine/base/text.h"
#include "engine/base/xalloc.h"

#define DELETED " (deleted)"

struct deleted_file {
	dev_t dev;
	ino_t ino;
	int64_t bytes;
};

struct deleted_files {
	struct deleted_file *items;
	size_t count, cap;
};

/* The fd folder of a process; NULL with *why. */
static DIR *files_open(const struct process_table *t, const struct process *p, enum column *why)
{
	char path[PROC_PATH_MAX];
	auto_fd int fd = -1;
	DIR *dir = NULL;

	process_path(p, "fd", path, sizeof(path));
	fd = openat(t->proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0)
		dir = fdopendir(fd);
	if (dir)
		fd_take(&fd);
	*why = dir ? COLUMN_READ : errno == EACCES || errno == EPERM ? COLUMN_DENIED : COLUMN_GONE;
	return dir;
}

enum column process_count_files(const struct process_table *t, const struct process *p,
				int64_t *files)
{
	enum column why;
	auto_dir DIR *dir = files_open(t, p, &why);
	const struct dirent *d;

	while (dir && (d = readdir(dir)))
		*files += d->d_name[0] != '.';
	return why;
}

struct deleted_files *deleted_files_new(void)
{
	return xcalloc(1, sizeof(struct deleted_files));
}

void deleted_files_free(struct deleted_files *d)
{
	if (d)
		free(d->items);
	free(d);
}

int64_t deleted_files_bytes(const struct deleted_files *d)
{
	int64_t bytes = 0;

	for (size_t i = 0; i < d->count; i++)
		bytes += d->items[i].bytes;
	return bytes;
}

int64_t deleted_files_bytes_on(const struct deleted_files *d, dev_t device)
{
	int64_t bytes = 0;

	for (size_t i = 0; i < d->count; i++)
		if (d->items[i].dev == device)
			bytes += d->items[i].bytes;
	return bytes;
}

static void add_file(struct deleted_files *d, const struct stat *st)
{
	for (size_t i = 0; i < d->count; i++)
		if (d->items[i].dev == st->st_dev && d->items[i].ino == st->st_ino)
			return;
	array_grow(d->items, d->count, d->cap);
	d->items[d->count++] =
		(struct deleted_file){ st->st_dev, st->st_ino, (int64_t)st->st_blocks * 512 };
}

/* Memory has no name on a disk, though the kernel calls it deleted. */
static bool is_memory(const char *path)
{
	return text_starts_with(path, "/memfd:") || text_starts_with(path, "/SYSV") ||
	       text_starts_with(path, "/dev/zero");
}

/* The link is asked first: to look at the file itself may block on a dead mount. */
static void deleted_add_one(struct deleted_files *d, int dir, const char *name)
{
	auto_free char *path = proc_read_link(dir, name);
	struct stat st;

	if (!path || path[0] != '/' || !text_ends_with(path, DELETED) || is_memory(path))
		return;
	if (fstatat(dir, name, &st, 0) == 0 && S_ISREG(st.st_mode))
		add_file(d, &st);
}

enum column deleted_files_add(struct deleted_files *d, const struct process_table *t,
			      const struct process *p)
{
	enum column why;
	auto_dir DIR *dir = files_open(t, p, &why);
	const struct dirent *x;

	while (dir && (x = readdir(dir)))
		if (x->d_name[0] != '.')
			deleted_add_one(d, dirfd(dir), x->d_name);
	return why;
}
