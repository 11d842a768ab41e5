/*
 * loop - an event loop of one thread: epoll(7) and a binary heap of timers.
 *
 * In a turn descriptors come before timers: what has arrived by a deadline is taken as arrived.
 * Knows nothing of checks; never judges, prints or waits for anything but epoll.
 */
#include "engine/base/loop.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "engine/base/clock.h"
#include "engine/base/err.h"
#include "engine/base/xalloc.h"

/* Events taken from the kernel at once; more come with the next turn. */
#define EVENTS_AT_ONCE 128

struct loop_fd {
	struct loop *loop;
	struct loop_fd *next, *prev; /* in loop->watched; next also in loop->dead */
	loop_fd_fn *fn;
	void *ctx;
	int fd;
	uint32_t events;
	bool dead; /* removed in this turn: an event for it may still be on its way */
};

struct loop_timer {
	struct loop *loop;
	loop_timer_fn *fn;
	void *ctx;
	int64_t when;
	uint64_t number; /* timers of one moment fire in the order in which they were added */
	size_t at;       /* place in the heap */
};

struct loop {
	int epoll;
	bool stopped;
	bool turning;
	int64_t now;
	uint64_t timers_made;
	struct loop_timer **heap;
	size_t count, cap;
	struct loop_fd *watched;
	struct loop_fd *dead;
	bool (*idle)(void *ctx);
	void *idle_ctx;
	void (*before)(void *ctx, void *callback_ctx);
	void (*after)(void *ctx);
	void *around_ctx;
};

struct loop *loop_new(struct err **e)
{
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	struct loop *l;

	if (epoll < 0) {
		err_errno(e, ERR_SYSTEM, "epoll_create1");
		return NULL;
	}
	l = xcalloc(1, sizeof(*l));
	l->epoll = epoll;
	l->now = clock_mono();
	return l;
}

static void loop_bury(struct loop *l)
{
	while (l->dead) {
		struct loop_fd *w = l->dead;

		l->dead = w->next;
		free(w);
	}
}

void loop_free(struct loop *l)
{
	if (!l)
		return;
	loop_bury(l);
	while (l->watched) {
		struct loop_fd *w = l->watched;

		l->watched = w->next;
		free(w);
	}
	for (size_t i = 0; i < l->count; i++)
		free(l->heap[i]);
	free(l->heap);
	close(l->epoll);
	free(l);
}

struct loop_fd *loop_fd_add(struct loop *l, int fd, uint32_t events, loop_fd_fn *fn, void *ctx,
			    struct err **e)
{
	struct loop_fd *w = xcalloc(1, sizeof(*w));
	struct epoll_event event = { .events = events, .data.ptr = w };

	if (epoll_ctl(l->epoll, EPOLL_CTL_ADD, fd, &event) < 0) {
		err_errno(e, ERR_SYSTEM, "watch descriptor %d", fd);
		free(w);
		return NULL;
	}
	*w = (struct loop_fd){
		.loop = l, .fn = fn, .ctx = ctx, .fd = fd, .events = events, .next = l->watched
	};
	if (w->next)
		w->next->prev = w;
	l->watched = w;
	return w;
}

int loop_fd_change(struct loop_fd *w, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = w };

	if (w->events == events)
		return 0;
	if (epoll_ctl(w->loop->epoll, EPOLL_CTL_MOD, w->fd, &event) < 0)
		return -1;
	w->events = events;
	return 0;
}

void loop_fd_remove(struct loop_fd *w)
{
	struct loop *l;

	if (!w)
		return;
	l = w->loop;
	/* Explicitly: close() alone leaves the watch alive when a child holds a copy of the
	 * descriptor. */
	epoll_ctl(l->epoll, EPOLL_CTL_DEL, w->fd, NULL);
	if (w->prev)
		w->prev->next = w->next;
	else
		l->watched = w->next;
	if (w->next)
		w->next->prev = w->prev;
	if (!l->turning) {
		free(w);
		return;
	}
	w->dead = true;
	w->next = l->dead;
	l->dead = w;
}

static bool timer_before(const struct loop_timer *a, const struct loop_timer *b)
{
	return a->when != b->when ? a->when < b->when : a->number < b->number;
}

static void heap_put(struct loop *l, size_t at, struct loop_timer *t)
{
	l->heap[at] = t;
	t->at = at;
}

