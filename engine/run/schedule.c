#include "engine/run/schedule.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/pages.h"
#include "engine/base/xalloc.h"
#include "engine/ruleset/items.h"
#include "engine/ruleset/plan.h"
#include "engine/ruleset/ruleset.h"
#include "engine/run/sample.h"

struct node_state {
	struct job *jobs, *last;
	size_t first_edge;
	unsigned edges;   /* of those that wait for it */
	unsigned pending; /* edges to checks that are not over */
	unsigned open;    /* its jobs that are not over */
	bool free;        /* taken out of waiting */
};

/* Jobs stay where they are, since others point to them. */
#define CHUNK_SIZE ((size_t)32 * 1024)
#define JOBS_PER_CHUNK (CHUNK_SIZE / sizeof(struct job))

struct schedule {
	const struct plan *plan;
	struct node_state *checks;
	size_t *edges; /* waiting checks, grouped by what they wait for */
	size_t *ripe;  /* checks without pending edges: a queue that every check enters once */
	size_t ripe_first, ripe_count;
	struct job **chunks; /* by number */
	size_t chunk_count, chunk_cap;
	struct result *results; /* of each check's first job, by its place in the plan (others have
				   room of their own); NULL: none is over */
	size_t count;
	struct job_list fresh; /* made, not yet taken */
	size_t open;
	const struct ending *cut;
};

/* Calls fn for every edge from check i: what it needs, captures, takes its items from. */
static void each_edge(const struct schedule *s, size_t i,
		      void (*fn)(struct schedule *, size_t from, size_t to), struct schedule *into)
{
	const struct check *c = &s->plan->checks[i];

	for (size_t n = 0; n < c->need_count; n++)
		fn(into, i, c->needs[n]);
	for (size_t n = 0; n < c->capture_count; n++)
		for (size_t k = 0; k < c->captures[n].count; k++)
			fn(into, i, c->captures[n].first + k);
	for (size_t k = 0; c->item_source && k < c->item_source->count; k++)
		fn(into, i, c->item_source->first + k);
}

static void edge_count(struct schedule *s, size_t from, size_t to)
{
	s->checks[from].pending++;
	s->checks[to].edges++;
}

static void edge_put(struct schedule *s, size_t from, size_t to)
{
	struct node_state *target = &s->checks[to];

	s->edges[target->first_edge + target->edges++] = from;
}

static void edges_make(struct schedule *s)
{
	size_t total = 0;

	for (size_t i = 0; i < s->plan->count; i++)
		each_edge(s, i, edge_count, s);
	for (size_t i = 0; i < s->plan->count; i++) {
		s->checks[i].first_edge = total;
		total += s->checks[i].edges;
		s->checks[i].edges = 0;
	}
	s->edges = xcalloc(total + 1, sizeof(*s->edges));
	for (size_t i = 0; total && i < s->plan->count; i++)
		each_edge(s, i, edge_put, s);
}

static size_t states_size(const struct schedule *s)
{
	return (s->plan->count + 1) * sizeof(*s->checks);
}

struct schedule *schedule_new(const struct plan *plan)
{
	struct schedule *s = xcalloc(1, sizeof(*s));

	s->plan = plan;
	s->checks = pages_take(states_size(s));
	s->ripe = xcalloc(plan->count + 1, sizeof(*s->ripe));
	s->open = plan->count;
	edges_make(s);
	for (size_t i = 0; i < plan->count; i++)
		if (!s->checks[i].pending)
			s->ripe[s->ripe_count++] = i;
	return s;
}

static struct job *job_at(const struct schedule *s, size_t number)
{
	return &s->chunks[number / JOBS_PER_CHUNK][number % JOBS_PER_CHUNK];
}

static struct job *job_room(struct schedule *s)
{
	if (s->count == s->chunk_count * JOBS_PER_CHUNK) {
		array_grow(s->chunks, s->chunk_count, s->chunk_cap);
		s->chunks[s->chunk_count++] = pages_take(CHUNK_SIZE);
	}
	return job_at(s, s->count);
}

