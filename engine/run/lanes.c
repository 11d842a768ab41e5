#include "engine/run/lanes.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/auto.h"
#include "engine/base/clock.h"
#include "engine/base/err.h"
#include "engine/base/xalloc.h"
#include "engine/ruleset/plan.h"
#include "engine/ruleset/ruleset.h"
#include "engine/run/assignment.h"
#include "engine/run/in_flight.h"
#include "engine/run/schedule.h"

/* Jobs on connections are given in batches of this many. */
#define BATCH 32
/* From so many on a second local worker pays, from twice as many a third. */
#define LOCAL_MANY 256
/* Plain connections from which a second network worker pays, and requests by a module's library,
 * which cost four times as much, but it has to be loaded twice. */
#define NETWORK_MANY 512
#define NETWORK_MANY_REQUESTS 128
/* Fewer jobs that are not begun are not shared out anew. */
#define LEVEL_MIN 8
#define BIRTH_LIMIT (10 * NS_PER_S)
/* An isolated worker is renewed after this many checks, for what libraries leak. */
#define RENEW_AFTER 100
#define LOCAL_WORKERS_MAX 32
/* How often to look whether a worker has sent what it was sending. */
#define SEND_TRIES 100

static const enum role lane_roles[LANE_COUNT] = {
	[LANE_LOCAL] = ROLE_LOCAL,
	[LANE_NETWORK] = ROLE_NETWORK,
	[LANE_COMMAND] = ROLE_COMMAND,
	[LANE_ISOLATED] = ROLE_ISOLATED,
};

static bool same_module(const struct check_type *a, const struct check_type *b)
{
	return a->module && b->module ? !strcmp(a->module, b->module) : a->module == b->module;
}

static struct pool *pool_for(struct lanes *l, const struct job *j)
{
	const struct check_type *type = j->check->type;
	enum lane lane = j->sighting ? LANE_LOCAL : type->lane;
	struct pool *p = l->pools;

	while (p && !(p->lane == lane && (lane != LANE_ISOLATED || same_module(p->type, type))))
		p = p->next;
	if (p)
		return p;
	p = xcalloc(1, sizeof(*p));
	*p = (struct pool){
		.lanes = l, .lane = lane, .role = lane_roles[lane], .type = type, .next = l->pools
	};
	l->pools = p;
	return p;
}

void lanes_add(struct lanes *l, struct job *j)
{
	struct pool *p = pool_for(l, j);
	bool tabled = p->lane == LANE_LOCAL && !j->sighting && j->check->type->table;

	j->worker = NULL;
	if (p->ended)
		lanes_end_job(l, j, p->ended_as, p->ended);
	else
		job_list_add(tabled ? &p->tabled : &p->ready, j);
}

/* A worker that hangs in the kernel has blocked its mount: whoever goes there hangs too. */
static bool is_blocked(const struct lanes *l, const struct job *j)
{
	auto_free char *path = l->blocked_count && !j->sighting
				       ? check_path(j->check, l->sv->shop.place)
				       : NULL;
	auto_free char *mount = path ? mount_of(path, l->sv->shop.place, NULL) : NULL;

	for (size_t i = 0; mount && i < l->blocked_count; i++)
		if (!strcmp(mount, l->blocked[i]))
			return true;
	return false;
}

/* What the check left at the last run, as JSON text; the caller's. */
static char *state_of(const struct lanes *l, const struct job *j)
{
	const json_t *state;

	if (!json_object_size(l->states))
		return NULL;
	state = json_object_get(l->states, j->item_id ? j->item_id : j->check->id);
	return state ? json_dumps(state, JSON_COMPACT) : NULL;
}

