/*
 * supervisor - workers as the supervisor sees them: states, the kill ladder, culprits. Internal to
 * engine/run.
 *
 * What it is about (checks, results) comes in by the hooks, so that run.c keeps the plan and pool.c
 * the lanes.
 */
#ifndef ENGINE_RUN_SUPERVISOR_H
#define ENGINE_RUN_SUPERVISOR_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "engine/base/buf.h"
#include "engine/decl/check_type.h"
#include "engine/run/job.h"
#include "engine/run/wire.h"
#include "engine/run/worker.h"

struct log;
struct loop;
struct loop_fd;
struct loop_timer;
struct pool;
struct supervisor;

enum worker_state {
	WORKER_STARTING, /* asked of a lane parent, not yet forked */
	WORKER_WORKING,
	WORKER_ENDING, /* told to end, or killed: its end is awaited */
	WORKER_STATES,
};

enum worker_event {
	EVENT_SPAWNED,  /* the lane parent has forked it */
	EVENT_HEARD,    /* messages came */
	EVENT_WIRE_END, /* it closed its end */
	EVENT_EXIT,     /* it was reaped */
	EVENT_CLOCK,    /* its timer */
	WORKER_EVENTS,
};

struct worker {
	struct supervisor *sv;
	struct pool *pool;
	struct worker *next; /* in the supervisor */
	enum worker_state state;
	enum role role;
	uint32_t id;
	pid_t pid; /* 0: not known yet */
	int slot_index;
	struct slot *slot;
	struct wire wire;
	struct loop_fd *watch, *output_watch;
	int output;
	size_t output_seen;
	struct buf output_tail; /* the last that it said, for the culprit's evidence */
	struct job_list jobs;   /* given to it, in the order of their serials */
	struct job_list own;    /* for it alone (bisecting), not given yet */
	uint32_t serial;        /* of the next job */
	struct loop_timer *clock;
	int64_t heard;    /* clock_mono */
	int64_t busy_since, busy_cpu; /* a loop's callback, and what it had used when it was seen */
	bool stuck;       /* one check has run long: the rest was given to others */
	bool taken_back;  /* it may still tell of jobs that were taken from it */
	bool distrusted;  /* it has sent what it may not */
	bool parent_gone; /* STARTING: its lane parent has died */
	bool retired;     /* its end is our wish */
	unsigned steps;   /* of the kill ladder */
	enum kind why;    /* it was killed for this; KIND_NONE: it died by itself */
	int status;       /* of waitpid */
	unsigned done;    /* checks */
};

struct supervisor {
	struct shop shop;
	struct loop *loop;
	struct log *log;
	struct worker *workers;
	uint32_t worker_ids;
	struct early_exit { /* reaped before the lane parent said its number */
		pid_t pid;
		int status;
	} early[64];
	size_t early_count;
	bool orphans_are_ours; /* we had no children before: whatever falls to us is left over by a
				  command */
	void *owner;           /* of the hooks */
	/* A message of a worker that it may send; -1: not now (it is killed). */
	int (*heard)(struct worker *w, const struct wire_message *m);
	/* The worker's clock in its working state: look at its slot. */
	void (*clock)(struct worker *w);
	/* The worker is gone (or given up, `left`): what it held is to be settled. It is released
	 * after this. */
	void (*gone)(struct worker *w, bool left);
};

/* Start a worker of this role at a free slot; of ROLE_ISOLATED by the pool's parent. NULL and an
 * error when it cannot be. */
struct worker *supervisor_start(struct supervisor *sv, struct pool *pool, enum role role,
				struct worker *parent, const struct check_type *type,
				struct err **e);
void worker_event(struct worker *w, enum worker_event event);
/* The first step of the kill ladder. */
void worker_kill(struct worker *w, enum kind why);
/* Ask an idle worker to end. */
void worker_retire(struct worker *w);
/* Send what is queued, as far as it goes. */
void worker_flush(struct worker *w);
/* Call the worker's clock at this time; replaces an earlier call. */
void worker_clock(struct worker *w, int64_t when);
/* SIGCHLD came. */
void supervisor_reap(struct supervisor *sv);
/* Take what the workers have said already, without waiting. */
void supervisor_listen(struct supervisor *sv);
/* Kill what fell to us when a command runner's keeper was gone. */
void supervisor_end_orphans(struct supervisor *sv);
/* Kill and forget all workers, without waiting. */
void supervisor_end(struct supervisor *sv);
/* Whether it ever was a process that could work. */
bool worker_was_made(const struct worker *w);
/* "was killed by signal 11 (SEGV)", "ended with code 3". The caller's. */
char *worker_how_it_ended(const struct worker *w);

#endif
