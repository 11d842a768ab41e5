/*
 * The page that a worker shares with the supervisor.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/run/slot.h"

#define RESULT "what a command has said: xyzzy"

static const struct slot *post(const struct slots *slots, size_t at)
{
	struct slot *s = slots_at(slots, at);

	assert_true(slot_post(s, "head", 4, RESULT, strlen(RESULT)));
	return s;
}

static bool is_told(const struct slot *s)
{
	return memmem(s, SLOT_SIZE, "xyzzy", 5) != NULL;
}

/* What lies there may hold what others' captures need, a token say: neither the next worker in this
 * slot nor one that maps them all shall find it. */
static void results_that_were_sent_are_wiped(void **state)
{
	struct slots *slots = slots_new(2, NULL);
	struct slot *s = slots_at(slots, (size_t)slots_take(slots));

	(void)state;
	assert_true(is_told(post(slots, 0)));
	slot_send_begin(s);
	assert_true(is_told(s));
	slot_send_end(s);
	assert_false(is_told(s));
	slots_free(slots);
}

static void results_of_the_dead_are_wiped(void **state)
{
	auto_buf struct buf box = BUF_INIT(SLOT_SIZE);
	struct slots *slots = slots_new(2, NULL);
	const struct slot *s;

	(void)state;
	assert_int_equal(slots_take(slots), 0);
	s = post(slots, 0);
	assert_true(slot_outbox(s, true, &box));
	assert_int_equal(box.len, 4 + strlen(RESULT));
	slots_give_back(slots, 0);
	assert_false(is_told(s));
	assert_int_equal(slots_take(slots), 0);
	assert_true(slot_outbox(s, true, &box));
	assert_int_equal(box.len, 0);
	slots_free(slots);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(results_that_were_sent_are_wiped),
		cmocka_unit_test(results_of_the_dead_are_wiped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
