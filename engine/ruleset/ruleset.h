/*
 * ruleset - the model: what the YAML files say, before and after parameters are known.
 *
 *	files --load--> struct rulebook (rulesets, scopes with parameters, rules)
 *	      --sources carried out by a worker--> values
 *	      --plan--> struct plan (checks: one for each item of each rule)
 */
#ifndef ENGINE_RULESET_RULESET_H
#define ENGINE_RULESET_RULESET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "engine/decl/check_type.h"
#include "engine/document/node.h"
#include "engine/judge/expect.h"
#include "engine/judge/sustain.h"

struct diagnostics;
struct document;
struct scope;
struct secrets;

/* A text in several languages; a plain text stands for both. */
struct words {
	char *en, *zh; /* either may be NULL */
};
/* The text in this language ("en", "zh"), else in the other, else NULL. */
const char *words_in(const struct words *w, const char *lang);

/* The types of parameters. */
enum param_type {
	PARAM_TEXT,
	PARAM_INT,
	PARAM_NUMBER,
	PARAM_BOOL,
	PARAM_PORT,
	PARAM_URL,
	PARAM_PATH,
	PARAM_DURATION,
	PARAM_SIZE,
	PARAM_LIST,
	PARAM_SECRET,
};
const char *param_type_name(enum param_type t);

/* Where a value comes from, weakest first. */
enum layer {
	LAYER_NONE,
	LAYER_DEFAULT,
	LAYER_FROM,
	LAYER_INCLUDE,
	LAYER_SITE,
	LAYER_FILE,
	LAYER_ENVIRONMENT,
	LAYER_COMMAND_LINE
};
const char *layer_name(enum layer l); /* "ruleset default", "from", "include", "site file",
					 "--params", "environment", "command line" */

struct param {
	const char *name;
	enum param_type type;
	bool required;
	const struct node *at;   /* its declaration */
	const struct node *dflt; /* or NULL */
	const struct node *from; /* a map, a list of maps, or NULL */
	struct words title;
	/* resolved */
	enum layer layer; /* LAYER_NONE: no value */
	char *origin;     /* "web.yaml:12", "/etc/rounds/params.d/site.yaml:3", "ROUNDS_PARAM_X",
			     "--param" */
	json_t *value;   /* text for TEXT, URL, PATH, DURATION ("5s"), SIZE; integer, real, boolean,
			    list; NULL for a secret */
	uint32_t secret; /* number of the secret */
	char *problem; /* could not be had although a source was there: "permission: …"; makes the
			  checks that use it an error */
	enum kind problem_kind;
};

/* Names are looked up in one scope: the parameters of one ruleset file as included in one place. */
struct scope {
	struct document *document;
	const struct node
		*include_params; /* `params:` of the include, read in the parent's scope; or NULL */
	struct scope *parent;
	struct ruleset *ruleset; /* the one that is reported */
	struct param *params;    /* in the order of the file */
	size_t param_count;
};
struct param *scope_param(const struct scope *s, const char *name);

/* A remedy's step. */
struct step {
	struct words text;
	char *command; /* or NULL; never run */
	char *risk;    /* G1, G2, G3 or NULL */
};

/* An entry of a list `expect`, as the runner needs it. */
struct rule_entry {
	enum severity severity; /* SEVERITY_NONE: the check's */
	struct sustain sustain;
};

/* A check as it is written. Texts may hold ${…}. */
struct rule {
	struct ruleset *ruleset; /* the one it is reported under */
	struct scope *scope;
	char *id; /* with its includes' prefixes: "git.linkc"; the rulebook's */
	const struct node *at; /* the check's map */
	const struct check_type *type;
	const struct node *type_key; /* `process:` */
	const struct node
		*fields; /* its value with the defaults of its type put in: a map or empty */
	const struct node *defaults; /* defaults.TYPE of its file, or NULL */
	/* or NULL; timeout and retry are those of the check, else of defaults.TYPE, else of
	 * defaults */
	const struct node *expect, *when, *for_each, *timeout, *retry, *extract;
	const struct node *title, *impact, *causes, *remedy, *verify, *doc; /* or NULL */
	const struct node *applies_when; /* of the included file it stands in, when that is not the
					    ruleset itself; or NULL */
	const struct node **needs;
	char **tags; /* default tags and its own */
	unsigned need_count, tag_count;
	unsigned entry_count; /* of a list `expect` in which one is sustained; else 0 */
	enum severity severity;
	struct sustain sustain; /* of the check */
	const struct node *sustain_said; /* as written, when it holds ${…}: `sustain` is then read
					    when the plan is made */
	struct rule_entry *entries;
	struct rule_links *links; /* what load found out about it (engine/ruleset/rule.h) */
};

