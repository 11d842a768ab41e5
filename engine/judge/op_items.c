/*
 * op_items - each, any, none, count: an expectation held against the items of a list.
 *
 * What is void for one item counts as void only where the answer hangs on it.
 */
#include "engine/judge/ops.h"

#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/xalloc.h"
#include "engine/document/diagnostic.h"
#include "engine/document/node.h"

/* How the items fared. */
struct tally {
	size_t count[3]; /* by enum truth */
	size_t first[3]; /* the first such item */
	size_t all;
};

static struct tally tally(const struct test *sub, const json_t *list, struct judging *j)
{
	struct tally n = { .all = json_array_size(list) };
	size_t voids = j->voids;

	for (size_t i = 0; i < n.all; i++) {
		enum truth truth = test_hold(sub, json_array_get(list, i), j);

		if (!n.count[truth]++)
			n.first[truth] = i;
	}
	/* items answer for themselves: whether the whole is void is decided by who asked */
	j->voids = voids;
	return n;
}

static struct test *compile_items(struct compiler *c, const struct shape *shape,
				  const struct node *operand, const char *label)
{
	const struct shape item = shape_of_items(shape);
	auto_free char *inner = xasprintf("%s[*]", label);

	return compile(c, operand, &item, inner);
}

static int compile_quantifier(struct compiler *c, struct test *t, const struct shape *shape,
			      const struct node *operand, const char *label)
{
	test_add(t, compile_items(c, shape, operand, label));
	return t->count ? 0 : -1;
}

static enum truth hold_each(const struct test *t, const json_t *v, struct judging *j)
{
	struct tally n;

	if (!json_is_array(v))
		return TRUTH_VOID;
	n = tally(t->subs[0], v, j);
	if (n.count[TRUTH_FAILS])
		return TRUTH_FAILS;
	/* an empty list has no item that could have failed: that proves nothing */
	return n.count[TRUTH_VOID] || !n.all ? TRUTH_VOID : TRUTH_HOLDS;
}

static enum truth hold_any(const struct test *t, const json_t *v, struct judging *j)
{
	struct tally n;

	if (!json_is_array(v))
		return TRUTH_VOID;
	n = tally(t->subs[0], v, j);
	if (n.count[TRUTH_HOLDS])
		return TRUTH_HOLDS;
	return n.count[TRUTH_VOID] ? TRUTH_VOID : TRUTH_FAILS;
}

static enum truth hold_none(const struct test *t, const json_t *v, struct judging *j)
{
	enum truth any = hold_any(t, v, j);

	if (any == TRUTH_VOID)
		return TRUTH_VOID;
	return any == TRUTH_HOLDS ? TRUTH_FAILS : TRUTH_HOLDS;
}

static void print_items(const struct test *t, struct speech *s, const char *words)
{
	speech_say(s, "%s: ", words);
	test_print(t->subs[0], s);
}

static void print_each(const struct test *t, struct speech *s)
{
	print_items(t, s, "each item");
}

static void print_any(const struct test *t, struct speech *s)
{
	print_items(t, s, "at least one item");
}

static void print_none(const struct test *t, struct speech *s)
{
	print_items(t, s, "no item");
}

/* For words only: what cannot be decided was said before. */
static struct tally tally_again(const struct test *sub, const json_t *v)
{
	struct judging j = { 0 };

	return tally(sub, v, &j);
}

static void say_void_item(struct speech *s, const struct tally *n, const json_t *v)
{
	speech_say(s, "item %zu of %zu cannot be judged so: ", n->first[TRUTH_VOID], n->all);
	speech_value(s, FACT_OPEN, json_array_get(v, n->first[TRUTH_VOID]));
}

static void actual_each(const struct test *t, const json_t *v, struct speech *s)
{
	struct tally n = tally_again(t->subs[0], v);
	bool failed = n.count[TRUTH_FAILS];

	if (!json_is_array(v))
		return;
	if (!n.all) {
		speech_say(s, "an empty list");
		return;
	}
	speech_say(s, "%zu of %zu items fail; item %zu is ",
		   n.count[TRUTH_FAILS] + n.count[TRUTH_VOID], n.all,
		   n.first[failed ? TRUTH_FAILS : TRUTH_VOID]);
	speech_value(s, FACT_OPEN, json_array_get(v, n.first[failed ? TRUTH_FAILS : TRUTH_VOID]));
}

static void actual_any(const struct test *t, const json_t *v, struct speech *s)
{
	struct tally n = tally_again(t->subs[0], v);

	if (!json_is_array(v))
		return;
	if (n.count[TRUTH_VOID] && !n.count[TRUTH_HOLDS]) {
		say_void_item(s, &n, v);
		return;
	}
	speech_say(s, "%zu of %zu items: ", n.count[TRUTH_HOLDS], n.all);
	speech_value(s, FACT_OPEN, v);
}

