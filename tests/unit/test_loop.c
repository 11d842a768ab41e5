/*
 * The event loop: order of timers, removal inside callbacks, idle work, the worker's slot.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <cmocka.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/clock.h"
#include "engine/base/err.h"
#include "engine/base/loop.h"
#include "engine/base/xalloc.h"

struct world {
	struct loop *loop;
	struct buf seen;
	int left; /* idle work */
	int64_t last;
	int count;
};

/* A callback that writes its letter, and removes what it is told to. */
struct tick {
	struct world *world;
	char letter;
	struct loop_timer *victim;
	struct loop_fd *watch;
};

static int setup(void **state)
{
	struct world *w = xcalloc(1, sizeof(*w));

	w->seen = BUF_INIT(1000);
	w->loop = loop_new(NULL);
	*state = w;
	return w->loop ? 0 : -1;
}

static int teardown(void **state)
{
	struct world *w = *state;

	loop_free(w->loop);
	buf_free(&w->seen);
	free(w);
	return 0;
}

static void on_tick(void *ctx)
{
	struct tick *t = ctx;

	buf_addc(&t->world->seen, t->letter);
	loop_timer_remove(TAKE(t->victim));
	if (t->letter == '.')
		loop_stop(t->world->loop);
}

static void timers_fire_in_order(void **state)
{
	struct world *w = *state;
	struct tick t[] = { { w, 'a', NULL, NULL },
			    { w, 'b', NULL, NULL },
			    { w, 'c', NULL, NULL },
			    { w, 'd', NULL, NULL },
			    { w, '.', NULL, NULL } };
	int64_t now = clock_mono();

	loop_timer_add(w->loop, now + 3 * NS_PER_MS, on_tick, &t[2]);
	loop_timer_add(w->loop, now + 5 * NS_PER_MS, on_tick, &t[4]);
	loop_timer_add(w->loop, now - 1, on_tick, &t[0]);
	loop_timer_add(w->loop, now + 3 * NS_PER_MS, on_tick, &t[3]);
	loop_timer_add(w->loop, now, on_tick, &t[1]);
	assert_int_equal(loop_run(w->loop, NULL), 0);
	assert_string_equal(buf_text(&w->seen), "abcd.");
	assert_true(clock_mono() >= now + 5 * NS_PER_MS);
	assert_true(loop_now(w->loop) >= now);
}

struct numbered {
	struct world *world;
	int64_t when;
};

static void on_numbered(void *ctx)
{
	struct numbered *n = ctx;

	assert_true(n->when >= n->world->last);
	n->world->last = n->when;
	n->world->count++;
}

/* Every third of 200 is removed, in a scrambled order; the others come sorted. */
static void heap_keeps_its_order(void **state)
{
	struct world *w = *state;
	struct numbered many[200];
	struct loop_timer *timers[200];

	for (size_t i = 0; i < 200; i++) {
		many[i] = (struct numbered){ .world = w, .when = (int64_t)(i * 7919 % 211) + 1 };
		timers[i] = loop_timer_add(w->loop, many[i].when, on_numbered, &many[i]);
	}
	for (size_t i = 0; i < 67; i++)
		loop_timer_remove(timers[i * 37 % 67 * 3]);
	assert_int_equal(loop_turn(w->loop, 0, NULL), 0);
	assert_int_equal(w->count, 200 - 67);
}

static void timer_removes_a_later_one(void **state)
{
	struct world *w = *state;
	struct tick dead = { w, 'x', NULL, NULL };
	struct tick killer = { w, 'k', loop_timer_add(w->loop, 2, on_tick, &dead), NULL };

	loop_timer_add(w->loop, 1, on_tick, &killer);
	assert_int_equal(loop_turn(w->loop, 0, NULL), 0);
	assert_string_equal(buf_text(&w->seen), "k");
	loop_timer_remove(NULL);
}

static void on_again(void *ctx)
{
	struct tick *t = ctx;

	buf_addc(&t->world->seen, t->letter);
	loop_timer_add(t->world->loop, 0, on_again, t);
}

static void timer_that_rearms_does_not_hold_the_turn(void **state)
{
	struct world *w = *state;
	struct tick t = { w, 'r', NULL, NULL };

	loop_timer_add(w->loop, 0, on_again, &t);
	assert_int_equal(loop_turn(w->loop, 0, NULL), 0);
	assert_string_equal(buf_text(&w->seen), "r");
	assert_int_equal(loop_turn(w->loop, 0, NULL), 0);
	assert_string_equal(buf_text(&w->seen), "rr");
}

static void on_ready(void *ctx, uint32_t events)
{
	struct tick *t = ctx;

	assert_true(events & EPOLLIN);
	buf_addc(&t->world->seen, t->letter);
	loop_fd_remove(TAKE(t->watch));
}

/* Both are ready in one turn; the first to come removes the other, whose event must then not be
 * delivered. */
