/*
 * Which job may run when: needs, captures, runtime items, interruption; and the table of messages.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/err.h"
#include "engine/base/xalloc.h"
#include "engine/ruleset/ruleset.h"
#include "engine/run/schedule.h"
#include "engine/run/wire.h"

#define CHECKS 6

/* Checks c/0 to c/5; edges are given by the tests. */
struct bench {
	struct check checks[CHECKS];
	char ids[CHECKS][32];
	struct plan plan;
	struct schedule *schedule;
	size_t needs[CHECKS][2];
	struct capture capture;
	struct buf log;
};

static void bench_open(struct bench *b, size_t count)
{
	*b = (struct bench){ .log = BUF_INIT(SIZE_MAX) };
	for (size_t i = 0; i < count; i++) {
		snprintf(b->ids[i], sizeof(b->ids[i]), "c/%zu", i);
		b->checks[i] =
			(struct check){ .index = i, .id = b->ids[i], .severity = SEVERITY_LOW };
	}
	b->plan = (struct plan){ .checks = b->checks, .count = count };
}

static void bench_need(struct bench *b, size_t from, size_t to)
{
	struct check *c = &b->checks[from];

	b->needs[from][c->need_count++] = to;
	c->needs = b->needs[from];
}

static void bench_close(struct bench *b)
{
	schedule_free(b->schedule);
	buf_free(&b->log);
}

/* What the worker of each check finds. */
struct finding {
	enum status status;
	const char *exports; /* JSON or NULL */
};

static void settle(struct bench *b, struct job *j, const struct finding *found)
{
	struct result *r = schedule_result(b->schedule, j);

	if (j->known) {
		buf_printf(&b->log, "%s %s: %s\n", j->check->id, status_name(j->known->status),
			   j->known->message);
		*r = (struct result){ .status = j->known->status, .kind = j->known->kind };
	} else {
		const struct finding *f = &found[j->check->index];

		buf_printf(&b->log, "%s%s%s runs%s%s\n", j->check->id, j->item ? " " : "",
			   j->item ? json_string_value(j->item) : "", j->captures ? " with " : "",
			   j->captures ? j->captures : "");
		*r = (struct result){ .status = f->status, .message = xstrdup("it was so") };
		j->exports = f->exports ? json_loads(f->exports, 0, NULL) : NULL;
	}
	schedule_over(b->schedule, j);
}

static void expect_log(struct bench *b, const struct finding *found, const char *log)
{
	struct job *j;

	b->schedule = schedule_new(&b->plan);
	while ((j = schedule_next(b->schedule)))
		settle(b, j, found);
	assert_string_equal(buf_text(&b->log), log);
	assert_int_equal(schedule_open(b->schedule), 0);
}

static void test_needs_in_order(void **state)
{
	const struct finding found[CHECKS] = { { STATUS_PASS, NULL } };
	struct bench b;

	(void)state;
	bench_open(&b, 4);
	bench_need(&b, 0, 2); /* against the order of the plan */
	bench_need(&b, 2, 3);
	bench_need(&b, 1, 3);
	expect_log(&b, found, "c/3 runs\nc/1 runs\nc/2 runs\nc/0 runs\n");
	bench_close(&b);
}

static void test_needs_not_met(void **state)
{
	const struct finding found[CHECKS] = { { STATUS_FAIL, NULL }, { STATUS_ERROR, NULL } };
	struct bench b;

	(void)state;
	bench_open(&b, 5);
	bench_need(&b, 2, 0);
	bench_need(&b, 3, 1);
	bench_need(&b, 4, 2);
	expect_log(&b, found,
		   "c/0 runs\nc/1 runs\n"
		   "c/2 skip: needs c/0, which failed\n"
		   "c/3 skip: needs c/1, which ended in an error\n"
		   "c/4 skip: needs c/2, which was skipped\n");
	bench_close(&b);
}

static void bench_capture(struct bench *b, size_t by, size_t from, size_t count, bool all)
{
	static char name[] = "checks.x.p", path[] = "p";

	b->capture = (struct capture){
		.name = name, .path = path, .first = from, .count = count, .all = all
	};
	b->checks[by].captures = &b->capture;
	b->checks[by].capture_count = 1;
}

/* A capture means an observation, not a pass. */
static void test_capture_of_a_failed_check(void **state)
{
	const struct finding found[CHECKS] = { { STATUS_FAIL, "{\"p\":7}" } };
	struct bench b;

	(void)state;
	bench_open(&b, 2);
	bench_capture(&b, 1, 0, 1, false);
	expect_log(&b, found, "c/0 runs\nc/1 runs with {\"checks.x.p\":7}\n");
	bench_close(&b);
}

