/*
 * sample - one look at a check that is sustained, and what all of them come to.
 *
 * A worker makes the sample; the supervisor adds them up, ends when the verdict is certain, and
 * tells them all in the result.
 */
#ifndef ENGINE_RUN_SAMPLE_H
#define ENGINE_RUN_SAMPLE_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

struct check;
struct outcome;
struct sampling;
struct secrets;
struct verdict;

/* Whether the check, or an entry of its expectation, is sustained. */
bool check_is_sustained(const struct check *c);

/* In the worker: which entries failed and what was measured, as JSON text; the caller's. `finding`:
 * nothing could be judged. */
char *sample_make(const struct check *c, const json_t *facts, const struct secrets *secrets,
		  const struct verdict *v, bool finding);

/* In the supervisor. `failing`: { ID: in how many runs of the task in a row it has failed before
 * this one; ID#N: the same of entry N }, or NULL: of no task, and this run decides alone. `id`:
 * under which its result is told. */
struct sampling *sampling_new(const struct check *c, const char *id, const json_t *failing);
void sampling_free(struct sampling *s);
/* A sample begins (clock_mono). */
void sampling_begin(struct sampling *s, int64_t now);
/* What came of it; the outcome stays the caller's. True when another is needed: at *next. */
bool sampling_add(struct sampling *s, const struct outcome *o, int64_t *next);
/* What all come to: replaces the last outcome by the verdict. */
void sampling_end(struct sampling *s, struct outcome *o);
/* The run is cut before the verdict is certain. Where an entry has failed for good, that replaces
 * the outcome; else it is left as it is. */
void sampling_cut(struct sampling *s, struct outcome *o);

#endif