static bool is_first(const struct schedule *s, const struct job *j)
{
	return s->checks[j->check->index].jobs == j;
}

struct result *schedule_result(struct schedule *s, struct job *j)
{
	/* not before: pages that are touched before a worker is forked are copied after it */
	if (!s->results)
		s->results = xcalloc(s->plan->count + 1, sizeof(*s->results));
	j->result = is_first(s, j) ? &s->results[j->check->index]
				   : xcalloc(1, sizeof(*j->result));
	return j->result;
}

struct result *schedule_take_results(struct schedule *s, size_t *count)
{
	struct result *all;
	size_t n = 0;

	*count = s->count;
	if (s->results && s->count == s->plan->count) /* no check has a second job */
		return TAKE(s->results);
	all = xcalloc(s->count + 1, sizeof(*all));
	for (size_t i = 0; i < s->plan->count; i++)
		for (struct job *j = s->checks[i].jobs; j; j = j->sibling) {
			all[n++] = *j->result;
			*j->result = (struct result){ 0 };
		}
	return all;
}

static void job_release(const struct schedule *s, struct job *j)
{
	json_decref(j->item);
	free(j->item_id);
	free(j->captures);
	free(j->sighting);
	if (j->known)
		outcome_release(j->known);
	free(j->known);
	json_decref(j->exports);
	for (size_t i = 0; i < j->try_count; i++)
		free(j->tries[i].message);
	free(j->tries);
	sampling_free(j->sampling);
	if (j->result && !is_first(s, j)) {
		result_release(j->result);
		free(j->result);
	}
}

void schedule_free(struct schedule *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->count; i++)
		job_release(s, job_at(s, i));
	for (size_t i = 0; s->results && i < s->plan->count; i++)
		result_release(&s->results[i]);
	for (size_t i = 0; i < s->chunk_count; i++)
		pages_give(s->chunks[i], CHUNK_SIZE);
	free(s->chunks);
	free(s->results);
	pages_give(s->checks, states_size(s));
	free(s->edges);
	free(s->ripe);
	free(s);
}

static struct job *job_new(struct schedule *s, const struct check *c)
{
	struct node_state *state = &s->checks[c->index];
	struct job *j = job_room(s);

	j->number = (uint32_t)s->count++;
	j->check = c;
	*(state->last ? &state->last->sibling : &state->jobs) = j;
	state->last = j;
	state->open++;
	job_list_add(&s->fresh, j);
	return j;
}

/* A check whose outcome is known without a worker. */
static void decide(struct schedule *s, const struct check *c, enum status status, enum kind kind,
		   const char *reason)
{
	struct job *j = job_new(s, c);

	j->known = xcalloc(1, sizeof(*j->known));
	*j->known = outcome_make(c, status, kind, reason);
}

static const char *how_it_ended(enum status status)
{
	switch (status) {
	case STATUS_FAIL:
		return "failed";
	case STATUS_ERROR:
		return "ended in an error";
	default:
		return "was skipped";
	}
}

/* Whether the job is of the item that d[item] means: by what stands in its id, or by its value. One
 * without a runtime item is of all. */
static bool is_of_item(const struct job *j, const char *item)
{
	auto_free char *shown = NULL, *id = NULL;

	if (!j->item || !item)
		return true;
	id = xasprintf("%s[%s]", j->check->id, item);
	shown = item_shown(j->item);
	return !strcmp(id, j->item_id) || !strcmp(shown, item);
}

static void decide_no_item(struct schedule *s, const struct check *c, const char *what,
			   const struct check *of, const char *item)
{
	auto_free char *text = xasprintf("%s: %s has no item '%s' in this run", what, of->id, item);

	decide(s, c, STATUS_ERROR, KIND_CAPTURE, text);
}

