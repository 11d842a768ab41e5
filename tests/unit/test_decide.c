/*
 * test_decide - applies_when and when over known answers: what holds, what does not, and what
 * nobody knows.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/xalloc.h"
#include "engine/document/diagnostic.h"
#include "engine/ruleset/requests.h"
#include "engine/ruleset/values.h"

static struct param params[] = {
	{ .name = "given", .layer = LAYER_DEFAULT },
	{ .name = "none" },
	{ .name = "broken", .problem_kind = KIND_PERMISSION },
};
static char broken[] = "'/etc/x': Permission denied";
static const struct scope scope = { .params = params, .param_count = ARRAY_SIZE(params) };

static void add(struct requests *all, int answer, const char *text, enum kind kind)
{
	struct request *r = &all->items[all->count++];

	r->answer = answer;
	r->text = text ? xstrdup(text) : NULL;
	r->kind = kind;
	r->problem = answer == ANSWER_PROBLEM ? xstrdup("we may not look") : NULL;
}

static void add_file(struct requests *all, const char *path, int answer)
{
	request_of_file(&all->items[all->count], path);
	add(all, answer, NULL, answer == ANSWER_PROBLEM ? KIND_PERMISSION : KIND_NONE);
}

static void add_env(struct requests *all, const char *name, const char *process, int answer,
		    const char *text)
{
	request_of_env(&all->items[all->count], name, process);
	add(all, answer, text, answer == ANSWER_PROBLEM ? KIND_PERMISSION : KIND_NONE);
}

/* /yes /no /locked; YES (is "true") NO LOCKED SECRET LONG; IN of the process java. */
static struct requests answers(void)
{
	struct requests all = { .items = xcalloc(16, sizeof(struct request)), .cap = 16 };
	auto_buf struct buf blanks = BUF_INIT(SIZE_MAX);

	for (int i = 0; i < 10000; i++)
		buf_addc(&blanks, ' ');
	add_file(&all, "/yes", ANSWER_FOUND);
	add_file(&all, "/no", ANSWER_ABSENT);
	add_file(&all, "/locked", ANSWER_PROBLEM);
	add_env(&all, "YES", NULL, ANSWER_FOUND, "true");
	add_env(&all, "NO", NULL, ANSWER_ABSENT, NULL);
	add_env(&all, "LOCKED", NULL, ANSWER_PROBLEM, NULL);
	add_env(&all, "SECRET", NULL, ANSWER_FOUND, "");
	all.items[all.count - 1].secret = true;
	add_env(&all, "LONG", NULL, ANSWER_FOUND, buf_text(&blanks));
	add_env(&all, "IN", "java", ANSWER_FOUND, "x");
	return all;
}

