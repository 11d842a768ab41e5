/*
 * op_order - lt, le, gt, ge, between: for what has an order.
 */
#include "engine/judge/ops.h"

#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/number.h"
#include "engine/base/xalloc.h"
#include "engine/document/diagnostic.h"
#include "engine/document/node.h"
#include "engine/judge/compare.h"
#include "engine/judge/moment.h"

#define ON_ORDERED "numbers, durations, sizes, times and versions"

/* Which `as` an open value would need to be compared with this text; NULL when none would help. */
static const char *as_for(const char *text)
{
	int64_t ns;
	uint64_t bytes;
	double real;

	if (!number_real(text, &real))
		return "number";
	if (!number_duration(text, &ns))
		return "duration";
	if (!number_size(text, &bytes))
		return "size";
	if (!moment_parse(text, &ns))
		return "time";
	return number_is_version(text) ? "version" : NULL;
}

static json_t *read_open(struct compiler *c, const struct node *n, const char *op,
			 const char *label)
{
	json_t *value = node_to_json(n);
	const char *as;

	if (json_is_number(value))
		return value;
	json_decref(value);
	as = n->type == NODE_SCALAR ? as_for(n->text) : NULL;
	if (n->type != NODE_SCALAR)
		diagnose(c->d, n, "%s: %s takes a number, not %s", label, op, node_kind(n));
	else if (as && !strcmp(as, "number") && n->plain)
		diagnose(c->d, n, "%s: '%s' is too large a number to be compared exactly", label,
			 n->text);
	else if (as && !strcmp(as, "number"))
		diagnose(c->d, n,
			 "%s: '%s' in quotes is a text; %s takes a number: leave the quotes out",
			 label, n->text, op);
	else if (as)
		diagnose(c->d, n, "%s: '%s' is not a number; add 'as: %s' to compare so", label,
			 n->text, as);
	else
		diagnose(c->d, n, "%s: '%s' is not a number", label, n->text);
	return NULL;
}

static json_t *read_bound(struct compiler *c, const struct test *t, const struct shape *shape,
			  const struct node *n, const char *label)
{
	if (shape->type == FACT_OPEN)
		return read_open(c, n, t->op->name, label);
	return operand_read(c, n, shape, label);
}

static int compile_bound(struct compiler *c, struct test *t, const struct shape *shape,
			 const struct node *operand, const char *label)
{
	t->deferred = operand_is_deferred(operand);
	if (t->deferred)
		return 0;
	t->value = read_bound(c, t, shape, operand, label);
	if (!t->value)
		return -1;
	t->text = xstrdup(operand->text);
	return 0;
}

static int check_range(struct compiler *c, struct test *t, const struct node *operand,
		       const char *label)
{
	int order;

	if (t->deferred ||
	    compare_order(t->type, json_array_get(t->value, 0), json_array_get(t->value, 1),
			  &order) ||
	    order <= 0)
		return 0;
	return diagnose(c->d, operand,
			"%s: between: [%s, %s] is reversed, so that nothing is between them", label,
			operand->items[0]->text, operand->items[1]->text);
}

static int compile_between(struct compiler *c, struct test *t, const struct shape *shape,
			   const struct node *operand, const char *label)
{
	t->deferred = operand_has_deferred(operand);
	if (operand_is_deferred(operand))
		return 0;
	if (operand->type != NODE_LIST || operand->count != 2)
		return diagnose(c->d, operand,
				"%s: between takes a list of two, the lower and the upper bound",
				label);
	t->value = json_array();
	for (size_t i = 0; i < 2; i++) {
		const struct node *n = operand->items[i];
		json_t *one = operand_is_deferred(n) ? json_null()
						     : read_bound(c, t, shape, n, label);

		if (!one)
			return -1;
		json_array_append_new(t->value, one);
	}
	if (check_range(c, t, operand, label))
		return -1;
	t->text = xasprintf("between %s and %s", operand->items[0]->text, operand->items[1]->text);
	return 0;
}

/* A test is true when the order is within low..high. */
static enum truth ordered(const struct test *t, const json_t *v, const json_t *expected, int low,
			  int high)
{
	int order;

	if (!v || compare_order(t->type, v, expected, &order))
		return TRUTH_VOID;
	order = (order > 0) - (order < 0);
	return order >= low && order <= high ? TRUTH_HOLDS : TRUTH_FAILS;
}

static enum truth hold_lt(const struct test *t, const json_t *v, struct judging *j)
{
	(void)j;
	return ordered(t, v, t->value, -1, -1);
}

static enum truth hold_le(const struct test *t, const json_t *v, struct judging *j)
{
	(void)j;
	return ordered(t, v, t->value, -1, 0);
}

static enum truth hold_gt(const struct test *t, const json_t *v, struct judging *j)
{
	(void)j;
	return ordered(t, v, t->value, 1, 1);
}

static enum truth hold_ge(const struct test *t, const json_t *v, struct judging *j)
{
	(void)j;
	return ordered(t, v, t->value, 0, 1);
}

static enum truth hold_between(const struct test *t, const json_t *v, struct judging *j)
{
	enum truth low = ordered(t, v, json_array_get(t->value, 0), 0, 1);

	(void)j;
	return low == TRUTH_HOLDS ? ordered(t, v, json_array_get(t->value, 1), -1, 0) : low;
}

static void print_bound(const struct test *t, struct speech *s, const char *sign)
{
	speech_say(s, "%s ", sign);
	speech_operand(t, s);
}

static void print_lt(const struct test *t, struct speech *s)
{
	print_bound(t, s, "<");
}

static void print_le(const struct test *t, struct speech *s)
{
	print_bound(t, s, "<=");
}

static void print_gt(const struct test *t, struct speech *s)
{
	print_bound(t, s, ">");
}

static void print_ge(const struct test *t, struct speech *s)
{
	print_bound(t, s, ">=");
}

static void print_between(const struct test *t, struct speech *s)
{
	speech_say(s, "%s", t->text ? t->text : "between two values that are known later");
}

#define ORDER_OPERATOR(word, sentence)                                                             \
	{                                                                                          \
		.name = #word, .doc = sentence, .on = ON_ORDERED, .fits = FITS_ORDERED,            \
		.takes = TAKES_VALUE, .compile = compile_bound, .hold = hold_##word,               \
		.print = print_##word                                                              \
	}

const struct operator op_lt = ORDER_OPERATOR(lt, "The value is less than this one.");
const struct operator op_le = ORDER_OPERATOR(le, "The value is this one or less.");
const struct operator op_gt = ORDER_OPERATOR(gt, "The value is greater than this one.");
const struct operator op_ge = ORDER_OPERATOR(ge, "The value is this one or greater.");
const struct operator op_between = {
	.name = "between",
	.doc = "The value is one of these two bounds or between them.",
	.on = ON_ORDERED,
	.fits = FITS_ORDERED,
	.takes = TAKES_RANGE,
	.compile = compile_between,
	.hold = hold_between,
	.print = print_between,
};
