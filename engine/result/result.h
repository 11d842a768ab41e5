/*
 * result - what a check ended as: what reports (and later the store) read.
 *
 * A result is small (numbers stand together): its details stay the JSON text that the worker sent
 * (the supervisor keeps results as bytes) and are parsed one at a time, when a report prints them.
 * Everything in it is already masked, cleaned and bounded.
 */
#ifndef ENGINE_RESULT_RESULT_H
#define ENGINE_RESULT_RESULT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <jansson.h>

#include "engine/decl/kind.h"
#include "engine/judge/expect.h"
#include "engine/ruleset/ruleset.h"

enum status { STATUS_PASS, STATUS_FAIL, STATUS_ERROR, STATUS_SKIP, STATUS_COUNT };
const char *status_name(enum status s); /* "pass", … */

/* One result. `details` is JSON text of an object, or NULL (nothing to tell: skips):
 *
 * - message: one line: what was expected and what was found, of the worst failure, or the error's
 *   text, or the skip's reason
 * - expected, actual: of the worst failure
 * - failures: [ { path, expected, actual, severity, line, column } ]
 * - error: { kind, text }
 * - observed: the facts asked for (texts of more than 1 KiB are cut head and tail; 8 KiB in all)
 * - evidence: [ { name, text, bytes, truncated, lossy } ] (8 KiB per check)
 * - trace: [ text ]
 * - target: "host:port" that the check needs, of what did not pass
 * - tries: [ { status, message, duration_ms } ] when there was more than one
 * - samples: { taken, failed, wanted, facts: { path: { minimum, median, maximum, slope } },
 *   rows: [ { at_ms, status, values } ] } of a check that is sustained
 */
struct result {
	const struct check *check; /* NULL for a synthetic one (ruleset-load) */
	char *id; /* RULESET/ID[item]; of a runtime item not the check's own id */
	char *title_en, *title_zh; /* or NULL: the check's */
	char *message; /* always there but for a pass (unless it is pending): one line */
	char *details;
	char *state;   /* JSON text: left to the next run of its task; or NULL */
	char *entries; /* of an expectation with entries that are sustained over runs: 'f' or 'p' of
			  each of them, '.' of others; or NULL */
	/* What it most likely hangs on: a result of the same run that has no cause itself; NULL: it
	 * stands for itself. How many hang on this one. No status is changed by it. */
	const struct result *cause;
	size_t affects;
	int64_t started;   /* clock_real ns; 0 when never run */
	int64_t duration;  /* ns */
	uint64_t seq;      /* order of completion, from 1 */
	unsigned attempts; /* how often it was tried; 0 when never run */
	/* A pass that fails, but not yet for so many runs in a row as it must: the first of
	 * three is `pending` 1, `pending_of` 3. 0: it is not. */
	unsigned pending, pending_of;
	enum status status : 8;
	enum severity severity : 8;
	enum kind kind : 8;      /* of error.kind, or KIND_NONE */
	bool id_borrowed : 1;    /* it is the check's */
	bool flaky : 1;
	bool not_configured : 1; /* a skip for want of a parameter */
	bool below_gate : 1;     /* a fail or error that the gate does not count */
};
void result_release(struct result *r);
/* The details as an object; a new reference ({} when there are none). */
json_t *result_details(const struct result *r);

/* Its title in this language, or NULL. */
const char *result_title(const struct result *r, const char *lang);
/* The ruleset's name at the start of the id, *len bytes long; and what follows the slash. */
const char *result_ruleset(const struct result *r, size_t *len);
const char *result_local_id(const struct result *r);
/* The check type's name; "ruleset" of a synthetic result. */
const char *result_type(const struct result *r);

enum gate_result { GATE_PASS, GATE_FAIL, GATE_NO_VERDICT, GATE_NOTHING };
const char *gate_name(enum gate_result g); /* "pass", "fail", "no-verdict", "nothing-inspected" */

struct ruleset_info {
	const char *name, *version, *path, *product, *component;
	const struct document *document; /* for its SHA-256, which only some formats tell */
	bool applies;
	const char *reason; /* why it does not */
	bool named;         /* the user asked for it by name or by its component */
};

struct summary {
	size_t total, count[STATUS_COUNT], flaky, pending, not_configured;
	size_t by_severity[5][STATUS_COUNT]; /* enum severity x enum status */
};

/* The run as reports see it. */
struct run {
	char *id;            /* "20261122T031000Z-web-01-7f3a" */
	const char *trigger; /* "manual", "cron", "ci" */
	char *operator_name; /* user name */
	char *host;
	char *os;                  /* "debian 12" */
	const char *root;          /* folder that was inspected as if it were '/'; or NULL */
	pid_t entered;             /* process whose namespaces were inspected; 0: our own */
	int64_t started, finished; /* clock_real ns */
	bool complete;             /* every selected check ran to its end: no signal, no deadline */
	const char *cut_short;     /* "SIGTERM", "SIGINT", "SIGHUP", "deadline", or NULL */
	struct ruleset_info *rulesets;
	size_t ruleset_count;
	struct result *results;
	size_t count; /* in the order of the plan; runtime items in place of their check */
	struct summary summary;
	enum severity fail_on;
	bool ignore_errors; /* --on-error=ignore */
	enum gate_result gate;
	int exit_code;
	size_t worst_reasons; /* how many results count against the gate */
	const char *lang;     /* "en" or "zh", for text */
};
/* Releases the results and the run's own texts; rulesets' texts are the rulebook's. */
void run_release(struct run *r);

/* Find causes: a check that was skipped, or had nothing to compare with, for want of another one;
 * and checks that could not reach the same host and port. Needs the results of the whole run. */
void run_find_causes(struct run *r);

struct gate_options {
	enum severity fail_on; /* default SEVERITY_LOW; info never fails a run */
	bool ignore_errors, warn_exit, allow_empty;
};
/* Count, mark below_gate, decide the gate and the exit code (design.md, "Exit codes").
 * `load_error`: 0 or a code of 64 and up that wins. A named ruleset that does not apply, and no
 * check that reached pass, fail or error, are code 4. */
void run_judge(struct run *r, const struct gate_options *o, int load_error);

#endif
