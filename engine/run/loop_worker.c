/*
 * loop_worker - the network and the command lane: many checks at once in one thread that must never
 * block.
 *
 * Keeps the checks' timeouts. Starts a new check only when nothing else is ready, so that `time`
 * measures the server and not our own queue. Matches no pattern: such observations are sent back to
 * be judged in the local lane.
 */
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/clock.h"
#include "engine/base/err.h"
#include "engine/base/io.h"
#include "engine/base/loop.h"
#include "engine/base/xalloc.h"
#include "engine/run/examine.h"
#include "engine/run/in_flight.h"
#include "engine/run/outbox.h"
#include "engine/run/outcome.h"
#include "engine/run/worker.h"

#define FLUSH_AFTER (2 * NS_PER_MS)
/* So many results of commands are sent in one write, where others are under way. */
#define COMMAND_BATCH (IN_FLIGHT_COMMANDS / 2)
/* For types that keep their deadline themselves, and did not. */
#define LAST_ORDERS (500 * NS_PER_MS)
#define FLUSH_BYTES ((size_t)32 * 1024)
/* Where in-flight checks are found by the address that a callback is called with. */
#define HASH_SIZE 4096

struct flight;

/* A check under way. */
struct flight {
	struct assignment a; /* until it begins */
	struct examination x;
	struct probe probe;
	const struct check_type *code;
	struct loop_timer *timer;
	struct worker *worker;
	bool over;              /* probe_done was called, or it was cancelled */
	struct flight *next;    /* in waiting, over */
	struct flight *same[2]; /* next with the same hash: by probe, by state */
	const void *known_as[2];
};

struct queue {
	struct flight *first, **end;
};

struct worker {
	struct desk *desk;
	struct loop *loop;
	struct lane_store *store;
	struct loop_fd *watch;
	struct queue waiting, over;
	size_t in_flight, most;
	size_t kept; /* results since we last sent */
	int64_t flushed;
	struct loop_timer *flush_soon;
	struct flight *hash[HASH_SIZE][2];
};

static void queue_init(struct queue *q)
{
	q->first = NULL;
	q->end = &q->first;
}

static void queue_add(struct queue *q, struct flight *f)
{
	f->next = NULL;
	*q->end = f;
	q->end = &f->next;
}

static struct flight *queue_take(struct queue *q)
{
	struct flight *f = q->first;

	if (f) {
		q->first = f->next;
		if (!q->first)
			q->end = &q->first;
	}
	return f;
}

static size_t hash_of(const void *address)
{
	return ((uintptr_t)address >> 4) % HASH_SIZE;
}

static void hash_add(struct worker *w, struct flight *f, int which, const void *address)
{
	struct flight **row = &w->hash[hash_of(address)][which];

	f->known_as[which] = address;
	f->same[which] = *row;
	*row = f;
}

static void hash_remove(struct worker *w, struct flight *f, int which)
{
	struct flight **at = &w->hash[hash_of(f->known_as[which])][which];

	while (*at && *at != f)
		at = &(*at)->same[which];
	if (*at)
		*at = f->same[which];
}

static struct flight *hash_find(const struct worker *w, const void *address)
{
	for (int which = 0; which < 2; which++)
		for (struct flight *f = w->hash[hash_of(address)][which]; f; f = f->same[which])
			if (f->known_as[which] == address)
				return f;
	return NULL;
}

static void watch_writable(struct worker *w, bool on)
{
	loop_fd_change(w->watch, EPOLLIN | (on ? (uint32_t)EPOLLOUT : 0U));
}

static void flush(struct worker *w)
{
	int left = outbox_send(w->desk);

	if (left < 0)
		_exit(1);
	watch_writable(w, left == 1);
	w->flushed = clock_mono();
	w->kept = 0;
	loop_timer_remove(TAKE(w->flush_soon));
}

static void on_flush(void *ctx)
{
	struct worker *w = ctx;

	w->flush_soon = NULL;
	flush(w);
}

