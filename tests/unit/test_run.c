/*
 * The runner with real workers: each lane, the kill ladder, culprits, retry, interruption. The
 * checks are those of checks/fault.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "checks/check.h"
#include "engine/base/secret.h"
#include "engine/document/diagnostic.h"
#include "engine/document/node.h"
#include "engine/run/run.h"

extern const struct check_type check_fault_command, check_fault_isolated, check_fault_local,
	check_fault_network;

/* As checks/fault.c has it. */
struct fault_query {
	int deed;
	int when;
	struct duration after;
	char *path;
};
enum { BLOCK, CRASH, EAT, EXIT, FAIL, FLOOD, GARBAGE, HANG, LOOP, PASS };
enum { START, CALLBACK, SHARED };

/* A plan made by hand. */
struct bench {
	struct plan plan;
	struct fault_query *queries;
	struct document *document;
	struct expect *expect;
	struct run run;
	size_t told;
};

static void bench_open(struct bench *b, size_t count)
{
	auto_diagnostics struct diagnostics d = { 0 };
	static const char text[] = "{ ok: true }";

	*b = (struct bench){ 0 };
	b->plan.checks = xcalloc(count, sizeof(*b->plan.checks));
	b->queries = xcalloc(count, sizeof(*b->queries));
	b->document = document_parse(text, strlen(text), "expect", &d);
	assert_non_null(b->document);
	b->expect = expect_compile(document_root(b->document), &check_fault_local, &d);
	assert_non_null(b->expect);
}

static char ok_name[] = "ok";
static char *wanted[] = { ok_name, NULL };

static struct check *bench_add(struct bench *b, const struct check_type *type, int deed)
{
	size_t i = b->plan.count++;
	struct check *c = &b->plan.checks[i];

	b->queries[i] = (struct fault_query){ .deed = deed };
	*c = (struct check){
		.index = i,
		.id = xasprintf("bench/%s-%zu", type->name, i),
		.type = type,
		.severity = SEVERITY_HIGH,
		.timeout = NS_PER_S,
		.tries = 1,
		.query = &b->queries[i],
		.expect = b->expect,
		.wants = wanted,
		.want_count = 1,
	};
	return c;
}

static void on_result(void *ctx, const struct result *r)
{
	struct bench *b = ctx;

	assert_non_null(r->id);
	b->told++;
}

/* deadline: from now; 0: none */
static void bench_run_until(struct bench *b, int64_t deadline)
{
	auto_err struct err *e = NULL;
	struct secrets *secrets = secrets_new();
	struct run_options o = {
		.secrets = secrets,
		.on_result = on_result,
		.ctx = b,
		.deadline = deadline ? clock_mono() + deadline : 0,
	};

	if (run_execute(&b->plan, &o, &b->run, &e) < 0)
		fail_msg("%s", err_text(e));
	secrets_free(secrets);
	assert_int_equal(b->run.count, b->plan.count);
	assert_int_equal(b->told, b->plan.count);
	for (size_t i = 0; i < b->run.count; i++) {
		assert_ptr_equal(b->run.results[i].check, &b->plan.checks[i]);
		assert_in_range(b->run.results[i].seq, 1, b->plan.count);
	}
	run_end(false);
}

static void bench_run(struct bench *b)
{
	bench_run_until(b, 0);
	assert_true(b->run.complete);
	assert_null(b->run.cut_short);
}

static void bench_close(struct bench *b)
{
	for (size_t i = 0; i < b->plan.count; i++)
		free(b->plan.checks[i].id);
	free(b->plan.checks);
	free(b->queries);
	expect_free(b->expect);
	document_free(b->document);
	run_release(&b->run);
}

static const struct check_type *const lanes[] = {
	&check_fault_local,
	&check_fault_network,
	&check_fault_command,
	&check_fault_isolated,
};

static void test_every_lane_passes(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b, 400);
	for (size_t i = 0; i < 400; i++)
		bench_add(&b, lanes[i % 4], PASS);
	bench_run(&b);
	for (size_t i = 0; i < 400; i++) {
		if (b.run.results[i].status != STATUS_PASS)
			fail_msg("%s: %s", b.run.results[i].id, b.run.results[i].message);
		assert_non_null(b.run.results[i].details);
		assert_int_equal(b.run.results[i].attempts, 1);
	}
	bench_close(&b);
}