static void heap_up(struct loop *l, size_t at, struct loop_timer *t)
{
	while (at > 0 && timer_before(t, l->heap[(at - 1) / 2])) {
		heap_put(l, at, l->heap[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	heap_put(l, at, t);
}

static void heap_down(struct loop *l, size_t at, struct loop_timer *t)
{
	for (size_t child = 2 * at + 1; child < l->count; child = 2 * at + 1) {
		if (child + 1 < l->count && timer_before(l->heap[child + 1], l->heap[child]))
			child++;
		if (!timer_before(l->heap[child], t))
			break;
		heap_put(l, at, l->heap[child]);
		at = child;
	}
	heap_put(l, at, t);
}

struct loop_timer *loop_timer_add(struct loop *l, int64_t when, loop_timer_fn *fn, void *ctx)
{
	struct loop_timer *t = xmalloc(sizeof(*t));

	*t = (struct loop_timer){
		.loop = l, .fn = fn, .ctx = ctx, .when = when, .number = l->timers_made++
	};
	array_grow(l->heap, l->count, l->cap);
	heap_up(l, l->count++, t);
	return t;
}

void loop_timer_remove(struct loop_timer *t)
{
	struct loop *l;
	struct loop_timer *last;

	if (!t)
		return;
	l = t->loop;
	last = l->heap[--l->count];
	if (last != t) {
		if (t->at > 0 && timer_before(last, l->heap[(t->at - 1) / 2]))
			heap_up(l, t->at, last);
		else
			heap_down(l, t->at, last);
	}
	free(t);
}

void loop_on_idle(struct loop *l, bool (*fn)(void *ctx), void *ctx)
{
	l->idle = fn;
	l->idle_ctx = ctx;
}

void loop_around(struct loop *l, void (*before)(void *ctx, void *callback_ctx),
		 void (*after)(void *ctx), void *ctx)
{
	l->before = before;
	l->after = after;
	l->around_ctx = ctx;
}

static void loop_enter(struct loop *l, void *callback_ctx)
{
	if (l->before)
		l->before(l->around_ctx, callback_ctx);
}

static void loop_leave(struct loop *l)
{
	if (l->after)
		l->after(l->around_ctx);
}

static void loop_run_fds(struct loop *l, const struct epoll_event *events, int count)
{
	for (int i = 0; i < count; i++) {
		struct loop_fd *w = events[i].data.ptr;

		if (w->dead)
			continue;
		loop_enter(l, w->ctx);
		w->fn(w->ctx, events[i].events);
		loop_leave(l);
	}
}

/* Only timers that were there before: one that always arms itself anew must not keep the turn from
 * ending. */
static void loop_run_timers(struct loop *l)
{
	uint64_t made = l->timers_made;

	while (l->count > 0 && l->heap[0]->when <= l->now && l->heap[0]->number < made) {
		loop_timer_fn *fn = l->heap[0]->fn;
		void *ctx = l->heap[0]->ctx;

		loop_timer_remove(l->heap[0]);
		loop_enter(l, ctx);
		fn(ctx);
		loop_leave(l);
	}
}

/* Milliseconds to sleep, rounded up, so that a timer is due when we wake. -1: as long as it takes.
 */
static int loop_patience(struct loop *l, int64_t until)
{
	int64_t wait;

	if (l->count > 0 && l->heap[0]->when < until)
		until = l->heap[0]->when;
	if (until == INT64_MAX)
		return -1;
	l->now = clock_mono();
	if (until <= l->now)
		return 0;
	wait = (until - l->now - 1) / NS_PER_MS + 1;
	return wait > 3600000 ? 3600000 : (int)wait;
}

static int loop_wait(struct loop *l, struct epoll_event *events, int patience, struct err **e)
{
	int count = epoll_wait(l->epoll, events, EVENTS_AT_ONCE, patience);

	if (count < 0 && errno == EINTR)
		count = 0; /* a signal is no event of ours; the turn ends early, which is allowed */
	if (count < 0)
		return err_errno(e, ERR_SYSTEM, "epoll_wait");
	l->now = clock_mono();
	return count;
}

int loop_turn(struct loop *l, int64_t until, struct err **e)
{
	struct epoll_event events[EVENTS_AT_ONCE];
	int patience = loop_patience(l, until);
	int count;

	count = loop_wait(l, events, l->idle ? 0 : patience, e);
	if (count == 0 && l->idle && patience != 0) {
		if (l->idle(l->idle_ctx) || l->stopped)
			return 0;
		count = loop_wait(l, events, loop_patience(l, until), e);
	}
	if (count < 0)
		return -1;
	l->turning = true;
	loop_run_fds(l, events, count);
	loop_run_timers(l);
	l->turning = false;
	loop_bury(l);
	return 0;
}

int loop_run(struct loop *l, struct err **e)
{
	while (!l->stopped) {
		if (loop_turn(l, INT64_MAX, e) < 0)
			return -1;
	}
	l->stopped = false;
	return 0;
}

void loop_stop(struct loop *l)
{
	l->stopped = true;
}

int64_t loop_now(const struct loop *l)
{
	return l->now;
}
