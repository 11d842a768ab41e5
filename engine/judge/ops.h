/*
 * ops - what the files of operators share. For them and their registry alone.
 */
#ifndef ENGINE_JUDGE_OPS_H
#define ENGINE_JUDGE_OPS_H

#include "engine/judge/compiler.h"
#include "engine/judge/speech.h"
#include "engine/judge/test.h"

extern const struct operator op_all_of, op_any, op_any_of, op_as, op_between, op_contains, op_count,
	op_each, op_empty, op_ends_with, op_eq, op_exists, op_ge, op_gt, op_in, op_le, op_length,
	op_lt, op_matches, op_ne, op_none, op_not, op_not_contains, op_not_in, op_not_matches,
	op_starts_with, op_unique;

/* The expected value as it was written. */
void speech_operand(const struct test *t, struct speech *s);
/* The value as `as` makes it; a new reference, or NULL when it does not convert. */
json_t *convert_as(enum fact_type to, const json_t *v);
/* The fact type that a word after `as:` stands for; -1 when there is none of this name. */
int convert_find(const char *name);
extern const char *const convert_names[]; /* sorted, NULL-ended */
extern const char *const count_keys[];    /* of count: where, is; NULL-ended */

#endif
