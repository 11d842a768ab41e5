#include "engine/run/lanes.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/auto.h"
#include "engine/base/clock.h"
#include "engine/base/err.h"
#include "engine/base/xalloc.h"
#include "engine/ruleset/ruleset.h"
#include "engine/run/assignment.h"
#include "engine/run/in_flight.h"
#include "engine/run/schedule.h"

/* Local jobs are given in batches of this many, two of them outstanding. */
#define BATCH 32
/* From so many on a second local worker pays. */
#define LOCAL_MANY 256
/* Plain connections from which a second network worker pays. */
#define NETWORK_MANY 1024
/* A local check that runs longer than this must not hold up the rest of its batch. */
#define MOVE_AFTER (250 * NS_PER_MS)
/* The supervisor's clock beyond a check's own. */
#define GRACE (700 * NS_PER_MS)
#define JUDGE_LIMIT (5 * NS_PER_S)
/* One callback may hold a loop for this long. */
#define CALLBACK_LIMIT NS_PER_S
#define LOOP_LOOK (500 * NS_PER_MS)
/* Nothing heard for so long beyond every timeout: the worker is stopped or has lost its way. */
#define SILENCE (2 * NS_PER_S)
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

int64_t lanes_limit(const struct job *j)
{
	return j->sighting ? JUDGE_LIMIT : j->check->timeout + GRACE;
}

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
		lanes_end_job(l, j, KIND_CRASHED, p->ended);
	else
		job_list_add(tabled ? &p->tabled : &p->ready, j);
}

/* A worker that hangs in the kernel has blocked its mount: whoever goes there hangs too. */
static bool is_blocked(const struct lanes *l, const struct job *j)
{
	const char *path = l->blocked_count && !j->sighting ? check_path(j->check) : NULL;
	auto_free char *mount = path ? mount_of(path, NULL) : NULL;

	for (size_t i = 0; mount && i < l->blocked_count; i++)
		if (!strcmp(mount, l->blocked[i]))
			return true;
	return false;
}

static void give(struct worker *w, struct job *j)
{
	const struct lanes *l = w->pool->lanes;
	auto_buf struct buf bytes = BUF_SECRET(SIZE_MAX);
	auto_free char *item = j->item ? json_dumps(j->item, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
	const struct assignment_parts parts = {
		.check = j->check,
		.attempt = j->attempt,
		.captures = j->captures,
		.item = item,
		.sighting = j->sighting,
		.secrets = l->secrets,
	};
	int64_t now = clock_mono();

	assignment_pack(&parts, &bytes);
	j->worker = w;
	j->begun = false;
	j->serial = w->serial++;
	j->given = now;
	if (!w->jobs.count)
		w->heard = now;
	job_list_add(&w->jobs, j);
	wire_send(&w->wire, WIRE_JOB, j->number, j->serial, bytes.data, bytes.len);
	if (!w->clock && w->state == WORKER_WORKING)
		worker_clock(w,
			     now + (w->role == ROLE_LOCAL || w->role == ROLE_ISOLATED ? MOVE_AFTER
										      : LOOP_LOOK));
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
	struct job *j;

	while (w->jobs.count < most && (j = take_for(w, tables)))
		give(w, j);
	if (wire_pending(&w->wire))
		worker_flush(w);
}

/* Start a worker; without any the pool's jobs cannot be carried out. */
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
	else
		pool_end(p, KIND_RESOURCE, err_text(e));
	return NULL;
}

static size_t pool_ready(const struct pool *p)
{
	return p->ready.count + p->tabled.count;
}

static bool can_work(const struct worker *w, const struct pool *p)
{
	return w->pool == p && w->role == p->role && w->state != WORKER_ENDING && !w->stuck;
}