static const struct {
	const char *when;
	enum condition is;
	const char *why;
	enum kind kind;
} rows[] = {
	{ "{ file: /yes }", CONDITION_TRUE, "/yes is there", KIND_NONE },
	{ "{ file: /no }", CONDITION_FALSE, "/no is not there", KIND_NONE },
	{ "{ file: /locked }", CONDITION_UNDECIDED, "file: we may not look", KIND_PERMISSION },
	{ "{ file: /other }", CONDITION_UNDECIDED, "/other: was not looked at", KIND_INTERNAL },
	{ "{ env: YES }", CONDITION_TRUE, "env YES is set", KIND_NONE },
	{ "{ env: NO }", CONDITION_FALSE, "env NO is not set", KIND_NONE },
	{ "{ env: LOCKED }", CONDITION_UNDECIDED, "env LOCKED: we may not look", KIND_PERMISSION },
	{ "{ env: OTHER }", CONDITION_UNDECIDED, "env OTHER: was not looked at", KIND_INTERNAL },
	{ "{ env: SECRET }", CONDITION_TRUE, "env SECRET is set", KIND_NONE },
	{ "{ env: IN, of_process: java }", CONDITION_TRUE, "env IN is set", KIND_NONE },
	{ "{ env: IN }", CONDITION_UNDECIDED, "env IN: was not looked at", KIND_INTERNAL },
	/* what is expected of a variable; its value is never shown */
	{ "{ env: { YES: 'true' } }", CONDITION_TRUE, "env YES is as the rule says", KIND_NONE },
	{ "{ env: { YES: { contains: ru } } }", CONDITION_TRUE, "env YES is as the rule says",
	  KIND_NONE },
	{ "{ env: { YES: { matches: '^t' } } }", CONDITION_TRUE, "env YES is as the rule says",
	  KIND_NONE },
	{ "{ env: { YES: 'false' } }", CONDITION_FALSE, "env YES is not as the rule needs it",
	  KIND_NONE },
	{ "{ env: { NO: x } }", CONDITION_FALSE, "env NO is not set", KIND_NONE },
	/* no vacuous pass: not set is not "other than x" */
	{ "{ env: { NO: { ne: x } } }", CONDITION_FALSE, "env NO is not set", KIND_NONE },
	{ "{ env: { NO: { exists: false } } }", CONDITION_TRUE, "env NO is as the rule says",
	  KIND_NONE },
	{ "{ env: { YES: 'true', NO: x } }", CONDITION_FALSE, "env NO is not set", KIND_NONE },
	{ "{ env: { LOCKED: x, NO: x } }", CONDITION_FALSE, "env NO is not set", KIND_NONE },
	{ "{ env: { LONG: { matches: '\\s+$' } } }", CONDITION_UNDECIDED,
	  "LONG: the value is too long for a pattern", KIND_RESOURCE },
	{ "{ env: { SECRET: x } }", CONDITION_UNDECIDED,
	  "env SECRET: is the source of a secret, whose text is not kept; use set: [PARAMETER]",
	  KIND_PARAMETER },
	{ "{ host: 'no-such-host-*' }", CONDITION_FALSE,
	  "the host is not called 'no-such-host-*'", KIND_NONE },
	/* parameters */
	{ "{ set: [ given ] }", CONDITION_TRUE, "parameter given has a value", KIND_NONE },
	{ "{ set: given }", CONDITION_TRUE, "parameter given has a value", KIND_NONE },
	{ "{ set: [ given, none ] }", CONDITION_FALSE, "parameter none has no value", KIND_NONE },
	{ "{ set: [ given, broken ] }", CONDITION_UNDECIDED,
	  "parameter broken: '/etc/x': Permission denied", KIND_PERMISSION },
	{ "{ set: [ broken, none ] }", CONDITION_FALSE, "parameter none has no value", KIND_NONE },
	{ "{ any_set: [ none, given ] }", CONDITION_TRUE, "parameter given has a value",
	  KIND_NONE },
	{ "{ any_set: [ none, none ] }", CONDITION_FALSE,
	  "parameter none has no value and parameter none has no value", KIND_NONE },
	{ "{ any_set: [ none, broken ] }", CONDITION_UNDECIDED,
	  "parameter broken: '/etc/x': Permission denied", KIND_PERMISSION },
	/* logic of three values */
	{ "{ not: { file: /no } }", CONDITION_TRUE, "/no is not there", KIND_NONE },
	{ "{ not: { file: /yes } }", CONDITION_FALSE, "/yes is there", KIND_NONE },
	{ "{ not: { file: /locked } }", CONDITION_UNDECIDED, "file: we may not look",
	  KIND_PERMISSION },
	{ "{ any_of: [ { file: /no }, { env: NO } ] }", CONDITION_FALSE,
	  "/no is not there and env NO is not set", KIND_NONE },
	{ "{ any_of: [ { file: /locked }, { file: /yes } ] }", CONDITION_TRUE, "/yes is there",
	  KIND_NONE },
	{ "{ any_of: [ { file: /no }, { file: /locked } ] }", CONDITION_UNDECIDED,
	  "file: we may not look", KIND_PERMISSION },
	{ "{ all_of: [ { file: /yes }, { env: YES } ] }", CONDITION_TRUE,
	  "/yes is there and env YES is set", KIND_NONE },
	{ "{ all_of: [ { file: /yes }, { file: /no }, { env: NO } ] }", CONDITION_FALSE,
	  "/no is not there", KIND_NONE },
	{ "{ all_of: [ { file: /locked }, { file: /no } ] }", CONDITION_FALSE, "/no is not there",
	  KIND_NONE },
	{ "{ all_of: [ { file: /yes }, { file: /locked } ] }", CONDITION_UNDECIDED,
	  "file: we may not look", KIND_PERMISSION },
	/* several members: all of them */
	{ "{ file: /yes, env: NO }", CONDITION_FALSE, "env NO is not set", KIND_NONE },
	{ "{ file: /yes, env: YES }", CONDITION_TRUE, "/yes is there and env YES is set",
	  KIND_NONE },
	{ "{ any_of: [ { env: { YES: 'true' } }, { all_of: [ { not: { env: YES } }, { file: /no } "
	  "] } ] }",
	  CONDITION_TRUE, "env YES is as the rule says", KIND_NONE },
};

static void three_values(void **state)
{
	struct requests all = answers();

	(void)state;
	params[2].problem = broken;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct diagnostics d = { 0 };
		struct document *doc =
			document_parse(rows[i].when, strlen(rows[i].when), "t.yaml", &d);
		enum kind kind = KIND_COUNT;
		char *why = NULL;

		assert_non_null(doc);
		assert_int_equal(condition_decide(document_root(doc), &scope, &all, &why, &kind),
				 rows[i].is);
		assert_string_equal(why, rows[i].why);
		assert_int_equal(kind, rows[i].kind);
		free(why);
		document_free(doc);
		diagnostics_free(&d);
	}
	requests_free(&all);
}

static enum condition host_is(const char *pattern)
{
	auto_free char *when = xasprintf("{ host: '%s' }", pattern);
	struct diagnostics d = { 0 };
	struct document *doc = document_parse(when, strlen(when), "t.yaml", &d);
	enum condition is = condition_decide(document_root(doc), &scope, NULL, NULL, NULL);

	document_free(doc);
	diagnostics_free(&d);
	return is;
}

static void hosts_are_matched_as_a_shell_does(void **state)
{
	char name[256] = "";

	(void)state;
	gethostname(name, sizeof(name) - 1);
	assert_int_equal(host_is(name), CONDITION_TRUE);
	assert_int_equal(host_is("*"), CONDITION_TRUE);
	assert_int_equal(host_is("no-such-host-*"), CONDITION_FALSE);
	name[strcspn(name, ".")] = '\0';
	assert_int_equal(host_is(name), CONDITION_TRUE);
	name[0] = '?';
	assert_int_equal(host_is(name), CONDITION_TRUE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(three_values),
		cmocka_unit_test(hosts_are_matched_as_a_shell_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
