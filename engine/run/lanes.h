/*
 * lanes - which worker gets which job, and what becomes of the jobs of one that died. Internal to
 * engine/run.
 */
#ifndef ENGINE_RUN_LANES_H
#define ENGINE_RUN_LANES_H

#include "engine/run/job.h"
#include "engine/run/supervisor.h"

struct schedule;
struct secrets;

/* Jobs that a worker which died with an empty slot had begun: one of them has killed it. Halves go
 * to workers of their own. */
struct half {
	struct job_list jobs;
	struct half *next;
};

/* The workers of one lane; of the isolated lane those of one module. */
struct pool {
	struct lanes *lanes;
	enum lane lane;
	enum role role;
	const struct check_type *type; /* isolated: any of its module's */
	struct job_list ready;
	struct job_list tabled; /* local: those that read a shared table, for one worker */
	struct half *halves;
	struct worker *parent; /* isolated */
	size_t workers;
	bool was_split;  /* suspects have had workers of their own */
	unsigned deaths; /* in a row, without one ended check */
	char *ended;     /* why the lane is at its end, or NULL */
	enum kind ended_as;
	struct pool *next;
};

struct lanes {
	struct supervisor *sv;
	const struct secrets *secrets;
	const json_t *states; /* { ID: what the check left at the last run }; may be NULL */
	struct schedule *schedule;
	struct pool *pools;
	unsigned cores, jobs; /* jobs: isolated workers at once */
	struct buf packed;    /* a job on its way to a worker; may hold secrets */
	struct err *fatal;    /* not even the first worker could be made */
	bool dropped;         /* nobody wants to know any more */
	char **blocked;       /* mounts on which a worker hangs in the kernel */
	size_t blocked_count, blocked_cap;
	/* A try of a job has ended; takes the outcome over. */
	void (*finish)(void *ctx, struct job *j, struct outcome *o);
	void *ctx;
};

/* Sets the supervisor's hooks. */
void lanes_init(struct lanes *l, struct supervisor *sv);
void lanes_release(struct lanes *l);
/* A job is to be carried out (or its observation to be judged). */
void lanes_add(struct lanes *l, struct job *j);
/* Give the workers what they can take, start those that are missing. */
void lanes_feed(struct lanes *l);
/* Hear what has been said already, then drop all jobs: they belong to nobody then. */
void lanes_drop(struct lanes *l);
/* lane_wire.c: a message of a worker; -1: it may not send it now. */
int lanes_heard(struct worker *w, const struct wire_message *m);
/* Hear what a local worker has done and not sent yet; false when it is sending it just now. */
bool lanes_take_outbox(struct worker *w, bool dead);
/* lane_clocks.c: when to look at a worker that has just been given its first job; and the look. */
int64_t lanes_first_look(const struct worker *w, int64_t now);
void lanes_clock(struct worker *w);
/* How long the code of a job may run in its slot, in ns. */
int64_t lanes_limit(const struct job *j);

/* settle.c: what becomes of a worker's jobs. */
void lanes_settle(struct worker *w, bool left);
/* End the job without an observation. */
void lanes_end_job(struct lanes *l, struct job *j, enum kind kind, const char *text);
/* End all jobs that wait in this pool. */
void pool_end(struct pool *p, enum kind kind, const char *reason);

/* The mount that this job's path is on is blocked from here on: other jobs on it end at once. */
void lanes_block_mount(struct lanes *l, const struct job *j);

/* mounts.c: the mount point that a path is on ("/data"), by the longest match in mountinfo; the
 * caller's, NULL when unknown. *remote (may be NULL): whether somebody else answers there. */
struct place;
char *mount_of(const char *path, const struct place *place, bool *remote);
/* The value of the first path field of a check whose fields are known, on this machine (below the
 * place's root, if it has one); the caller's, or NULL. */
char *check_path(const struct check *c, const struct place *place);

#endif