/* One culprit among innocents, in each lane, for each deed: only the culprit suffers. */
struct row {
	int deed, when;
	enum status status;
	enum kind kind;
};

static void one_culprit(const struct check_type *type, const struct row *row)
{
	struct bench b;
	const size_t count = 60, culprit = 29;

	bench_open(&b, count);
	for (size_t i = 0; i < count; i++)
		bench_add(&b, type, i == culprit ? row->deed : PASS);
	b.queries[culprit].when = row->when;
	bench_run(&b);
	for (size_t i = 0; i < count; i++) {
		const struct result *r = &b.run.results[i];

		if (i != culprit && r->status != STATUS_PASS)
			fail_msg("deed %d: %s: %s", row->deed, r->id, r->message);
		if (i == culprit && (r->status != row->status || r->kind != row->kind))
			fail_msg("deed %d: %s: %s %s: %s", row->deed, r->id, status_name(r->status),
				 kinds[r->kind].name, r->message);
	}
	bench_close(&b);
}

static const struct row serial_rows[] = {
	{ CRASH, START, STATUS_ERROR, KIND_CRASHED },
	{ EAT, START, STATUS_ERROR, KIND_RESOURCE },
	{ EXIT, START, STATUS_ERROR, KIND_CRASHED },
	{ FAIL, START, STATUS_FAIL, KIND_NONE },
	{ FLOOD, START, STATUS_PASS, KIND_NONE },
	{ GARBAGE, START, STATUS_ERROR, KIND_CRASHED },
	{ HANG, START, STATUS_ERROR, KIND_KILLED },
	{ LOOP, START, STATUS_ERROR, KIND_KILLED },
};

static const struct row loop_rows[] = {
	{ CRASH, START, STATUS_ERROR, KIND_CRASHED },
	{ EAT, START, STATUS_ERROR, KIND_RESOURCE },
	{ EXIT, START, STATUS_ERROR, KIND_CRASHED },
	{ FAIL, START, STATUS_FAIL, KIND_NONE },
	{ FLOOD, START, STATUS_PASS, KIND_NONE },
	{ HANG, START, STATUS_FAIL, KIND_TIMEOUT },
	{ LOOP, START, STATUS_ERROR, KIND_KILLED },
	{ CRASH, CALLBACK, STATUS_ERROR, KIND_CRASHED },
	{ LOOP, CALLBACK, STATUS_ERROR, KIND_KILLED },
	{ PASS, SHARED, STATUS_PASS, KIND_NONE },
};

static void test_culprits_local(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(serial_rows); i++)
		one_culprit(&check_fault_local, &serial_rows[i]);
}

static void test_culprits_isolated(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(serial_rows); i++)
		one_culprit(&check_fault_isolated, &serial_rows[i]);
}

static void test_culprits_network(void **state)
{
	const struct row shared = { CRASH, SHARED, STATUS_ERROR, KIND_CRASHED };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(loop_rows); i++)
		one_culprit(&check_fault_network, &loop_rows[i]);
	one_culprit(&check_fault_network, &shared);
}

/* Commands are never run twice, so whatever was under way beside the culprit ends with it. */
static void test_culprits_command(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(loop_rows); i++)
		one_culprit(&check_fault_command, &loop_rows[i]);
}

/* A poison that kills the loop in nobody's callback while innocents are under way is found by
 * halving. */
static void test_halves(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b, 40);
	for (size_t i = 0; i < 40; i++) {
		bench_add(&b, &check_fault_network, PASS);
		b.queries[i].after.ns = 100 * NS_PER_MS;
	}
	b.queries[7].deed = CRASH;
	b.queries[7].when = SHARED;
	b.queries[7].after.ns = 50 * NS_PER_MS;
	bench_run(&b);
	for (size_t i = 0; i < 40; i++)
		if (b.run.results[i].status != (i == 7 ? STATUS_ERROR : STATUS_PASS))
			fail_msg("%s: %s", b.run.results[i].id, b.run.results[i].message);
	assert_int_equal(b.run.results[7].kind, KIND_CRASHED);
	bench_close(&b);
}

