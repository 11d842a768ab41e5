/*
 * test_operator - every operator alone: its row, what it holds for, and that nothing passes
 * vacuously.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#undef test_free /* cmocka's word for its free(); the judge's is another */

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/err.h"
#include "engine/base/xalloc.h"
#include "engine/document/diagnostic.h"
#include "engine/document/node.h"
#include "engine/judge/expect.h"
#include "engine/judge/ops.h"
#include "tests/unit/judge_world.h"

static void rows_are_sorted_and_documented(void **state)
{
	(void)state;
	for (size_t i = 0; operators[i]; i++) {
		const struct operator *op = operators[i];

		if (i)
			assert_true(strcmp(operators[i - 1]->name, op->name) < 0);
		assert_ptr_equal(operator_find(op->name), op);
		assert_true(op->doc[0] >= 'A' && op->doc[0] <= 'Z');
		assert_int_equal(op->doc[strlen(op->doc) - 1], '.');
		assert_non_null(op->on);
		assert_non_null(op->compile);
		assert_non_null(op->hold);
		assert_non_null(op->print);
		assert_int_not_equal(op->fits, 0);
	}
	assert_null(operator_find("gte"));
	assert_null(operator_find(""));
	assert_null(operator_find("zzz"));
}

static void names_from_elsewhere_lead_here(void **state)
{
	static const char *const theirs[] = { ">=", "==", "gte", "regex", "nin", "or" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(theirs); i++) {
		assert_null(operator_find(theirs[i]));
		assert_non_null(operator_find(operator_elsewhere(theirs[i])));
	}
	assert_null(operator_elsewhere("status"));
}

/* An open fact `json` judged by an operator with this operand. */
struct judged {
	struct document *doc;
	struct expect *expect;
	struct diagnostics d;
};

static struct judged judged_new(const char *op, const char *operand)
{
	struct judged x = { 0 };
	auto_free char *yaml = xasprintf("json: { %s: %s }\n", op, operand);

	x.doc = document_parse(yaml, strlen(yaml), "t.yaml", &x.d);
	assert_non_null(x.doc);
	x.expect = expect_compile(document_root(x.doc), &world_type, &x.d);
	if (!x.expect)
		print_error("%s: %s\n", yaml, x.d.count ? x.d.items[0].message : "?");
	assert_non_null(x.expect);
	return x;
}

static void judged_free(struct judged *x)
{
	expect_free(x->expect);
	document_free(x->doc);
	diagnostics_free(&x->d);
}

/* value: JSON text; NULL: there is no such fact. */
static bool passes(const struct judged *x, const char *value)
{
	json_t *facts = json_object();
	struct verdict v;
	bool pass;

	if (value) {
		json_t *json = json_loads(value, JSON_DECODE_ANY, NULL);

		assert_non_null(json);
		json_object_set_new(facts, "json", json);
	}
	assert_int_equal(expect_judge(x->expect, facts, &v, NULL), 0);
	pass = v.pass;
	assert_int_equal(v.count == 0, pass);
	verdict_free(&v);
	json_decref(facts);
	return pass;
}

/* For each operator: an operand, values that it holds for, that it does not hold for, and that it
 * is not for; NULL-ended. */