struct ruleset {
	char *name, *version, *product, *component;
	struct words title;
	struct document *document;
	const struct node *applies_when;
	struct scope *scope;
	struct rule **rules; /* in the order of the file; an include's rules stand where checks of
				the file begin: before them */
	size_t rule_count;
	struct rule **by_id; /* a hash table of the same; NULL where there is none */
	size_t by_id_size;   /* a power of two */
	struct expect_types *expect_types; /* of the rulebook */
	bool named;         /* the user named it on the command line */
	bool on_demand;     /* its own checks are run only when it is named */
	bool applies;       /* after the plan */
	char *inapplicable; /* "not applicable: …" */
};

struct rulebook {
	struct ruleset *
		*rulesets; /* in the order of the command line, of the folder (sorted by path) */
	size_t count;
	struct scope **scopes; /* every file in every place where it is included; a parent stands
				  before its children */
	size_t scope_count;
	const struct check_type *const *types;
	struct node_arena *arena;
	void *owned; /* documents, scopes: released by rulebook_free */
};

enum decided { DECIDED_NOT, DECIDED_SKIP, DECIDED_ERROR };

/* What another check observed, as this one asks for it. */
struct capture {
	char *name;          /* as written: "checks.sentinel.masters[0].ip", the key in the job */
	size_t first, count; /* the checks (indices in the plan) of that rule */
	char *path;          /* "masters[0].ip" */
	const char *item;    /* checks.ID[item].path: of runtime items the one that is meant; or
				NULL */
	bool all;            /* checks.ID[*].path: a list over the items */
};

/* What people are told about a check, besides its title. */
struct guidance {
	struct words impact, verify;
	struct words *causes;
	struct step *steps;
	size_t cause_count, step_count;
	char *doc;
};

/* One check of the plan. Everything is owned by the plan. Small, since a run may have a hundred
 * thousand: numbers stand together. */
struct check {
	size_t index;
	const struct plan *plan;
	char *id; /* "antcode-web/slb[ssh]" */
	const struct rule *rule;
	const struct ruleset *ruleset;
	const struct check_type *type;
	struct words title;
	struct guidance *guidance; /* shared by the checks of a rule; never NULL */
	int64_t timeout;           /* ns */
	int64_t retry_every;       /* ns */
	json_t *vars;   /* values of for_each: { "path": "/" }; or NULL */
	json_t *params; /* what it uses, for the report: [ {name, value or "***", layer, origin} ];
			   or NULL */
	char *reason;   /* of a skip ("not configured: X") or an error */
	size_t *needs;  /* indices in the plan */
	const char **need_items; /* of each the runtime item that is meant, or NULL for all; or
				    NULL when no need names an item */
	struct capture *captures;
	uint32_t *secrets;
	char **wants; /* facts that are asked for: by expect, extract, captures of others;
			 NULL-ended */
	/* Bound and compiled, when nothing is late. */
	void *query;
	struct expect *expect;
	const struct text_map *extract;    /* name to regex, for extract_found(); or NULL */
	const struct capture *item_source; /* for_each over a capture, expanded when that is known;
					      or NULL */
	char *item_name;                   /* of its items */
	unsigned need_count, capture_count, secret_count, want_count;
	unsigned tries;         /* 1 + retry.times */
	enum severity severity; /* of pass, error and skip: the worst of its entries; a failing
				   entry without one has rule->severity */
	enum kind kind;         /* with DECIDED_ERROR */
	enum decided decided;   /* known before it runs */
	bool late;        /* needs captures, secrets or ${self.…}: materialised in the worker */
	bool owns_query, owns_expect, owns_extract; /* else they are the rule's */
	bool has_pattern;                           /* known also when late */
};

struct plan {
	struct check *checks;
	size_t count;
	size_t unmatched; /* selectors that matched nothing: named in the diagnostics; such a run
			     ends with code 4 at best */
	const struct rulebook *book;
	struct node_arena *arena;
	void *owned;
};

#endif
