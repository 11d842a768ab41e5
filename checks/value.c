/*
 * value - a value that is already known, as a fact: a parameter, or what other checks observed.
 *
 * Looks at nothing; it lets an expectation compare what other checks captured.
 */
#include "checks/check.h"

struct value_query {
	json_t *of;
};

static const struct field value_fields[] = {
	FIELD_JSON(struct value_query, of, .required = true,
		   .doc = "The value: anything, usually with captures of other checks in it."),
	{ .name = NULL },
};

static const struct fact value_facts[] = {
	{ .name = "value",
	  .type = FACT_OPEN,
	  .doc = "The value, as it is once everything is put in." },
	{ .name = NULL },
};

static int value_observe(const void *query, struct observer *o, struct err **e)
{
	const struct value_query *q = query;

	(void)e;
	observer_set(o, "value", q->of ? json_deep_copy(q->of) : json_null());
	return 0;
}

const struct check_type check_value = {
	.name = "value",
	.summary = "a value that other checks captured is as expected",
	.lane = LANE_LOCAL,
	.rooted = true,
	.fields = value_fields,
	.query_size = sizeof(struct value_query),
	.facts = value_facts,
	.default_expect = "{ value: { exists: true } }",
	.observe = value_observe,
};