/* What a worker that is held up has not begun is done by the other one meanwhile. */
static void test_network_workers_share(void **state)
{
	const size_t count = 1100; /* two workers */
	struct bench b;

	(void)state;
	bench_open(&b, count);
	for (size_t i = 0; i < count; i++)
		bench_add(&b, &check_fault_network, i ? PASS : LOOP);
	bench_run(&b);
	for (size_t i = 0; i < count; i++)
		if (b.run.results[i].status != (i ? STATUS_PASS : STATUS_ERROR))
			fail_msg("%s: %s", b.run.results[i].id, b.run.results[i].message);
	assert_in_range(b.run.results[0].seq, count - 64, count);
	bench_close(&b);
}

static void test_needs(void **state)
{
	struct bench b;
	size_t on_zero[] = { 0 }, on_one[] = { 1 };
	struct check *c;

	(void)state;
	bench_open(&b, 4);
	bench_add(&b, &check_fault_network, FAIL);
	bench_add(&b, &check_fault_isolated, PASS);
	c = bench_add(&b, &check_fault_local, PASS);
	c->needs = on_zero;
	c->need_count = 1;
	c = bench_add(&b, &check_fault_local, PASS);
	c->needs = on_one;
	c->need_count = 1;
	bench_run(&b);
	assert_int_equal(b.run.results[2].status, STATUS_SKIP);
	assert_string_equal(b.run.results[2].message, "needs bench/fault_network-0, which failed");
	assert_int_equal(b.run.results[2].attempts, 0);
	assert_int_equal(b.run.results[3].status, STATUS_PASS);
	bench_close(&b);
}

static void test_retry(void **state)
{
	struct bench b;
	json_t *details;

	(void)state;
	bench_open(&b, 4);
	for (size_t i = 0; i < 4; i++) {
		struct check *c = bench_add(&b, lanes[i], FAIL);

		c->tries = 3;
		c->retry_every = 5 * NS_PER_MS;
	}
	b.queries[0].deed = CRASH;
	bench_run(&b);
	assert_int_equal(b.run.results[0].attempts, 1);
	assert_int_equal(b.run.results[0].status, STATUS_ERROR);
	for (size_t i = 1; i < 4; i++) {
		assert_int_equal(b.run.results[i].attempts, 3);
		details = result_details(&b.run.results[i]);
		assert_int_equal(json_array_size(json_object_get(details, "tries")), 3);
		json_decref(details);
	}
	bench_close(&b);
}

static void test_pattern_is_judged_elsewhere(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b, 2);
	bench_add(&b, &check_fault_network, PASS)->has_pattern = true;
	bench_add(&b, &check_fault_command, FAIL)->has_pattern = true;
	bench_run(&b);
	assert_int_equal(b.run.results[0].status, STATUS_PASS);
	assert_int_equal(b.run.results[1].status, STATUS_FAIL);
	assert_non_null(strstr(b.run.results[1].details, "\"observed\":{\"ok\":false}"));
	bench_close(&b);
}

/* One check that hangs must not hold up the rest of its batch. */
static void test_batch_moves(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b, 50);
	for (size_t i = 0; i < 50; i++)
		bench_add(&b, &check_fault_local, i == 3 ? HANG : PASS);
	bench_run(&b);
	assert_int_equal(b.run.results[3].seq, 50);
	bench_close(&b);
}

/* What was done before a check that kills its worker is not done again. */
static void test_done_is_done(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b, 30);
	for (size_t i = 0; i < 30; i++)
		bench_add(&b, &check_fault_local, i % 10 == 9 ? CRASH : PASS);
	bench_run(&b);
	for (size_t i = 0; i < 30; i++)
		assert_int_equal(b.run.results[i].seq, i + 1);
	bench_close(&b);
}

static void test_deadline(void **state)
{
	struct bench b;
	size_t on_zero[] = { 0 };
	struct check *c;

	(void)state;
	bench_open(&b, 9);
	for (size_t i = 0; i < 8; i++)
		bench_add(&b, lanes[i % 4], i < 4 ? HANG : PASS)->timeout = 60 * NS_PER_S;
	c = bench_add(&b, &check_fault_local, PASS);
	c->needs = on_zero;
	c->need_count = 1;
	bench_run_until(&b, 700 * NS_PER_MS);
	assert_false(b.run.complete);
	assert_string_equal(b.run.cut_short, "deadline");
	for (size_t i = 0; i < 9; i++) {
		bool hung = i < 4 || i == 8;

		assert_int_equal(b.run.results[i].status, hung ? STATUS_SKIP : STATUS_PASS);
		if (hung)
			assert_string_equal(b.run.results[i].message, "interrupted");
	}
	bench_close(&b);
}