static const struct {
	const char *op, *operand;
	const char *holds[5], *fails[5], *wrong[7];
} trials[] = {
	{ "all_of",
	  "[ { ge: 1 }, { le: 3 } ]",
	  { "1", "3" },
	  { "0", "4" },
	  { "\"2\"", "[2]", "{}", "true" } },
	{ "any",
	  "{ gt: 5 }",
	  { "[1,6]", "[6]" },
	  { "[1]", "[]", "[5]" },
	  { "6", "\"6\"", "{}", "[\"6\"]" } },
	{ "any_of", "[ 1, { ge: 5 } ]", { "1", "5" }, { "2", "4.9" }, { "\"1\"", "[1]", "{}" } },
	{ "between",
	  "[ 1, 3 ]",
	  { "1", "2.5", "3" },
	  { "0", "3.1" },
	  { "\"2\"", "[2]", "{}", "true" } },
	{ "contains",
	  "ab",
	  { "\"xaby\"", "[\"ab\"]" },
	  { "\"a b\"", "[\"abc\"]", "[]" },
	  { "5", "{\"ab\":1}", "[5]" } },
	{ "count",
	  "{ where: { ge: 5 }, is: 0 }",
	  { "[]", "[1,2]" },
	  { "[5]" },
	  { "0", "\"\"", "{}", "[\"1\"]" } },
	{ "each",
	  "{ ge: 5 }",
	  { "[5]", "[6,7]" },
	  { "[4]", "[5,4]", "[]" },
	  { "5", "\"5\"", "{}", "[\"6\"]" } },
	{ "empty",
	  "true",
	  { "\"\"", "[]" },
	  { "\" \"", "[0]" },
	  { "0", "false", "{}", "{\"a\":1}" } },
	{ "ends_with",
	  "ab",
	  { "\"ab\"", "\"xab\"" },
	  { "\"abx\"", "\"b\"", "\"\"" },
	  { "5", "[\"ab\"]", "{}" } },
	{ "eq", "5", { "5", "5.0" }, { "6", "-5" }, { "\"5\"", "[5]", "true", "{}" } },
	{ "exists", "true", { "0", "false", "\"\"", "[]", "{}" }, { NULL }, { NULL } },
	{ "ge", "5", { "5", "5.5" }, { "4", "-9" }, { "\"6\"", "[6]", "true", "{}" } },
	{ "gt", "5", { "6", "5.01" }, { "5", "4" }, { "\"6\"", "[6]", "true", "{}" } },
	{ "in", "[ 1, a ]", { "1", "\"a\"" }, { "2", "\"b\"" }, { "true", "[1]", "{}" } },
	{ "le", "5", { "5", "-1" }, { "6", "5.1" }, { "\"4\"", "[4]", "false", "{}" } },
	{ "length",
	  "{ le: 2 }",
	  { "\"\"", "[1,2]", "\"巡检\"" },
	  { "\"abc\"", "[1,2,3]" },
	  { "1", "{}", "false" } },
	{ "lt", "5", { "4", "4.9" }, { "5", "6" }, { "\"4\"", "[4]", "false", "{}" } },
	{ "matches",
	  "'^a+$'",
	  { "\"aa\"" },
	  { "\"ab\"", "\"\"" },
	  { "5", "[\"a\"]", "{}", "true" } },
	{ "ne", "5", { "6", "-5" }, { "5", "5.0" }, { "\"6\"", "[6]", "true", "{}" } },
	{ "none",
	  "{ gt: 5 }",
	  { "[]", "[5]" },
	  { "[6]", "[1,9]" },
	  { "1", "\"1\"", "{}", "[\"1\"]" } },
	{ "not", "{ gt: 5 }", { "5", "1" }, { "6" }, { "\"1\"", "[1]", "{}", "false" } },
	{ "not_contains",
	  "ab",
	  { "\"xy\"", "[\"abc\"]", "[]" },
	  { "\"ab\"", "[\"ab\"]" },
	  { "5", "{}", "[5]" } },
	{ "not_in", "[ 1, a ]", { "2", "\"b\"" }, { "1", "\"a\"" }, { "true", "[2]", "{}" } },
	{ "not_matches",
	  "'^a+$'",
	  { "\"ab\"", "\"\"" },
	  { "\"aa\"" },
	  { "5", "[\"b\"]", "{}", "true" } },
	{ "starts_with",
	  "ab",
	  { "\"ab\"", "\"abx\"" },
	  { "\"xab\"", "\"a\"" },
	  { "5", "[\"ab\"]", "{}" } },
	{ "unique",
	  "true",
	  { "[]", "[1,2]", "[1,\"1\"]" },
	  { "[1,1]", "[{\"a\":1},{\"a\":1}]" },
	  { "1", "\"ab\"", "{}" } },
};

static void assert_passes(const char *op, const struct judged *x, const char *value, bool wanted)
{
	if (passes(x, value) != wanted)
		print_error("%s on %s should %s\n", op, value ? value : "nothing",
			    wanted ? "pass" : "fail");
	assert_int_equal(passes(x, value), wanted);
}

