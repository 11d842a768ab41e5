/*
 * plan - from rules to checks: items of for_each, values put in, selection, needs and captures as
 * edges.
 */
#ifndef ENGINE_RULESET_PLAN_H
#define ENGINE_RULESET_PLAN_H

#include "engine/ruleset/ruleset.h"

struct requests;

/* What the user selects; NULL-ended lists, NULL: everything. Patterns are exact words; --check
 * takes RULESET/ID, ID, RULESET/ID[item], and * at the end. */
struct selection {
	const char *const *products, *const *components, *const *tags, *const *checks,
									       *const *severities;
};

struct plan_options {
	struct selection select;
	int64_t timeout; /* of --timeout: for checks without one of their own; 0: 10 s */
	const char *run_id;
};

/* Make the plan. The checks are in the order of rulesets, of the file, of the item. What a selected
 * check needs or captures is in it too. Values that their field refuses are errors in d: then NULL.
 * Selectors that match nothing are warnings in d and counted in plan->unmatched. */
struct plan *plan_make(const struct rulebook *book, const struct requests *answers,
		       const struct plan_options *options, struct secrets *secrets,
		       struct diagnostics *d);
void plan_free(struct plan *p);

/* What a worker makes of a late check: bound query and compiled expectation with everything put in.
 */
struct instance {
	const void *query;
	const struct expect *expect; /* compiled after the observation when it uses ${self.…}: call
					instance_expect */
	const struct text_map *extract; /* for extract_found(), or NULL */
	void *owned;
};
/* `captures`: { "checks.x.path": value }, `item`: value of a runtime item or NULL. -1: e says what
 * is wrong, *kind its kind (parameter, capture). */
int instance_make(const struct check *c, const json_t *captures, const json_t *item,
		  const struct secrets *secrets, struct instance *out, enum kind *kind,
		  struct err **e);
/* The expectation for this observation. */
const struct expect *instance_expect(struct instance *i, const json_t *facts, enum kind *kind,
				     struct err **e);
void instance_free(struct instance *i);

/* Put `found: { NAME: [ texts of the group ] }` into the facts: every match (at most 1000 each) in
 * the text fact `from` (type->extract_from). Matches patterns: never in the supervisor or the
 * network loop. -1 when one could not be decided. */
int extract_found(const struct text_map *extract, const char *from, json_t *facts, struct err **e);

/* Runtime items: the id of the item with this number (from 1), "x/nodes[10.0.0.1]" or "x/nodes[3]";
 * the caller's. */
char *check_item_id(const struct check *c, size_t number, const json_t *item);
/* The title with the item put in; both are the caller's, each may be NULL. */
void check_item_title(const struct check *c, const json_t *item, char **en, char **zh);

#endif
