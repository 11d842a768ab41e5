/*
 * expect_entry - what a compiled expectation consists of. For the expect files alone.
 */
#ifndef ENGINE_JUDGE_EXPECT_ENTRY_H
#define ENGINE_JUDGE_EXPECT_ENTRY_H

#include "engine/judge/expect.h"
#include "engine/judge/test.h"

struct expect_entry {
	enum severity severity; /* SEVERITY_NONE: the check's */
	bool is_default;        /* the check type's own: it stands in no file */
	struct test *test;
};

/* What rules that read alike share. */
struct expect_form {
	struct expect_entry *entries;
	size_t count, cap;
	const char **names; /* first names of paths; they live in the tests */
	size_t name_count;
	char **wants; /* the same, each once, NULL-ended; made when it is asked for */
	size_t want_count;
	bool has_pattern, names_error_kind;
	bool deferred; /* an operand is not known yet: must not be judged */
	unsigned line, column; /* of the words that it was compiled from */
	size_t shares; /* besides the first owner */
};
struct expect_form *expect_form_share(struct expect_form *f);
void expect_form_free(struct expect_form *f);

struct expect {
	struct expect_form *form;
	unsigned line, column; /* of its own words */
};

#endif
