/*
 * op_same - eq, ne, in, not_in: is it the value, or one of the values? For values of any type.
 */
#include "engine/judge/ops.h"

#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/number.h"
#include "engine/base/xalloc.h"
#include "engine/document/diagnostic.h"
#include "engine/document/node.h"
#include "engine/judge/compare.h"

static int compile_one(struct compiler *c, struct test *t, const struct shape *shape,
		       const struct node *operand, const char *label)
{
	t->deferred = operand_has_deferred(operand);
	if (operand_is_deferred(operand))
		return 0;
	t->value = operand_read(c, operand, shape, label);
	if (!t->value)
		return -1;
	if (shape->type == FACT_INT && json_is_real(t->value) &&
	    !number_is_whole(json_real_value(t->value)))
		return diagnose(c->d, operand, "%s: '%s' is not a whole number", label,
				operand->text);
	if (operand->type == NODE_SCALAR &&
	    (FITS(shape->type) & (FITS(FACT_DURATION) | FITS(FACT_SIZE))))
		t->text = xstrdup(operand->text);
	return 0;
}

static int compile_several(struct compiler *c, struct test *t, const struct shape *shape,
			   const struct node *operand, const char *label)
{
	const struct shape list = shape_list_of(shape);

	t->deferred = operand_has_deferred(operand);
	if (operand_is_deferred(operand))
		return 0;
	if (operand->type != NODE_LIST)
		return diagnose(c->d, operand, "%s: %s takes a list, not %s", label, t->op->name,
				node_kind(operand));
	if (!operand->count)
		return diagnose(c->d, operand, "%s: %s takes a list that is not empty", label,
				t->op->name);
	/* items of lists and maps are taken as they are: a list's row can say nothing of lists in
	 * it */
	t->value = shape->type == FACT_LIST || shape->type == FACT_MAP
			   ? node_to_json(operand)
			   : operand_read(c, operand, &list, label);
	return t->value ? 0 : -1;
}

static enum sameness same_as_any(const struct test *t, const json_t *v)
{
	bool different = false, incomparable = false;
	size_t i;
	json_t *one;

	json_array_foreach(t->value, i, one)
	{
		enum sameness is = compare_same(t->type, v, one);

		if (is == SAME)
			return SAME;
		/* that it is not null tells nothing about its type */
		different |= is == DIFFERENT && !json_is_null(one);
		incomparable |= is == INCOMPARABLE;
	}
	return different || !incomparable ? DIFFERENT : INCOMPARABLE;
}

static enum truth holds_if(enum sameness is, enum sameness wanted)
{
	if (is == INCOMPARABLE)
		return TRUTH_VOID;
	return is == wanted ? TRUTH_HOLDS : TRUTH_FAILS;
}

static enum truth hold_eq(const struct test *t, const json_t *v, struct judging *j)
{
	(void)j;
	return v ? holds_if(compare_same(t->type, v, t->value), SAME) : TRUTH_VOID;
}

static enum truth hold_ne(const struct test *t, const json_t *v, struct judging *j)
{
	(void)j;
	return v ? holds_if(compare_same(t->type, v, t->value), DIFFERENT) : TRUTH_VOID;
}

static enum truth hold_in(const struct test *t, const json_t *v, struct judging *j)
{
	(void)j;
	return v ? holds_if(same_as_any(t, v), SAME) : TRUTH_VOID;
}

static enum truth hold_not_in(const struct test *t, const json_t *v, struct judging *j)
{
	(void)j;
	return v ? holds_if(same_as_any(t, v), DIFFERENT) : TRUTH_VOID;
}

void speech_operand(const struct test *t, struct speech *s)
{
	if (t->deferred && !t->value)
		speech_say(s, "a value that is known later");
	else if (t->text)
		speech_say(s, "%s", t->text);
	else
		speech_value(s, t->type, t->value);
}

static void print_eq(const struct test *t, struct speech *s)
{
	speech_operand(t, s);
}

static void print_ne(const struct test *t, struct speech *s)
{
	speech_say(s, "not ");
	speech_operand(t, s);
}

static void print_list(const struct test *t, struct speech *s, const char *words)
{
	size_t i;
	json_t *one;

	speech_say(s, "%s", words);
	if (!t->value)
		speech_say(s, " several that are known later");
	json_array_foreach(t->value, i, one)
	{
		speech_say(s, i ? ", " : " ");
		speech_value(s, t->type, one);
	}
}

static void print_in(const struct test *t, struct speech *s)
{
	print_list(t, s, "one of");
}

static void print_not_in(const struct test *t, struct speech *s)
{
	print_list(t, s, "none of");
}

const struct operator op_eq = {
	.name = "eq",
	.doc = "The value is this one; a plain scalar means the same.",
	.on = "any value",
	.fits = FITS_ALL,
	.takes = TAKES_VALUE,
	.compile = compile_one,
	.hold = hold_eq,
	.print = print_eq,
};

const struct operator op_ne = {
	.name = "ne",
	.doc = "The value is there, of the same type, and not this one.",
	.on = "any value",
	.fits = FITS_ALL,
	.takes = TAKES_VALUE,
	.compile = compile_one,
	.hold = hold_ne,
	.print = print_ne,
};

const struct operator op_in = {
	.name = "in",
	.doc = "The value is one of these.",
	.on = "any value",
	.fits = FITS_ALL,
	.takes = TAKES_VALUES,
	.compile = compile_several,
	.hold = hold_in,
	.print = print_in,
};

const struct operator op_not_in = {
	.name = "not_in",
	.doc = "The value is there, of the type of these, and none of them.",
	.on = "any value",
	.fits = FITS_ALL,
	.takes = TAKES_VALUES,
	.compile = compile_several,
	.hold = hold_not_in,
	.print = print_not_in,
};
