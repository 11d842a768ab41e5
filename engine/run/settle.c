/*
 * settle - a worker is gone: who is the culprit, and what becomes of the other jobs that it held.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "engine/base/auto.h"
#include "engine/base/clock.h"
#include "engine/base/xalloc.h"
#include "engine/run/details.h"
#include "engine/run/lanes.h"
#include "engine/run/schedule.h"

/* Workers of a lane that may die in a row without one ended check. */
#define DEATHS_MAX 3

void lanes_end_job(struct lanes *l, struct job *j, enum kind kind, const char *text)
{
	struct outcome o = outcome_make(j->check, STATUS_ERROR, kind, text);

	l->finish(l->ctx, j, &o);
}

void pool_end(struct pool *p, enum kind kind, const char *reason)
{
	struct job *j;

	while ((j = job_list_take(&p->ready)) || (j = job_list_take(&p->tabled)))
		lanes_end_job(p->lanes, j, kind, reason);
	while (p->halves) {
		struct half *h = p->halves;

		p->halves = h->next;
		while ((j = job_list_take(&h->jobs)))
			lanes_end_job(p->lanes, j, kind, reason);
		free(h);
	}
}

/* Whoever waits for a server of files can be killed on some kernels and not on others; it hangs on
 * the mount all the same. */
static bool hangs_on_mount(const struct worker *w, const struct job *j)
{
	auto_free char *path = w->why == KIND_KILLED && !j->sighting
				       ? check_path(j->check, w->sv->shop.place)
				       : NULL;
	bool remote = false;

	if (path)
		free(mount_of(path, w->sv->shop.place, &remote));
	return remote;
}

static enum kind kind_of_end(const struct worker *w, bool blocked)
{
	if (blocked)
		return KIND_BLOCKED;
	if (w->why == KIND_KILLED)
		return KIND_KILLED;
	if (WIFEXITED(w->status) && WEXITSTATUS(w->status) == XALLOC_EXIT)
		return KIND_RESOURCE;
	return KIND_CRASHED;
}

static char *text_of_end(const struct worker *w, const struct job *j, enum kind kind, int64_t ran)
{
	auto_free char *how = worker_how_it_ended(w);
	char spent[32];

	clock_human(ran, spent, sizeof(spent));
	switch (kind) {
	case KIND_BLOCKED:
		if (w->why == KIND_KILLED && hangs_on_mount(w, j))
			return xasprintf("the file system that it lies on does not answer (after "
					 "%s)",
					 spent);
		return xasprintf("it waits in the kernel and cannot be ended (after %s)", spent);
	case KIND_KILLED:
		if (j->sighting)
			return xasprintf("killed: judging what was observed took longer than %s",
					 spent);
		return xasprintf("killed: its code still ran after %s", spent);
	case KIND_RESOURCE:
		return xstrdup("out of memory");
	default:
		if (w->why == KIND_CRASHED)
			return xstrdup("the worker that ran it sent what no worker may send, and "
				       "was ended");
		return xasprintf("the worker that ran it %s", how);
	}
}

/* What the worker said before it died may tell why. */
static void add_output(const struct worker *w, struct outcome *o)
{
	auto_free char *text = tell_text(NULL, buf_text(&w->output_tail), w->output_tail.max);
	json_t *details = o->details ? json_loads(o->details, 0, NULL) : NULL;
	json_t *row;

	if (!details || !*text) {
		json_decref(details);
		return;
	}
	row = json_pack("{s:s, s:s, s:I, s:b, s:b}", "name", "worker output", "text", text, "bytes",
			(json_int_t)w->output_seen, "truncated",
			w->output_seen > w->output_tail.len, "lossy", 0);
	json_object_set_new(details, "evidence", json_pack("[o]", row));
	free(o->details);
	o->details = json_dumps(details, JSON_COMPACT);
	json_decref(details);
}

static void end_culprit(const struct worker *w, struct job *j, bool left, int64_t since)
{
	enum kind kind = kind_of_end(w, left || hangs_on_mount(w, j));
	int64_t ran = clock_mono() - (since ? since : j->given);
	auto_free char *text = text_of_end(w, j, kind, ran);
	struct outcome o = outcome_make(j->check, STATUS_ERROR, kind, text);

	o.started = clock_real() - ran;
	o.duration = ran;
	add_output(w, &o);
	w->pool->lanes->finish(w->pool->lanes->ctx, j, &o);
}

void lanes_block_mount(struct lanes *l, const struct job *j)
{
	auto_free char *path = check_path(j->check, l->sv->shop.place);
	char *mount = path ? mount_of(path, l->sv->shop.place, NULL) : NULL;

	if (!mount)
		return;
	array_grow(l->blocked, l->blocked_count, l->blocked_cap);
	l->blocked[l->blocked_count++] = mount;
}

