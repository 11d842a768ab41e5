/*
 * test_registry - every check type's tables: sorted, documented by one sentence, defaults read by
 * the user's code.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checks/registry.h"
#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/xalloc.h"
#include "engine/decl/check_type.h"
#include "engine/document/diagnostic.h"
#include "engine/document/node.h"
#include "engine/judge/expect.h"

/* One English sentence: a capital, a quoted word or the program's name first, a full stop last. */
static void assert_sentence(const char *owner, const char *name, const char *doc)
{
	size_t len = doc ? strlen(doc) : 0;

	bool starts = doc && ((doc[0] >= '\'' && doc[0] <= 'Z') || !strncmp(doc, "rounds ", 7));

	if (len < 3 || !starts || doc[len - 1] != '.' || strchr(doc, '\n') || strstr(doc, ". "))
		fail_msg("%s.%s: not one sentence: '%s'", owner, name, doc ? doc : "(none)");
}

/* Members may be called as elsewhere: the states of a process are R, S, D. */
static void assert_word(const char *owner, const char *name)
{
	for (const char *c = name; *c; c++)
		if (*c != '_' && !(*c >= '0' && *c <= '9') && !(*c >= 'a' && *c <= 'z') &&
		    !(*c >= 'A' && *c <= 'Z'))
			fail_msg("%s: '%s' is no name for a fact", owner, name);
}

static void assert_name(const char *owner, const char *name)
{
	if (!*name || name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_")])
		fail_msg("%s: '%s' is no name for a field or a fact", owner, name);
}

static void types_are_sorted_and_whole(void **state)
{
	(void)state;
	for (size_t i = 0; check_registry[i]; i++) {
		const struct check_type *t = check_registry[i];

		if (i)
			assert_true(strcmp(check_registry[i - 1]->name, t->name) < 0);
		assert_ptr_equal(check_type_find(check_registry, t->name), t);
		assert_name("registry", t->name);
		assert_non_null(t->summary);
		assert_true(t->summary[0] >= 'a' && t->summary[0] <= 'z');
		assert_int_not_equal(t->summary[strlen(t->summary) - 1], '.');
		assert_true(t->lane < LANE_COUNT);
		assert_int_equal(t->module != NULL, t->package != NULL);
		assert_non_null(lane_name(t->lane));
		if (t->begin)
			assert_non_null(t->cancel);
	}
	assert_null(check_type_find(check_registry, "nonesuch"));
}

static void fields_are_sorted_and_documented(void **state)
{
	(void)state;
	for (size_t i = 0; check_registry[i]; i++) {
		const struct check_type *t = check_registry[i];

		for (const struct field *f = t->fields; f && f->name; f++) {
			if (f != t->fields && strcmp(f[-1].name, f->name) >= 0)
				fail_msg("%s: field %s is not in order", t->name, f->name);
			assert_name(t->name, f->name);
			assert_sentence(t->name, f->name, f->doc);
			assert_true(f->offset < t->query_size);
			assert_false(f->required && f->dflt);
			assert_true(f->max == 0 || f->min <= f->max);
			assert_int_equal(f->kind == FIELD_KIND_ENUM, f->choices != NULL);
		}
	}
}

static void check_facts(const char *owner, const struct fact *facts)
{
	for (const struct fact *f = facts; f && f->name; f++) {
		if (f != facts && strcmp(f[-1].name, f->name) >= 0)
			fail_msg("%s: fact %s is not in order", owner, f->name);
		assert_word(owner, f->name);
		assert_sentence(owner, f->name, f->doc);
		check_facts(f->name, f->of);
	}
}

static void facts_are_sorted_and_documented(void **state)
{
	(void)state;
	check_facts("every type", common_facts);
	for (size_t i = 0; check_registry[i]; i++) {
		const struct check_type *t = check_registry[i];

		check_facts(t->name, t->facts);
		/* what every type has must not be declared again */
		for (const struct fact *f = common_facts; f->name; f++)
			assert_null(fact_find(t->facts, f->name));
		if (t->extract_from) {
			const struct fact *text = fact_find(t->facts, t->extract_from);

			/* an open fact may be a text, too: standard output */
			assert_non_null(text);
			assert_true(text->type == FACT_TEXT || text->type == FACT_OPEN);
		}
	}
}

static void defaults_of_fields_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; check_registry[i]; i++) {
		const struct check_type *t = check_registry[i];
		struct diagnostics d = { 0 };
		void *query = xcalloc(1, t->query_size ? t->query_size : 1);
		size_t required = 0;

		for (const struct field *f = t->fields; f && f->name; f++)
			required += f->required;
		if (t->fields)
			fields_bind(t->fields, query, NULL, t->name, &d);
		/* nothing is wrong but what must be given */
		if (d.errors != required)
			fail_msg("%s: %s", t->name, d.count ? d.items[0].message : "");
		if (t->fields)
			fields_free(t->fields, query);
		free(query);
		diagnostics_free(&d);
	}
}

static void default_expectations_compile_and_do_not_pass_on_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; check_registry[i]; i++) {
		const struct check_type *t = check_registry[i];
		struct diagnostics d = { 0 };
		struct expect *x = expect_compile(NULL, t, &d);
		json_t *facts = json_object();
		struct verdict v;

		if (!x)
			fail_msg("%s: %s", t->name, d.count ? d.items[0].message : "");
		assert_int_equal(expect_judge(x, facts, &v, NULL), 0);
		if (v.pass)
			fail_msg("%s: the default expectation holds for no facts at all", t->name);
		verdict_free(&v);
		json_decref(facts);
		expect_free(x);
		diagnostics_free(&d);
	}
}

static void schemas_can_be_made(void **state)
{
	(void)state;
	for (size_t i = 0; check_registry[i]; i++) {
		json_t *expect = expect_schema(check_registry[i]->facts);

		assert_true(json_is_object(expect));
		json_decref(expect);
		for (const struct field *f = check_registry[i]->fields; f && f->name; f++) {
			auto_buf struct buf words = BUF_INIT(4096);
			json_t *schema = field_schema(f);

			field_describe(f, &words);
			assert_true(words.len > 0);
			assert_true(json_is_object(schema));
			json_decref(schema);
		}
	}
}

static void kinds_are_documented(void **state)
{
	(void)state;
	for (int i = KIND_NONE + 1; i < KIND_COUNT; i++) {
		assert_name("kinds", kinds[i].name);
		assert_sentence("kinds", kinds[i].name, kinds[i].en);
		assert_true(kinds[i].zh && *kinds[i].zh);
		assert_int_equal(kind_find(kinds[i].name), i);
		assert_int_equal(kinds[i].blind, i >= KIND_BLOCKED);
		if (i > KIND_NONE + 1 && i != KIND_BLOCKED)
			assert_true(strcmp(kinds[i - 1].name, kinds[i].name) < 0);
	}
	assert_int_equal(kind_find("nonesuch"), KIND_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(types_are_sorted_and_whole),
		cmocka_unit_test(fields_are_sorted_and_documented),
		cmocka_unit_test(facts_are_sorted_and_documented),
		cmocka_unit_test(defaults_of_fields_are_read),
		cmocka_unit_test(default_expectations_compile_and_do_not_pass_on_nothing),
		cmocka_unit_test(schemas_can_be_made),
		cmocka_unit_test(kinds_are_documented),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
