/*
 * specimen - values made up to try an expectation on.
 */
#include "engine/judge/specimen.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/number.h"
#include "engine/base/xalloc.h"
#include "engine/judge/ops.h"
#include "engine/judge/test.h"

#define SPECIMENS_MAX 64

/* Where values are added, and what they may be. */
struct making {
	json_t *list;
	enum fact_type type;
	double least, most;
};

void specimens_add(json_t *list, json_t *value)
{
	size_t i;
	json_t *there;

	json_array_foreach(list, i, there) if (json_equal(there, value))
	{
		json_decref(value);
		return;
	}
	if (json_array_size(list) < SPECIMENS_MAX)
		json_array_append_new(list, value);
	else
		json_decref(value);
}

static void add_number(struct making *m, double v)
{
	if (v < m->least || v > m->most)
		return;
	if (number_is_whole(v) && v > -9e15 && v < 9e15)
		specimens_add(m->list, json_integer((json_int_t)v));
	else if (m->type != FACT_INT && m->type != FACT_SIZE)
		specimens_add(m->list, json_real(v));
}

/* A number that is named, and those beside it. */
static void add_numbers_near(struct making *m, double v)
{
	add_number(m, v);
	add_number(m, v - 1);
	add_number(m, v + 1);
	add_number(m, v - 0.5);
	add_number(m, v + 0.5);
}

static void add_text(struct making *m, const char *before, const char *text, const char *after)
{
	auto_free char *whole = xasprintf("%s%s%s", before, text, after);

	specimens_add(m->list, json_string(whole));
}

static void add_texts_near(struct making *m, const char *text)
{
	add_text(m, "", text, "");
	add_text(m, "x", text, "");
	add_text(m, "", text, "x");
}

/* A value that a test names, and what lies beside it. */
static void add_near(struct making *m, const json_t *value)
{
	if (json_is_number(value))
		add_numbers_near(m, json_number_value(value));
	else if (json_is_string(value) && m->type != FACT_MODE)
		add_texts_near(m, json_string_value(value));
	else if (value && !json_is_array(value))
		specimens_add(m->list, json_incref((json_t *)(uintptr_t)value));
	for (size_t i = 0; i < json_array_size(value); i++)
		add_near(m, json_array_get(value, i));
}

/* The text forms of numbers that stand below `as`. */
static void add_converted(struct making *m, const struct test *t)
{
	for (size_t i = 0; i < t->count; i++) {
		if (json_is_number(t->subs[i]->value))
			for (int delta = -1; delta <= 1; delta++) {
				const double v = json_number_value(t->subs[i]->value) + delta;
				auto_free char *text = xasprintf("%.15g", v);

				add_text(m, "", text, t->to == FACT_DURATION ? "s" : "");
			}
		else
			add_near(m, t->subs[i]->value);
		add_converted(m, t->subs[i]);
	}
}

static void add_of_test(struct making *m, const struct test *t)
{
	auto_free char *match = NULL;

	if (t->regex && json_is_string(t->value)) {
		match = specimen_text(json_string_value(t->value));
		add_text(m, "", match, "");
		add_text(m, " ", match, " ");
		return;
	}
	if (t->op == &op_as)
		add_converted(m, t);
	else
		add_near(m, t->value);
}

/* What rules forget: by type, and for open values all of it. */
static void add_usual(struct making *m)
{
	static const struct {
		enum fact_type type;
		const char *json;
	} usual[] = {
		{ FACT_BOOL, "true" },
		{ FACT_BOOL, "false" },
		{ FACT_INT, "0" },
		{ FACT_INT, "-1" },
		{ FACT_INT, "1" },
		{ FACT_INT, "2000000000" },
		{ FACT_MODE, "\"0000\"" },
		{ FACT_MODE, "\"7777\"" },
		{ FACT_TIME, "\"1970-01-01T00:00:00Z\"" },
		{ FACT_TIME, "\"2200-01-01T00:00:00Z\"" },
		{ FACT_VERSION, "\"0\"" },
		{ FACT_VERSION, "\"99999\"" },
		{ FACT_TEXT, "\"\"" },
		{ FACT_TEXT, "\"x\"" },
		{ FACT_TEXT, "\"0\"" },
		{ FACT_LIST, "[]" },
		{ FACT_MAP, "{}" },
		{ FACT_OPEN, "null" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(usual); i++) {
		json_t *v = json_loads(usual[i].json, JSON_DECODE_ANY, NULL);
		const bool number = m->type == FACT_NUMBER || m->type == FACT_SIZE ||
				    m->type == FACT_DURATION;

		if (m->type == FACT_OPEN)
			specimens_add(m->list, json_incref(v));
		else if (usual[i].type == FACT_INT && (m->type == FACT_INT || number))
			add_number(m, json_number_value(v));
		else if (usual[i].type == m->type)
			specimens_add(m->list, json_incref(v));
		json_decref(v);
	}
	if (m->type != FACT_OPEN && m->most <= 100)
		add_number(m, m->most);
}

static struct making making_of(json_t *list, enum fact_type type, const struct fact *row)
{
	struct making m = { .list = list, .type = type, .least = -HUGE_VAL, .most = HUGE_VAL };

	if (row && row->range != RANGE_SIGNED)
		m.least = 0;
	if (row && row->range == RANGE_PERCENT)
		m.most = 100;
	return m;
}

void specimens_of(json_t *list, enum fact_type type, const struct fact *row,
		  const struct test *const *tests, size_t count)
{
	struct making m = making_of(list, type, row);

	for (size_t i = 0; i < count; i++)
		add_of_test(&m, tests[i]);
	add_usual(&m);
}

void specimens_of_size(json_t *list, const struct test *const *tests, size_t count)
{
	struct making m = { .list = list, .type = FACT_INT, .least = 0, .most = HUGE_VAL };

	for (size_t i = 0; i < count; i++)
		add_near(&m, tests[i]->value);
}