/* One of these has killed the worker, and it is not known which: two halves, each to a worker of
 * its own. */
static void split(struct pool *p, struct job_list *suspects)
{
	size_t first = suspects->count / 2;

	p->was_split = true;
	for (int i = 0; i < 2; i++) {
		struct half *h = xcalloc(1, sizeof(*h));

		while (suspects->count > (i == 0 ? first : 0))
			job_list_add(&h->jobs, job_list_take(suspects));
		h->next = p->halves;
		p->halves = h;
	}
}

static void count_death(struct pool *p, const struct worker *w)
{
	auto_free char *how = worker_how_it_ended(w);

	if (++p->deaths < DEATHS_MAX)
		return;
	free(p->ended);
	p->ended_as = worker_was_made(w) ? KIND_CRASHED : KIND_RESOURCE;
	p->ended = xasprintf("its lane is at its end: %d %s workers in a row died without one "
			     "ended check (the last %s)",
			     DEATHS_MAX, lane_name(p->lane), how);
}

/* Jobs that the worker had not begun, or that may be begun again, go back to the front of the queue
 * in their order. */
static void requeue(struct pool *p, struct job_list *list)
{
	while (list->last) {
		struct job *j = list->last;

		job_list_remove(j);
		job_list_add_first(p->lane == LANE_LOCAL && j->check->type->table && !j->sighting
					   ? &p->tabled
					   : &p->ready,
				   j);
	}
}

static bool runs_once(const struct worker *w)
{
	return w->role == ROLE_ISOLATED || w->role == ROLE_COMMAND;
}

/* Sort what it held: the culprit ends, the innocent are handed out anew, where it is not known, all
 * that had begun are suspects. */
static void sort_jobs(struct worker *w, bool left, struct job_list *innocent,
		      struct job_list *suspects)
{
	uint32_t number, next = atomic_load(&w->slot->next);
	int64_t since;
	/* a worker that sent nonsense may have gone on to another check before that was noticed */
	bool known = slot_look(w->slot, &number, &since) && number && w->why != KIND_CRASHED;
	bool many = w->role == ROLE_NETWORK || (w->role == ROLE_LOCAL && w->why == KIND_CRASHED);
	struct job *j;

	while ((j = job_list_take(&w->jobs))) {
		bool begun = j->serial < next, culprit = known && number - 1 == j->number;

		j->worker = NULL;
		if (culprit && (left || hangs_on_mount(w, j)))
			lanes_block_mount(w->pool->lanes, j);
		if (culprit || (begun && runs_once(w)))
			end_culprit(w, j, left, culprit ? since : 0);
		else
			job_list_add(begun && many && !known ? suspects : innocent, j);
	}
	while ((j = job_list_take(&w->own)))
		job_list_add(innocent, j);
}

/* A worker that ended no check by its death, though it was to carry some out. */
static bool died_in_vain(const struct worker *w, size_t held, size_t innocent)
{
	if (w->retired)
		return false;
	if (w->role == ROLE_PARENT)
		return true;
	/* one that was never forked has died of its parent's death, which counts already */
	return innocent > 0 && held == innocent && (w->pid || w->why == KIND_RESOURCE);
}

/* The lane parent is gone: workers that it has not forked never will be. */
static void leave_alone(struct pool *p)
{
	p->parent = NULL;
	for (struct worker *w = p->lanes->sv->workers; w; w = w->next) {
		if (w->pool != p || w->state != WORKER_STARTING)
			continue;
		w->parent_gone = true;
		if (!w->watch)
			worker_clock(w, clock_mono());
	}
}

/* Its lane parent was asked for it and says nothing: stopped, or held by what it has loaded. */
static bool was_never_born(const struct worker *w)
{
	return w->state == WORKER_STARTING && !w->parent_gone && w->why != KIND_RESOURCE;
}

void lanes_settle(struct worker *w, bool left)
{
	struct pool *p = w->pool;
	struct job_list innocent = { 0 }, suspects = { 0 };
	size_t held;

	lanes_take_outbox(w, true);
	held = w->jobs.count + w->own.count;
	if (w->role == ROLE_PARENT)
		leave_alone(p);
	else
		p->workers--;
	sort_jobs(w, left, &innocent, &suspects);
	if (died_in_vain(w, held, innocent.count))
		count_death(p, w);
	else if (held && w->pid)
		p->deaths = 0;
	if (was_never_born(w) && p->parent)
		worker_kill(p->parent, KIND_KILLED);
	if (suspects.count == 1)
		end_culprit(w, job_list_take(&suspects), left, 0);
	else if (suspects.count)
		split(p, &suspects);
	requeue(p, &innocent);
	if (p->ended)
		pool_end(p, p->ended_as, p->ended);
}
