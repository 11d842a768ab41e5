/*
 * test - one node of a compiled expectation, and what an operator is. For engine/judge alone.
 *
 * A test holds, does not hold, or is void: it was given nothing, or a value of a type that it is
 * not for. What is void fails, and stays failed under `not`, so that nothing passes because there
 * was nothing to look at.
 */
#ifndef ENGINE_JUDGE_TEST_H
#define ENGINE_JUDGE_TEST_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "engine/decl/fact.h"
#include "engine/judge/shape.h"

struct buf;
struct compiler;
struct err;
struct expect;
struct node;
struct operator;
struct path;
struct regex;
struct secrets;
struct speech;

enum truth { TRUTH_FAILS, TRUTH_HOLDS, TRUTH_VOID };

struct test {
	const struct operator *op;
	unsigned line, column; /* of the words that it was made from; 0 for a default */
	enum fact_type type;   /* the declared type of the value, after `as` */
	bool deferred;         /* an operand is not known yet: must not be judged */
	bool flag;             /* exists, empty; of a member: its path leads into an open fact */
	enum fact_type to;     /* as */
	json_t *value;         /* what is expected; the list of in and between */
	char *text;            /* what is expected, as it was written: for messages */
	struct regex *regex;
	struct path *path;
	struct test **subs;
	size_t count, cap;
	size_t shares; /* besides the first owner */
};

/* What one judgement keeps. */
struct judging {
	size_t voids;   /* how many tests were void so far */
	bool undecided; /* a pattern hit its limits: *e is set */
	bool lost;      /* the open fact that we are in was not observed at all */
	bool blind;     /* that a path leads to nothing does not mean that there is nothing */
	struct err **e;
};

/* What an operator takes, for the schema. */
enum takes {
	TAKES_VALUE,
	TAKES_VALUES,
	TAKES_RANGE,
	TAKES_BOOL,
	TAKES_TRUE,
	TAKES_TEXT,
	TAKES_TYPE,
	TAKES_LENGTH,
	TAKES_EXPECTATION,
	TAKES_EXPECTATIONS,
	TAKES_COUNT
};

#define FITS(type) (1u << (type))
#define FITS_ALL (~0u)
#define FITS_ORDERED                                                                               \
	(FITS(FACT_INT) | FITS(FACT_NUMBER) | FITS(FACT_DURATION) | FITS(FACT_SIZE) |              \
	 FITS(FACT_TIME) | FITS(FACT_VERSION))
#define FITS_TEXT (FITS(FACT_TEXT) | FITS(FACT_VERSION) | FITS(FACT_MODE) | FITS(FACT_TIME))
#define FITS_LIST FITS(FACT_LIST)

struct operator
{
	const char *name;
	const char *doc; /* one English sentence */
	const char *on;  /* what it is for, in words: "numbers, durations, …" */
	unsigned fits;   /* the fact types that it is for, as FITS() bits; open facts always */
	enum takes takes;
	const char *needs; /* the type of value that it must be given: "a text"; NULL: of the
			      expected value's type */
	/* Read the operand into the test; 0, or -1 and a diagnostic. `label` is the path, for
	 * messages. */
	int (*compile)(struct compiler * c, struct test * t, const struct shape *shape,
		       const struct node *operand, const char *label);
	/* v is NULL for a path to nothing. Counts nothing: test_hold() does. */
	enum truth (*hold)(const struct test *t, const json_t *v, struct judging *j);
	/* What was expected: "<= 5". */
	void (*print)(const struct test *t, struct speech *s);
	/* What was found, where the value alone does not say it; NULL: the value. */
	void (*actual)(const struct test *t, const json_t *v, struct speech *s);
};

/* All operators that have a name, sorted by it, NULL-ended; and those that maps and paths stand
 * for. */
extern const struct operator *const operators[];
extern const struct operator op_every;  /* all of its tests hold: a map */
extern const struct operator op_member; /* its test holds at the path */
const struct operator *operator_find(const char *name);
/* The operator that other tools call so (">=" is ge), or NULL. */
const char *operator_elsewhere(const char *name);

struct test *test_new(const struct operator *op, const struct shape *shape, const struct node *at);
/* A further owner, who calls test_free, too. */
struct test *test_share(struct test *t);
void test_free(struct test *t);
void test_cleanup(struct test **t);
#define auto_test __attribute__((cleanup(test_cleanup)))
/* sub becomes t's; NULL is fine. */
void test_add(struct test *t, struct test *sub);
/* Whether an operand in it or below it is not known until the check runs. */
bool test_is_deferred(const struct test *t);
/* What follows for the tests below this member where its path leads to nothing (member is NULL): if
 * the open fact was not observed at all (what is no JSON lacks no member), `exists: false` does
 * not hold. */
void member_look(const struct test *t, const json_t *v, const json_t *member, struct judging *j);
enum truth test_hold(const struct test *t, const json_t *v, struct judging *j);
void test_print(const struct test *t, struct speech *s);

#endif
