/*
 * glob - the files that a pattern finds.
 */
#include "checks/glob.h"

#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/root.h"
#include "engine/base/xalloc.h"

/* {a,b}{a,b}… doubles with each pair: enough is enough. */
#define BRACES_MAX 12

struct walk {
	const struct root *root;
	size_t max;
	struct glob_found *found;
};

/* What is not there is no trouble; all else keeps us from knowing. */
static void walk_failed(struct walk *w, const char *path, int errnum)
{
	if (w->found->errnum || errnum == ENOENT || errnum == ENOTDIR || errnum == ELOOP ||
	    errnum == ENAMETOOLONG)
		return;
	w->found->errnum = errnum;
	w->found->blocked_path = xstrdup(path);
}

static void walk_add(struct walk *w, const char *path)
{
	struct stat st;

	if (root_lstat(w->root, path, &st) < 0) {
		walk_failed(w, path, errno);
		return;
	}
	if (w->found->count == w->max) {
		w->found->more = true;
		return;
	}
	array_grow(w->found->paths, w->found->count, w->found->cap);
	w->found->paths[w->found->count++] = xstrdup(path);
}

static bool is_pattern(const char *step)
{
	return strpbrk(step, "*?[\\");
}

static void walk(struct walk *w, const char *base, const char *rest);

/* `base` ends with '/' or is empty. */
static void walk_into(struct walk *w, const char *base, const char *name, const char *rest)
{
	auto_free char *path = xasprintf("%s%s%s", base, name, *rest ? "/" : "");

	walk(w, path, rest);
}

static void walk_folder(struct walk *w, const char *base, const char *step, const char *rest)
{
	auto_dir DIR *dir = root_opendir(w->root, *base ? base : ".");
	const struct dirent *d;

	if (!dir) {
		walk_failed(w, base, errno);
		return;
	}
	while (!w->found->more && (d = readdir(dir)))
		if (strcmp(d->d_name, ".") && strcmp(d->d_name, "..") &&
		    !fnmatch(step, d->d_name, FNM_PERIOD))
			walk_into(w, base, d->d_name, rest);
}

/* One step of the pattern after the other; as deep as the pattern has steps (of at most PATH_MAX
 * bytes). */
static void walk(struct walk *w, const char *base, const char *rest)
{
	auto_free char *step = NULL;
	size_t n;

	if (!*rest) {
		walk_add(w, base);
		return;
	}
	n = strcspn(rest, "/");
	step = xmemdup0(rest, n);
	rest += n;
	rest += strspn(rest, "/");
	if (is_pattern(step))
		walk_folder(w, base, step, rest);
	else
		walk_into(w, base, step, rest);
}

/* The end of the alternative that begins at s: ',' or '}' of its own level, or NULL. */
static const char *alternative_end(const char *s)
{
	for (int depth = 0; *s; s++) {
		if (*s == '{')
			depth++;
		else if (!depth && (*s == ',' || *s == '}'))
			return s;
		else if (*s == '}')
			depth--;
	}
	return NULL;
}

static const char *brace_end(const char *open)
{
	const char *end = open;

	do
		end = alternative_end(end + 1);
	while (end && *end == ',');
	return end;
}

/* Braces are written out before anything is looked up: a{b,c}d is abd and acd. */
static void expand(struct walk *w, const char *pattern, int braces)
{
	const char *open = strchr(pattern, '{'), *close = open ? brace_end(open) : NULL, *end;

	if (!close || braces == BRACES_MAX) {
		const char *rest = pattern + strspn(pattern, "/");

		walk(w, rest > pattern ? "/" : "", rest);
		return;
	}
	for (const char *at = open + 1; at <= close; at = end + 1) {
		auto_free char *one = NULL;

		end = alternative_end(at);
		one = xasprintf("%.*s%.*s%s", (int)(open - pattern), pattern, (int)(end - at), at,
				close + 1);
		expand(w, one, braces + 1);
	}
}

static int path_compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void found_sort(struct glob_found *f)
{
	size_t kept = 0;

	if (f->count)
		qsort(f->paths, f->count, sizeof(*f->paths), path_compare);
	for (size_t i = 0; i < f->count; i++) {
		if (kept && !strcmp(f->paths[kept - 1], f->paths[i]))
			free(f->paths[i]);
		else
			f->paths[kept++] = f->paths[i];
	}
	f->count = kept;
}

bool glob_is_pattern(const char *path)
{
	return strpbrk(path, "*?[{") != NULL;
}

void glob_find(const struct root *r, const char *pattern, size_t max, struct glob_found *found)
{
	struct walk w = { r, max, found };

	memset(found, 0, sizeof(*found));
	if (strlen(pattern) >= PATH_MAX)
		return;
	expand(&w, pattern, 0);
	found_sort(found);
}

void glob_found_free(struct glob_found *found)
{
	for (size_t i = 0; i < found->count; i++)
		free(found->paths[i]);
	free(found->paths);
	free(found->blocked_path);
}
