/*
 * The table of kinds, and the declarations of all check types: complete, sorted, documented.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "checks/registry.h"
#include "engine/base/text.h"
#include "engine/decl/kind.h"

static void every_kind_has_name_and_sentences(void **state)
{
	(void)state;
	for (int k = KIND_NONE + 1; k < KIND_COUNT; k++) {
		assert_non_null(kinds[k].name);
		assert_true(text_ends_with(kinds[k].en, "."));
		assert_true(text_ends_with(kinds[k].zh, "。"));
		assert_int_equal(kind_find(kinds[k].name), k);
	}
	assert_int_equal(kind_find(""), KIND_NONE);
	assert_int_equal(kind_find("refuse"), KIND_NONE);
}

static void blind_kinds_are_those_of_the_design(void **state)
{
	static const char *const blind[] = { "parameter", "capture", "permission", "resource",
					     "module",    "crashed", "killed",     "blocked",
					     "internal",  NULL };
	int count = 0, listed = 0;

	(void)state;
	for (const char *const *b = blind; *b; b++, listed++)
		assert_true(kinds[kind_find(*b)].blind);
	for (int k = 0; k < KIND_COUNT; k++)
		count += kinds[k].blind;
	assert_int_equal(count, listed);
}

static void facts_are_sorted(const struct fact *facts, const char *where)
{
	for (const struct fact *f = facts; f && f->name; f++) {
		if (f[1].name && strcmp(f->name, f[1].name) >= 0)
			fail_msg("%s: '%s' before '%s'", where, f->name, f[1].name);
		if (!f->doc || !text_ends_with(f->doc, "."))
			fail_msg("%s: '%s' has no sentence", where, f->name);
		if (f->type == FACT_LIST && f->of && f->item != FACT_MAP)
			fail_msg("%s: items of '%s' have members but are no maps", where, f->name);
		facts_are_sorted(f->of, f->name);
	}
}

static void declarations_are_sorted_and_documented(void **state)
{
	(void)state;
	for (const struct check_type *const *t = check_registry; *t; t++) {
		if (t[1] && strcmp((*t)->name, t[1]->name) >= 0)
			fail_msg("'%s' before '%s'", (*t)->name, t[1]->name);
		for (const struct field *f = (*t)->fields; f->name; f++) {
			if (f[1].name && strcmp(f->name, f[1].name) >= 0)
				fail_msg("%s: '%s' before '%s'", (*t)->name, f->name, f[1].name);
			if (!f->doc || !text_ends_with(f->doc, "."))
				fail_msg("%s: '%s' has no sentence", (*t)->name, f->name);
		}
		facts_are_sorted((*t)->facts, (*t)->name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_has_name_and_sentences),
		cmocka_unit_test(blind_kinds_are_those_of_the_design),
		cmocka_unit_test(declarations_are_sorted_and_documented),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
