/*
 * test - making, releasing and holding one node of a compiled expectation.
 */
#include "engine/judge/test.h"

#include <stdlib.h>

#include "engine/base/regex.h"
#include "engine/base/xalloc.h"
#include "engine/document/node.h"
#include "engine/judge/path.h"
#include "engine/judge/speech.h"

struct test *test_new(const struct operator *op, const struct shape *shape, const struct node *at)
{
	struct test *t = xcalloc(1, sizeof(*t));

	t->op = op;
	t->type = shape->type;
	t->line = at->line;
	t->column = at->column;
	return t;
}

struct test *test_share(struct test *t)
{
	t->shares++;
	return t;
}

void test_free(struct test *t)
{
	if (!t)
		return;
	if (t->shares) {
		t->shares--;
		return;
	}
	for (size_t i = 0; i < t->count; i++)
		test_free(t->subs[i]);
	free(t->subs);
	json_decref(t->value);
	free(t->text);
	regex_free(t->regex);
	path_free(t->path);
	free(t);
}

void test_cleanup(struct test **t)
{
	test_free(*t);
}

void test_add(struct test *t, struct test *sub)
{
	if (!sub)
		return;
	array_grow(t->subs, t->count, t->cap);
	t->subs[t->count++] = sub;
}

bool test_is_deferred(const struct test *t)
{
	for (size_t i = 0; i < t->count; i++)
		if (test_is_deferred(t->subs[i]))
			return true;
	return t->deferred;
}

enum truth test_hold(const struct test *t, const json_t *v, struct judging *j)
{
	enum truth truth = t->op->hold(t, v, j);

	if (truth == TRUTH_VOID)
		j->voids++;
	return truth;
}

void test_print(const struct test *t, struct speech *s)
{
	t->op->print(t, s);
}
