/*
 * values - parameters get their values: layers, sources (`from`), conditions (`applies_when`,
 * `when`).
 *
 * What must be looked at before the plan (files, environments) is listed as requests; a worker
 * carries them out (run/scout) and brings back answers; nothing here opens such a file in the
 * supervisor.
 */
#ifndef ENGINE_RULESET_VALUES_H
#define ENGINE_RULESET_VALUES_H

#include "engine/ruleset/ruleset.h"

struct err;
struct root;

/* One thing to look at. */
struct request {
	enum {
		REQUEST_FILE_EXISTS,
		REQUEST_ENV,
		REQUEST_FILE_KEY,
		REQUEST_FILE_MATCH,
		REQUEST_FILE_TEXT,
		REQUEST_HOST /* its name and addresses, as JSON */
	} what;
	char *path;       /* FILE_* */
	char *name;       /* ENV: the variable */
	char *of_process; /* ENV: name of a process, or NULL: own environment, then PID 1's */
	char *format;     /* FILE_KEY: properties, yaml, … */
	char **keys;
	size_t key_count; /* FILE_KEY: the first that is there wins */
	char *match;      /* FILE_MATCH: a regex with one group */
	/* the answer */
	enum { ANSWER_NONE, ANSWER_FOUND, ANSWER_ABSENT, ANSWER_PROBLEM } answer;
	const struct root *root; /* where files are looked up; NULL: of this machine. Set by the
				    worker that answers */
	bool secret;    /* the text is a secret: wiped after use */
	char *text;     /* FOUND; of REQUEST_FILE_EXISTS NULL */
	char *origin;   /* "…/application.properties:12", "environment of PID 1" */
	char *problem;  /* PROBLEM: one line */
	enum kind kind; /* PROBLEM: permission, blocked, parameter, … */
};

struct requests {
	struct request *items;
	size_t count, cap;
};
void requests_free(struct requests *r);

/* Everything that the rulesets ask for before the plan; only of those rulesets and rules for which
 * `selected` says so (NULL: all). */
void values_requests(const struct rulebook *book, struct requests *out);
/* Ask for the host as workers see it, where that is another than ours. */
void values_request_host(struct requests *out);
/* Carry one out: opens files (bounded: 4 MiB, regular files only), reads environments. Called in a
 * worker. Fills the answer. */
void request_answer(struct request *r);
/* As JSON for the wire, and back into the same request. */
json_t *request_answer_json(const struct request *r);
int request_answer_take(struct request *r, const json_t *answer, struct err **e);

/* The site's layers. */
struct layers {
	const char *const *site_files;
	size_t site_file_count; /* /etc/rounds/params.d/(*).yaml, sorted */
	/* All rulesets of this machine are loaded: a name of the site that none declares is worth a
	 * warning. */
	bool all_loaded;
	const char *const *files;
	size_t file_count; /* --params */
	const char *const *options;
	size_t option_count; /* --param NAME=value, NAME=@PATH for secrets */
	char **environ;      /* ROUNDS_PARAM_NAME */
};
/* Give every parameter its value from the layers and the answers. Mistakes (undeclared, refused by
 * its type, a secret in argv) go to d with the place in the site's file, or as "--param NAME: …".
 * Secrets go to `secrets`; their text is wiped from where it came from (environ, answers). */
int values_resolve(struct rulebook *book, const struct layers *layers,
		   const struct requests *answers, struct secrets *secrets, struct diagnostics *d);

enum condition { CONDITION_FALSE, CONDITION_TRUE, CONDITION_UNDECIDED };
/* Decide an applies_when / when with the answers. `why`: a line for the skip ("env ANTCODE_WEB is
 * not set") or the reason why it is undecided. */
enum condition condition_decide(const struct node *when, const struct scope *scope,
				const struct requests *answers, char **why, enum kind *kind);

#endif