/* Whether everything that it needs has passed; else it is skipped. */
static bool needs_met(struct schedule *s, const struct check *c)
{
	for (size_t i = 0; i < c->need_count; i++) {
		const struct check *of = &s->plan->checks[c->needs[i]];
		const char *item = c->need_items ? c->need_items[i] : NULL;
		const struct job *j = s->checks[c->needs[i]].jobs;
		bool found = false;

		while (j && (!is_of_item(j, item) || j->result->status == STATUS_PASS)) {
			found |= is_of_item(j, item);
			j = j->sibling;
		}
		if (!j && !found) {
			decide_no_item(s, c, "needs", of, item);
			return false;
		}
		if (j) {
			auto_free char *reason = xasprintf("needs %s, which %s",
							   item && j->item ? j->item_id : of->id,
							   how_it_ended(j->result->status));

			decide(s, c, STATUS_SKIP, KIND_NONE, reason);
			return false;
		}
	}
	return true;
}

/* What one job has for a capture: a new reference; NULL when the capturing check is decided by it.
 */
static json_t *captured_of(struct schedule *s, const struct check *c, const struct capture *capture,
			   const struct job *j)
{
	json_t *value = json_object_get(j->exports, capture->path);
	auto_free char *text = NULL;

	if (value)
		return json_incref(value);
	if (j->result->status == STATUS_SKIP) {
		decide(s, c, STATUS_SKIP, KIND_NONE, j->result->message);
		return NULL;
	}
	if (j->exports)
		text = xasprintf("'${%s}': %s has no such fact", capture->name, j->check->id);
	else
		text = xasprintf("'${%s}': there is no observation of %s: %s", capture->name,
				 j->check->id, j->result->message ? j->result->message : "");
	decide(s, c, STATUS_ERROR, KIND_CAPTURE, text);
	return NULL;
}

static json_t *captured(struct schedule *s, const struct check *c, const struct capture *capture)
{
	json_t *all = json_array();

	for (size_t i = capture->first; i < capture->first + capture->count; i++) {
		for (const struct job *j = s->checks[i].jobs; j; j = j->sibling) {
			json_t *value;

			if (!is_of_item(j, capture->item))
				continue;
			value = captured_of(s, c, capture, j);
			if (!value) {
				json_decref(all);
				return NULL;
			}
			json_array_append_new(all, value);
		}
	}
	if (capture->item && !json_array_size(all)) {
		auto_free char *what = xasprintf("'${%s}'", capture->name);

		decide_no_item(s, c, what, &s->plan->checks[capture->first], capture->item);
		json_decref(all);
		return NULL;
	}
	if (!capture->all && json_array_size(all) > 0) {
		json_t *only = json_incref(json_array_get(all, 0));

		json_decref(all);
		return only;
	}
	return all;
}

/* The captures for the worker as JSON text; false when the check is decided by one of them. */
static bool captures_take(struct schedule *s, const struct check *c, char **text)
{
	json_t *map;

	*text = NULL;
	if (!c->capture_count)
		return true;
	map = json_object();
	for (size_t i = 0; i < c->capture_count; i++) {
		json_t *value = captured(s, c, &c->captures[i]);

		if (!value) {
			json_decref(map);
			return false;
		}
		json_object_set_new(map, c->captures[i].name, value);
	}
	*text = json_dumps(map, JSON_COMPACT);
	json_decref(map);
	return true;
}

static void items_decide(struct schedule *s, const struct check *c, const json_t *list)
{
	auto_free char *text = NULL;

	if (!json_is_array(list)) {
		text = xasprintf("for_each: '${%s}' is not a list", c->item_source->name);
		decide(s, c, STATUS_ERROR, KIND_CAPTURE, text);
	} else if (!json_array_size(list)) {
		text = xasprintf("for_each: the list '${%s}' is empty", c->item_source->name);
		decide(s, c, STATUS_FAIL, KIND_NONE, text);
	} else {
		text = xasprintf("for_each: '${%s}' has %zu items, more than %d",
				 c->item_source->name, json_array_size(list), SCHEDULE_ITEMS_MAX);
		decide(s, c, STATUS_ERROR, KIND_CAPTURE, text);
	}
}

