#include "checks/log/siblings.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/root.h"
#include "engine/base/xalloc.h"

/* So many generations are looked at. */
#define SIBLINGS_MAX 256

void siblings_release(struct siblings *s)
{
	for (size_t i = 0; i < s->count; i++)
		free(s->items[i].path);
	free(s->items);
	*s = (struct siblings){ 0 };
}

static bool is_known(const struct siblings *s, const struct stat *st)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->items[i].st.st_dev == st->st_dev && s->items[i].st.st_ino == st->st_ino)
			return true;
	return false;
}

void siblings_add(const struct root *r, const char *path, struct siblings *out)
{
	struct stat st;

	if (out->count >= SIBLINGS_MAX || root_stat(r, path, &st) < 0 || !S_ISREG(st.st_mode) ||
	    is_known(out, &st))
		return;
	array_grow(out->items, out->count, out->cap);
	out->items[out->count++] = (struct sibling){ .path = xstrdup(path), .st = st };
}

static bool is_sibling(const struct dirent *d, const char *name, size_t len, ino_t inode)
{
	if (!strcmp(d->d_name, name))
		return false;
	if (inode && d->d_ino == inode)
		return true;
	return !strncmp(d->d_name, name, len) && d->d_name[len] && strchr(".-_", d->d_name[len]);
}

int siblings_find(const struct root *r, const char *path, ino_t inode, struct siblings *out)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	auto_free char *folder = slash ? xmemdup0(path, (size_t)(slash - path) + 1) : xstrdup(".");
	auto_dir DIR *dir = root_opendir(r, folder);
	const struct dirent *d;

	if (!dir)
		return -1;
	while (errno = 0, (d = readdir(dir))) {
		auto_free char *other = NULL;

		if (!is_sibling(d, name, strlen(name), inode))
			continue;
		other = xasprintf("%s%s%s", folder, slash ? "" : "/", d->d_name);
		siblings_add(r, other, out);
	}
	return errno ? -1 : 0;
}

static int is_older(const void *a, const void *b)
{
	const struct timespec *x = &((const struct sibling *)a)->st.st_mtim,
			      *y = &((const struct sibling *)b)->st.st_mtim;

	if (x->tv_sec != y->tv_sec)
		return x->tv_sec < y->tv_sec ? -1 : 1;
	return x->tv_nsec < y->tv_nsec ? -1 : x->tv_nsec > y->tv_nsec;
}

void siblings_sort(struct siblings *s)
{
	if (s->count)
		qsort(s->items, s->count, sizeof(*s->items), is_older);
}