static void descriptor_removes_another_that_is_ready(void **state)
{
	struct world *w = *state;
	struct tick one = { w, '1', NULL, NULL }, two = { w, '1', NULL, NULL };
	int a[2], b[2];

	assert_int_equal(pipe(a), 0);
	assert_int_equal(pipe(b), 0);
	two.watch = loop_fd_add(w->loop, a[0], EPOLLIN, on_ready, &one, NULL);
	one.watch = loop_fd_add(w->loop, b[0], EPOLLIN, on_ready, &two, NULL);
	assert_int_equal(write(a[1], "x", 1), 1);
	assert_int_equal(write(b[1], "x", 1), 1);
	assert_int_equal(loop_turn(w->loop, INT64_MAX, NULL), 0);
	assert_string_equal(buf_text(&w->seen), "1");
	assert_true(!one.watch != !two.watch);
	loop_fd_remove(one.watch);
	loop_fd_remove(two.watch);
	loop_fd_remove(NULL);
	for (int i = 0; i < 2; i++) {
		close(a[i]);
		close(b[i]);
	}
}

static void descriptors_come_before_timers(void **state)
{
	struct world *w = *state;
	struct tick fd = { w, 'f', NULL, NULL }, timer = { w, 't', NULL, NULL };
	int p[2];

	assert_int_equal(pipe(p), 0);
	fd.watch = loop_fd_add(w->loop, p[0], 0, on_ready, &fd, NULL);
	assert_int_equal(loop_fd_change(fd.watch, EPOLLIN), 0);
	assert_int_equal(loop_fd_change(fd.watch, EPOLLIN), 0);
	assert_int_equal(write(p[1], "x", 1), 1);
	loop_timer_add(w->loop, 0, on_tick, &timer);
	assert_int_equal(loop_turn(w->loop, INT64_MAX, NULL), 0);
	assert_string_equal(buf_text(&w->seen), "ft");
	close(p[0]);
	close(p[1]);
}

static bool on_idle(void *ctx)
{
	struct world *w = ctx;

	if (w->left == 0)
		return false;
	buf_printf(&w->seen, "%d", w->left--);
	return true;
}

static void idle_work_waits_for_what_is_ready(void **state)
{
	struct world *w = *state;
	struct tick timer = { w, 't', NULL, NULL }, stop = { w, '.', NULL, NULL };

	w->left = 2;
	loop_on_idle(w->loop, on_idle, w);
	loop_timer_add(w->loop, 0, on_tick, &timer);
	loop_timer_add(w->loop, clock_mono() + 20 * NS_PER_MS, on_tick, &stop);
	assert_int_equal(loop_run(w->loop, NULL), 0);
	assert_string_equal(buf_text(&w->seen), "t21.");
}

static bool on_idle_stop(void *ctx)
{
	loop_stop(ctx);
	return false;
}

static void stop_in_idle_ends_the_run(void **state)
{
	struct world *w = *state;

	loop_on_idle(w->loop, on_idle_stop, w->loop);
	assert_int_equal(loop_run(w->loop, NULL), 0);
}

static void before(void *ctx, void *callback_ctx)
{
	struct world *w = ctx;
	struct tick *t = callback_ctx;

	buf_printf(&w->seen, "<%c", t->letter);
}

static void after(void *ctx)
{
	struct world *w = ctx;

	buf_addc(&w->seen, '>');
}

static void callbacks_are_framed(void **state)
{
	struct world *w = *state;
	struct tick t = { w, 't', NULL, NULL };

	loop_around(w->loop, before, after, w);
	loop_timer_add(w->loop, 0, on_tick, &t);
	assert_int_equal(loop_turn(w->loop, 0, NULL), 0);
	assert_string_equal(buf_text(&w->seen), "<tt>");
}

static void a_turn_ends_at_its_limit(void **state)
{
	struct world *w = *state;
	int64_t until = clock_mono() + 10 * NS_PER_MS;

	assert_int_equal(loop_turn(w->loop, until, NULL), 0);
	assert_true(clock_mono() >= until);
}

static void a_closed_descriptor_is_an_error(void **state)
{
	struct world *w = *state;
	auto_err struct err *e = NULL;

	assert_null(loop_fd_add(w->loop, 9999, EPOLLIN, on_ready, w, &e));
	assert_string_equal(err_text(e), "watch descriptor 9999: Bad file descriptor");
}

#define LOOP_TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LOOP_TEST(timers_fire_in_order),
		LOOP_TEST(heap_keeps_its_order),
		LOOP_TEST(timer_removes_a_later_one),
		LOOP_TEST(timer_that_rearms_does_not_hold_the_turn),
		LOOP_TEST(descriptor_removes_another_that_is_ready),
		LOOP_TEST(descriptors_come_before_timers),
		LOOP_TEST(idle_work_waits_for_what_is_ready),
		LOOP_TEST(stop_in_idle_ends_the_run),
		LOOP_TEST(callbacks_are_framed),
		LOOP_TEST(a_turn_ends_at_its_limit),
		LOOP_TEST(a_closed_descriptor_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
