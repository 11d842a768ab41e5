/*
 * compiler - from nodes to tests, with every mistake at its place. For engine/judge alone.
 */
#ifndef ENGINE_JUDGE_COMPILER_H
#define ENGINE_JUDGE_COMPILER_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "engine/judge/shape.h"
#include "engine/judge/test.h"

struct diagnostics;
struct node;

struct compiler {
	struct diagnostics *d;
	const char *owner;       /* the check type's name; "" for a lone value */
	const struct fact *root; /* the facts of a whole observation; NULL for a lone value */
	bool has_pattern;
	bool names_error_kind;
	const char **names; /* first names of all paths, with repetitions; they live in the tests */
	size_t count, cap;
};

/* An expectation over a value of this shape: a scalar, a list, a map of operators or of members.
 * NULL and a diagnostic on a mistake. `label` is how messages call the value: "count",
 * "rows[0].ip". */
struct test *compile(struct compiler *c, const struct node *n, const struct shape *shape,
		     const char *label);
/* Read one expected value by the declared type, or by the rule for open facts. Deferred scalars
 * must not get here. A new reference, or NULL and a diagnostic. */
json_t *operand_read(struct compiler *c, const struct node *n, const struct shape *shape,
		     const char *label);
/* Diagnose what is no name of a trouble that can be expected, in an expectation of error.kind. */
void compile_kinds(struct compiler *c, const struct node *n);
bool operand_is_deferred(const struct node *n);
/* Whether a deferred scalar stands anywhere in it. */
bool operand_has_deferred(const struct node *n);
/* The test that a scalar or a list stands for: eq. */
struct test *compile_same(struct compiler *c, const struct node *n, const struct shape *shape,
			  const char *label);
/* "yes" and "on" are no booleans here. */
int operand_bool(struct compiler *c, const struct node *n, const char *label, bool *out);

#endif
