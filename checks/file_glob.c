/*
 * file_glob - all files that a pattern finds.
 */
#include "checks/file.h"

#include <string.h>

#include "checks/glob.h"

/* So many are looked at. */
#define FILES_MAX 10000

static bool is_newer(const struct file_seen *a, const struct file_seen *b)
{
	if (a->st.st_mtim.tv_sec != b->st.st_mtim.tv_sec)
		return a->st.st_mtim.tv_sec > b->st.st_mtim.tv_sec;
	return a->st.st_mtim.tv_nsec > b->st.st_mtim.tv_nsec;
}

/* Into the list what is there, and the newest of it. 0 also when one cannot be looked at: the
 * observer knows. */
static int look_at_all(const struct glob_found *g, json_t *list, struct file_seen *newest,
		       struct observer *o, struct err **e)
{
	for (size_t i = 0; i < g->count; i++) {
		struct file_seen f;
		json_t *item;
		int there = file_look(g->paths[i], &f, o);

		if (there < 0)
			return 0;
		if (!there)
			continue;
		item = file_stat_json(&f, o, e);
		if (!item)
			return -1;
		json_object_set_new(item, "path", observer_text(f.path, strlen(f.path)));
		json_array_append_new(list, item);
		if (!newest->path || is_newer(&f, newest))
			*newest = f;
	}
	return 0;
}

static int tell_all(const struct file_query *q, const struct glob_found *g, struct observer *o,
		    struct err **e)
{
	struct file_seen newest = { .path = NULL };
	json_t *list = json_array();
	int looked = look_at_all(g, list, &newest, o, e);

	observer_set_int(o, "count", (int64_t)json_array_size(list));
	observer_set(o, "files", list);
	if (looked < 0 || observer_kind(o) != KIND_NONE)
		return looked;
	if (!newest.path) {
		observer_set_bool(o, "exists", false);
		observer_trace(o, "nothing matches '%s'", q->glob);
		return 0;
	}
	observer_trace(o, "the newest is '%s'", newest.path);
	return file_tell(q, &newest, o, e);
}

int file_observe_glob(const struct file_query *q, struct observer *o, struct err **e)
{
	auto_glob struct glob_found g = { 0 };

	glob_find(observer_root(o), q->glob, FILES_MAX, &g);
	if (g.errnum) {
		file_trouble(g.blocked_path, g.errnum, o);
		return 0;
	}
	if (!g.more)
		return tell_all(q, &g, o, e);
	observer_set_bool(o, "exists", true);
	observer_trouble(o, KIND_TOO_LARGE, "'%s' finds more than %d files", q->glob, FILES_MAX);
	return 0;
}
