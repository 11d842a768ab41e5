/*
 * op_contains - contains, not_contains: a part of a text, an item of a list.
 */
#include "engine/judge/ops.h"

#include <string.h>

#include "engine/base/auto.h"
#include "engine/document/diagnostic.h"
#include "engine/document/node.h"
#include "engine/judge/compare.h"

static int refuse_operand(struct compiler *c, const struct test *t, const struct node *operand,
			  const char *label)
{
	if (operand->type == NODE_MAP)
		return diagnose(c->d, operand,
				"%s: %s takes a whole item, not a map; use any, none or count to "
				"look into items",
				label, t->op->name);
	if (operand->type == NODE_SCALAR && !operand->len)
		return diagnose(c->d, operand, "%s: %s needs a text that is not empty", label,
				t->op->name);
	return 0;
}

static int compile_contains(struct compiler *c, struct test *t, const struct shape *shape,
			    const struct node *operand, const char *label)
{
	const struct shape item = shape_of_items(shape);
	const struct shape text = shape_simple(FACT_TEXT);

	/* the items are what is compared; what is part of a text is a text */
	t->type = shape->type == FACT_LIST ? item.type : FACT_OPEN;
	t->deferred = operand_has_deferred(operand);
	if (operand_is_deferred(operand))
		return 0;
	if (refuse_operand(c, t, operand, label))
		return -1;
	t->value = operand_read(c, operand, FITS(shape->type) & FITS_TEXT ? &text : &item, label);
	return t->value ? 0 : -1;
}

static enum truth in_text(const struct test *t, const json_t *v)
{
	if (!json_is_string(t->value))
		return TRUTH_VOID;
	return memmem(json_string_value(v), json_string_length(v), json_string_value(t->value),
		      json_string_length(t->value))
		       ? TRUTH_HOLDS
		       : TRUTH_FAILS;
}

static enum truth in_list(const struct test *t, const json_t *v)
{
	enum truth found = TRUTH_FAILS;
	size_t i;
	json_t *item;

	json_array_foreach(v, i, item)
	{
		enum sameness is = compare_same(t->type, item, t->value);

		if (is == SAME)
			return TRUTH_HOLDS;
		if (is == INCOMPARABLE)
			found = TRUTH_VOID;
	}
	return found;
}

static enum truth hold_contains(const struct test *t, const json_t *v, struct judging *j)
{
	(void)j;
	if (json_is_string(v))
		return in_text(t, v);
	return json_is_array(v) ? in_list(t, v) : TRUTH_VOID;
}

static enum truth hold_not_contains(const struct test *t, const json_t *v, struct judging *j)
{
	enum truth found = hold_contains(t, v, j);

	if (found == TRUTH_VOID)
		return TRUTH_VOID;
	return found == TRUTH_HOLDS ? TRUTH_FAILS : TRUTH_HOLDS;
}

static void print_contains(const struct test *t, struct speech *s)
{
	speech_say(s, "contains ");
	speech_operand(t, s);
}

static void print_not_contains(const struct test *t, struct speech *s)
{
	speech_say(s, "does not contain ");
	speech_operand(t, s);
}

/* What was found is a text or a list, but nothing in it can be compared with what is expected. */
static void actual_contains(const struct test *t, const json_t *v, struct speech *s)
{
	struct judging j = { 0 };

	if (hold_contains(t, v, &j) != TRUTH_VOID || (!json_is_string(v) && !json_is_array(v)))
		return;
	speech_value(s, FACT_OPEN, v);
	if (json_is_string(v))
		speech_say(s, " (a text; put what is expected in quotes)");
	else
		speech_say(s, " (an item is not %s)", speech_kind(t->value));
}

#define CONTAINS_OPERATOR(word, sentence)                                                          \
	{                                                                                          \
		.name = #word, .doc = sentence, .on = "texts and lists",                           \
		.fits = FITS_TEXT | FITS_LIST, .takes = TAKES_VALUE, .needs = "a text or a list",  \
		.compile = compile_contains, .hold = hold_##word, .print = print_##word,           \
		.actual = actual_contains                                                          \
	}

const struct operator op_contains = CONTAINS_OPERATOR(
	contains, "The text holds this part, the list this item.");
const struct operator op_not_contains = CONTAINS_OPERATOR(
	not_contains, "There is a text without this part, or a list without this item.");
