/*
 * loop - an event loop of one thread: epoll(7) and a heap of timers on the monotonic clock.
 */
#ifndef ENGINE_BASE_LOOP_H
#define ENGINE_BASE_LOOP_H

#include <stdbool.h>
#include <stdint.h>

struct err;
struct loop;
struct loop_fd;    /* a watched descriptor */
struct loop_timer; /* an armed timer */

/* events: EPOLLIN, EPOLLOUT, EPOLLHUP, EPOLLERR as in epoll(7) */
typedef void loop_fd_fn(void *ctx, uint32_t events);
typedef void loop_timer_fn(void *ctx);

struct loop *loop_new(struct err **e);
void loop_free(struct loop *l);
/* Watch fd (not owned). Call loop_fd_remove before closing it. Removing inside any callback is safe. */
struct loop_fd *loop_fd_add(struct loop *l, int fd, uint32_t events, loop_fd_fn *fn, void *ctx, struct err **e);
int loop_fd_change(struct loop_fd *w, uint32_t events);
void loop_fd_remove(struct loop_fd *w); /* NULL is fine */
/* Call fn once at `when` (clock_mono nanoseconds). After the call the timer is gone. */
struct loop_timer *loop_timer_add(struct loop *l, int64_t when, loop_timer_fn *fn, void *ctx);
void loop_timer_remove(struct loop_timer *t); /* NULL is fine; never after it has fired */
/* Called when one turn found nothing ready, before it sleeps; returns whether it started something (then
 * the loop polls again without sleeping). NULL to remove. */
void loop_on_idle(struct loop *l, bool (*fn)(void *ctx), void *ctx);
/* Called before and after each callback (the worker's slot); may be NULL. */
void loop_around(struct loop *l, void (*before)(void *ctx, void *callback_ctx), void (*after)(void *ctx), void *ctx);
/* One turn: wait at most until `until` (INT64_MAX: as long as it takes), run what is ready. 0 or -1. */
int loop_turn(struct loop *l, int64_t until, struct err **e);
/* Turn until loop_stop() is called. */
int loop_run(struct loop *l, struct err **e);
void loop_stop(struct loop *l);
/* The time at the start of this turn (clock_mono). */
int64_t loop_now(const struct loop *l);

#endif
