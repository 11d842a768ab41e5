/*
 * compare - are two values the same, and which is the greater? Values that cannot be told apart in
 * earnest are neither.
 */
#ifndef ENGINE_JUDGE_COMPARE_H
#define ENGINE_JUDGE_COMPARE_H

#include <jansson.h>

#include "engine/decl/fact.h"

enum sameness { SAME, DIFFERENT, INCOMPARABLE };

/* Whether the value found is the one expected. A null is the same as a null only; what is not null
 * differs from an expected null, but a null found is incomparable with anything else expected. "5"
 * and 5 are incomparable. */
enum sameness compare_same(enum fact_type type, const json_t *found, const json_t *expected);
/* Sets *order to <0, 0, >0. -1 when the two have no order: not both numbers (times, versions by
 * type). */
int compare_order(enum fact_type type, const json_t *found, const json_t *expected, int *order);

#endif