static void test_captures_that_cannot_be(void **state)
{
	static const struct {
		struct finding found;
		const char *last;
	} rows[] = {
		{ { STATUS_PASS, "{}" }, "c/1 error: '${checks.x.p}': c/0 has no such fact\n" },
		{ { STATUS_ERROR, NULL },
		  "c/1 error: '${checks.x.p}': there is no observation of c/0: it was so\n" },
		{ { STATUS_SKIP, NULL }, "c/1 skip: it was so\n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		auto_free char *log = xasprintf("c/0 runs\n%s", rows[i].last);
		struct bench b;

		bench_open(&b, 2);
		bench_capture(&b, 1, 0, 1, false);
		expect_log(&b, &rows[i].found, log);
		assert_int_equal(schedule_job(b.schedule, 1)->result->kind,
				 i < 2 ? KIND_CAPTURE : KIND_NONE);
		bench_close(&b);
	}
}

static void test_capture_of_all(void **state)
{
	const struct finding found[CHECKS] = { { STATUS_PASS, "{\"p\":1}" },
					       { STATUS_FAIL, "{\"p\":2}" } };
	struct bench b;

	(void)state;
	bench_open(&b, 3);
	bench_capture(&b, 2, 0, 2, true);
	expect_log(&b, found, "c/0 runs\nc/1 runs\nc/2 runs with {\"checks.x.p\":[1,2]}\n");
	bench_close(&b);
}

static void bench_items(struct bench *b, size_t by, size_t from)
{
	bench_capture(b, by, from, 1, false);
	b->checks[by].item_source = &b->capture;
	b->checks[by].capture_count = 0;
}

static void test_runtime_items(void **state)
{
	const struct finding found[CHECKS] = { { STATUS_PASS, "{\"p\":[\"a\",\"b\"]}" } };
	struct bench b;

	(void)state;
	bench_open(&b, 3);
	bench_items(&b, 1, 0);
	bench_need(&b, 2, 1);
	expect_log(&b, found, "c/0 runs\nc/1 a runs\nc/1 b runs\nc/2 runs\n");
	assert_int_equal(schedule_count(b.schedule), 4);
	bench_close(&b);
}

static void test_runtime_items_that_cannot_be(void **state)
{
	static const struct {
		const char *exports, *last;
	} rows[] = {
		{ "{\"p\":[]}", "c/1 fail: for_each: the list '${checks.x.p}' is empty\n" },
		{ "{\"p\":\"a\"}", "c/1 error: for_each: '${checks.x.p}' is not a list\n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct finding found[CHECKS] = { { STATUS_PASS, rows[i].exports } };
		auto_free char *log = xasprintf("c/0 runs\n%s", rows[i].last);
		struct bench b;

		bench_open(&b, 2);
		bench_items(&b, 1, 0);
		expect_log(&b, found, log);
		bench_close(&b);
	}
}

static void many_items(size_t count, size_t jobs)
{
	auto_buf struct buf list = BUF_INIT(SIZE_MAX);
	struct finding found[CHECKS] = { { STATUS_PASS, NULL } };
	struct bench b;
	struct job *j;

	buf_adds(&list, "{\"p\":[");
	for (size_t i = 0; i < count; i++)
		buf_printf(&list, "%s\"%zu\"", i ? "," : "", i);
	buf_adds(&list, "]}");
	found[0].exports = buf_text(&list);
	bench_open(&b, 2);
	bench_items(&b, 1, 0);
	b.schedule = schedule_new(&b.plan);
	while ((j = schedule_next(b.schedule)))
		settle(&b, j, found);
	assert_int_equal(schedule_count(b.schedule), jobs);
	assert_int_equal(schedule_open(b.schedule), 0);
	bench_close(&b);
}

static void test_bound_of_runtime_items(void **state)
{
	(void)state;
	many_items(SCHEDULE_ITEMS_MAX, SCHEDULE_ITEMS_MAX + 1);
	many_items(SCHEDULE_ITEMS_MAX + 1, 2); /* one error in their place */
}

static void test_decided_before(void **state)
{
	const struct finding found[CHECKS] = { { STATUS_PASS, NULL } };
	static char skip[] = "not configured: X", error[] = "parameter 'y' has no value";
	struct bench b;

	(void)state;
	bench_open(&b, 3);
	b.checks[0].decided = DECIDED_SKIP;
	b.checks[0].reason = skip;
	b.checks[1].decided = DECIDED_ERROR;
	b.checks[1].kind = KIND_PARAMETER;
	b.checks[1].reason = error;
	bench_need(&b, 2, 0);
	expect_log(&b, found,
		   "c/0 skip: not configured: X\nc/1 error: parameter 'y' has no value\n"
		   "c/2 skip: needs c/0, which was skipped\n");
	bench_close(&b);
}

static void test_cut(void **state)
{
	const struct finding found[CHECKS] = { { STATUS_PASS, NULL } };
	const struct ending interrupted = { STATUS_SKIP, KIND_NONE, "interrupted" };
	struct bench b;
	struct job *j;

	(void)state;
	bench_open(&b, 3);
	bench_need(&b, 1, 0);
	bench_need(&b, 2, 1);
	b.schedule = schedule_new(&b.plan);
	j = schedule_next(b.schedule);
	schedule_cut(b.schedule, &interrupted);
	settle(&b, j, found);
	while ((j = schedule_next(b.schedule)))
		settle(&b, j, found);
	assert_string_equal(buf_text(&b.log),
			    "c/0 runs\nc/1 skip: interrupted\nc/2 skip: interrupted\n");
	assert_int_equal(schedule_open(b.schedule), 0);
	bench_close(&b);
}

/* One row a message: who sends it, and what is thought of it. */
static const struct {
	enum role sender;
	uint32_t type, length;
	const char *error; /* NULL: it may come */
} messages[] = {
	{ ROLE_LOCAL, WIRE_RESULT, 28, NULL },
	{ ROLE_LOCAL, WIRE_RESULT, 27, "message 'result' of 27 bytes" },
	{ ROLE_LOCAL, WIRE_RESULT, 9 * 1024 * 1024, "message 'result' of 9437184 bytes" },
	{ ROLE_LOCAL, WIRE_STARTED, 0, "the local worker may not send 'started'" },
	{ ROLE_LOCAL, WIRE_JOB, 12, "the local worker may not send 'job'" },
	{ ROLE_LOCAL, 0, 0, "unknown message 0" },
	{ ROLE_LOCAL, WIRE_TYPE_COUNT, 0, "unknown message 9" },
	{ ROLE_NETWORK, WIRE_STARTED, 0, NULL },
	{ ROLE_NETWORK, WIRE_STARTED, 1, "message 'started' of 1 bytes" },
	{ ROLE_NETWORK, WIRE_OBSERVED, 20, NULL },
	{ ROLE_ISOLATED, WIRE_OBSERVED, 20, "the isolated worker may not send 'observed'" },
	{ ROLE_PARENT, WIRE_SPAWNED, 4, NULL },
	{ ROLE_PARENT, WIRE_RESULT, 28, "the lane parent may not send 'result'" },
	{ ROLE_SCOUT, WIRE_ANSWER, 2, NULL },
	{ ROLE_SCOUT, WIRE_SPAWNED, 4, "the scout may not send 'spawned'" },
	{ ROLE_SUPERVISOR, WIRE_JOB, 12, NULL },
	{ ROLE_SUPERVISOR, WIRE_RESULT, 28, "the supervisor may not send 'result'" },
};

static void test_messages(void **state)
{
	char bytes[256] = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(messages); i++) {
		const struct wire_header h = { .type = messages[i].type,
					       .length = messages[i].length };
		auto_err struct err *e = NULL;
		struct wire_message m;
		size_t used = 0;

		memcpy(bytes, &h, sizeof(h));
		assert_int_equal(
			wire_parse(bytes, sizeof(bytes), messages[i].sender, &m, &used, &e),
			messages[i].error ? -1 : 1);
		assert_string_equal(err_text(e), messages[i].error ? messages[i].error : "");
		if (!messages[i].error)
			assert_int_equal(used, sizeof(h) + messages[i].length);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_needs_in_order),
		cmocka_unit_test(test_needs_not_met),
		cmocka_unit_test(test_capture_of_a_failed_check),
		cmocka_unit_test(test_captures_that_cannot_be),
		cmocka_unit_test(test_capture_of_all),
		cmocka_unit_test(test_runtime_items),
		cmocka_unit_test(test_runtime_items_that_cannot_be),
		cmocka_unit_test(test_bound_of_runtime_items),
		cmocka_unit_test(test_decided_before),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_messages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
