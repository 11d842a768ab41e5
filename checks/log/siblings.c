#include "checks/log/siblings.h"

#include <errno.h>
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

static int is_older(const void *a, const void *b)
{
	const struct timespec *x = &((const struct sibling *)a)->st.st_mtim,
			      *y = &((const struct sibling *)b)->st.st_mtim;

	if (x->tv_sec != y->tv_sec)
		return x->tv_sec < y->tv_sec ? -1 : 1;
	return x->tv_nsec < y->tv_nsec ? -1 : x->tv_nsec > y->tv_nsec;
}

static struct sibling *oldest_of(struct siblings *s)
{
	struct sibling *oldest = &s->items[0];

	for (size_t i = 1; i < s->count; i++)
		if (is_older(&s->items[i], oldest) < 0)
			oldest = &s->items[i];
	return oldest;
}

void siblings_add(const struct root *r, const char *path, struct siblings *out)
{
	struct sibling one, *oldest;

	if (root_stat(r, path, &one.st) < 0 || !S_ISREG(one.st.st_mode) || is_known(out, &one.st))
		return;
	if (out->count < SIBLINGS_MAX) {
		array_grow(out->items, out->count, out->cap);
		one.path = xstrdup(path);
		out->items[out->count++] = one;
		return;
	}
	oldest = oldest_of(out);
	if (is_older(&one, oldest) <= 0)
		return;
	free(oldest->path);
	one.path = xstrdup(path);
	*oldest = one;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The same name but for its digits, and for an ending that compression gives. */
static bool same_but_digits(const char *a, const char *b)
{
	bool any = false;

	while (*a && *b) {
		bool digits = is_digit(*a) && is_digit(*b);

		if (!digits && *a++ != *b++)
			return false;
		any |= digits;
		while (digits && is_digit(*a))
			a++;
		while (digits && is_digit(*b))
			b++;
	}
	return any && !*b && (!*a || !strcmp(a, ".gz"));
}

/* app.log as app.2026-09-28.0.log.gz or app-3.log.gz: what stands before the extension is made of
 * digits; of a file that is not compressed it must be a date, else it may be another's log. */
static bool is_dated(const char *name, const char *log)
{
	const char *dot = strrchr(log, '.');
	size_t stem = dot ? (size_t)(dot - log) : 0, digits = 0;
	const char *at = name + stem;

	if (!stem || strncmp(name, log, stem) || !*at || !strchr(".-_", *at))
		return false;
	for (; is_digit(*at) || (*at && strchr("-_", *at)) || (*at == '.' && is_digit(at[1])); at++)
		digits += is_digit(*at);
	if (!strncmp(at, dot, strlen(dot)))
		at += strlen(dot);
	return !strcmp(at, ".gz") ? digits > 0 : !*at && digits >= 6;
}

bool siblings_are(const char *name, const char *log, bool numbered)
{
	size_t len = strlen(log);

	if (!strcmp(name, log))
		return false;
	if (!strncmp(name, log, len) && strchr(".-_", name[len]))
		return true;
	return is_dated(name, log) || (numbered && same_but_digits(name, log));
}

static bool is_sibling(const struct dirent *d, const char *name, const struct kinship *k)
{
	if (k->inode && d->d_ino == k->inode && strcmp(d->d_name, name) != 0)
		return true;
	return siblings_are(d->d_name, name, k->numbered);
}

int siblings_find(const struct root *r, const char *path, const struct kinship *k,
		  struct siblings *out)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	auto_free char *folder = slash ? xmemdup0(path, (size_t)(slash - path) + 1) : xstrdup(".");
	auto_dir DIR *dir = root_opendir(r, folder);
	const struct dirent *d;

	if (!dir)
		return -1;
	while (errno = 0, (d = readdir(dir))) {
		auto_free char *other = NULL;

		if (!is_sibling(d, name, k))
			continue;
		other = xasprintf("%s%s%s", folder, slash ? "" : "/", d->d_name);
		siblings_add(r, other, out);
	}
	return errno ? -1 : 0;
}

void siblings_sort(struct siblings *s)
{
	if (s->count)
		qsort(s->items, s->count, sizeof(*s->items), is_older);
}