static bool id_taken(const struct job *jobs, const char *id)
{
	while (jobs && (!jobs->item_id || strcmp(jobs->item_id, id)))
		jobs = jobs->sibling;
	return jobs;
}

/* Each job of a runtime item gets an id that none of its siblings has: values may be there twice,
 * and one may look like another's number. What is named by its own value comes first. */
static void items_name(struct job *jobs)
{
	size_t number = 0;

	for (struct job *j = jobs; j; j = j->sibling) {
		auto_free char *label = item_label(j->item);
		auto_free char *id = label ? check_item_id(j->check, 0, j->item) : NULL;

		if (id && !id_taken(jobs, id))
			j->item_id = TAKE(id);
	}
	for (struct job *j = jobs; j; j = j->sibling) {
		auto_free char *id = check_item_id(j->check, ++number, j->item);
		auto_free char *first = xstrdup(id);
		const int open = (int)strlen(first) - 1; /* without the bracket */

		for (size_t n = number; !j->item_id && id_taken(jobs, id); n++) {
			free(id);
			id = xasprintf("%.*s.%zu]", open, first, n);
		}
		if (!j->item_id)
			j->item_id = TAKE(id);
	}
}

static void item_jobs_make(struct schedule *s, const struct check *c, const char *captures)
{
	json_t *list = captured(s, c, c->item_source);
	size_t count = json_array_size(list);

	if (!list)
		return;
	if (count == 0 || count > SCHEDULE_ITEMS_MAX)
		items_decide(s, c, list);
	for (size_t i = 0; i < count && count <= SCHEDULE_ITEMS_MAX; i++) {
		struct job *j = job_new(s, c);

		j->item = json_incref(json_array_get(list, i));
		j->captures = captures ? xstrdup(captures) : NULL;
	}
	if (s->checks[c->index].jobs->item)
		items_name(s->checks[c->index].jobs);
	json_decref(list);
}

/* A check has nothing more to wait for: make its jobs. */
static void jobs_make(struct schedule *s, const struct check *c)
{
	auto_free char *captures = NULL;

	if (c->decided == DECIDED_SKIP)
		decide(s, c, STATUS_SKIP, KIND_NONE, c->reason);
	else if (c->decided == DECIDED_ERROR)
		decide(s, c, STATUS_ERROR, c->kind, c->reason);
	else if (s->cut)
		decide(s, c, s->cut->status, s->cut->kind, s->cut->reason);
	else if (needs_met(s, c) && captures_take(s, c, &captures)) {
		if (c->item_source)
			item_jobs_make(s, c, captures);
		else
			job_new(s, c)->captures = TAKE(captures);
	}
}

struct job *schedule_next(struct schedule *s)
{
	while (!s->fresh.count && s->ripe_first < s->ripe_count) {
		const struct check *c = &s->plan->checks[s->ripe[s->ripe_first++]];
		struct node_state *state = &s->checks[c->index];

		if (state->free)
			continue;
		state->free = true;
		jobs_make(s, c);
		s->open += state->open - 1; /* the check counted as one until its jobs were known */
	}
	return job_list_take(&s->fresh);
}

bool schedule_has_next(const struct schedule *s)
{
	return s->fresh.count || s->ripe_first < s->ripe_count;
}

void schedule_over(struct schedule *s, struct job *j)
{
	struct node_state *state = &s->checks[j->check->index];

	j->over = true;
	s->open--;
	if (--state->open > 0)
		return;
	for (size_t i = 0; i < state->edges; i++) {
		size_t waiting = s->edges[state->first_edge + i];

		if (--s->checks[waiting].pending == 0)
			s->ripe[s->ripe_count++] = waiting;
	}
}

void schedule_cut(struct schedule *s, const struct ending *as)
{
	s->cut = as;
}

size_t schedule_open(const struct schedule *s)
{
	return s->open;
}

struct job *schedule_job(const struct schedule *s, uint32_t number)
{
	return number < s->count ? job_at(s, number) : NULL;
}

size_t schedule_count(const struct schedule *s)
{
	return s->count;
}