static void term_us(void *ctx, const struct result *r)
{
	on_result(ctx, r);
	kill(getpid(), SIGTERM);
}

static void test_sigterm(void **state)
{
	struct bench b;
	struct run_options o = { .on_result = term_us, .ctx = &b };

	(void)state;
	bench_open(&b, 2);
	bench_add(&b, &check_fault_local, PASS);
	bench_add(&b, &check_fault_isolated, HANG);
	o.secrets = secrets_new();
	assert_int_equal(run_execute(&b.plan, &o, &b.run, NULL), 0);
	secrets_free(o.secrets);
	run_end(false);
	assert_string_equal(b.run.cut_short, "SIGTERM");
	assert_int_equal(b.run.results[0].status, STATUS_PASS);
	assert_int_equal(b.run.results[1].status, STATUS_SKIP);
	bench_close(&b);
}

/* With ever more descriptors, from none to enough: each time every check has its result. */
static void test_no_descriptors(void **state)
{
	struct rlimit usual, few;
	int rc = -1;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &usual), 0);
	few = usual;
	for (few.rlim_cur = 0; rc < 0 && few.rlim_cur < 64; few.rlim_cur++) {
		auto_err struct err *e = NULL;
		struct run_options o = { .on_result = on_result, .secrets = secrets_new() };
		struct bench b;

		bench_open(&b, 2);
		bench_add(&b, &check_fault_local, PASS);
		bench_add(&b, &check_fault_local, PASS);
		o.ctx = &b;
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
		rc = run_execute(&b.plan, &o, &b.run, &e);
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &usual), 0);
		run_end(false);
		secrets_free(o.secrets);
		assert_int_equal(b.run.count, 2);
		assert_int_equal(b.told, 2);
		assert_int_equal(b.run.complete, rc == 0);
		for (size_t i = 0; rc < 0 && i < b.run.count; i++) {
			assert_int_equal(b.run.results[i].status, STATUS_ERROR);
			assert_int_equal(b.run.results[i].kind, KIND_RESOURCE);
			assert_non_null(strstr(b.run.results[i].message, err_text(e)));
		}
		bench_close(&b);
	}
	assert_int_equal(rc, 0);
	assert_in_range(few.rlim_cur, 3, 63);
}

static void test_missing_module(void **state)
{
	struct check_type with_module[4];
	struct bench b;

	(void)state;
	bench_open(&b, 4);
	for (size_t i = 0; i < 4; i++) {
		with_module[i] = *lanes[i];
		with_module[i].module = "none";
		with_module[i].package = "libnone";
		bench_add(&b, &with_module[i], PASS);
	}
	bench_run(&b);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(b.run.results[i].kind, KIND_MODULE);
		assert_non_null(strstr(b.run.results[i].message, "without it; it needs libnone"));
	}
	bench_close(&b);
}

static void test_leaves_no_child(void **state)
{
	(void)state;
	alarm(60); /* only if one never ends */
	while (waitpid(-1, NULL, 0) > 0)
		;
	alarm(0);
	assert_int_equal(errno, ECHILD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_lane_passes),
		cmocka_unit_test(test_culprits_local),
		cmocka_unit_test(test_culprits_isolated),
		cmocka_unit_test(test_culprits_network),
		cmocka_unit_test(test_culprits_command),
		cmocka_unit_test(test_halves),
		cmocka_unit_test(test_network_workers_share),
		cmocka_unit_test(test_needs),
		cmocka_unit_test(test_retry),
		cmocka_unit_test(test_pattern_is_judged_elsewhere),
		cmocka_unit_test(test_batch_moves),
		cmocka_unit_test(test_done_is_done),
		cmocka_unit_test(test_deadline),
		cmocka_unit_test(test_sigterm),
		cmocka_unit_test(test_no_descriptors),
		cmocka_unit_test(test_missing_module),
		cmocka_unit_test(test_leaves_no_child),
	};

	run_prepare();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
