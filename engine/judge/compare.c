/*
 * compare - are two values the same, and which is the greater?
 */
#include "engine/judge/compare.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "engine/base/number.h"
#include "engine/judge/moment.h"

static enum sameness same_as(bool same)
{
	return same ? SAME : DIFFERENT;
}

static int sign_of(double d)
{
	return (d > 0) - (d < 0);
}

/* A double cannot hold all whole numbers: 2^53 and 2^53 + 1 would be the same. */
static int order_whole_and_real(json_int_t whole, double real)
{
	json_int_t cut;

	if (real >= 0x1p63)
		return -1;
	if (real < -0x1p63)
		return 1;
	cut = (json_int_t)real;
	return whole == cut ? sign_of((double)cut - real) : (whole > cut) - (whole < cut);
}

static int order_numbers(const json_t *a, const json_t *b, int *order)
{
	if (!json_is_number(a) || !json_is_number(b))
		return -1;
	if (json_is_integer(a) && json_is_integer(b)) {
		json_int_t x = json_integer_value(a), y = json_integer_value(b);

		*order = (x > y) - (x < y);
	} else if (json_is_integer(a)) {
		*order = order_whole_and_real(json_integer_value(a), json_real_value(b));
	} else if (json_is_integer(b)) {
		*order = -order_whole_and_real(json_integer_value(b), json_real_value(a));
	} else {
		*order = sign_of(json_real_value(a) - json_real_value(b));
	}
	return 0;
}

static int order_times(const char *a, const char *b, int *order)
{
	int64_t x, y;

	if (moment_parse(a, &x) || moment_parse(b, &y))
		return -1;
	*order = (x > y) - (x < y);
	return 0;
}

static int order_versions(const char *a, const char *b, int *order)
{
	if (!number_is_version(a) || !number_is_version(b))
		return -1;
	*order = number_version_compare(a, b);
	return 0;
}

int compare_order(enum fact_type type, const json_t *found, const json_t *expected, int *order)
{
	if (type != FACT_TIME && type != FACT_VERSION)
		return order_numbers(found, expected, order);
	if (!json_is_string(found) || !json_is_string(expected))
		return -1;
	if (type == FACT_TIME)
		return order_times(json_string_value(found), json_string_value(expected), order);
	return order_versions(json_string_value(found), json_string_value(expected), order);
}

static enum sameness same_lists(const json_t *found, const json_t *expected)
{
	enum sameness all = SAME;

	if (json_array_size(found) != json_array_size(expected))
		return DIFFERENT;
	for (size_t i = 0; i < json_array_size(found); i++) {
		enum sameness one = compare_same(FACT_OPEN, json_array_get(found, i),
						 json_array_get(expected, i));

		if (one == DIFFERENT)
			return DIFFERENT;
		if (one == INCOMPARABLE)
			all = INCOMPARABLE;
	}
	return all;
}

static enum sameness same_objects(const json_t *found, const json_t *expected)
{
	enum sameness all = SAME;
	const char *key;
	json_t *want;

	if (json_object_size(found) != json_object_size(expected))
		return DIFFERENT;
	json_object_foreach((json_t *)(uintptr_t)expected, key, want)
	{
		const json_t *have = json_object_get(found, key);
		enum sameness one = have ? compare_same(FACT_OPEN, have, want) : DIFFERENT;

		if (one == DIFFERENT)
			return DIFFERENT;
		if (one == INCOMPARABLE)
			all = INCOMPARABLE;
	}
	return all;
}

static enum sameness same_strings(const json_t *found, const json_t *expected)
{
	size_t len = json_string_length(found);

	return same_as(len == json_string_length(expected) &&
		       !memcmp(json_string_value(found), json_string_value(expected), len));
}

static enum sameness same_ordered(enum fact_type type, const json_t *found, const json_t *expected)
{
	int order;

	if (compare_order(type, found, expected, &order))
		return INCOMPARABLE;
	return same_as(order == 0);
}

enum sameness compare_same(enum fact_type type, const json_t *found, const json_t *expected)
{
	if (json_is_null(expected))
		return same_as(json_is_null(found));
	if (json_is_number(expected) || type == FACT_TIME || type == FACT_VERSION)
		return same_ordered(type, found, expected);
	if (json_is_boolean(expected))
		return json_is_boolean(found)
			       ? same_as(json_is_true(found) == json_is_true(expected))
			       : INCOMPARABLE;
	if (json_typeof(found) != json_typeof(expected))
		return INCOMPARABLE;
	if (json_is_string(expected))
		return same_strings(found, expected);
	if (json_is_array(expected))
		return same_lists(found, expected);
	return same_objects(found, expected);
}
