/*
 * schedule - which job may be carried out when: needs and captures are the edges.
 *
 * Pure: no processes, no clock. The supervisor takes what has become free and says what came of it.
 */
#ifndef ENGINE_RUN_SCHEDULE_H
#define ENGINE_RUN_SCHEDULE_H

#include "engine/run/job.h"

struct plan;
struct schedule;

/* How checks end that nobody has carried out. */
struct ending {
	enum status status;
	enum kind kind;
	const char *reason;
};

/* Items that a for_each over a capture may have at run time. */
#define SCHEDULE_ITEMS_MAX 256

struct schedule *schedule_new(const struct plan *plan);
void schedule_free(struct schedule *s);
/* The next job that has become free, or NULL. Its outcome may be `known` already (skipped, not to
 * be had): it needs no worker, but schedule_over() as all do. The job is the schedule's. */
struct job *schedule_next(struct schedule *s);
/* Whether schedule_next() has something. */
bool schedule_has_next(const struct schedule *s);
/* Room for the job's result, which is to be filled before schedule_over(). */
struct result *schedule_result(struct schedule *s, struct job *j);
/* This job has its result: what waits for it may become free. */
void schedule_over(struct schedule *s, struct job *j);
/* From now on everything that becomes free, or still waits, ends like this; the schedule keeps the
 * pointer. */
void schedule_cut(struct schedule *s, const struct ending *as);
/* Jobs that are not over, and checks whose jobs are not known yet. */
size_t schedule_open(const struct schedule *s);
/* NULL when there is none of this number. */
struct job *schedule_job(const struct schedule *s, uint32_t number);
size_t schedule_count(const struct schedule *s);
/* When all is over: the results in the order of the plan, runtime items in the place of their
 * check; the caller's. */
struct result *schedule_take_results(struct schedule *s, size_t *count);

#endif
