/*
 * rule - what load finds out about a check as it is written, for the linter and the plan.
 */
#ifndef ENGINE_RULESET_RULE_H
#define ENGINE_RULESET_RULE_H

#include "engine/ruleset/items.h"
#include "engine/ruleset/ruleset.h"

struct library;
struct key;

/* The places of a check where a ${…} may stand. */
enum part {
	PART_FIELDS,
	PART_EXPECT,
	PART_EXTRACT,
	PART_TIMEOUT,
	PART_SUSTAIN,
	PART_ITEMS,
	PART_TEXTS,
	PART_COUNT
};

/* Another check that is named in `needs` or in a capture. */
struct reference {
	const struct node *at;
	struct rule *rule;
	char *item; /* a[x]: "x", as written; NULL: all of them */
	char *name; /* capture: "checks.a.b", as written */
	char *path; /* capture: "b" */
	bool all;   /* capture: [*] */
	enum part part;
};

/* A parameter that is used, once a part. */
struct param_use {
	const struct param *param;
	enum part part;
};

struct rule_links {
	struct reference *needs, *captures;
	struct param_use *params;
	char **wants; /* names of facts, each once, NULL-ended */
	unsigned need_count, need_cap, capture_count, capture_cap, param_count, param_cap;
	unsigned want_count, want_cap; /* want_cap 0: they are the expectation's */
	/* Bound at load when nothing in it varies; else NULL. */
	void *query;
	struct expect *expect;
	struct text_map *extract;
	size_t number;       /* in the plan */
	size_t next_edge;    /* for the search of cycles, with `colour` */
	enum severity worst; /* of the entries of expect */
	bool varies[PART_COUNT]; /* holds a ${…} (or $${) */
	bool self;               /* ${self.…} in expect */
	bool has_pattern;
	unsigned char colour;
};

/* What `defaults` says of one type, and in general. */
struct type_defaults {
	const struct check_type *type; /* NULL: of all */
	const struct node *map;        /* defaults.TYPE as written */
	struct node *fields;           /* its keys that are fields */
	const struct node *timeout, *retry, *tags;
	enum severity severity; /* SEVERITY_NONE: not said */
};

struct defaults {
	struct type_defaults general;
	struct type_defaults *types;
	size_t count, cap;
};

/* One ruleset file in one place where it stands. */
struct reading {
	struct rulebook *book;
	struct library *library;
	struct diagnostics *d;
	struct ruleset *ruleset; /* the reported one */
	struct scope *scope;
	struct node *root;
	const char *prefix;        /* "" or "git." */
	struct node *applies_when; /* of the included file, and of the one that includes it */
	struct defaults defaults;
	const struct reading *parent;
	bool refused; /* its head is so wrong that its checks are not read */
};

/* load.c */
void ruleset_read(struct reading *r);
/* Append to the ruleset. */
void ruleset_add(struct reading *r, struct rule *rule);
struct scope *rulebook_add_scope(struct rulebook *book, struct document *doc, struct scope *parent,
				 struct ruleset *set);
/* Whether there is so much already that no more files are included. */
bool rulebook_is_full(const struct rulebook *book);
/* Takes the text and keeps it as long as the rulebook. */
char *rulebook_keep(struct rulebook *book, char *text);
/* rule.c: read one item of `checks`. */
void rule_read(struct reading *r, struct node *map);
void rule_free(struct rule *rule);
/* defaults.c */
void defaults_read(struct reading *r, const struct node *map);
void defaults_release(struct defaults *d);
const struct type_defaults *defaults_of(const struct defaults *d, const struct check_type *type);
/* The user's fields over those of defaults.TYPE; keys that belong elsewhere are said and dropped.
 */
const struct node *fields_merge(struct reading *r, const struct type_defaults *td,
				const struct node *own, const struct check_type *type,
				struct node **extract);
/* include.c: the files of `include`, before the checks. */
void includes_read(struct reading *r, const struct node *list);
/* condition.c: the static shape of applies_when and when. */
void condition_check(const struct node *when, const struct scope *scope, const char *where,
		     struct diagnostics *d);
/* needs.c: needs and names of all rules of a ruleset, cycles. */
void rules_link(struct ruleset *set, struct diagnostics *d);
struct rule *ruleset_rule(const struct ruleset *set, const char *id);
/* What looking through a rulebook may cost: hostile files are refused, not waited for. */
#define LINT_ITEMS_MAX 250000
#define LINT_LOOKS_MAX 50000000
struct lint_budget {
	size_t items; /* of for_each, of all rules; more is a mistake */
	size_t looks; /* for items that others name; when used up, the plan will say */
	bool exhausted;
	const struct rule *last; /* whose items were looked through last */
	struct items last_items;
	bool failed; /* they could not be made */
};
/* lint.c: values of fields, expectations, texts. */
void rule_lint(struct rule *rule, struct lint_budget *left, struct diagnostics *d);

/* Whether a text is [a-z0-9][a-z0-9_-]*. */
bool is_check_id(const char *s);
/* A NULL-ended list of the names of all check types; the array is the caller's. */
const char **type_names(const struct check_type *const *types);

#endif
