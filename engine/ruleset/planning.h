/*
 * planning - what the parts of the plan's making share.
 */
#ifndef ENGINE_RULESET_PLANNING_H
#define ENGINE_RULESET_PLANNING_H

#include "engine/ruleset/items.h"
#include "engine/ruleset/names.h"
#include "engine/ruleset/plan.h"
#include "engine/ruleset/rule.h"

/* One rule on its way to checks. Small, as struct check is. */
struct plan_rule {
	struct rule *rule;
	char *reason;
	struct items *items; /* NULL: not known yet */
	bool *marked;        /* items that are selected one by one */
	size_t *position;    /* where item n is in the plan; NULL when all are there */
	/* shared by its checks */
	struct words title;
	struct guidance *guidance; /* NULL: not known yet */
	size_t *needs;
	const char **need_items; /* as struct check has them */
	struct capture *captures, *source;
	json_t *params;
	unsigned need_count, capture_count;
	unsigned size;            /* checks it could make: its items, at least one */
	unsigned first, count;    /* its checks in the plan */
	enum decided decided : 8; /* for all its items alike */
	enum kind kind : 8;
	bool decided_known : 1, ruleset_stopped : 1;
	bool all : 1, queued : 1; /* selected as a whole; already in the worklist */
};

struct planning {
	const struct rulebook *book;
	const struct requests *answers;
	const struct plan_options *options;
	struct secrets *secrets;
	struct diagnostics *d;
	struct builtins builtins;
	struct plan_rule *rules;
	size_t rule_count;
	struct plan_rule **queue; /* rules whose references are still to be followed */
	size_t queue_count;
	struct plan *plan;
	struct items no_items;   /* of the rules without for_each */
	struct guidance nothing; /* of the rules that tell nothing but a title */
	void **kept; /* released with the plan */
	size_t kept_count, kept_cap;
};

struct plan_rule *planned(const struct planning *p, const struct rule *rule);
/* Its items, made at the first call. */
void plan_items(struct planning *p, struct plan_rule *r);
/* Whether it applies and has what it needs, found out at the first call. */
void plan_decide(struct planning *p, struct plan_rule *r);
/* select.c: mark what the user selects, and what that needs. -1 when d got an error. */
int plan_select(struct planning *p);
/* edges.c: needs and captures as indices, when all checks have their place. */
void plan_edges(struct planning *p);
/* fill.c: everything of one check but its place; what is not late is bound. */
void plan_fill(struct planning *p, struct plan_rule *r, struct check *c, const struct item *item);
/* What its rule uses, for the report. */
json_t *plan_used_params(const struct rule_links *l, const struct secrets *secrets);
void check_drop_bound(struct check *c);
/* texts.c */
void plan_texts(struct planning *p, struct plan_rule *r, struct check *c, const struct item *item);
void *plan_keep(struct planning *p, void *memory);
/* literals.c: the secrets that are written in the fields themselves are kept as such; their numbers
 * are appended. */
void plan_literal_secrets(struct planning *p, const struct check_type *type, const struct node *map,
			  struct check *c);
void check_add_secret(struct check *c, uint32_t number);

/* veil.c: mask what is told of checks, when all secrets are known. */
void plan_veil(struct planning *p);

const struct builtins *plan_builtins(const struct plan *plan);

#endif