static void feed_halves(struct pool *p)
{
	while (p->halves) {
		struct half *half = p->halves;
		struct worker *w = pool_start(p, p->role, NULL);
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
	size_t wanted = pool_ready(p) >= LOCAL_MANY ? p->lanes->cores : 1, active = 0;
	bool tables = true; /* all jobs on tables to one worker: each that has its own copy reads
			       them anew */

	feed_halves(p);
	for (const struct worker *w = p->lanes->sv->workers; w; w = w->next)
		active += can_work(w, p);
	while (pool_ready(p) && active < wanted && p->workers < LOCAL_WORKERS_MAX &&
	       pool_start(p, p->role, NULL))
		active++;
	for (struct worker *w = p->lanes->sv->workers; w && pool_ready(p); w = w->next) {
		if (!can_work(w, p))
			continue;
		if (w->jobs.count <= BATCH)
			give_up_to(w, (size_t)2 * BATCH, tables);
		tables = false;
	}
}

static size_t loop_wanted(const struct pool *p)
{
	if (p->lane == LANE_COMMAND)
		return p->lanes->cores;
	return p->ready.count >= NETWORK_MANY && !p->ready.first->check->type->module
		       ? p->lanes->cores
		       : 1;
}

static struct worker *least_busy(const struct pool *p)
{
	struct worker *best = NULL;

	for (struct worker *w = p->lanes->sv->workers; w; w = w->next)
		if (can_work(w, p) && !w->own.count && (!best || w->jobs.count < best->jobs.count))
			best = w;
	return best;
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
		give_up_to(w, command ? w->jobs.count + 1 : w->jobs.count + BATCH, false);
	}
}

