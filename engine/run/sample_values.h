/*
 * sample_values - the numbers of samples: which are kept, and minimum, median, maximum and slope.
 */
#ifndef ENGINE_RUN_SAMPLE_VALUES_H
#define ENGINE_RUN_SAMPLE_VALUES_H

#include <jansson.h>

struct check;
struct secrets;

/* The numbers among the facts that are asked for, and in texts that are nothing else,
 * { "a.b[0]": 1.5 }; a new reference. */
json_t *sample_values(const struct check *c, const json_t *facts, const struct secrets *secrets);
/* { "a.b": { minimum, median, maximum, slope } } over rows of { at_ms, values }; the slope is the
 * straight line's, per second, of two samples at least. A new reference. */
json_t *sample_summary(const json_t *rows);
/* The first and the last rows, a bounded number; a new reference. */
json_t *sample_rows(const json_t *rows);

#endif
