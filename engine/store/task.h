/*
 * task - what the runs of one task leave to each other: how far logs were read, how checks ended.
 *
 * One run of a task at a time; what it leaves is written whole, after its reports.
 */
#ifndef ENGINE_STORE_TASK_H
#define ENGINE_STORE_TASK_H

#include <jansson.h>

struct err;
struct log;
struct run;
struct task;

/* Take the task up. NULL: ERR_USAGE for a name that is none, ERR_BUSY when another run of it is
 * under way. A state that cannot be read is warned of and counts as none; one that cannot be
 * written is warned of here and an error of task_keep(). */
struct task *task_open(const char *state_dir, const char *name, struct log *log, struct err **e);
void task_close(struct task *t);
/* { ID: what the check left }, borrowed. */
json_t *task_states(const struct task *t);
/* { ID: how many runs in a row it has failed } (history.h), borrowed. */
const json_t *task_failing(const struct task *t);
/* Write what the checks of this run have left; of others it stays. -1: ERR_CREATE. */
int task_keep(struct task *t, const struct run *r, struct err **e);
/* For a run that is of no task: what each check left at the last run of whichever task. A new
 * reference; nothing is locked or changed. */
json_t *task_states_of_all(const char *state_dir, struct log *log);

#endif
