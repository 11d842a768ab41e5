/*
 * sustain - when a verdict is certain; the numbers of samples.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/base/auto.h"
#include "engine/base/xalloc.h"
#include "engine/judge/sustain.h"
#include "engine/run/sample_values.h"

static const struct {
	struct sustain s;
	unsigned taken, failed;
	enum sustained says;
} cases[] = {
	{ { 0 }, 1, 0, SUSTAINED_PASS },
	{ { 0 }, 1, 1, SUSTAINED_FAIL },
	{ { 3, 3, 1, false, 0 }, 1, 0, SUSTAINED_PASS },
	{ { 3, 3, 1, false, 0 }, 1, 1, SUSTAINED_OPEN },
	{ { 3, 3, 1, false, 0 }, 2, 2, SUSTAINED_OPEN },
	{ { 3, 3, 1, false, 0 }, 2, 1, SUSTAINED_PASS },
	{ { 3, 3, 1, false, 0 }, 3, 3, SUSTAINED_FAIL },
	{ { 3, 3, 1, true, 0 }, 1, 0, SUSTAINED_OPEN },
	{ { 3, 3, 1, true, 0 }, 3, 2, SUSTAINED_PASS },
	{ { 3, 3, 1, true, 0 }, 3, 3, SUSTAINED_FAIL },
	{ { 6, 5, 1, false, 0 }, 1, 0, SUSTAINED_OPEN },
	{ { 6, 5, 1, false, 0 }, 2, 0, SUSTAINED_PASS },
	{ { 6, 5, 1, false, 0 }, 5, 5, SUSTAINED_FAIL },
	{ { 6, 5, 1, false, 0 }, 5, 4, SUSTAINED_OPEN },
	{ { 6, 5, 1, false, 0 }, 6, 4, SUSTAINED_PASS },
	{ { 6, 5, 1, false, 0 }, 6, 5, SUSTAINED_FAIL },
	{ { 2, 1, 1, false, 0 }, 1, 1, SUSTAINED_FAIL },
};

static void verdicts_are_certain_early(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		if (sustain_decide(&cases[i].s, cases[i].taken, cases[i].failed) != cases[i].says)
			fail_msg("case %zu", i);
}

/* It ends, and never says otherwise once it has said something. */
static void verdicts_stay(void **state)
{
	(void)state;
	for (unsigned n = 1; n <= 8; n++) {
		for (unsigned k = 1; k <= n; k++) {
			for (unsigned bits = 0; bits < 1U << n; bits++) {
				const struct sustain s = { n, k, 1, false, 0 };
				enum sustained said = SUSTAINED_OPEN, now;
				unsigned failed = 0;

				for (unsigned i = 0; i < n; i++) {
					failed += bits >> i & 1;
					now = sustain_decide(&s, i + 1, failed);
					if (said != SUSTAINED_OPEN)
						assert_int_equal(now, said);
					said = now;
				}
				assert_int_equal(said,
						 failed >= k ? SUSTAINED_FAIL : SUSTAINED_PASS);
			}
		}
	}
}

static void numbers_are_summed_up(void **state)
{
	json_t *rows = json_loads("[{\"at_ms\": 0, \"values\": {\"a\": 3, \"b.c\": 1.5}},"
				  " {\"at_ms\": 500, \"values\": {}},"
				  " {\"at_ms\": 1000, \"values\": {\"a\": 1}},"
				  " {\"at_ms\": 2000, \"values\": {\"a\": 8, \"late\": 1}}]",
				  0, NULL);
	json_t *summary = sample_summary(rows);
	auto_free char *text =
		json_dumps(summary, JSON_COMPACT | JSON_SORT_KEYS | JSON_REAL_PRECISION(4));

	(void)state;
	assert_string_equal(
		text,
		"{\"a\":{\"maximum\":8.0,\"median\":3.0,\"minimum\":1.0,\"slope\":2.5},"
		"\"b.c\":{\"maximum\":1.5,\"median\":1.5,\"minimum\":1.5,\"slope\":null},"
		"\"late\":{\"maximum\":1.0,\"median\":1.0,\"minimum\":1.0,\"slope\":null}}");
	json_decref(summary);
	json_decref(rows);
}

static void rows_are_few(void **state)
{
	json_t *rows = json_array(), *kept;

	(void)state;
	for (int i = 0; i < 1000; i++)
		json_array_append_new(rows, json_integer(i));
	kept = sample_rows(rows);
	assert_int_equal(json_array_size(kept), 40);
	assert_int_equal(json_integer_value(json_array_get(kept, 0)), 0);
	assert_int_equal(json_integer_value(json_array_get(kept, 39)), 999);
	json_decref(kept);
	json_decref(rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verdicts_are_certain_early),
		cmocka_unit_test(verdicts_stay),
		cmocka_unit_test(numbers_are_summed_up),
		cmocka_unit_test(rows_are_few),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