static void actual_none(const struct test *t, const json_t *v, struct speech *s)
{
	struct tally n = tally_again(t->subs[0], v);

	if (!n.count[TRUTH_HOLDS]) {
		actual_any(t, v, s);
		return;
	}
	speech_say(s, "%zu of %zu items; item %zu is ", n.count[TRUTH_HOLDS], n.all,
		   n.first[TRUTH_HOLDS]);
	speech_value(s, FACT_OPEN, json_array_get(v, n.first[TRUTH_HOLDS]));
}

/* The two keys of count, in the order of the test's subs. */
enum { COUNT_WHERE, COUNT_IS, COUNT_KEYS };
const char *const count_keys[] = { [COUNT_WHERE] = "where", [COUNT_IS] = "is", NULL };

static int check_count_keys(struct compiler *c, const struct node *operand, const char *label)
{
	int rc = 0;

	if (operand->type != NODE_MAP)
		return diagnose(c->d, operand,
				"%s: count takes a map, as in { where: { … }, is: 1 }", label);
	for (size_t i = 0; i < operand->count; i++) {
		const struct node *key = operand->pairs[i].key;

		if (strcmp(key->text, count_keys[COUNT_WHERE]) &&
		    strcmp(key->text, count_keys[COUNT_IS]))
			rc = diagnose_unknown(c->d, key, "key", "count", key->text, count_keys);
	}
	for (size_t i = 0; i < COUNT_KEYS; i++)
		if (!node_get(operand, count_keys[i]))
			rc = diagnose(c->d, operand, "%s: count lacks '%s'", label, count_keys[i]);
	return rc;
}

static int compile_count(struct compiler *c, struct test *t, const struct shape *shape,
			 const struct node *operand, const char *label)
{
	const struct shape number = shape_simple(FACT_INT);
	auto_free char *inner = xasprintf("%s: count", label);

	if (check_count_keys(c, operand, label))
		return -1;
	test_add(t, compile_items(c, shape, node_get(operand, count_keys[COUNT_WHERE]), label));
	test_add(t, compile(c, node_get(operand, count_keys[COUNT_IS]), &number, inner));
	return t->count == COUNT_KEYS ? 0 : -1;
}

static enum truth hold_count(const struct test *t, const json_t *v, struct judging *j)
{
	enum truth truth;
	struct tally n;
	json_t *found;

	if (!json_is_array(v))
		return TRUTH_VOID;
	n = tally(t->subs[COUNT_WHERE], v, j);
	if (n.count[TRUTH_VOID])
		return TRUTH_VOID;
	found = json_integer((json_int_t)n.count[TRUTH_HOLDS]);
	truth = test_hold(t->subs[COUNT_IS], found, j);
	json_decref(found);
	return truth;
}

static void print_count(const struct test *t, struct speech *s)
{
	speech_say(s, "number of items with (");
	test_print(t->subs[COUNT_WHERE], s);
	speech_say(s, "): ");
	test_print(t->subs[COUNT_IS], s);
}

static void actual_count(const struct test *t, const json_t *v, struct speech *s)
{
	struct tally n = tally_again(t->subs[COUNT_WHERE], v);

	if (!json_is_array(v))
		return;
	if (n.count[TRUTH_VOID])
		say_void_item(s, &n, v);
	else
		speech_say(s, "%zu of %zu items", n.count[TRUTH_HOLDS], n.all);
}

#define ITEMS_OPERATOR(word, sentence)                                                             \
	{                                                                                          \
		.name = #word, .doc = sentence, .on = "lists", .fits = FITS_LIST,                  \
		.takes = TAKES_EXPECTATION, .needs = "a list", .compile = compile_quantifier,      \
		.hold = hold_##word, .print = print_##word, .actual = actual_##word                \
	}

const struct operator op_each = ITEMS_OPERATOR(
	each, "There are items, and the expectation holds for every one.");
const struct operator op_any = ITEMS_OPERATOR(any, "The expectation holds for at least one item.");
const struct operator op_none = ITEMS_OPERATOR(
	none, "The expectation can be judged for every item and holds for none.");
const struct operator op_count = {
	.name = "count",
	.doc = "The number of items for which `where` holds is as `is` expects.",
	.on = "lists",
	.fits = FITS_LIST,
	.takes = TAKES_COUNT,
	.needs = "a list",
	.compile = compile_count,
	.hold = hold_count,
	.print = print_count,
	.actual = actual_count,
};
