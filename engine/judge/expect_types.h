/*
 * expect_types - what expectations have in common that are compiled for checks of one type: its
 * facts with those of all types, and its default expectation. Made once a type. For engine/judge.
 */
#ifndef ENGINE_JUDGE_EXPECT_TYPES_H
#define ENGINE_JUDGE_EXPECT_TYPES_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/judge/alike.h"
#include "engine/judge/test.h"

struct check_type;
struct diagnostics;
struct expect_types;

/* One fact of the default: it holds unless the user names it. */
struct expect_part {
	struct test *test;
	const char **names; /* first names of its paths; they live in the test */
	size_t name_count;
	bool has_pattern;
};

struct expect_type {
	const struct check_type *type;
	struct fact *facts; /* what a type yields and what all do */
	struct expect_part *parts;
	size_t count, cap;
	struct alike alike; /* what was compiled for it */
};

/* NULL, and a diagnostic, when the default expectation has a mistake; nothing of it is kept then.
 * Owned by `types`. */
struct expect_type *expect_type_get(struct expect_types *types, const struct check_type *type,
				    struct diagnostics *d);

#endif
