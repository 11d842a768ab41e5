#include "engine/store/task.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "engine/base/auto.h"
#include "engine/base/clock.h"
#include "engine/base/err.h"
#include "engine/base/log.h"
#include "engine/base/text.h"
#include "engine/base/xalloc.h"
#include "engine/result/result.h"
#include "engine/store/history.h"
#include "engine/store/state_file.h"

#define FILE_NAME "log-cursors.json"
#define FORMAT "rounds-log-cursors/1"
#define LOST "what the last run has read of logs"
/* A check that was not run for so long is forgotten. */
#define FORGET_AFTER (INT64_C(400) * 24 * 3600)

/* The rows of the file: { ID: { time (seconds), state } }. */
struct task {
	char *folder, *path;
	int lock;
	struct err *unwritable;
	json_t *rows, *states;
	struct history *history;
	json_t *failing;
};

static void json_cleanup(json_t **j)
{
	json_decref(*j);
}

#define auto_json __attribute__((cleanup(json_cleanup)))

/* Never NULL. */
static json_t *rows_read(const char *path, struct log *log)
{
	auto_json json_t *file = state_file_read(path, FORMAT, LOST, log);
	json_t *rows = json_object_get(file, "checks");

	return json_is_object(rows) ? json_incref(rows) : json_object();
}

static json_t *states_of(json_t *rows)
{
	json_t *states = json_object(), *row;
	const char *id;

	json_object_foreach(rows, id, row) if (json_is_object(json_object_get(row, "state")))
		json_object_set(states, id, json_object_get(row, "state"));
	return states;
}

/* Every folder of the path, as far as it is not there. */
static int make_folders(const char *path, struct err **e)
{
	auto_free char *part = xstrdup(path);

	for (char *c = part + 1;; c++) {
		const char was = *c;

		if (was != '/' && was)
			continue;
		*c = '\0';
		if (mkdir(part, 0755) < 0 && errno != EEXIST)
			return err_errno(e, ERR_CREATE, "'%s'", part);
		*c = was;
		if (!was)
			return 0;
	}
}

/* -1 when another run has it. That it cannot be made at all is kept for task_keep. */
static int take_lock(struct task *t, const char *name, struct err **e)
{
	auto_free char *path = xasprintf("%s/lock", t->folder);

	if (make_folders(t->folder, &t->unwritable) < 0)
		return 0;
	t->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (t->lock < 0) {
		err_errno_(&t->unwritable, ERR_CREATE, "'%s'", path);
		return 0;
	}
	if (flock(t->lock, LOCK_EX | LOCK_NB) == 0)
		return 0;
	if (errno == EWOULDBLOCK)
		return err_set(e, ERR_BUSY, "another run of task '%s' is under way", name);
	err_errno_(&t->unwritable, ERR_CREATE, "'%s'", path);
	return 0;
}

struct task *task_open(const char *state_dir, const char *name, struct log *log, struct err **e)
{
	struct task *t;

	if (!text_is_label(name) || *name == '.') {
		err_set(e, ERR_USAGE,
			"'%s' is no name for a task: letters, digits, '.', '_' and '-'", name);
		return NULL;
	}
	t = xcalloc(1, sizeof(*t));
	t->lock = -1;
	t->folder = xasprintf("%s/tasks/%s", state_dir, name);
	t->path = xasprintf("%s/" FILE_NAME, t->folder);
	if (take_lock(t, name, e) < 0) {
		task_close(t);
		return NULL;
	}
	if (t->unwritable)
		log_say(log, LOG_WARNING, "task '%s': its state cannot be written: %s", name,
			err_text(t->unwritable));
	t->rows = rows_read(t->path, log);
	t->states = states_of(t->rows);
	t->history = history_read(t->folder, log);
	t->failing = history_failing(t->history);
	return t;
}

void task_close(struct task *t)
{
	if (!t)
		return;
	if (t->lock >= 0)
		close(t->lock);
	err_free(t->unwritable);
	json_decref(t->rows);
	json_decref(t->states);
	json_decref(t->failing);
	history_free(t->history);
	free(t->folder);
	free(t->path);
	free(t);
}

json_t *task_states(const struct task *t)
{
	return t->states;
}

const json_t *task_failing(const struct task *t)
{
	return t->failing;
}

static int64_t row_time(const json_t *row)
{
	return json_integer_value(json_object_get(row, "time"));
}

static void put_rows(json_t *rows, const struct run *r, int64_t now)
{
	for (size_t i = 0; i < r->count; i++) {
		const struct result *x = &r->results[i];
		json_t *state = x->state ? json_loads(x->state, 0, NULL) : NULL;

		if (json_is_object(state) && x->id)
			json_object_set_new(
				rows, x->id,
				json_pack("{s:I, s:O}", "time", (json_int_t)now, "state", state));
		json_decref(state);
	}
}

static void forget_old(json_t *rows, int64_t now)
{
	json_t *row;
	const char *id;
	void *next;

	json_object_foreach_safe(rows, next, id, row) if (row_time(row) < now - FORGET_AFTER)
		json_object_del(rows, id);
}

int task_keep(struct task *t, const struct run *r, struct err **e)
{
	const int64_t now = clock_real() / NS_PER_S;
	auto_json json_t *file = NULL;

	if (t->unwritable)
		return err_set(e, ERR_CREATE, "its state cannot be written: %s",
			       err_text(t->unwritable));
	put_rows(t->rows, r, now);
	forget_old(t->rows, now);
	file = json_pack("{s:s, s:O}", "format", FORMAT, "checks", t->rows);
	if (state_file_write(t->path, file, e) < 0)
		return -1;
	history_add(t->history, r);
	return history_write(t->history, e);
}

/* Of each check the newest row. */
static void take_newer(json_t *into, json_t *rows)
{
	json_t *row;
	const char *id;

	json_object_foreach(rows, id, row) if (row_time(row) > row_time(json_object_get(into, id)))
		json_object_set(into, id, row);
}

json_t *task_states_of_all(const char *state_dir, struct log *log)
{
	auto_free char *folder = xasprintf("%s/tasks", state_dir);
	auto_dir DIR *dir = opendir(folder);
	auto_json json_t *newest = json_object();
	const struct dirent *d;

	if (!dir && errno != ENOENT)
		log_say(log, LOG_WARNING, "'%s': %s", folder, strerror(errno));
	while (dir && (d = readdir(dir))) {
		auto_free char *path = xasprintf("%s/%s/" FILE_NAME, folder, d->d_name);
		auto_json json_t *rows = NULL;

		if (*d->d_name == '.')
			continue;
		rows = rows_read(path, log);
		take_newer(newest, rows);
	}
	return states_of(newest);
}
