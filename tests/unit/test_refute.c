/*
 * test_refute - expectations that nothing can turn red, beside their neighbours that something can.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/regex.h"
#include "engine/base/xalloc.h"
#include "engine/document/diagnostic.h"
#include "engine/document/node.h"
#include "engine/judge/expect.h"
#include "engine/judge/refute.h"
#include "engine/judge/specimen.h"
#include "tests/unit/judge_world.h"

static const struct refute_case {
	const char *yaml;
	enum refuted result;
	const char *always; /* the parts that always hold, each followed by ; */
} cases[] = {
	/* what is declared has bounds of its own */
	{ "{ exit: { ge: 0 } }", REFUTED_NEVER, "exit >= 0;" },
	{ "{ exit: { ge: 1 } }", REFUTED, "" },
	{ "{ exit: { gt: 0 } }", REFUTED, "" },
	{ "{ exit: 0 }", REFUTED, "" },
	{ "{ exit: { lt: 0 } }", REFUTED, "" },
	{ "{ age: { ge: 0s } }", REFUTED_NEVER, "age >= 0s;" },
	{ "{ age: { le: 10m } }", REFUTED, "" },
	{ "{ size: { ge: 0 } }", REFUTED_NEVER, "size >= 0;" },
	{ "{ size: { not: { lt: 0 } } }", REFUTED_NEVER, "size not (< 0);" },
	{ "{ temperature: { ge: 0 } }", REFUTED, "" },
	{ "{ full: { le: 100 } }", REFUTED_NEVER, "full <= 100;" },
	{ "{ full: { le: 99.5 } }", REFUTED, "" },
	{ "{ ready: { in: [ true, false ] } }", REFUTED_NEVER, "ready one of true, false;" },
	{ "{ ready: true }", REFUTED, "" },
	{ "{ ready: { ne: false } }", REFUTED, "" },
	/* two halves that make a whole */
	{ "{ any_of: [ { exit: { ge: 3 } }, { exit: { lt: 3 } } ] }", REFUTED_NEVER,
	  "any of (exit >= 3; exit < 3);" },
	{ "{ any_of: [ { exit: { gt: 3 } }, { exit: { lt: 3 } } ] }", REFUTED, "" },
	{ "{ any_of: [ { exit: { ge: 3 } }, { ready: false } ] }", REFUTED, "" },
	{ "{ exit: { any_of: [ { ge: 3 }, { le: 3 } ] } }", REFUTED_NEVER,
	  "exit any of (>= 3; <= 3);" },
	{ "{ not: { all_of: [ { exit: 1 }, { exit: 2 } ] } }", REFUTED_NEVER,
	  "not (all of (exit = 1; exit = 2));" },
	{ "{ not: { exit: 1 } }", REFUTED, "" },
	/* one part of several */
	{ "{ exit: { ge: 0 }, ready: true }", REFUTED, "exit >= 0;" },
	{ "[ { exit: { ge: 0 } }, { severity: low, ready: true } ]", REFUTED, "exit >= 0;" },
	{ "[ { exit: { ge: 0 } }, { severity: low, size: { ge: 0 } } ]", REFUTED_NEVER,
	  "exit >= 0;size >= 0;" },
	/* what is not declared may be anything, and may be missing */
	{ "{ json.a: { ge: 0 } }", REFUTED, "" },
	{ "{ json.a: { ne: 5 } }", REFUTED, "" },
	{ "{ json.a: { not_in: [ 5, 6 ] } }", REFUTED, "" },
	{ "{ json.a: { exists: false } }", REFUTED, "" },
	{ "{ any_of: [ { json: { exists: true } }, { json: { exists: false } } ] }",
	  REFUTED_NEVER, "any of (json exists; json does not exist);" },
	/* neither holds where there is no JSON */
	{ "{ any_of: [ { json.a: { exists: true } }, { json.a: { exists: false } } ] }",
	  REFUTED, "" },
	{ "{ \"rows[0].n\": { ge: 0 } }", REFUTED, "" },
	{ "{ rows: { each: { n: { ge: 0 } } } }", REFUTED, "" },
	{ "{ \"rows[*].n\": { unique: true } }", REFUTED, "" },
	{ "{ \"rows[*].n\": { none: { eq: 3 } } }", REFUTED, "" },
	/* lists */
	{ "{ pids: { length: { ge: 0 } } }", REFUTED_NEVER, "pids length >= 0;" },
	{ "{ pids: { length: { le: 3 } } }", REFUTED, "" },
	{ "{ pids: { empty: false } }", REFUTED, "" },
	{ "{ pids: { empty: true } }", REFUTED, "" },
	{ "{ pids: { not_contains: 7 } }", REFUTED, "" },
	{ "{ pids: { contains: 7 } }", REFUTED, "" },
	{ "{ pids: { unique: true } }", REFUTED, "" },
	{ "{ pids: { none: { eq: 7 } } }", REFUTED, "" },
	{ "{ pids: { count: { where: { gt: 1 }, is: { ge: 0 } } } }", REFUTED_NEVER,
	  "pids number of items with (> 1): >= 0;" },
	{ "{ pids: { count: { where: { gt: 1 }, is: { le: 2 } } } }", REFUTED, "" },
	{ "{ members: { none: { state: DOWN } } }", REFUTED, "" },
	{ "{ members: { each: { state: { in: [ UP, SLOW ] } } } }", REFUTED, "" },
	{ "{ members: { count: { where: { self: true }, is: 1 } } }", REFUTED, "" },
	/* texts and patterns */
	{ "{ body: { matches: '.*' } }", REFUTED_NEVER, "body matches '.*';" },
	{ "{ body: { matches: 'x*' } }", REFUTED_NEVER, "body matches 'x*';" },
	{ "{ body: { matches: '^OK$' } }", REFUTED, "" },
	{ "{ body: { not_matches: 'ERROR\\s\\d{3}|FATAL' } }", REFUTED, "" },
	{ "{ body: { not_matches: '(?i)level=(fatal|panic)\\b' } }", REFUTED, "" },
	{ "{ body: { not_matches: '(?=a)b(?<!b)\\x{4e2d}' } }", REFUTED_UNKNOWN, "" },
	{ "{ body: { contains: OK } }", REFUTED, "" },
	{ "{ body: { not_contains: ERROR } }", REFUTED, "" },
	{ "{ body: { length: { ge: 0 } } }", REFUTED_NEVER, "body length >= 0;" },
	{ "{ body: { length: { le: 10 } } }", REFUTED, "" },
	{ "{ body: { as: number, ge: 0 } }", REFUTED, "" },
	{ "{ version: { ge: 1.2 } }", REFUTED, "" },
	{ "{ since: { ge: 2020-01-01 } }", REFUTED, "" },
	{ "{ mode: 0644 }", REFUTED, "" },
	/* findings */
	{ "{ error.kind: refused }", REFUTED, "" },
	{ "{ error.kind: { exists: false } }", REFUTED, "" },
};

