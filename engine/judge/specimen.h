/*
 * specimen - values that a fact may have, made up to try an expectation on: those that its
 * operators are about, those beside them, and the ones that rules forget (zero, empty, of another
 * type).
 *
 * For engine/judge alone.
 */
#ifndef ENGINE_JUDGE_SPECIMEN_H
#define ENGINE_JUDGE_SPECIMEN_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "engine/decl/fact.h"

struct test;

/* Add a value to an array of specimens unless it is there; takes the reference. No more than 64 are
 * kept. */
void specimens_add(json_t *list, json_t *value);
/* Add what a value of this declared type may be, as far as these tests of it are concerned. `row`
 * says within which bounds numbers lie; NULL: nothing is declared. */
void specimens_of(json_t *list, enum fact_type type, const struct fact *row,
		  const struct test *const *tests, size_t count);
/* Whole numbers around those that the tests name: sizes of lists. */
void specimens_of_size(json_t *list, const struct test *const *tests, size_t count);
/* A text that the pattern (PCRE2) is likely to match, for the common parts of the language: the
 * caller's. Whoever needs to know tries it. */
char *specimen_text(const char *pattern);

#endif
