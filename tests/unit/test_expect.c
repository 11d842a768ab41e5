/*
 * test_expect - expectations as a whole: tables of verdicts and of mistakes, defaults, severities,
 * words.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#undef test_free /* of cmocka, unused here; ours is in expect_entry.h */

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/err.h"
#include "engine/base/secret.h"
#include "engine/base/text.h"
#include "engine/base/xalloc.h"
#include "engine/document/diagnostic.h"
#include "engine/document/node.h"
#include "engine/judge/expect.h"
#include "engine/judge/expect_entry.h"
#include "tests/unit/expect_cases.h"
#include "tests/unit/expect_hostile.h"
#include "tests/unit/expect_mistakes.h"
#include "tests/unit/judge_world.h"

/* A compiled expectation with what it was made from. */
struct made {
	struct document *doc;
	struct expect *expect;
	struct diagnostics d;
};

static struct made make(const char *yaml, const struct check_type *type)
{
	struct made m = { 0 };

	if (yaml)
		m.doc = document_parse(yaml, strlen(yaml), "t.yaml", &m.d);
	if (m.doc || !yaml)
		m.expect = expect_compile(m.doc ? document_root(m.doc) : NULL, type, &m.d);
	return m;
}

static void made_free(struct made *m)
{
	expect_free(m->expect);
	document_free(m->doc);
	diagnostics_free(&m->d);
}

static void print_mistakes(struct diagnostics *d, struct buf *out)
{
	diagnostics_sort(d);
	for (size_t i = 0; i < d->count; i++) {
		if (i)
			buf_addc(out, '\n');
		diagnostic_print_line(out, &d->items[i]);
	}
}

static void print_verdict(const struct verdict *v, struct buf *out)
{
	if (v->pass)
		buf_adds(out, "pass");
	for (size_t i = 0; i < v->count; i++)
		buf_printf(out, "%s%s | %s | %s", i ? "\n" : "", v->failures[i].path,
			   v->failures[i].expected, v->failures[i].actual);
}

/* The verdict in words, the mistakes where it does not compile. */
static char *judged(const char *yaml, const struct check_type *type, const char *facts)
{
	struct made m = make(yaml, type);
	auto_buf struct buf out = BUF_INIT(65536);
	json_t *observed = json_loads(facts, JSON_DECODE_ANY, NULL);
	auto_err struct err *e = NULL;
	struct verdict v;

	assert_non_null(observed);
	print_mistakes(&m.d, &out);
	if (m.expect) {
		assert_int_equal(expect_judge(m.expect, observed, &v, &e), 0);
		assert_int_equal(v.pass, v.count == 0);
		print_verdict(&v, &out);
		verdict_free(&v);
	}
	json_decref(observed);
	made_free(&m);
	return buf_take(&out);
}

static void assert_judged(const char *yaml, const struct check_type *type, const char *facts,
			  const char *wanted)
{
	auto_free char *got = judged(yaml, type, facts);

	if (strcmp(got, wanted))
		print_error("expect: %s\nfacts:  %s\n", yaml ? yaml : "(none)", facts);
	assert_string_equal(got, wanted);
}

static void cases_have_their_verdict(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(expect_cases); i++)
		assert_judged(expect_cases[i].yaml, &world_type, expect_cases[i].facts,
			      expect_cases[i].verdict);
	for (size_t i = 0; i < ARRAY_SIZE(expect_hostile); i++)
		assert_judged(expect_hostile[i].yaml, &world_type, expect_hostile[i].facts,
			      expect_hostile[i].verdict);
}

static void mistakes_have_their_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(expect_mistakes); i++) {
		const struct expect_mistake *c = &expect_mistakes[i];
		struct made m = make(c->yaml, &world_type);
		auto_buf struct buf out = BUF_INIT(65536);

		print_mistakes(&m.d, &out);
		if (strcmp(buf_text(&out), c->lines))
			print_error("expect: %s\n", c->yaml);
		assert_string_equal(buf_text(&out), c->lines);
		assert_int_equal(m.expect == NULL, m.d.errors > 0);
		made_free(&m);
	}
}

