/* The gate: which results make which exit code (the table of exit codes, row by row). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/base/xalloc.h"
#include "engine/result/result.h"

struct gate_case {
	const char *name;
	const char *results; /* a word each: status p f e s, severity i l m h c, then ! when flaky */
	struct gate_options options;
	bool cut_short, inapplicable_named;
	int load_error;
	enum gate_result gate;
	int exit_code;
};

#define LOW .fail_on = SEVERITY_LOW
#define HIGH .fail_on = SEVERITY_HIGH

static const struct gate_case cases[] = {
	{ "all pass", "ph pl", { LOW }, .gate = GATE_PASS, .exit_code = 0 },
	{ "a fail at the gate", "ph fl", { LOW }, .gate = GATE_FAIL, .exit_code = 1 },
	{ "a fail below the gate", "ph fm", { HIGH }, .gate = GATE_PASS },
	{ "info never fails", "fi", { .fail_on = SEVERITY_INFO }, .gate = GATE_PASS },
	{ "an error at the gate", "ph eh", { LOW }, .gate = GATE_NO_VERDICT, .exit_code = 2 },
	{ "an error below the gate", "ph el", { HIGH }, .gate = GATE_PASS },
	{ "errors ignored", "ph eh", { LOW, .ignore_errors = true }, .gate = GATE_PASS },
	{ "a fail wins over an error", "eh fh", { LOW }, .gate = GATE_FAIL, .exit_code = 1 },
	{ "cut short", "ph sh", { LOW }, .cut_short = true, .gate = GATE_NO_VERDICT, .exit_code = 2 },
	{ "cut short is no matter of errors", "ph sh", { LOW, .ignore_errors = true },
	  .cut_short = true, .gate = GATE_NO_VERDICT, .exit_code = 2 },
	{ "a fail wins over cut short", "fh sh", { LOW },
	  .cut_short = true, .gate = GATE_FAIL, .exit_code = 1 },
	{ "nothing selected", "", { LOW }, .gate = GATE_NOTHING, .exit_code = 4 },
	{ "everything skipped", "sh sl", { LOW }, .gate = GATE_NOTHING, .exit_code = 4 },
	{ "empty allowed", "sh", { LOW, .allow_empty = true }, .gate = GATE_PASS },
	{ "a named ruleset that does not apply", "ph sh", { LOW },
	  .inapplicable_named = true, .gate = GATE_NOTHING, .exit_code = 4 },
	{ "the same, and a fail", "fh sh", { LOW },
	  .inapplicable_named = true, .gate = GATE_FAIL, .exit_code = 1 },
	{ "below the gate with --warn-exit", "ph fl", { HIGH, .warn_exit = true },
	  .gate = GATE_PASS, .exit_code = 3 },
	{ "flaky with --warn-exit", "ph!", { LOW, .warn_exit = true }, .gate = GATE_PASS, .exit_code = 3 },
	{ "flaky without", "ph!", { LOW }, .gate = GATE_PASS },
	{ "a load error wins", "fh", { LOW }, .load_error = 65, .gate = GATE_NO_VERDICT, .exit_code = 65 },
	{ "an error below the gate was inspected", "ei", { LOW }, .gate = GATE_PASS },
};

static size_t parse_results(const char *text, struct result *out)
{
	static const char statuses[] = "pfes", severities[] = "ilmhc";
	size_t n = 0;

	for (; *text; text++) {
		if (*text == ' ')
			continue;
		if (*text == '!') {
			out[n - 1].flaky = true;
			continue;
		}
		out[n] = (struct result){
			.status = (enum status)(strchr(statuses, text[0]) - statuses),
			.severity = (enum severity)(strchr(severities, text[1]) - severities),
		};
		n++;
		text++;
	}
	return n;
}

static void test_gate(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct gate_case *c = &cases[i];
		struct result results[8];
		struct ruleset_info info = { .name = "r", .applies = !c->inapplicable_named, .named = true };
		struct run run = { .results = results, .complete = !c->cut_short, .rulesets = &info,
				   .ruleset_count = 1 };

		run.count = parse_results(c->results, results);
		run_judge(&run, &c->options, c->load_error);
		if (run.gate != c->gate || run.exit_code != c->exit_code)
			fail_msg("%s: %s, exit code %d", c->name, gate_name(run.gate), run.exit_code);
	}
}

static void test_summary(void **state)
{
	struct result results[8];
	struct run run = { .results = results, .complete = true };

	(void)state;
	run.count = parse_results("ph! fh fi eh sl", results);
	run_judge(&run, &(struct gate_options){ LOW }, 0);
	assert_int_equal(run.summary.total, 5);
	assert_int_equal(run.summary.count[STATUS_FAIL], 2);
	assert_int_equal(run.summary.flaky, 1);
	assert_int_equal(run.summary.by_severity[SEVERITY_HIGH][STATUS_FAIL], 1);
	assert_int_equal(run.summary.by_severity[SEVERITY_INFO][STATUS_FAIL], 1);
	assert_true(results[2].below_gate);
	assert_false(results[1].below_gate);
	assert_int_equal(run.worst_reasons, 2);
}

static void test_names(void **state)
{
	struct result r = { .id = xstrdup("web/slb[ssh]") };
	size_t len;

	(void)state;
	assert_memory_equal(result_ruleset(&r, &len), "web", 3);
	assert_int_equal(len, 3);
	assert_string_equal(result_local_id(&r), "slb[ssh]");
	assert_string_equal(result_type(&r), "ruleset");
	result_release(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gate),
		cmocka_unit_test(test_summary),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
