/*
 * op_exists - exists: is there anything at the path? The one operator that nothing may satisfy.
 *
 * A null is nothing: a row's NULL or a member that says null is no value that one could build on.
 */
#include "engine/judge/ops.h"

static int compile_exists(struct compiler *c, struct test *t, const struct shape *shape,
			  const struct node *operand, const char *label)
{
	(void)shape;
	t->deferred = operand_is_deferred(operand);
	return t->deferred ? 0 : operand_bool(c, operand, label, &t->flag);
}

static enum truth hold_exists(const struct test *t, const json_t *v, struct judging *j)
{
	if (v && !json_is_null(v))
		return t->flag ? TRUTH_HOLDS : TRUTH_FAILS;
	/* void and not just failed: `not: { exists: true }` must not pass on nothing, `exists:
	 * false` says that */
	return t->flag || j->blind ? TRUTH_VOID : TRUTH_HOLDS;
}

static void print_exists(const struct test *t, struct speech *s)
{
	speech_say(s, t->flag ? "exists" : "does not exist");
}

static void actual_exists(const struct test *t, const json_t *v, struct speech *s)
{
	if (t->flag && json_is_null(v))
		speech_say(s, "null (which counts as nothing)");
}

const struct operator op_exists = {
	.name = "exists",
	.doc = "Whether there is a value that is not null.",
	.on = "any value",
	.fits = FITS_ALL,
	.takes = TAKES_BOOL,
	.compile = compile_exists,
	.hold = hold_exists,
	.print = print_exists,
	.actual = actual_exists,
};