static struct worker *idle_worker(const struct lanes *l, const struct pool *p,
				  const struct pool *not_of)
{
	for (struct worker *w = l->sv->workers; w; w = w->next)
		if (w->role == ROLE_ISOLATED && w->state != WORKER_ENDING && !w->jobs.count &&
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

/* The job that a message is about, if this worker may speak of it now. */
static struct job *job_of(const struct worker *w, const struct wire_message *m)
{
	struct job *j = schedule_job(w->pool->lanes->schedule, m->header.job);

	if (!j || j->worker != w || j->serial != m->header.serial ||
	    j->serial >= atomic_load(&w->slot->next))
		return NULL;
	return j;
}

static void job_back(struct worker *w, struct job *j)
{
	job_list_remove(j);
	j->worker = NULL;
	w->done++;
	w->pool->deaths = 0;
	if (w->stuck) {
		w->stuck = false;
		worker_clock(w, clock_mono() + MOVE_AFTER);
	}
}

static int take_result(struct worker *w, struct job *j, const struct wire_message *m)
{
	struct outcome o;

	if (outcome_unpack(m->bytes, m->header.length, &o, NULL) < 0)
		return -1;
	job_back(w, j);
	/* a check may notice by itself that its file system does not answer */
	if (o.kind == KIND_BLOCKED)
		lanes_block_mount(w->pool->lanes, j);
	w->pool->lanes->finish(w->pool->lanes->ctx, j, &o);
	return 0;
}

/* Results that lie in the worker's outbox: it may be held up, or dead, before it could send them.
 */
bool lanes_take_outbox(struct worker *w, bool dead)
{
	auto_buf struct buf box = BUF_INIT(SLOT_SIZE);
	struct wire_message m;
	size_t at = 0, used = 0;

	if (w->role != ROLE_LOCAL || w->distrusted)
		return true;
	if (!slot_outbox(w->slot, dead, &box))
		return false;
	while (wire_parse(buf_text(&box) + at, box.len - at, w->role, &m, &used, NULL) == 1) {
		struct job *j = m.header.type == WIRE_RESULT ? job_of(w, &m) : NULL;

		at += used;
		if (j && take_result(w, j, &m) < 0)
			break;
	}
	w->taken_back = true; /* it will send them again */
	return true;
}

/* The rest of a batch goes to another worker: back to the front of the queue, in its order. */
static void move_rest(struct worker *w, const struct job *busy)
{
	struct job *j, *prev;

	slot_take_back(w->slot, w->serial - 1);
	for (j = w->jobs.last; j; j = prev) {
		prev = j->prev;
		if (j == busy)
			continue;
		job_list_remove(j);
		j->worker = NULL;
		job_list_add_first(j->check->type->table && !j->sighting ? &w->pool->tabled
									 : &w->pool->ready,
				   j);
	}
	w->stuck = w->taken_back = true;
}

/* A worker that looks at one thing after the other: how long has it been at this one? */
static void clock_serial(struct worker *w)
{
	const struct lanes *l = w->pool->lanes;
	int64_t since, now = clock_mono(), next = now + MOVE_AFTER;
	uint32_t number;
	const struct job *j = NULL;

	if (!w->jobs.count)
		return;
	if (slot_look(w->slot, &number, &since) && number)
		j = schedule_job(l->schedule, number - 1);
	if (j && j->worker == w) {
		int64_t limit = since + lanes_limit(j);

		if (now >= limit) {
			worker_kill(w, KIND_KILLED);
			return;
		}
		if (w->role == ROLE_LOCAL && now - since >= MOVE_AFTER && !w->stuck)
			lanes_take_outbox(w, false);
		if (w->role == ROLE_LOCAL && now - since >= MOVE_AFTER && !w->stuck &&
		    j->worker == w)
			move_rest(w, j);
		next = w->stuck || w->role == ROLE_ISOLATED || since + MOVE_AFTER > limit
			       ? limit
			       : since + MOVE_AFTER;
	} else if (now - w->heard > 5 * SILENCE) {
		worker_kill(w, KIND_KILLED);
		return;
	}
	worker_clock(w, next > now ? next : now + NS_PER_MS);
}

static int64_t longest_timeout(const struct worker *w)
{
	int64_t longest = 0;

	for (const struct job *j = w->jobs.first; j; j = j->next)
		if (j->check->timeout > longest)
			longest = j->check->timeout;
	return longest;
}

/* A loop keeps its checks' timeouts itself; it is held up only by a callback that does not return,
 * or by being stopped. */
static void clock_of_loop(struct worker *w)
{
	int64_t since, now = clock_mono(), next = now + LOOP_LOOK;
	uint32_t number;
	bool busy;

	if (!w->jobs.count)
		return;
	busy = slot_look(w->slot, &number, &since);
	if ((busy && now - since >= CALLBACK_LIMIT) ||
	    now - w->heard > longest_timeout(w) + SILENCE) {
		worker_kill(w, KIND_KILLED);
		return;
	}
	if (busy && since + CALLBACK_LIMIT < next)
		next = since + CALLBACK_LIMIT;
	worker_clock(w, next);
}

static void on_clock(struct worker *w)
{
	if (w->role == ROLE_LOCAL || w->role == ROLE_ISOLATED)
		clock_serial(w);
	else if (w->role != ROLE_PARENT)
		clock_of_loop(w);
}

static int on_heard(struct worker *w, const struct wire_message *m)
{
	struct job *j = job_of(w, m);

	if (w->pool->lanes->dropped)
		return 0;
	if (!j)
		return w->taken_back && m->header.serial < w->serial ? 0 : -1;
	switch (m->header.type) {
	case WIRE_STARTED:
		if (j->begun)
			return -1;
		j->begun = true;
		j->given = clock_mono();
		return 0;
	case WIRE_OBSERVED:
		job_back(w, j);
		free(j->sighting);
		j->sighting = xmemdup0(m->bytes, m->header.length);
		lanes_add(w->pool->lanes, j);
		return 0;
	default:
		return take_result(w, j, m);
	}
}

void lanes_init(struct lanes *l, struct supervisor *sv)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	l->sv = sv;
	l->cores = cores > 1 ? (unsigned)cores : 1;
	sv->owner = l;
	sv->heard = on_heard;
	sv->clock = on_clock;
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
	err_free(l->fatal);
}
