/*
 * expect - what must hold of an observation: compiled from YAML, type-checked against the declared
 * facts, judged.
 *
 * Pure: no input or output, no clock but the one handed in. Patterns are matched here, so it runs
 * in a worker, never in the supervisor.
 *
 * What the ruleset language leaves open, and what we decided:
 * - null counts as nothing for `exists`; eq, ne, in and not_in may name it, all else is void on it;
 * - values of different types are neither the same nor different: `ne: 5` fails on "6";
 * - [*] in [*] is one flat list; a path into what is no map or list leads to nothing;
 * - a key with a leading . or [ is a member, also beside operators: { as: json, .status: up };
 * - `not` fails when anything in it was void; items that are void count only where the answer hangs
 *   on them (any, none, count), all_of is decided by one that fails, any_of by one that holds;
 * - `as` drops white space around the text; a number stays one; durations always need their unit;
 * - `length` counts characters; contains takes no map (any and none look into items).
 */
#ifndef ENGINE_JUDGE_EXPECT_H
#define ENGINE_JUDGE_EXPECT_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "engine/document/node.h"

struct buf;
struct check_type;
struct diagnostics;
struct err;
struct expect;

enum severity {
	SEVERITY_INFO,
	SEVERITY_LOW,
	SEVERITY_MEDIUM,
	SEVERITY_HIGH,
	SEVERITY_CRITICAL,
	SEVERITY_NONE = -1
};
const char *severity_name(enum severity s);
/* SEVERITY_NONE when there is none of this name. */
enum severity severity_find(const char *name);
extern const char *const severity_names[]; /* NULL-ended, worst last */

/* Compile the `expect` of a check of this type together with the type's default expectation. `node`
 * may be NULL: the default alone. A list is one entry each, with its own `severity` (SEVERITY_NONE:
 * the check's). All mistakes go to `d` at their nodes. Deferred scalars (node->deferred) are
 * accepted as a value of any type; such an expectation must not be judged. Returns NULL when d got
 * an error. */
struct expect *expect_compile(const struct node *node, const struct check_type *type,
			      struct diagnostics *d);
/* The same for many: what all checks of one type have in common is made once, in `types`. The
 * expectations may outlive it. */
struct expect_types;
struct expect_types *expect_types_new(void);
void expect_types_free(struct expect_types *types);
struct expect *expect_compile_sharing(struct expect_types *types, const struct node *node,
				      const struct check_type *type, struct diagnostics *d);
/* The same for words that live as long as `types`: those that read alike are compiled once. */
struct expect *expect_compile_alike(struct expect_types *types, const struct node *node,
				    const struct check_type *type, struct diagnostics *d);
/* A lone expectation over one text (env in applies_when): `true`, `{ contains: shard }`, `{ as:
 * number, ge: 2 }`. */
struct expect *expect_compile_value(const struct node *node, struct diagnostics *d);
void expect_free(struct expect *x);

/* Whether it holds a pattern (matches, not_matches), so that the network loop must not judge it. */
bool expect_has_pattern(const struct expect *x);
/* Whether it names error.kind (then findings are judged like any other fact and the default falls
 * away). */
bool expect_names_error_kind(const struct expect *x);
/* The first name of every path that it asks for, the default's too, each once; NULL-ended. They
 * live as long as the expectation. */
char **expect_wants(const struct expect *x, size_t *count);
/* The worst severity of its entries; `own` where an entry has none. */
enum severity expect_worst(const struct expect *x, enum severity own);
/* What holds in the end, default included, one line each ("count >= 1"), for explain and show. */
void expect_print(const struct expect *x, struct buf *out);
/* The same; values are masked before they are cut. secrets may be NULL. */
struct secrets;
void expect_print_masked(const struct expect *x, const struct secrets *secrets, struct buf *out);
/* Whether the map key is an operator whose value is a regex (for interpolation). */
bool expect_key_is_regex(const char *key);

/* One thing that did not hold. */
struct failure {
	enum severity severity; /* of its entry; SEVERITY_NONE: the check's */
	char *path;             /* "rows[0].masters"; "" for the whole */
	char *expected;         /* "1", ">= 1", "matches '^OK'" */
	char *actual; /* "0", "nothing (no such fact)", "the text '5' (not a number; add as:
			 number)"; at most 400 bytes */
	unsigned line, column; /* of the expectation; 0 for a default */
	size_t entry;          /* of the list, from 0; defaults stand behind them */
};

struct verdict {
	bool pass;
	struct failure *failures; /* the default's, then in the order of the file; at most 64; more
				     are counted */
	size_t count, more;
	bool *failed; /* of each entry */
	size_t entries;
};

/* Judge the observation. A path to nothing and a value of a wrong type fail every operator but
 * `exists: false`. -1 when it cannot be decided (a pattern hit its limits): *e says why. */
int expect_judge(const struct expect *x, const json_t *facts, struct verdict *v, struct err **e);
/* The same; expected and actual are masked before they are cut, so that no half of a secret is
 * left. secrets may be NULL. */
int expect_judge_masked(const struct expect *x, const json_t *facts, const struct secrets *secrets,
			struct verdict *v, struct err **e);
/* Of expect_compile_value. */
int expect_judge_value(const struct expect *x, const json_t *value_or_null, bool *holds,
		       struct err **e);
void verdict_free(struct verdict *v);

/* The JSON Schema of an expectation over these facts; a new reference. */
struct fact;
json_t *expect_schema(const struct fact *facts);

#endif
