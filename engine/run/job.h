/*
 * job - one check (or one item of it) on its way through the lanes, as the supervisor keeps it.
 */
#ifndef ENGINE_RUN_JOB_H
#define ENGINE_RUN_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "engine/result/result.h"
#include "engine/run/outcome.h"

struct job_list;
struct loop_timer;
struct sampling;
struct worker;

/* A try that was not the last. */
struct try_row {
	enum status status;
	char *message;
	int64_t duration;
};

struct job {
	uint32_t number, serial; /* in the schedule; among those given to its worker */
	unsigned attempt;     /* 0: never run */
	const struct check *check;
	json_t *item;     /* of a runtime item; or NULL */
	char *item_id;    /* the check's id with the item in it, unlike those of its siblings; or
			     NULL */
	char *captures;   /* JSON text for the worker, or NULL */
	char *sighting;   /* observed, to be judged in the local lane; or NULL */
	struct try_row *tries;
	unsigned try_count, try_cap;
	struct sampling *sampling; /* of a check that is sustained, once it is begun; or NULL */
	struct outcome *known;     /* without a worker, until it is over; or NULL */
	struct result *result;     /* once it is over; the schedule's */
	json_t *exports; /* once it is over: { path: value } for the captures of others, or NULL */
	struct job *sibling; /* the next item of the same check */
	/* where it is */
	struct job_list *list;
	struct job *next, *prev;
	struct worker *worker;
	int64_t given;            /* clock_mono when it was sent, later when it began */
	struct loop_timer *pause; /* until the next try */
	void *owner;              /* of the pause: the run */
	bool over;
	bool begun; /* a loop worker said so */
};

/* A queue in which anyone can be found quickly. */
struct job_list {
	struct job *first, *last;
	size_t count;
};
void job_list_add(struct job_list *l, struct job *j);
void job_list_add_first(struct job_list *l, struct job *j);
/* Out of whatever list it is in. */
void job_list_remove(struct job *j);
struct job *job_list_take(struct job_list *l);

#endif