struct seen {
	struct buf parts;
};

static void note(void *ctx, const struct vacuous *part)
{
	struct seen *s = ctx;

	buf_printf(&s->parts, "%s;", part->text);
}

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct refute_case *c = &cases[i];
		struct diagnostics d = { 0 };
		struct seen seen = { .parts = BUF_INIT(SIZE_MAX) };
		struct document *doc = document_parse(c->yaml, strlen(c->yaml), "t.yaml", &d);
		struct expect *x;
		enum refuted result;

		if (!doc)
			fail_msg("%s: %s", c->yaml, d.items[0].message);
		x = expect_compile(document_root(doc), &world_type, &d);
		if (!x)
			fail_msg("%s: %s", c->yaml, d.items[0].message);
		result = expect_refute(x, &world_type, note, &seen);
		if (result != c->result || strcmp(buf_text(&seen.parts), c->always))
			fail_msg("%s: %d, always: %s", c->yaml, (int)result, buf_text(&seen.parts));
		buf_free(&seen.parts);
		expect_free(x);
		document_free(doc);
		diagnostics_free(&d);
	}
}

static void test_default_counts(void **state)
{
	struct diagnostics d = { 0 };
	struct expect *x = expect_compile(NULL, &world_default_type, &d);

	(void)state;
	assert_non_null(x);
	assert_int_equal(expect_refute(x, &world_default_type, NULL, NULL), REFUTED);
	expect_free(x);
	diagnostics_free(&d);
}

/* Each must be matched by the text that is made up for it. */
static void test_texts(void **state)
{
	static const char *const patterns[] = {
		"abc",
		"^abc$",
		"a|b",
		"(a|b)c",
		"(?:ERROR|FATAL): \\d+",
		"(?i)error",
		"(?<name>x)y",
		"(?P<name>x)y",
		"[0-9]{3}",
		"[^a-z]x",
		"[]x]y",
		"[\\d]z",
		"a{2,}b{0}",
		"\\bword\\b",
		"\\s+$",
		"x\\.y\\*\\(z\\)",
		"a.*b+c?d*?",
		"(?m)^\\s*\\S+\\s+6378\\b",
		"level=(fatal|panic)",
		"^panic: ",
		"java\\.lang\\.OutOfMemoryError",
		"Checking for jobs\\.\\.\\. ?forbidden",
		"",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(patterns); i++) {
		auto_free char *text = specimen_text(patterns[i]);
		auto_regex struct regex *r = regex_compile(patterns[i], NULL);

		assert_non_null(r);
		if (regex_test(r, text, strlen(text), NULL) != 1)
			fail_msg("'%s' does not match '%s'", patterns[i], text);
	}
}

/* Nothing that stands in a pattern may lead out of it. */
static void test_odd_patterns(void **state)
{
	static const char *const patterns[] = {
		"(", ")",  "[",  "[^", "\\", "(?", "(?<", "(?P", "{3", "a{999999999}",
		"|", "*", "a|", "((((((((((((((((((((((((((((((((((((",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(patterns); i++)
		free(specimen_text(patterns[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_default_counts),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_odd_patterns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
