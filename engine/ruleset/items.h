/*
 * items - what a for_each makes: one check for each item, or for each combination.
 */
#ifndef ENGINE_RULESET_ITEMS_H
#define ENGINE_RULESET_ITEMS_H

#include "engine/ruleset/names.h"
#include "engine/ruleset/ruleset.h"

struct diagnostics;

/* One item; of several lists one combination. */
struct item {
	char *suffix; /* "ssh", "2", "ssh,2": what stands between the brackets */
	char *shown;  /* the values, when a part is counted; else NULL */
	json_t *vars;
	char *reason; /* it has no value: "not configured: X" or what is wrong with a parameter;
			 else NULL */
	enum decided decided;
	enum kind kind;
};

struct items {
	struct item *items; /* none: the whole check has no items, or see below */
	size_t count;
	bool each;           /* there is a for_each */
	bool unknown;        /* at load: a list whose value comes later */
	const char *runtime; /* the variable, when the list is a capture */
	const char *source;  /* "checks.x.rows[*].ip" */
	size_t source_len;
	/* no item can be made: why, and as what */
	char *reason;
	enum decided decided;
	enum kind kind;
};

/* Make them; mistakes in how for_each is written go to d (then -1). */
int items_make(const struct rule *rule, struct names *names, struct items *out,
	       struct diagnostics *d);
void items_release(struct items *items);
/* The item that a[x] means, or NULL: by what stands between the brackets, or by its value. */
const struct item *items_find(const struct items *items, const char *word);
/* What an item is called: its text when it fits into an id, else NULL; the caller's. */
char *item_label(const json_t *value);
/* Its text for people; the caller's. */
char *item_shown(const json_t *value);

#endif
