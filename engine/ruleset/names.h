/*
 * names - what the ${name}s of one check stand for: at load, in the plan, in a worker.
 */
#ifndef ENGINE_RULESET_NAMES_H
#define ENGINE_RULESET_NAMES_H

#include "engine/ruleset/interpolate.h"
#include "engine/ruleset/ruleset.h"

struct requests;

/* Names that are always there. */
struct builtins {
	char *host_name;
	json_t **host_addresses; /* asked for when somebody needs them: it takes a while */
	char *run_id;
};
/* The host as the answers have it, where it was asked for. */
void builtins_init(struct builtins *b, const char *run_id, const struct requests *answers);
void builtins_release(struct builtins *b);

enum stage { STAGE_LINT, STAGE_PLAN, STAGE_WORKER };

struct names {
	enum stage stage;
	bool texts; /* for people: secrets are ***, what has no value stays as it is written */
	const struct rule *rule;
	const struct builtins *builtins; /* NULL at load */
	const json_t *vars;              /* values of for_each, or NULL */
	const char
		*later; /* the variable of runtime items, while its value is not known; or NULL */
	bool all_later; /* so are all variables of for_each (at load, when a list has no default) */
	const json_t *captures, *self; /* in a worker */
	const struct secrets *secrets; /* in a worker, and for texts */
	/* what went wrong */
	const struct param *problem,
		*absent;    /* the first parameter that could not be had; that has no value */
	bool expecting;     /* in expect: a null of somebody else is nothing to compare with */
	char *missing;      /* the first capture that leads to nothing; owned */
	const char **known; /* owned */
};
void names_release(struct names *n);
struct lookup names_lookup(struct names *n);
/* "parameter 'x' has no value: …", "parameter 'x': permission: …"; the caller's. */
char *param_problem(const struct param *p);

#endif