/* Where others are under way: what is queued may wait for what they end as, but not for long. */
static void flush_later(struct worker *w)
{
	if (!w->flush_soon)
		w->flush_soon = loop_timer_add(w->loop, clock_mono() + FLUSH_AFTER, on_flush, w);
}

/* Queue the result; whether it may wait for others. A command is never run twice: what it ended as
 * must lie where the supervisor finds it before the next one can kill us. */
static bool report_result(struct worker *w, const struct flight *f)
{
	struct buf bytes = BUF_INIT(SIZE_MAX);
	bool waits = true;

	outcome_pack(&f->x.outcome, &bytes);
	if (w->desk->role == ROLE_COMMAND)
		waits = outbox_keep(w->desk, f->x.a.job, f->x.a.serial, &bytes) &&
			++w->kept < COMMAND_BATCH;
	else
		wire_send(&w->desk->wire, WIRE_RESULT, f->x.a.job, f->x.a.serial, bytes.data,
			  bytes.len);
	buf_free(&bytes);
	return waits;
}

/* The observation, to be judged where patterns are matched. */
static void report_sighting(struct worker *w, const struct flight *f)
{
	struct buf bytes = BUF_INIT(SIZE_MAX);

	sighting_pack(&f->x, &bytes);
	wire_send(&w->desk->wire, WIRE_OBSERVED, f->x.a.job, f->x.a.serial, bytes.data, bytes.len);
	buf_free(&bytes);
}

/* Tell what came of it. */
static void report(struct worker *w, struct flight *f)
{
	bool waits = w->desk->role != ROLE_COMMAND;

	if (!f->x.ended && !kinds[observer_kind(f->x.observer)].blind &&
	    examine_has_pattern(&f->x)) {
		report_sighting(w, f);
	} else {
		if (!f->x.ended)
			examine_judge(&f->x);
		waits = report_result(w, f);
	}
	if (!waits || wire_pending(&w->desk->wire) > FLUSH_BYTES ||
	    clock_mono() - w->flushed > FLUSH_AFTER)
		flush(w);
	else
		flush_later(w);
}

static void flight_end(struct worker *w, struct flight *f)
{
	loop_timer_remove(f->timer);
	hash_remove(w, f, 0);
	hash_remove(w, f, 1);
	w->in_flight--;
	report(w, f);
	examine_close(&f->x);
	free(f);
}

/* Only here are flights released: never while code of their type is on the stack. */
static void end_all_over(struct worker *w)
{
	struct flight *f;

	while ((f = queue_take(&w->over)))
		flight_end(w, f);
}

static void flight_over(struct flight *f)
{
	if (f->over)
		return;
	f->over = true;
	examine_observed(&f->x);
	queue_add(&f->worker->over, f);
}

static void on_done(struct probe *p)
{
	flight_over(p->owner);
}

static void on_timeout(void *ctx)
{
	struct flight *f = ctx;
	char waited[32];

	f->timer = NULL;
	if (f->over)
		return;
	clock_human(clock_mono() - f->x.begun, waited, sizeof(waited));
	f->code->cancel(&f->probe);
	observer_trouble(f->x.observer, KIND_TIMEOUT, "not done after %s (timeout)", waited);
	flight_over(f);
}

static const void *module_api(struct probe *p, const char *module, const char *package,
			      struct err **e)
{
	const struct flight *f = p->owner;
	const struct module *m = modules_load(f->worker->desk->modules, module, package, e);

	return m ? m->api : NULL;
}

static void flight_begin(struct worker *w, struct flight *f)
{
	struct err *e = NULL;

	f->code = modules_type(w->desk->modules, f->x.a.check->type, &e);
	if (f->code && !(f->code->begin && f->code->cancel))
		err_set(&e, ERR_BUG, "check type '%s' has no code", f->code->name);
	f->x.started = clock_real();
	f->x.begun = clock_mono();
	f->probe = (struct probe){
		.query = f->x.instance.query,
		.observer = f->x.observer,
		.loop = w->loop,
		.store = w->store,
		.id = f->x.a.check->id,
		.started = f->x.begun,
		.deadline = f->x.begun + f->x.a.check->timeout,
		.again = f->x.a.attempt > 1,
		.done = on_done,
		.owner = f,
		.module_api = module_api,
	};
	if (e || f->code->begin(f->probe.query, &f->probe, &e) < 0) {
		examine_trouble(&f->x, e);
		flight_over(f);
	}
	err_free(e);
	if (!f->over)
		f->timer = loop_timer_add(
			w->loop, f->probe.deadline + (f->code->ends_itself ? LAST_ORDERS : 0),
			on_timeout, f);
}