static void each_operator_tells_its_values_apart(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(trials); i++) {
		struct judged x = judged_new(trials[i].op, trials[i].operand);

		for (size_t k = 0; k < 5 && trials[i].holds[k]; k++)
			assert_passes(trials[i].op, &x, trials[i].holds[k], true);
		for (size_t k = 0; k < 5 && trials[i].fails[k]; k++)
			assert_passes(trials[i].op, &x, trials[i].fails[k], false);
		for (size_t k = 0; k < 7 && trials[i].wrong[k]; k++)
			assert_passes(trials[i].op, &x, trials[i].wrong[k], false);
		judged_free(&x);
	}
}

/* What fails for want of something to judge must fail under `not` as well, twice over, and in
 * any_of. */
static void nothing_passes_vacuously(void **state)
{
	/* what stands before and behind "OPERATOR: OPERAND" */
	static const char *const frames[][2] = {
		{ "[ { ", " } ]" },
		{ "[ { not: { ", " } } ]" },
		{ "[ { not: { not: { ", " } } } ]" },
		{ "[ { any_of: [ { not: { ", " } } ] } ]" },
		{ "[ { not: { all_of: [ { ", " } ] } } ]" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(trials); i++)
		for (size_t f = 0; f < ARRAY_SIZE(frames); f++) {
			auto_free char *list = xasprintf("%s%s: %s%s", frames[f][0], trials[i].op,
							 trials[i].operand, frames[f][1]);
			struct judged x = judged_new("all_of", list);

			assert_passes(list, &x, NULL, false);
			assert_passes(list, &x, "null", false);
			for (size_t k = 0; k < 7 && trials[i].wrong[k]; k++)
				assert_passes(list, &x, trials[i].wrong[k], false);
			judged_free(&x);
		}
}

static void only_exists_false_holds_for_nothing(void **state)
{
	struct judged x = judged_new("exists", "false");
	struct judged not_x = judged_new("not", "{ exists: false }");

	(void)state;
	assert_true(passes(&x, NULL));
	assert_true(passes(&x, "null"));
	assert_false(passes(&x, "0"));
	assert_false(passes(&not_x, NULL));
	assert_true(passes(&not_x, "0"));
	judged_free(&x);
	judged_free(&not_x);
}

static void all_operators_are_tried(void **state)
{
	size_t tried = 0, all = 0;

	(void)state;
	for (; operators[all]; all++)
		for (size_t i = 0; i < ARRAY_SIZE(trials); i++)
			tried += !strcmp(trials[i].op, operators[all]->name);
	assert_int_equal(tried, all - 1); /* `as` stands beside others: see expect_cases.h */
}

/* A small generator of its own: the same numbers on every machine. */
static uint32_t next(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 16;
}

static json_t *random_json(uint32_t *seed, int depth)
{
	static const char *const texts[] = {
		"",       "5",  "abc", "10m", "1.2.3", "\xe5\xb7\xa1", "2026-01-02T03:04:05Z",
		"\x01\n", "[1]"
	};
	static const char *const keys[] = { "a", "b", "a.b", "state", "status", "kind", "length" };
	json_t *v;

	switch (next(seed) % (depth > 3 ? 6 : 8)) {
	case 0:
		return json_null();
	case 1:
		return json_boolean(next(seed) & 1);
	case 2:
		return json_integer((json_int_t)next(seed) - 30000);
	case 3:
		return json_real((double)next(seed) / 7);
	case 4:
	case 5:
		return json_string(texts[next(seed) % ARRAY_SIZE(texts)]);
	case 6:
		v = json_array();
		for (uint32_t n = next(seed) % 5; n; n--)
			json_array_append_new(v, random_json(seed, depth + 1));
		return v;
	default:
		v = json_object();
		for (uint32_t n = next(seed) % 5; n; n--)
			json_object_set_new(v, keys[next(seed) % ARRAY_SIZE(keys)],
					    random_json(seed, depth + 1));
		return v;
	}
}

static json_t *random_facts(uint32_t *seed)
{
	json_t *facts = json_object();

	for (const struct fact *f = world_facts; f->name; f++)
		if (next(seed) % 4)
			json_object_set_new(facts, f->name, random_json(seed, 0));
	return facts;
}

/* Whatever is observed, judging ends with a verdict whose words are there and bounded. */
static void random_observations_have_a_verdict(void **state)
{
	static const char yaml[] = "[ { json: { any_of: [ { a: 1 }, { not: { 'b[*].a': { each: { "
				   "as: number, ge: 2 } } } } ] } },\n"
				   "  { 'members[*].state': { unique: true, none: { matches: '^a' "
				   "} }, exit: { between: [ 1, 9 ] } },\n"
				   "  { members: { count: { where: { lag: { lt: 5s } }, is: 1 }, "
				   "each: { state: UP } } },\n"
				   "  { body: { as: json, .a.b: 5 }, age: { gt: 1m }, size: { le: "
				   "1K }, version: { ge: 1.2 } },\n"
				   "  { since: { lt: 2026-02-01 }, mode: 0644, pids: { contains: "
				   "5, length: { lt: 3 } } },\n"
				   "  { rows: [ 1, a, null ], headers.a.b: { not_in: [ 1, a ] }, "
				   "'rows[0][1]': { ne: null } } ]";
	struct diagnostics d = { 0 };
	struct document *doc = document_parse(yaml, strlen(yaml), "t.yaml", &d);
	struct expect *x = expect_compile(document_root(doc), &world_type, &d);
	uint32_t seed = 20261122;

	(void)state;
	assert_non_null(x);
	for (int i = 0; i < 2000; i++) {
		json_t *facts = random_facts(&seed);
		struct verdict v;

		assert_int_equal(expect_judge(x, facts, &v, NULL), 0);
		assert_int_equal(v.pass, v.count == 0);
		for (size_t k = 0; k < v.count; k++) {
			assert_true(strlen(v.failures[k].expected) <= 400 &&
				    *v.failures[k].expected);
			assert_true(strlen(v.failures[k].actual) <= 400 && *v.failures[k].actual);
			assert_non_null(v.failures[k].path);
		}
		verdict_free(&v);
		json_decref(facts);
	}
	expect_free(x);
	document_free(doc);
	diagnostics_free(&d);
}

/* Random expectations over random observations: no crash, and what compiles can be printed and
 * judged. */
static void random_expectations_end(void **state)
{
	uint32_t seed = 7;

	(void)state;
	for (int i = 0; i < 3000; i++) {
		auto_buf struct buf yaml = BUF_INIT(65536);
		auto_buf struct buf words = BUF_INIT(65536);
		json_t *shape = random_facts(&seed), *facts = random_facts(&seed);
		const struct operator *op = operators[next(&seed) % (ARRAY_SIZE(trials) + 1)];
		struct diagnostics d = { 0 };
		auto_free char *dump = json_dumps(shape, 0);
		struct document *doc;
		struct expect *x;

		buf_printf(&yaml, "{ all_of: [ %s, { json: { %s: %s } } ] }", dump, op->name, dump);
		doc = document_parse(buf_text(&yaml), yaml.len, "t.yaml", &d);
		x = doc ? expect_compile(document_root(doc), &world_type, &d) : NULL;
		assert_int_equal(x == NULL, d.errors > 0);
		if (x) {
			struct verdict v;

			expect_print(x, &words);
			assert_int_equal(expect_judge(x, facts, &v, NULL), 0);
			verdict_free(&v);
		}
		expect_free(x);
		document_free(doc);
		diagnostics_free(&d);
		json_decref(shape);
		json_decref(facts);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_sorted_and_documented),
		cmocka_unit_test(names_from_elsewhere_lead_here),
		cmocka_unit_test(each_operator_tells_its_values_apart),
		cmocka_unit_test(nothing_passes_vacuously),
		cmocka_unit_test(only_exists_false_holds_for_nothing),
		cmocka_unit_test(all_operators_are_tried),
		cmocka_unit_test(random_observations_have_a_verdict),
		cmocka_unit_test(random_expectations_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
