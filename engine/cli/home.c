#include "engine/cli/home.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/err.h"
#include "engine/base/io.h"
#include "engine/base/text.h"
#include "engine/base/xalloc.h"

/* configure writes this file into the build folder; its content is the source folder. */
#define BUILD_TREE_MARK "rounds.build-tree"

void text_list_add(struct text_list *l, const char *text)
{
	l->items = xrealloc(l->items, l->count + 1, sizeof(*l->items));
	l->items[l->count++] = xstrdup(text);
}

void text_list_release(struct text_list *l)
{
	for (size_t i = 0; i < l->count; i++)
		free(l->items[i]);
	free(l->items);
	*l = (struct text_list){ 0 };
}

/* The folder of the running program, or NULL where /proc does not say. */
static char *program_folder(void)
{
	char path[PATH_MAX];
	const ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 1);
	char *slash;

	if (len <= 0)
		return NULL;
	path[len] = '\0';
	slash = strrchr(path, '/');
	return slash ? xmemdup0(path, (size_t)(slash - path)) : NULL;
}

/* The source folder when the program lies in a build tree, else NULL. */
static char *build_tree_source(const char *folder)
{
	auto_free char *mark = xasprintf("%s/" BUILD_TREE_MARK, folder);
	auto_buf struct buf text = BUF_INIT(PATH_MAX);

	if (access(mark, R_OK) != 0 || io_read_file(mark, &text, NULL) != 0)
		return NULL;
	return xmemdup0(buf_text(&text), strcspn(buf_text(&text), "\n"));
}

/* What was installed as `path`: below the folder that the whole installation was moved to (an
 * unpacked image, DESTDIR), where the program lies in one. */
static char *installed(const char *folder, const char *path)
{
	const size_t len = folder ? strlen(folder) : 0, own = strlen(ROUNDS_BINDIR);
	auto_free char *moved = NULL;

	if (len > own && !strcmp(folder + len - own, ROUNDS_BINDIR)) {
		moved = xasprintf("%.*s%s", (int)(len - own), folder, path);
		if (access(moved, F_OK) == 0)
			return TAKE(moved);
	}
	return xstrdup(path);
}

static void folders_add(struct text_list *out, const char *list)
{
	while (*list) {
		const size_t len = strcspn(list, ":");
		auto_free char *one = xmemdup0(list, len);

		if (*one)
			text_list_add(out, one);
		list += len + (list[len] == ':');
	}
}

static char *env_or(const char *name, char *otherwise)
{
	const char *value = getenv(name);

	if (!value || !*value)
		return otherwise;
	free(otherwise);
	return xstrdup(value);
}

void home_find(struct home *h)
{
	auto_free char *folder = program_folder();
	auto_free char *source = folder ? build_tree_source(folder) : NULL;
	const char *rulesets = getenv("ROUNDS_RULESETS");
	auto_free char *own = NULL, *data = NULL;

	*h = (struct home){ 0 };
	h->config = env_or("ROUNDS_CONFIG", xstrdup(ROUNDS_SYSCONFDIR));
	h->state = env_or("ROUNDS_STATE", xstrdup(ROUNDS_STATEDIR));
	h->modules = env_or("ROUNDS_MODULES",
			    source ? xasprintf("%s/.libs", folder)
				   : installed(folder, ROUNDS_MODULEDIR));
	if (rulesets)
		folders_add(&h->folders, rulesets);
	own = xasprintf("%s/rulesets", h->config);
	text_list_add(&h->folders, own);
	free(own);
	data = source ? xstrdup(source) : installed(folder, ROUNDS_DATADIR);
	own = xasprintf("%s/rulesets", data);
	text_list_add(&h->folders, own);
}

void home_release(struct home *h)
{
	free(h->modules);
	free(h->config);
	free(h->state);
	text_list_release(&h->folders);
	*h = (struct home){ 0 };
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void home_site_files(const struct home *h, struct text_list *out)
{
	auto_free char *folder = xasprintf("%s/params.d", h->config);
	auto_dir DIR *d = opendir(folder);
	const struct dirent *entry;

	while (d && (entry = readdir(d))) {
		auto_free char *path = xasprintf("%s/%s", folder, entry->d_name);
		struct stat st;

		if (entry->d_name[0] != '.' && text_ends_with(path, ".yaml") &&
		    stat(path, &st) == 0 && S_ISREG(st.st_mode))
			text_list_add(out, path);
	}
	if (out->count)
		qsort(out->items, out->count, sizeof(*out->items), by_name);
}
