/*
 * find - where rulesets are: files, folders, names.
 *
 * A folder may hold other YAML files; a ruleset is told by its top-level keys, read line by line,
 * so that a file with mistakes is found, too.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/err.h"
#include "engine/base/io.h"
#include "engine/base/text.h"
#include "engine/base/xalloc.h"
#include "engine/ruleset/load.h"

#define FILE_MAX ((size_t)4 << 20)
#define DEPTH_MAX 16

static void list_add(struct text_list *list, const char *text)
{
	list->items = xrealloc(list->items, list->count + 2, sizeof(*list->items));
	list->items[list->count++] = xstrdup(text);
	list->items[list->count] = NULL;
}

static void list_clear(struct text_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i]);
	free(list->items);
	*list = (struct text_list){ 0 };
}

#define auto_list __attribute__((cleanup(list_clear)))

/* The value of a top-level key as it is written, without quotes and comment; NULL when the line is
 * another's. */
static char *value_of(const char *line, size_t len, const char *key)
{
	size_t n = strlen(key);
	auto_free char *copy = NULL;
	char *value;

	if (len <= n || strncmp(line, key, n) || line[n] != ':')
		return NULL;
	copy = xmemdup0(line + n + 1, len - n - 1);
	value = copy + strspn(copy, " \t\"'");
	value[strcspn(value, " \t\r\"'#")] = '\0';
	return xstrdup(value);
}

/* Whether the file is a ruleset; *name: as it calls itself, or NULL. */
static bool is_ruleset(const char *path, char **name)
{
	auto_buf struct buf text = BUF_INIT(FILE_MAX);
	auto_err struct err *e = NULL;
	bool found = false;

	*name = NULL;
	if (io_read_file(path, &text, &e))
		return err_code(e) != ERR_NOT_FOUND && text_ends_with(path, ".yaml") &&
		       text.len == FILE_MAX;
	for (const char *line = buf_text(&text); *line;) {
		size_t len = strcspn(line, "\n");
		auto_free char *checks = value_of(line, len, "checks");

		if (!*name)
			*name = value_of(line, len, "ruleset");
		found = found || checks || *name;
		line += len + (line[len] == '\n');
	}
	return found;
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_yaml(const char *name)
{
	return text_ends_with(name, ".yaml") || text_ends_with(name, ".yml");
}

static int list_folder(const char *folder, struct text_list *names, struct err **e)
{
	auto_dir DIR *dir = opendir(folder);
	const struct dirent *entry;

	if (!dir)
		return err_errno(e, ERR_SYSTEM, "'%s'", folder);
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			list_add(names, entry->d_name);
	if (names->count)
		qsort(names->items, names->count, sizeof(*names->items), compare_texts);
	return 0;
}

/* Every YAML file below, sorted; `fn` says what becomes of it. */
static int walk(const char *folder, unsigned depth, void (*fn)(void *ctx, const char *path),
		void *ctx, struct err **e)
{
	auto_list struct text_list names = { 0 };

	if (depth > DEPTH_MAX)
		return 0;
	if (list_folder(folder, &names, e))
		return -1;
	for (size_t i = 0; i < names.count; i++) {
		auto_free char *path = xasprintf(
			"%s%s%s", folder, text_ends_with(folder, "/") ? "" : "/", names.items[i]);
		struct stat st;

		if (stat(path, &st))
			continue;
		if (S_ISDIR(st.st_mode) && walk(path, depth + 1, fn, ctx, e))
			return -1;
		if (S_ISREG(st.st_mode) && is_yaml(names.items[i]))
			fn(ctx, path);
	}
	return 0;
}

static void add_ruleset(void *ctx, const char *path)
{
	auto_free char *name = NULL;

	if (is_ruleset(path, &name))
		list_add(ctx, path);
}

static int find_in_folder(const char *folder, struct text_list *paths, struct err **e)
{
	size_t before = paths->count;

	if (walk(folder, 0, add_ruleset, paths, e))
		return -1;
	if (paths->count == before)
		return err_set(e, ERR_NOT_FOUND, "no ruleset in '%s'", folder);
	return 0;
}

/* A search by name: what bears it, and all names that there are. */
struct search {
	const char *what;
	struct text_list named, stems, known;
};

static char *stem_of(const char *path)
{
	const char *base = strrchr(path, '/'), *dot;

	base = base ? base + 1 : path;
	dot = strrchr(base, '.');
	return xmemdup0(base, dot ? (size_t)(dot - base) : strlen(base));
}

static void look_at(void *ctx, const char *path)
{
	struct search *s = ctx;
	auto_free char *name = NULL, *stem = stem_of(path);

	if (!is_ruleset(path, &name))
		return;
	if (name && !strcmp(name, s->what))
		list_add(&s->named, path);
	if (!strcmp(stem, s->what))
		list_add(&s->stems, path);
	list_add(&s->known, stem);
	if (name)
		list_add(&s->known, name);
}

static void search_clear(struct search *s)
{
	list_clear(&s->named);
	list_clear(&s->stems);
	list_clear(&s->known);
}

static int choose(const struct search *s, const struct text_list *found, struct text_list *paths,
		  struct err **e)
{
	if (found->count > 1)
		return err_set(e, ERR_NOT_FOUND,
			       "'%s' is more than one ruleset: '%s' and '%s'; give a path", s->what,
			       found->items[0], found->items[1]);
	list_add(paths, found->items[0]);
	return 0;
}

static int find_by_name(const char *what, const struct text_list *folders, struct text_list *paths,
			struct err **e)
{
	__attribute__((cleanup(search_clear))) struct search s = { .what = what };
	const char *near = NULL;

	/* The first folder that knows the name wins: a site's own ruleset stands before the one
	 * that ships. */
	for (size_t i = 0; i < folders->count; i++) {
		auto_err struct err *ignored = NULL;

		walk(folders->items[i], 0, look_at, &s, &ignored);
		if (s.named.count || s.stems.count)
			return choose(&s, s.named.count ? &s.named : &s.stems, paths, e);
	}
	if (s.known.count)
		near = text_nearest(what, (const char *const *)s.known.items);
	if (near)
		return err_set(e, ERR_NOT_FOUND, "no ruleset '%s'; did you mean '%s'?", what, near);
	return err_set(e, ERR_NOT_FOUND, "no ruleset '%s'; 'rounds list' shows them", what);
}

int ruleset_find(const char *what, const struct text_list *folders, struct text_list *paths,
		 struct err **e)
{
	struct stat st;

	if (!stat(what, &st) && (S_ISDIR(st.st_mode) || strchr(what, '/') || strchr(what, '.'))) {
		if (S_ISDIR(st.st_mode))
			return find_in_folder(what, paths, e);
		list_add(paths, what);
		return 0;
	}
	if (strchr(what, '/') || is_yaml(what))
		return err_set(e, ERR_NOT_FOUND, "'%s': %s", what, strerror(ENOENT));
	return find_by_name(what, folders, paths, e);
}
