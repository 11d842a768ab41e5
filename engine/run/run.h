/*
 * run - carry a plan out: lanes, workers, the two clocks, kills; every selected check ends as
 * exactly one result.
 *
 * The supervisor (the caller's process) has one thread and never touches what it inspects.
 */
#ifndef ENGINE_RUN_RUN_H
#define ENGINE_RUN_RUN_H

#include "engine/result/report_format.h"
#include "engine/result/result.h"
#include "engine/ruleset/plan.h"
#include "engine/ruleset/values.h"

struct err;
struct log;
struct place;
struct secrets;

/* To be called once, first thing in main(): PID 1 forks and stays a small init (reaps, forwards
 * SIGTERM/SIGINT, ends with the child's code); core dumps off; subreaper on; descriptors 0 to 2
 * opened on /dev/null where they are closed, 1 so that writing to it fails; SIGPIPE and SIGXFSZ
 * ignored; RLIMIT_NOFILE remembered. Returns in the process that goes on. */
void run_prepare(void);

/* From here on SIGINT, SIGTERM and SIGHUP (unless it is ignored) end nothing at once: run_scout()
 * gives up what it has not looked at, run_execute() ends every check and lets them through again.
 */
void run_hold_signals(void);

struct scout_options {
	int64_t deadline; /* of the whole run (clock_mono); 0: none */
	const struct place *place;
	struct secrets *secrets;
	struct log *log;
};

/* Carry out the requests in a killable worker: each ends with an answer (5 s each at most; a
 * blocked or crashed one is ANSWER_PROBLEM, and so is what the deadline or a signal left). Such a
 * signal stays pending. */
void run_scout(struct requests *requests, const struct scout_options *options);

struct run_options {
	unsigned jobs;           /* isolated workers at once; 0: 64 */
	int64_t deadline;        /* of the whole run (clock_mono); 0: none */
	const char *module_path; /* folder of the modules */
	const struct place *place;
	struct secrets *secrets;
	const json_t *states; /* { ID: what the check left at the last run of its task }; or NULL */
	/* { ID: how many runs of the task in a row it has failed; ID#N: the same of entry N }; or
	 * NULL: the run is of no task */
	const json_t *failing;
	struct log *log;
	/* Called when a check has ended (its result is whole; order of completion), and some ten
	 * times a second with the state of affairs. */
	void (*on_result)(void *ctx, const struct result *r);
	void (*on_progress)(void *ctx, const struct progress *p);
	void *ctx;
};

/* Fills run->results (in the order of the plan), complete, cut_short. SIGINT, SIGTERM, SIGHUP
 * (unless it is ignored) and the deadline cut the run short: what is not done ends as
 * `skip: interrupted`, what runs is given up.
 * Returns 0; -1 when not even a worker could be made: then all that was left ends as an error. */
int run_execute(const struct plan *plan, const struct run_options *options, struct run *run,
		struct err **e);

/* To be called last, when the reports are closed: workers were told to end and are not waited for
 * before; this gives them a moment (0.3 s at most) to be gone, so that a command's processes do not
 * outlive us. Of a run that was cut short it removes what killed workers had of a clone. */
void run_end(bool cut);

#endif