static void give(struct worker *w, struct job *j, int64_t now)
{
	struct lanes *l = w->pool->lanes;
	auto_free char *item = j->item ? json_dumps(j->item, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
	auto_free char *state = state_of(l, j);
	const struct assignment_parts parts = {
		.check = j->check,
		.attempt = j->attempt,
		.captures = j->captures,
		.item = item,
		.state = state,
		.sighting = j->sighting,
		.secrets = l->secrets,
	};

	assignment_pack(&parts, &l->packed);
	j->worker = w;
	j->begun = false;
	j->serial = w->serial++;
	j->given = now;
	if (!w->jobs.count)
		w->heard = now;
	job_list_add(&w->jobs, j);
	wire_send(&w->wire, WIRE_JOB, j->number, j->serial, l->packed.data, l->packed.len);
	buf_clear(&l->packed);
	if (!w->clock && w->state == WORKER_WORKING)
		worker_clock(w, lanes_first_look(w, now));
}

/* The next job of a queue that may still be carried out. */
static struct job *take_from(struct lanes *l, struct job_list *queue)
{
	struct job *j;

	while ((j = job_list_take(queue)) && is_blocked(l, j))
		lanes_end_job(l, j, KIND_BLOCKED,
			      "its mount is blocked: another check hangs there in the kernel");
	return j;
}

static struct job *take_for(struct worker *w, bool tables)
{
	struct pool *p = w->pool;
	struct job *j;

	if (w->own.count)
		return take_from(p->lanes, &w->own);
	j = tables ? take_from(p->lanes, &p->tabled) : NULL;
	return j ? j : take_from(p->lanes, &p->ready);
}

static void give_up_to(struct worker *w, size_t most, bool tables)
{
	const int64_t now = clock_mono();
	struct job *j;

	while (w->jobs.count < most && (j = take_for(w, tables)))
		give(w, j, now);
	if (wire_pending(&w->wire))
		worker_flush(w);
}

static size_t pool_ready(const struct pool *p)
{
	return p->ready.count + p->tabled.count;
}

/* Whether a pool that could get no worker may wait for one: somebody of another pool is at work and
 * will be done, or has nothing to do and goes home now. */
static bool make_room(const struct pool *p)
{
	bool busy = false;

	for (struct worker *w = p->lanes->sv->workers; w; w = w->next) {
		const bool parent = w->role == ROLE_PARENT;

		if (w->stuck || w == p->parent)
			continue;
		if (w->state != WORKER_WORKING || w->jobs.count || w->own.count) {
			busy = true;
		} else if (!parent || (!w->pool->workers && !pool_ready(w->pool))) {
			worker_retire(w);
			return true;
		}
	}
	return busy;
}

/* Start a worker; without any, and none to hope for, the pool's jobs cannot be carried out. */
static struct worker *pool_start(struct pool *p, enum role role, struct worker *parent)
{
	auto_err struct err *e = NULL;
	struct worker *w = supervisor_start(p->lanes->sv, p, role, parent, p->type, &e);

	if (w && role != ROLE_PARENT)
		p->workers++;
	if (w || p->workers)
		return w;
	if (!p->lanes->sv->workers)
		p->lanes->fatal = TAKE(e);
	else if (!make_room(p))
		pool_end(p, KIND_RESOURCE, err_text(e));
	return NULL;
}

static bool can_work(const struct worker *w, const struct pool *p)
{
	return w->pool == p && w->role == p->role && w->state != WORKER_ENDING && !w->stuck;
}

/* One that has nothing to do serves as well as a new one. */
static struct worker *idle_in(const struct pool *p)
{
	struct worker *w = p->lanes->sv->workers;

	while (w && !(can_work(w, p) && !w->jobs.count && !w->own.count))
		w = w->next;
	return w;
}

/* How many workers so many jobs are worth. */
static size_t workers_for(const struct pool *p, size_t jobs, size_t many)
{
	const size_t most = 1 + jobs / many;

	return most < p->lanes->cores ? most : p->lanes->cores;
}

static void feed_halves(struct pool *p)
{
	while (p->halves) {
		struct half *half = p->halves;
		struct worker *idle = idle_in(p);
		struct worker *w = idle ? idle : pool_start(p, p->role, NULL);
		struct job *j;

		if (!w)
			return;
		while ((j = job_list_take(&half->jobs)))
			job_list_add(&w->own, j);
		p->halves = half->next;
		free(half);
		give_up_to(w, w->own.count, false);
	}
}

static void feed_local(struct pool *p)
{
	/* all jobs on tables go to one worker: each that has its own copy reads them anew */
	size_t wanted = p->ready.count ? workers_for(p, pool_ready(p), LOCAL_MANY) : 1, active = 0;
	bool tables = true;

	feed_halves(p);
	for (const struct worker *w = p->lanes->sv->workers; w; w = w->next)
		active += can_work(w, p);
	while (pool_ready(p) && active < wanted && p->workers < LOCAL_WORKERS_MAX &&
	       pool_start(p, p->role, NULL))
		active++;
	for (struct worker *w = p->lanes->sv->workers; w && pool_ready(p); w = w->next) {
		if (!can_work(w, p))
			continue;
		if (w->jobs.count <= LOCAL_BATCH)
			give_up_to(w, (size_t)2 * LOCAL_BATCH, tables);
		tables = false;
	}
}

static size_t loop_wanted(const struct pool *p)
{
	const struct job *first = p->ready.first;
	const bool requests = first && first->check->type->module;

	if (p->lane == LANE_COMMAND)
		return p->lanes->cores;
	return workers_for(p, p->ready.count, requests ? NETWORK_MANY_REQUESTS : NETWORK_MANY);
}

static struct worker *least_busy(const struct pool *p)
{
	struct worker *best = NULL;

	for (struct worker *w = p->lanes->sv->workers; w; w = w->next)
		if (can_work(w, p) && !w->own.count && (!best || w->jobs.count < best->jobs.count))
			best = w;
	return best;
}

/* So that the last ones are shared, too. */
static size_t batch_for(const struct pool *p)
{
	const size_t share = p->ready.count / (2 * (p->workers + 1));

	return share < 1 ? 1 : share < BATCH ? share : BATCH;
}

static size_t not_begun(const struct worker *w)
{
	const uint32_t next = atomic_load(&w->slot->next); /* written by the worker */

	return next < w->serial ? w->serial - next : 0;
}

static void take_back(struct worker *w)
{
	const uint32_t first = slot_take_back(w->slot, w->serial - 1);

	while (w->jobs.last && w->jobs.last->serial >= first) {
		struct job *j = w->jobs.last;

		job_list_remove(j);
		j->worker = NULL;
		job_list_add_first(&w->pool->ready, j);
	}
}

/* Whether a worker that has begun all its jobs would get a quarter at least of what the full one
 * has not begun, as jobs are shared out: each time all of those are given anew, and sent. */
static bool gets_enough(const struct worker *dry, const struct worker *full)
{
	return full->jobs.count > dry->jobs.count &&
	       2 * (full->jobs.count - dry->jobs.count) >= not_begun(full);
}

/* Of two workers one is done sooner (the servers that they ask want a processor, too): then it
 * gets of what the other has not begun. */
static void level(struct pool *p)
{
	struct worker *full = NULL;
	bool pays = false;

	if (p->lane != LANE_NETWORK || p->workers < 2 || p->was_split)
		return;
	/* of one that has begun nothing it is not known whether it ever will: its silence counts */
	for (struct worker *w = p->lanes->sv->workers; w; w = w->next)
		if (can_work(w, p) && w->jobs.count > not_begun(w) &&
		    (!full || not_begun(w) > not_begun(full)))
			full = w;
	if (!full || not_begun(full) < LEVEL_MIN || wire_pending(&full->wire))
		return;
	for (const struct worker *w = p->lanes->sv->workers; w; w = w->next)
		pays = pays || (can_work(w, p) && !not_begun(w) && gets_enough(w, full));
	if (pays)
		take_back(full);
}

/* Batches to the worker with the least, so that several fill evenly. */
static void feed_loops(struct pool *p)
{
	bool command = p->lane == LANE_COMMAND;
	size_t most = command ? IN_FLIGHT_COMMANDS : in_flight_network(), wanted = loop_wanted(p);
	struct worker *w;

	feed_halves(p);
	while (p->ready.count) {
		w = least_busy(p);
		if ((!w || (w->jobs.count && p->workers < wanted)) && pool_start(p, p->role, NULL))
			w = least_busy(p);
		if (!w || w->jobs.count >= most)
			break;
		give_up_to(w, w->jobs.count + (command ? 1 : batch_for(p)), false);
	}
}

/* One may have done its work before its lane parent says that it was born: until then it is not
 * told to go home. */
static struct worker *idle_worker(const struct lanes *l, const struct pool *p,
				  const struct pool *not_of)
{
	for (struct worker *w = l->sv->workers; w; w = w->next)
		if (w->role == ROLE_ISOLATED && w->state == WORKER_WORKING && !w->jobs.count &&
		    (!p || w->pool == p) && w->pool != not_of)
			return w;
	return NULL;
}

static size_t isolated_workers(const struct lanes *l)
{
	size_t count = 0;

	for (const struct worker *w = l->sv->workers; w; w = w->next)
		count += w->role == ROLE_ISOLATED;
	return count;
}

static struct worker *isolated_start(struct pool *p)
{
	struct worker *w;

	if (!p->parent)
		p->parent = pool_start(p, ROLE_PARENT, NULL);
	w = p->parent ? pool_start(p, ROLE_ISOLATED, p->parent) : NULL;
	if (w)
		worker_clock(w, clock_mono() + BIRTH_LIMIT);
	return w;
}

static void feed_isolated(struct pool *p)
{
	struct lanes *l = p->lanes;

	while (p->ready.count) {
		struct worker *w = idle_worker(l, p, NULL);

		if (w && w->done >= RENEW_AFTER) {
			worker_retire(w);
			continue;
		}
		if (!w && isolated_workers(l) < l->jobs)
			w = isolated_start(p);
		if (!w) {
			/* all seats are taken: one that idles in another module's pool makes room
			 */
			w = idle_worker(l, NULL, p);
			if (w && isolated_workers(l) >= l->jobs)
				worker_retire(w);
			return;
		}
		give_up_to(w, 1, false);
	}
}

void lanes_feed(struct lanes *l)
{
	for (struct pool *p = l->pools; p && !l->fatal; p = p->next) {
		if (!pool_ready(p))
			level(p);
		if (!pool_ready(p) && !p->halves)
			continue;
		if (p->lane == LANE_LOCAL)
			feed_local(p);
		else if (p->lane == LANE_ISOLATED)
			feed_isolated(p);
		else
			feed_loops(p);
	}
}

/* Processors that we may run on, which a container's administrator may have restricted
 * (sched_getaffinity(2); it refuses where there are more than the set has room for). */
static unsigned cores_ours(void)
{
	cpu_set_t ours;
	long count;

	if (sched_getaffinity(0, sizeof(ours), &ours) == 0)
		count = CPU_COUNT(&ours);
	else
		count = sysconf(_SC_NPROCESSORS_ONLN); /* it reads a file */
	return count > 1 ? (unsigned)count : 1;
}

void lanes_init(struct lanes *l, struct supervisor *sv)
{
	l->sv = sv;
	l->cores = cores_ours();
	l->packed = BUF_SECRET(SIZE_MAX);
	sv->owner = l;
	sv->heard = lanes_heard;
	sv->clock = lanes_clock;
	sv->gone = lanes_settle;
}

static void drop_all(struct job_list *list)
{
	struct job *j;

	while ((j = job_list_take(list)))
		j->worker = NULL;
}

/* What is done counts, also what lies in an outbox. false: one is being sent just now. */
static bool listen_all(struct lanes *l)
{
	bool all = true;

	supervisor_listen(l->sv);
	for (struct worker *w = l->sv->workers; w; w = w->next)
		all = lanes_take_outbox(w, false) && all;
	return all;
}

void lanes_drop(struct lanes *l)
{
	for (int i = 0; i < SEND_TRIES && !listen_all(l); i++)
		sched_yield();
	l->dropped = true;
	for (struct pool *p = l->pools; p; p = p->next) {
		drop_all(&p->ready);
		drop_all(&p->tabled);
		for (struct half *h = p->halves; h; h = h->next)
			drop_all(&h->jobs);
	}
	for (struct worker *w = l->sv->workers; w; w = w->next) {
		drop_all(&w->jobs);
		drop_all(&w->own);
	}
}

void lanes_release(struct lanes *l)
{
	while (l->pools) {
		struct pool *p = l->pools;

		l->pools = p->next;
		while (p->halves) {
			struct half *h = p->halves;

			p->halves = h->next;
			free(h);
		}
		free(p->ended);
		free(p);
	}
	for (size_t i = 0; i < l->blocked_count; i++)
		free(l->blocked[i]);
	free(l->blocked);
	buf_free(&l->packed);
	err_free(l->fatal);
}
