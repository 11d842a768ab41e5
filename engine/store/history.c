#include "engine/store/history.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/clock.h"
#include "engine/base/xalloc.h"
#include "engine/result/result.h"
#include "engine/store/state_file.h"

#define FILE_NAME "history.json"
#define FORMAT "rounds-history/1"
#define LOST "how earlier runs of the task ended"

/* runs: [ { id, started, … } ]; rows: { ID: letters }, as many letters as there are runs. */
struct history {
	char *path;
	json_t *runs, *rows;
};

/* A row that does not fit the runs is not from us. */
static void take_rows(struct history *h, const json_t *rows)
{
	json_t *row;
	const char *id;

	json_object_foreach((json_t *)(uintptr_t)rows, id, row)
		if (json_is_string(row) &&
		    json_string_length(row) == json_array_size(h->runs))
			json_object_set(h->rows, id, row);
}

struct history *history_read(const char *folder, struct log *log)
{
	struct history *h = xcalloc(1, sizeof(*h));
	json_t *file, *runs;

	h->path = xasprintf("%s/" FILE_NAME, folder);
	file = state_file_read(h->path, FORMAT, LOST, log);
	runs = json_object_get(file, "runs");
	h->runs = json_is_array(runs) ? json_incref(runs) : json_array();
	h->rows = json_object();
	take_rows(h, json_object_get(file, "checks"));
	json_decref(file);
	return h;
}

void history_free(struct history *h)
{
	if (!h)
		return;
	free(h->path);
	json_decref(h->runs);
	json_decref(h->rows);
	free(h);
}

static json_int_t failed_in_a_row(const char *letters)
{
	json_int_t n = 0;

	for (size_t i = strlen(letters); i > 0 && letters[i - 1] != 'p'; i--)
		n += letters[i - 1] == 'f' || letters[i - 1] == 'n';
	return n;
}

json_t *history_failing(const struct history *h)
{
	json_t *failing = json_object(), *row;
	const char *id;

	json_object_foreach(h->rows, id, row)
	{
		const json_int_t n = failed_in_a_row(json_string_value(row));

		if (n)
			json_object_set_new(failing, id, json_integer(n));
	}
	return failing;
}

static char letter_of(const struct result *x)
{
	static const char letters[STATUS_COUNT] = {
		[STATUS_PASS] = 'p',
		[STATUS_FAIL] = 'f',
		[STATUS_ERROR] = 'e',
		[STATUS_SKIP] = 's',
	};

	return x->pending ? 'n' : letters[x->status];
}

/* The letter of the run that is added; `before` is how many there are. */
static void put_letter(json_t *rows, const char *id, char letter, size_t before)
{
	const char *old = json_string_value(json_object_get(rows, id));
	auto_free char *letters = xcalloc(before + 2, 1);

	if (old)
		memcpy(letters, old, before);
	else
		memset(letters, '.', before);
	letters[before] = letter;
	json_object_set_new(rows, id, json_string(letters));
}

static void put_result(struct history *h, const struct result *x, size_t before)
{
	put_letter(h->rows, x->id, letter_of(x), before);
	for (size_t i = 0; x->entries && x->entries[i]; i++) {
		auto_free char *id = xasprintf("%s#%zu", x->id, i);

		if (x->entries[i] != '.')
			put_letter(h->rows, id, x->entries[i], before);
	}
}

/* Rows that the run said nothing of get their letter; the oldest run goes when there are too many,
 * and with it what was in no other. */
static void even_out(struct history *h)
{
	const size_t runs = json_array_size(h->runs);
	const size_t drop = runs > HISTORY_RUNS_MAX ? runs - HISTORY_RUNS_MAX : 0;
	json_t *row;
	const char *id;
	void *next;

	json_object_foreach_safe(h->rows, next, id, row)
	{
		const char *letters;

		if (json_string_length(row) < runs)
			put_letter(h->rows, id, '.', runs - 1);
		letters = json_string_value(json_object_get(h->rows, id)) + drop;
		if (letters[strspn(letters, ".")] == '\0')
			json_object_del(h->rows, id);
		else if (drop)
			json_object_set_new(h->rows, id, json_string(letters));
	}
	for (size_t i = 0; i < drop; i++)
		json_array_remove(h->runs, 0);
}

static json_t *describe(const struct run *r)
{
	char started[32];
	json_t *o = json_object();

	clock_rfc3339(r->started, started, sizeof(started));
	json_object_set_new(o, "id", json_string(r->id));
	json_object_set_new(o, "trigger", json_string(r->trigger));
	json_object_set_new(o, "started", json_string(started));
	json_object_set_new(o, "duration_ms",
			    json_integer((r->finished - r->started) / NS_PER_MS));
	json_object_set_new(o, "complete", json_boolean(r->complete));
	json_object_set_new(o, "gate", json_string(gate_name(r->gate)));
	json_object_set_new(o, "exit_code", json_integer(r->exit_code));
	for (int s = 0; s < STATUS_COUNT; s++)
		json_object_set_new(o, status_name((enum status)s),
				    json_integer((json_int_t)r->summary.count[s]));
	return o;
}

void history_add(struct history *h, const struct run *r)
{
	const size_t before = json_array_size(h->runs);

	for (size_t i = 0; i < r->count; i++)
		put_result(h, &r->results[i], before);
	json_array_append_new(h->runs, describe(r));
	even_out(h);
}

int history_write(const struct history *h, struct err **e)
{
	json_t *file = json_pack("{s:s, s:O, s:O}", "format", FORMAT, "runs", h->runs, "checks",
				 h->rows);
	const int rc = state_file_write(h->path, file, e);

	json_decref(file);
	return rc;
}