static void defaults_hold_for_what_is_not_named(void **state)
{
	static const struct {
		const char *yaml, *facts, *verdict;
	} cases[] = {
		{ NULL, "{\"ready\":true,\"exit\":0}", "pass" },
		{ NULL, "{\"ready\":false,\"exit\":0}", "ready | true | false" },
		{ NULL, "{}",
		  "ready | true | nothing (no such fact)\n"
		  "exit | between 0 and 3 | nothing (no such fact)" },
		{ "{ body: OK }", "{\"body\":\"OK\",\"ready\":false,\"exit\":0}",
		  "ready | true | false" },
		{ "{ body: OK }", "{\"body\":\"KO\",\"ready\":false,\"exit\":9}",
		  "ready | true | false\nexit | between 0 and 3 | 9\nbody | 'OK' | 'KO'" },
		{ "{ ready: false }", "{\"ready\":false,\"exit\":0}", "pass" },
		{ "{ ready: false }", "{\"ready\":false,\"exit\":9}",
		  "exit | between 0 and 3 | 9" },
		{ "{ exit: { ge: 9 } }", "{\"ready\":true,\"exit\":9}", "pass" },
		/* named at any depth */
		{ "{ any_of: [ { body: OK }, { not: { ready: true } } ] }",
		  "{\"ready\":false,\"exit\":0}", "pass" },
		{ "[ { cpu: 1 }, { ready: false } ]", "{\"cpu\":1,\"ready\":false,\"exit\":0}",
		  "pass" },
		{ "[ { cpu: 1 } ]", "{\"cpu\":1,\"ready\":false,\"exit\":0}",
		  "ready | true | false" },
		/* error.kind takes the whole default away, in any spelling; other errors' facts do
		   not */
		{ "{ error.kind: refused }", "{\"error\":{\"kind\":\"refused\"}}", "pass" },
		{ "{ error: { kind: refused } }", "{\"error\":{\"kind\":\"refused\"}}", "pass" },
		{ "{ 'error[\"kind\"]': refused }", "{\"error\":{\"kind\":\"refused\"}}", "pass" },
		{ "{ any_of: [ { error.kind: refused }, { ready: true } ] }", "{\"ready\":true}",
		  "pass" },
		{ "{ error.text: { contains: x } }", "{\"error\":{\"text\":\"x\"},\"exit\":0}",
		  "ready | true | nothing (no such fact)" },
		{ "{ error: { exists: false } }", "{\"exit\":0}",
		  "ready | true | nothing (no such fact)" },
		/* a member of the same name elsewhere is not the fact */
		{ "{ json: { ready: 1 } }", "{\"json\":{\"ready\":1},\"exit\":0}",
		  "ready | true | nothing (no such fact)" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_judged(cases[i].yaml, &world_default_type, cases[i].facts, cases[i].verdict);
}

static void nothing_expected_does_not_pass(void **state)
{
	(void)state;
	assert_judged(NULL, &world_type, "{\"exit\":0}",
		      " | an expectation | nothing is expected of this check");
}

/* A report with "item 17 of 40" sends people counting. */
static void an_item_is_told_by_its_name(void **state)
{
	static const struct {
		const char *facts, *verdict;
	} cases[] = {
		{ "{\"json\":[{\"n\":1},{\"path\":\"/data\",\"name\":\"d\",\"n\":9}]}",
		  "json[1].n | < 5 | 9 (item 1, path '/data'; 1 of 2 fail)" },
		{ "{\"json\":[{\"host\":\"db\",\"port\":27017,\"n\":9},{\"n\":9}]}",
		  "json[0].n | < 5 | 9 (item 0, host 'db' port 27017; 2 of 2 fail)" },
		{ "{\"json\":[{\"path\":\"\",\"name\":7,\"n\":9}]}",
		  "json[0].n | < 5 | 9 (item 0; 1 of 1 fail)" },
		{ "{\"json\":[7]}",
		  "json[0].n | < 5 | nothing (json[0] is a number) (item 0; 1 of 1 fail)" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_judged("{ json: { each: { n: { lt: 5 } } } }", &world_type, cases[i].facts,
			      cases[i].verdict);
}

static void error_kind_is_noticed(void **state)
{
	struct made with = make("{ not: { error: { kind: dns } } }", &world_default_type);
	struct made without = make("{ error.text: x }", &world_default_type);

	(void)state;
	assert_true(expect_names_error_kind(with.expect));
	assert_false(expect_names_error_kind(without.expect));
	made_free(&with);
	made_free(&without);
}

static void patterns_are_noticed(void **state)
{
	struct made with = make(
		"{ any_of: [ { pids: { length: 1 } }, { body: { not_matches: x } } ] }",
		&world_type);
	struct made without = make("{ body: { contains: x } }", &world_type);

	(void)state;
	assert_true(expect_has_pattern(with.expect));
	assert_false(expect_has_pattern(without.expect));
	made_free(&with);
	made_free(&without);
	assert_true(expect_key_is_regex("matches"));
	assert_true(expect_key_is_regex("not_matches"));
	assert_false(expect_key_is_regex("contains"));
	assert_false(expect_key_is_regex("body"));
}

static void wants_are_the_first_names(void **state)
{
	struct made m = make("{ 'rows[0].a': 1, not: { 'json[\"x.y\"]': 2 }, headers: { b: 1 } }",
			     &world_default_type);
	size_t count;
	char **wants = expect_wants(m.expect, &count);
	const char *const expected[] = { "rows", "json", "headers", "ready", "exit" };

	(void)state;
	assert_int_equal(count, ARRAY_SIZE(expected));
	for (size_t i = 0; i < count; i++)
		assert_string_equal(wants[i], expected[i]);
	assert_null(wants[count]);
	made_free(&m);
}

static void severities_belong_to_entries(void **state)
{
	struct made m = make("[ { severity: medium, cpu: { le: 80 } },\n"
			     "  { cpu: { le: 95 }, severity: critical },\n"
			     "  { exit: 0 } ]",
			     &world_type);
	json_t *facts = json_loads("{\"cpu\":99,\"exit\":1}", 0, NULL);
	struct verdict v;

	(void)state;
	assert_int_equal(expect_judge(m.expect, facts, &v, NULL), 0);
	assert_int_equal(v.count, 3);
	assert_int_equal(v.failures[0].severity, SEVERITY_MEDIUM);
	assert_int_equal(v.failures[1].severity, SEVERITY_CRITICAL);
	assert_int_equal(v.failures[2].severity, SEVERITY_NONE);
	assert_int_equal(v.failures[0].line, 1);
	assert_int_equal(v.failures[1].line, 2);
	assert_int_equal(v.failures[1].column, 12);
	assert_int_equal(v.failures[2].line, 3);
	assert_int_equal(expect_worst(m.expect, SEVERITY_LOW), SEVERITY_CRITICAL);
	verdict_free(&v);
	json_decref(facts);
	made_free(&m);
}

static void worst_severity_falls_back_to_the_check(void **state)
{
	struct made own = make("[ { severity: low, cpu: 1 }, { exit: 0 } ]", &world_type);
	struct made entries = make("[ { severity: low, cpu: 1 } ]", &world_type);

	(void)state;
	assert_int_equal(expect_worst(own.expect, SEVERITY_HIGH), SEVERITY_HIGH);
	assert_int_equal(expect_worst(entries.expect, SEVERITY_HIGH), SEVERITY_LOW);
	made_free(&own);
	made_free(&entries);
}

static void severity_names_go_both_ways(void **state)
{
	(void)state;
	for (int i = 0; severity_names[i]; i++) {
		assert_int_equal(severity_find(severity_names[i]), i);
		assert_string_equal(severity_name((enum severity)i), severity_names[i]);
	}
	assert_int_equal(severity_find("warn"), SEVERITY_NONE);
}

static void expectations_read_well(void **state)
{
	struct made m = make("[ { severity: medium, exit: { ge: 1, le: 3 }, 'rows[*].a': { each: { "
			     "ne: 2 } } },\n"
			     "  { any_of: [ { cpu: 1 }, { not: { body: { matches: '^x' } } } ] } ]",
			     &world_default_type);
	auto_buf struct buf out = BUF_INIT(4096);

	(void)state;
	expect_print(m.expect, &out);
	assert_string_equal(buf_text(&out), "exit >= 1 and <= 3 (medium)\n"
					    "rows[*].a each item: not 2 (medium)\n"
					    "any of (cpu = 1; not (body matches '^x'))\n"
					    "ready = true\n");
	made_free(&m);
}

static struct made parsed(const char *yaml)
{
	struct made m = { 0 };

	m.doc = document_parse(yaml, strlen(yaml), "t.yaml", &m.d);
	assert_non_null(m.doc);
	return m;
}

static struct node *field_of(const struct made *m, const char *name)
{
	return node_get(document_root(m->doc), name);
}

static void deferred_values_are_of_any_type(void **state)
{
	const char *yaml = "{ exit: x, age: { le: x }, body: { matches: x }, mode: { in: [ x, 0600 "
			   "] }, pids: x,\n"
			   "  members: { count: { where: { state: x }, is: x } }, cpu: { between: "
			   "[ x, 5 ] } }";
	struct made m = parsed(yaml);
	json_t *facts = json_object();
	auto_err struct err *e = NULL;
	struct verdict v;

	(void)state;
	field_of(&m, "exit")->deferred = true;
	field_of(&m, "pids")->deferred = true;
	node_get(field_of(&m, "age"), "le")->deferred = true;
	node_get(field_of(&m, "body"), "matches")->deferred = true;
	node_get(field_of(&m, "mode"), "in")->items[0]->deferred = true;
	node_get(field_of(&m, "cpu"), "between")->items[0]->deferred = true;
	node_get(node_get(node_get(field_of(&m, "members"), "count"), "where"), "state")
		->deferred = true;
	node_get(node_get(field_of(&m, "members"), "count"), "is")->deferred = true;
	m.expect = expect_compile(document_root(m.doc), &world_type, &m.d);
	assert_int_equal(m.d.errors, 0);
	assert_true(expect_has_pattern(m.expect));
	assert_int_equal(expect_judge(m.expect, facts, &v, &e), -1);
	assert_int_equal(err_code(e), ERR_BUG);
	json_decref(facts);
	made_free(&m);
}

/* A capture brings its type along: a number of seconds needs no unit. */
static void typed_values_are_used(void **state)
{
	const char *yaml = "{ age: { le: x }, json: x }";
	struct made m = parsed(yaml);
	json_t *facts = json_loads("{\"age\":1.5,\"json\":2.5}", 0, NULL);
	json_t *value = json_real(2.5);
	struct verdict v;

	(void)state;
	node_get(field_of(&m, "age"), "le")->scalar_value = value;
	field_of(&m, "json")->scalar_value = value;
	m.expect = expect_compile(document_root(m.doc), &world_type, &m.d);
	node_get(field_of(&m, "age"), "le")->scalar_value = NULL;
	field_of(&m, "json")->scalar_value = NULL;
	assert_int_equal(m.d.errors, 0);
	assert_int_equal(expect_judge(m.expect, facts, &v, NULL), 0);
	assert_true(v.pass);
	verdict_free(&v);
	json_decref(value);
	json_decref(facts);
	made_free(&m);
}

/* "line:column" of what does not hold of { exit: 2, body: z }. */
static void print_places(const struct expect *x, struct buf *out)
{
	json_t *facts = json_loads("{\"exit\":2,\"body\":\"z\"}", 0, NULL);
	struct verdict v;

	assert_int_equal(expect_judge(x, facts, &v, NULL), 0);
	for (size_t i = 0; i < v.count; i++)
		buf_printf(out, " %u:%u %s", v.failures[i].line, v.failures[i].column,
			   v.failures[i].expected);
	verdict_free(&v);
	json_decref(facts);
}

/* Compiled once, and yet each names its own place. */
static void words_that_read_alike_are_compiled_once(void **state)
{
	static const struct {
		const char *key, *like; /* like: the key whose form it has */
	} rows[] = {
		{ "a", "a" },   { "bcd", "a" }, { "wide", "wide" },
		{ "q", "q" },   { "e", "e" },   { "f", "e" },
		{ "in", "in" }, { "y", "y" },   { "last", "last" },
	};
	const char *yaml = "a: { exit: 1, body: x }\n"
			   "bcd: { exit: 1, body: x }\n"
			   "wide: { exit: 1,  body: x }\n"
			   "q: { exit: 1, body: 'x' }\n"
			   "e:\n  exit: 1\n  body: x\n"
			   "f:\n  exit: 1\n  body: x\n"
			   "in:\n    exit: 1\n    body: x\n"
			   "y: { exit: 1, body: y }\n"
			   "last: { exit: 1 }\n";
	struct made m = parsed(yaml);
	struct expect_types *types = expect_types_new();
	struct expect *made[ARRAY_SIZE(rows)];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct node *n = field_of(&m, rows[i].key);
		struct expect *alone = expect_compile(n, &world_type, &m.d);
		auto_buf struct buf expected = BUF_INIT(4096), got = BUF_INIT(4096);

		made[i] = expect_compile_alike(types, n, &world_type, &m.d);
		print_places(alone, &expected);
		print_places(made[i], &got);
		assert_string_equal(buf_text(&got), buf_text(&expected));
		for (size_t k = 0; k < i; k++)
			assert_int_equal(made[k]->form == made[i]->form,
					 !strcmp(rows[k].like, rows[i].like));
		expect_free(alone);
	}
	expect_types_free(types);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		expect_free(made[i]);
	made_free(&m);
}

static bool value_holds(const char *yaml, const char *value)
{
	struct diagnostics d = { 0 };
	struct document *doc = document_parse(yaml, strlen(yaml), "t.yaml", &d);
	struct expect *x = expect_compile_value(document_root(doc), &d);
	json_t *v = value ? json_string(value) : NULL;
	bool holds = false;

	assert_int_equal(d.errors, 0);
	assert_int_equal(expect_judge_value(x, v, &holds, NULL), 0);
	json_decref(v);
	expect_free(x);
	document_free(doc);
	diagnostics_free(&d);
	return holds;
}

static void lone_values_are_texts(void **state)
{
	(void)state;
	assert_true(value_holds("\"true\"", "true"));
	assert_true(value_holds("true", "true"));
	assert_true(value_holds("8080", "8080"));
	assert_false(value_holds("true", "false"));
	assert_false(value_holds("true", NULL));
	assert_true(value_holds("{ contains: shard }", "batman-shard"));
	assert_true(value_holds("{ as: number, ge: 2 }", "10"));
	assert_false(value_holds("{ ne: x }", NULL));
	assert_true(value_holds("{ exists: false }", NULL));
}

static void long_values_are_cut(void **state)
{
	auto_buf struct buf text = BUF_INIT(1 << 20);
	struct made m = make("{ body: short }", &world_type);
	json_t *facts = json_object();
	struct verdict v;

	(void)state;
	while (text.len < 500000)
		buf_adds(&text, "巡");
	json_object_set_new(facts, "body", json_string(buf_text(&text)));
	assert_int_equal(expect_judge(m.expect, facts, &v, NULL), 0);
	assert_true(strlen(v.failures[0].actual) <= 400);
	assert_true(strlen(v.failures[0].actual) > 390);
	assert_int_equal(text_valid(v.failures[0].actual, strlen(v.failures[0].actual)),
			 strlen(v.failures[0].actual));
	assert_true(text_ends_with(v.failures[0].actual, "\xe2\x80\xa6"));
	verdict_free(&v);
	json_decref(facts);
	made_free(&m);
}

/* The cut falls into the middle of the secret: no half of it may be left. */
static void secrets_are_masked_before_the_cut(void **state)
{
	static const char secret[] = "hunter2-hunter2-hunter2-hunter2";
	struct made m = make("{ body: short, rows: [ short ] }", &world_type);
	struct secrets *secrets = secrets_new();
	auto_buf struct buf text = BUF_INIT(4096);
	json_t *facts = json_object();
	struct verdict v;

	(void)state;
	secrets_add(secrets, secret, strlen(secret));
	while (text.len < 385)
		buf_addc(&text, 'x');
	buf_adds(&text, secret);
	json_object_set_new(facts, "body", json_string(buf_text(&text)));
	json_object_set_new(facts, "rows", json_pack("[s]", buf_text(&text)));
	assert_int_equal(expect_judge_masked(m.expect, facts, secrets, &v, NULL), 0);
	assert_int_equal(v.count, 2);
	for (size_t i = 0; i < v.count; i++)
		assert_null(strstr(v.failures[i].actual, "hunter"));
	verdict_free(&v);
	json_decref(facts);
	secrets_free(secrets);
	made_free(&m);
}

/* The same for what is expected: a pattern with a password in it. */
static void expected_secrets_are_masked(void **state)
{
	static const char secret[] = "hunter2-hunter2-hunter2-hunter2";
	struct secrets *secrets = secrets_new();
	auto_buf struct buf yaml = BUF_INIT(4096);
	auto_buf struct buf words = BUF_INIT(4096);
	json_t *facts = json_pack("{s:s}", "body", "x");
	struct made m;
	struct verdict v;

	(void)state;
	secrets_add(secrets, secret, strlen(secret));
	buf_printf(&yaml, "{ body: { starts_with: '%0370d%s' } }", 0, secret);
	m = make(buf_text(&yaml), &world_type);
	assert_int_equal(expect_judge_masked(m.expect, facts, secrets, &v, NULL), 0);
	assert_null(strstr(v.failures[0].expected, "hunter"));
	expect_print_masked(m.expect, secrets, &words);
	assert_null(strstr(buf_text(&words), "hunter"));
	assert_non_null(strstr(buf_text(&words), "***"));
	verdict_free(&v);
	json_decref(facts);
	secrets_free(secrets);
	made_free(&m);
}

static void failures_are_bounded(void **state)
{
	auto_buf struct buf yaml = BUF_INIT(65536);
	json_t *facts = json_object();
	struct made m;
	struct verdict v;

	(void)state;
	buf_adds(&yaml, "all_of:\n");
	for (int i = 0; i < 100; i++)
		buf_printf(&yaml, "  - { exit: %d }\n", i);
	m = make(buf_text(&yaml), &world_type);
	assert_int_equal(expect_judge(m.expect, facts, &v, NULL), 0);
	assert_int_equal(v.count, 64);
	assert_int_equal(v.more, 36);
	verdict_free(&v);
	json_decref(facts);
	made_free(&m);
}

static void schema_names_facts_and_operators(void **state)
{
	json_t *schema = expect_schema(world_facts);
	json_t *map = json_array_get(json_object_get(schema, "anyOf"), 0);
	json_t *properties = json_object_get(map, "properties");
	json_t *any_of = json_object_get(json_object_get(properties, "exit"), "anyOf");
	json_t *ops = json_object_get(json_array_get(any_of, 1), "properties");

	(void)state;
	assert_non_null(json_object_get(properties, "exit"));
	assert_non_null(json_object_get(properties, "error"));
	assert_non_null(json_object_get(properties, "not"));
	assert_non_null(json_object_get(json_object_get(map, "patternProperties"), "^rows[.\\[]"));
	assert_non_null(json_object_get(ops, "ge"));
	assert_null(json_object_get(ops, "matches"));
	assert_true(json_is_false(json_object_get(map, "additionalProperties")));
	json_decref(schema);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cases_have_their_verdict),
		cmocka_unit_test(mistakes_have_their_line),
		cmocka_unit_test(defaults_hold_for_what_is_not_named),
		cmocka_unit_test(nothing_expected_does_not_pass),
		cmocka_unit_test(an_item_is_told_by_its_name),
		cmocka_unit_test(error_kind_is_noticed),
		cmocka_unit_test(patterns_are_noticed),
		cmocka_unit_test(wants_are_the_first_names),
		cmocka_unit_test(severities_belong_to_entries),
		cmocka_unit_test(worst_severity_falls_back_to_the_check),
		cmocka_unit_test(severity_names_go_both_ways),
		cmocka_unit_test(expectations_read_well),
		cmocka_unit_test(deferred_values_are_of_any_type),
		cmocka_unit_test(typed_values_are_used),
		cmocka_unit_test(words_that_read_alike_are_compiled_once),
		cmocka_unit_test(lone_values_are_texts),
		cmocka_unit_test(long_values_are_cut),
		cmocka_unit_test(secrets_are_masked_before_the_cut),
		cmocka_unit_test(expected_secrets_are_masked),
		cmocka_unit_test(failures_are_bounded),
		cmocka_unit_test(schema_names_facts_and_operators),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
