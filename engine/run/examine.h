/*
 * examine - one check's way through a worker: materialise, observe, extract, judge, tell.
 */
#ifndef ENGINE_RUN_EXAMINE_H
#define ENGINE_RUN_EXAMINE_H

#include <stdbool.h>

#include "engine/decl/observer.h"
#include "engine/ruleset/plan.h"
#include "engine/run/assignment.h"
#include "engine/run/outcome.h"

struct buf;
struct err;
struct exports;

struct examination {
	struct assignment a;
	const struct exports *exports;
	struct instance instance;
	bool made; /* the instance is to be released */
	struct observer *observer;
	int64_t started, begun; /* clock_real, clock_mono */
	int64_t duration;
	bool ended; /* the outcome is known */
	struct outcome outcome;
};

/* Takes the assignment over. Makes the query and the observer; when that is not possible the
 * examination has ended. */
void examine_open(struct examination *x, struct assignment *a, const struct exports *exports);
void examine_close(struct examination *x);
/* Look, in a lane where looking may block. */
void examine_observe(struct examination *x, const struct check_type *code,
		     struct table_cache *tables);
/* The type could not look: the trouble that this error is. */
void examine_trouble(struct examination *x, const struct err *e);
/* Observing is over: the time it took becomes a fact, if the type has not measured itself. */
void examine_observed(struct examination *x);
/* Whether judging this may match patterns, which a loop must not do. */
bool examine_has_pattern(const struct examination *x);
/* Judge what was observed: it has ended then. */
void examine_judge(struct examination *x);

/* An observation on its way to another worker's judge. */
void sighting_pack(const struct examination *x, struct buf *out);
/* Put the assignment's sighting into the observer. */
void examine_take_sighting(struct examination *x);

#endif
