/*
 * test_select - what the user selects, what that stands on, and what is said of words that match
 * nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/xalloc.h"
#include "tests/unit/plan_world.h"

static const char selectable[] =
	"format: 1\nruleset: t\nproduct: PROD\ncomponent: web\ndefaults: { tags: [ daily ], "
	"severity: high }\nchecks:\n"
	"  - { id: base, port: { port: 1 } }\n"
	"  - { id: list, for_each: { n: [ 80, 443 ] }, port: { port: \"${n}\" } }\n"
	"  - { id: top, needs: [ \"list[443]\" ], tags: [ pre ], severity: low, port: { port: 2 } "
	"}\n"
	"  - { id: slow, tags: [ on-demand, weekly ], needs: [ base ], port: { port: 2 } }\n"
	"  - { id: cap, severity: critical, value: { of: \"${checks.list[*].listening}\" }, "
	"expect: { value: { length: 2 } } }\n"
	"  - id: entries\n    port: { port: 3 }\n    severity: info\n"
	"    expect: [ { listening: true }, { severity: medium, process: x } ]\n";

struct select_case {
	const char *name;
	struct selection select;
	const char *ids;
	size_t unmatched;
	const char *says; /* the first warning */
};

#define WORDS(...)                                                                                 \
	(const char *const[])                                                                      \
	{                                                                                          \
		__VA_ARGS__, NULL                                                                  \
	}

static const struct select_case cases[] = {
	{ "everything but on demand",
	  { .tags = NULL },
	  "t/base t/list[80] t/list[443] t/top t/cap t/entries",
	  0,
	  NULL },
	{ "by tag, with what it needs", { .tags = WORDS("pre") }, "t/list[443] t/top", 0, NULL },
	{ "on demand by another tag", { .tags = WORDS("weekly") }, "t/base t/slow", 0, NULL },
	{ "on demand by name", { .checks = WORDS("slow") }, "t/base t/slow", 0, NULL },
	{ "by severity",
	  { .severities = WORDS("critical") },
	  "t/list[80] t/list[443] t/cap",
	  0,
	  NULL },
	{ "by the severity of an entry", { .severities = WORDS("medium") }, "t/entries", 0, NULL },
	{ "by full name", { .checks = WORDS("t/base") }, "t/base", 0, NULL },
	{ "one item", { .checks = WORDS("t/list[80]") }, "t/list[80]", 0, NULL },
	{ "by the start of a name",
	  { .checks = WORDS("t/li*") },
	  "t/list[80] t/list[443]",
	  0,
	  NULL },
	{ "items by their start", { .checks = WORDS("list[4*") }, "t/list[443]", 0, NULL },
	{ "two kinds are both wanted",
	  { .checks = WORDS("base", "top"), .tags = WORDS("pre") },
	  "t/list[443] t/top",
	  1,
	  "--check: warning: the check 'base' is left out by the other selectors" },
	{ "component", { .components = WORDS("web"), .checks = WORDS("base") }, "t/base", 0, NULL },
	{ "unknown product",
	  { .products = WORDS("PRDO") },
	  "",
	  1,
	  "--product: warning: no product 'PRDO'; did you mean 'PROD'?" },
	{ "a typo in a tag",
	  { .tags = WORDS("dialy") },
	  "",
	  1,
	  "--tag: warning: no tag 'dialy'; did you mean 'daily'?" },
	{ "one typo of two",
	  { .checks = WORDS("base", "tap") },
	  "t/base",
	  1,
	  "--check: warning: no check 'tap'; did you mean 'top'?" },
	{ "unknown item", { .checks = WORDS("list[81]") }, "", 1, NULL },
};

static void selectors_select(void **state)
{

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		auto_world struct world w = { 0 };
		auto_buf struct buf line = BUF_INIT(1 << 16);

		world_load(&w, selectable, NULL, NULL);
		world_plan(&w, &cases[i].select);
		assert_non_null(w.plan);
		if (w.d.count)
			diagnostic_print_line(&line, &w.d.items[0]);
		print_message("%s\n", cases[i].name);
		assert_ids(&w, cases[i].ids);
		assert_int_equal(w.plan->unmatched, cases[i].unmatched);
		if (cases[i].says)
			assert_string_equal(buf_text(&line), cases[i].says);
	}
}

static void severity_is_the_worst_entry(void **state)
{
	auto_world struct world w = { 0 };

	(void)state;
	world_make(&w, selectable, NULL, NULL);
	assert_int_equal(world_check(&w, "t/entries")->severity, SEVERITY_MEDIUM);
	assert_int_equal(world_check(&w, "t/entries")->rule->severity, SEVERITY_INFO);
	assert_int_equal(world_check(&w, "t/top")->severity, SEVERITY_LOW);
}

static void edges_are_places_in_the_plan(void **state)
{
	auto_world struct world w = { 0 };
	const struct check *top, *cap;

	(void)state;
	world_load(&w, selectable, NULL, NULL);
	world_plan(&w, &(struct selection){ .checks = WORDS("top", "cap") });
	assert_ids(&w, "t/list[80] t/list[443] t/top t/cap");
	top = world_check(&w, "t/top");
	cap = world_check(&w, "t/cap");
	assert_int_equal(top->need_count, 1);
	assert_int_equal(top->needs[0], 1);
	assert_int_equal(cap->need_count, 0);
	assert_int_equal(cap->capture_count, 1);
	assert_string_equal(cap->captures[0].name, "checks.list[*].listening");
	assert_string_equal(cap->captures[0].path, "listening");
	assert_true(cap->captures[0].all);
	assert_int_equal(cap->captures[0].first, 0);
	assert_int_equal(cap->captures[0].count, 2);
	assert_true(cap->late);
	assert_null(cap->query);
}

static void a_selected_item_alone_has_its_place(void **state)
{
	auto_world struct world w = { 0 };

	(void)state;
	world_load(&w, selectable, NULL, NULL);
	world_plan(&w, &(struct selection){ .checks = WORDS("top", "base") });
	assert_ids(&w, "t/base t/list[443] t/top");
	assert_int_equal(world_check(&w, "t/top")->needs[0], 1);
}

static const char shared[] = "format: 1\nruleset: t\non_demand: true\nchecks:\n"
			     "  - { id: base, tags: [ daily ], port: { port: 1 } }\n";

/* Neither a run of everything nor a tag reaches it; its name does. */
static void a_ruleset_on_demand_is_selected_by_its_name_alone(void **state)
{
	const struct selection everything = { .tags = NULL }, tagged = { .tags = WORDS("daily") };

	(void)state;
	for (int named = 0; named < 2; named++)
		for (int by_tag = 0; by_tag < 2; by_tag++) {
			auto_world struct world w = { 0 };

			world_load(&w, shared, NULL, NULL);
			w.book->rulesets[0]->named = named;
			world_plan(&w, by_tag ? &tagged : &everything);
			assert_ids(&w, named ? "t/base" : "");
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(selectors_select),
		cmocka_unit_test(severity_is_the_worst_entry),
		cmocka_unit_test(edges_are_places_in_the_plan),
		cmocka_unit_test(a_selected_item_alone_has_its_place),
		cmocka_unit_test(a_ruleset_on_demand_is_selected_by_its_name_alone),
	};

	return cmocka_run_group_tests(tests, world_enter, world_leave);
}
