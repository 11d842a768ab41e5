/*
 * test_plain - JSON text that reports copy: what counts as plain is JSON, and reads the same.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "reports/plain.h"

static const char *const names[] = { "a", "ab" };

/* Asserts that a parser finds the same under the name. */
static void assert_same(const json_t *object, const char *name, const struct plain_member *found)
{
	json_t *value = found->value
				? json_loadb(found->value, found->len, JSON_DECODE_ANY, NULL)
				: NULL;

	assert_true(json_object_get(object, name) ? json_equal(value, json_object_get(object, name))
						  : !found->value);
	json_decref(value);
}

static void plain_is_as_parsed(void **state)
{
	static const char *const texts[] = {
		"{}",
		"{\"a\":1}",
		"{\"ab\":\"x\",\"a\":-7}",
		"{\"b\":[],\"a\":{\"a\":[1,\"}\",{\"ab\":null}]},\"abc\":0}",
		"{\"a\":true,\"a\":[false,{}]}",
		"{\"\":\"\",\"a\":999999999999999999}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct plain_member found[2];
		json_t *object = json_loads(texts[i], 0, NULL);

		assert_non_null(object);
		assert_true(plain_find(texts[i], names, 2, found));
		assert_same(object, "a", &found[0]);
		assert_same(object, "ab", &found[1]);
		json_decref(object);
	}
}

static void other_text_is_left_to_a_parser(void **state)
{
	static const char *const texts[] = {
		"",
		"[]",
		"1",
		"{",
		"{}x",
		"{} ",
		"{\"a\"}",
		"{\"a\":}",
		"{\"a\":1",
		"{\"a\":1,}",
		"{\"a\":1}}",
		"{\"a\":1}{",
		"{a:1}",
		"{\"a\" :1}",
		"{\"a\":[1,]}",
		"{\"a\":[1}",
		"{\"a\":[1 2]}",
		"{\"a\":{1}}",
		"{\"a\":\"x}",
		"{\"a\":\"\\u0041\"}",
		"{\"\\u0061\":1}",
		"{\"a\":\"\n\"}",
		"{\"a\":\"\xc3\xa9\"}",
		"{\"a\":\"\xff\"}",
		"{\"a\":01}",
		"{\"a\":-}",
		"{\"a\":1.5}",
		"{\"a\":1e3}",
		"{\"a\":1000000000000000000}",
		"{\"a\":nul}",
		"{\"a\":truex}",
		"{\"a\":[[[[[[[[[]]]]]]]]]}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct plain_member found[2];

		if (plain_find(texts[i], names, 2, found))
			fail_msg("%s", texts[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_is_as_parsed),
		cmocka_unit_test(other_text_is_left_to_a_parser),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