/* Start one check. */
static void start(struct worker *w, struct flight *f)
{
	slot_enter(w->desk->slot, f->a.job);
	wire_send(&w->desk->wire, WIRE_STARTED, f->a.job, f->a.serial, NULL, 0);
	examine_open(&f->x, &f->a, w->desk->shop->exports);
	w->in_flight++;
	hash_add(w, f, 0, &f->probe);
	if (f->x.ended)
		flight_over(f);
	else
		flight_begin(w, f);
	hash_add(w, f, 1, f->probe.state);
	end_all_over(w);
	slot_leave(w->desk->slot);
}

static bool on_idle(void *ctx)
{
	struct worker *w = ctx;
	struct flight *f;

	while (w->in_flight < w->most && (f = queue_take(&w->waiting))) {
		if (slot_take(w->desk->slot, f->a.serial)) {
			start(w, f);
			return true;
		}
		assignment_release(&f->a); /* given to another worker */
		free(f);
	}
	if (!wire_pending(&w->desk->wire) && outbox_is_empty(w->desk))
		return false;
	if (!w->in_flight)
		flush(w);
	else
		flush_later(w);
	return false;
}

static void accept_job(struct worker *w, const struct wire_message *m)
{
	struct flight *f = xcalloc(1, sizeof(*f));

	if (assignment_unpack(m, w->desk->shop->plan, &f->a, NULL) < 0)
		_exit(1);
	f->worker = w;
	queue_add(&w->waiting, f);
}

static void on_wire(void *ctx, uint32_t events)
{
	struct worker *w = ctx;
	struct wire_message m;
	int found;

	if (events & EPOLLOUT)
		flush(w);
	if (!(events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
		return;
	if (wire_read(&w->desk->wire, NULL) != 1)
		_exit(0);
	while ((found = wire_next(&w->desk->wire, &m, NULL)) == 1)
		accept_job(w, &m);
	if (found < 0)
		_exit(1);
}

/* The slot says whose callback runs; of what several share it is not known whose. */
static void before_callback(void *ctx, void *callback_ctx)
{
	const struct worker *w = ctx;
	const struct flight *f = callback_ctx == w ? NULL : hash_find(w, callback_ctx);

	if (f)
		slot_enter(w->desk->slot, f->x.a.job);
	else
		slot_enter_unknown(w->desk->slot);
}

static void after_callback(void *ctx)
{
	struct worker *w = ctx;

	end_all_over(w);
	slot_leave(w->desk->slot);
}

/* The network lane may have as many descriptors as the system lets it. A command's are its own
 * affair: they inherit ours. */
static void raise_nofile(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

void loop_main(struct desk *d)
{
	struct worker w = { .desk = d, .flushed = clock_mono() };
	struct err *e = NULL;

	queue_init(&w.waiting);
	queue_init(&w.over);
	w.most = d->role == ROLE_NETWORK ? in_flight_network() : IN_FLIGHT_COMMANDS;
	if (d->role == ROLE_NETWORK)
		raise_nofile();
	io_set_nonblocking(d->wire.fd);
	w.loop = loop_new(&e);
	if (!w.loop)
		_exit(1);
	w.store = lane_store_new(w.loop);
	w.watch = loop_fd_add(w.loop, d->wire.fd, EPOLLIN, on_wire, &w, &e);
	loop_on_idle(w.loop, on_idle, &w);
	loop_around(w.loop, before_callback, after_callback, &w);
	if (!w.watch || loop_run(w.loop, &e) < 0)
		_exit(1);
}
