/*
 * op_logic - all_of, any_of, not; and what a map of operators and a member of a map stand for.
 *
 * Void is neither: one that fails decides all_of, one that holds decides any_of, and `not` of
 * anything that met something void on its way is void itself.
 */
#include "engine/judge/ops.h"

#include "engine/base/auto.h"
#include "engine/base/xalloc.h"
#include "engine/document/diagnostic.h"
#include "engine/document/node.h"
#include "engine/judge/path.h"

static int compile_not(struct compiler *c, struct test *t, const struct shape *shape,
		       const struct node *operand, const char *label)
{
	auto_free char *inner = *label ? xasprintf("%s: not", label) : xstrdup("");

	test_add(t, compile(c, operand, shape, inner));
	return t->count ? 0 : -1;
}

static int compile_list(struct compiler *c, struct test *t, const struct shape *shape,
			const struct node *operand, const char *label)
{
	const char *colon = *label ? ": " : "";

	if (operand->type != NODE_LIST)
		return diagnose(c->d, operand, "%s%s%s takes a list of expectations, not %s", label,
				colon, t->op->name, node_kind(operand));
	if (!operand->count)
		return diagnose(c->d, operand, "%s%s%s takes a list that is not empty", label,
				colon, t->op->name);
	for (size_t i = 0; i < operand->count; i++)
		test_add(t, compile(c, operand->items[i], shape, label));
	return t->count == operand->count ? 0 : -1;
}

static enum truth hold_every(const struct test *t, const json_t *v, struct judging *j)
{
	enum truth all = TRUTH_HOLDS;

	/* no way out before the end: `not` must know of everything void in here */
	for (size_t i = 0; i < t->count; i++) {
		enum truth one = test_hold(t->subs[i], v, j);

		if (one == TRUTH_FAILS || (one == TRUTH_VOID && all == TRUTH_HOLDS))
			all = one;
	}
	return all;
}

static enum truth hold_any_of(const struct test *t, const json_t *v, struct judging *j)
{
	size_t voids = j->voids;
	enum truth any = TRUTH_FAILS;

	for (size_t i = 0; i < t->count; i++) {
		enum truth one = test_hold(t->subs[i], v, j);

		if (one == TRUTH_HOLDS) {
			j->voids = voids;
			return one;
		}
		if (one == TRUTH_VOID)
			any = one;
	}
	return any;
}

static enum truth hold_not(const struct test *t, const json_t *v, struct judging *j)
{
	size_t voids = j->voids;
	enum truth truth = test_hold(t->subs[0], v, j);

	if (truth == TRUTH_HOLDS)
		return TRUTH_FAILS;
	return truth == TRUTH_VOID || j->voids > voids ? TRUTH_VOID : TRUTH_HOLDS;
}

void member_look(const struct test *t, const json_t *v, const json_t *member, struct judging *j)
{
	const bool unseen = t->flag && !json_object_get(v, path_first(t->path));

	if (member)
		return;
	if ((!v && j->lost) || (unseen && path_goes_on(t->path)))
		j->blind = true;
	if (unseen)
		j->lost = true;
}

static enum truth hold_member(const struct test *t, const json_t *v, struct judging *j)
{
	const bool lost = j->lost, blind = j->blind;
	json_t *member = path_get(t->path, v);
	enum truth truth;

	member_look(t, v, member, j);
	truth = test_hold(t->subs[0], member, j);
	j->lost = lost;
	j->blind = blind;
	json_decref(member);
	return truth;
}

static void print_subs(const struct test *t, struct speech *s, const char *between)
{
	for (size_t i = 0; i < t->count; i++) {
		speech_say(s, "%s", i ? between : "");
		test_print(t->subs[i], s);
	}
}

static void print_every(const struct test *t, struct speech *s)
{
	print_subs(t, s, " and ");
}

static void print_all_of(const struct test *t, struct speech *s)
{
	speech_say(s, "all of (");
	print_subs(t, s, "; ");
	speech_say(s, ")");
}

static void print_any_of(const struct test *t, struct speech *s)
{
	speech_say(s, "any of (");
	print_subs(t, s, "; ");
	speech_say(s, ")");
}

static void print_not(const struct test *t, struct speech *s)
{
	speech_say(s, "not (");
	test_print(t->subs[0], s);
	speech_say(s, ")");
}

static void print_member(const struct test *t, struct speech *s)
{
	const struct test *sub = t->subs[0];

	speech_say(s, sub->op == &op_eq ? "%s = " : "%s ", path_text(t->path));
	test_print(sub, s);
}

const struct operator op_every = {
	.doc = "All of its tests hold.",
	.hold = hold_every,
	.print = print_every,
};

const struct operator op_member = {
	.doc = "Its test holds for what the path leads to.",
	.hold = hold_member,
	.print = print_member,
};

const struct operator op_all_of = {
	.name = "all_of",
	.doc = "All of these expectations hold.",
	.on = "any value",
	.fits = FITS_ALL,
	.takes = TAKES_EXPECTATIONS,
	.compile = compile_list,
	.hold = hold_every,
	.print = print_all_of,
};

const struct operator op_any_of = {
	.name = "any_of",
	.doc = "At least one of these expectations holds.",
	.on = "any value",
	.fits = FITS_ALL,
	.takes = TAKES_EXPECTATIONS,
	.compile = compile_list,
	.hold = hold_any_of,
	.print = print_any_of,
};

const struct operator op_not = {
	.name = "not",
	.doc = "The expectation can be judged in all its parts and does not hold.",
	.on = "any value",
	.fits = FITS_ALL,
	.takes = TAKES_EXPECTATION,
	.compile = compile_not,
	.hold = hold_not,
	.print = print_not,
};
