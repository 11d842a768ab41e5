/*
 * bind - a rule with its names put in: the bound query, the compiled expectation, the patterns of
 * extract.
 *
 * Used at load (with the defaults of parameters), by the plan, and in a worker for what is known
 * late.
 */
#ifndef ENGINE_RULESET_BIND_H
#define ENGINE_RULESET_BIND_H

#include "engine/ruleset/names.h"
#include "engine/ruleset/ruleset.h"

struct diagnostics;

struct bind {
	const struct rule *rule;
	struct names *names;
	struct node_arena *arena; /* nodes that come of it; must outlive a compiled expectation */
	struct diagnostics *d;
	bool deferred; /* something in it is known later */
	char *absent;  /* the optional parameter for want of which the check is not run; owned */
	const struct node *map; /* the fields as they were bound */
};

/* Each returns NULL when it could not be made: then d has mistakes, or names->problem,
 * names->missing or absent say why. */
void *bind_query(struct bind *b);
struct expect *bind_expect(struct bind *b);
struct text_map *bind_extract(struct bind *b);
/* -1 as above. ns stays as it is when the rule says nothing, or when its value comes later. */
int bind_timeout(struct bind *b, int64_t *ns);
/* The sustain of a rule that says it with ${…}; left alone where parameters have no value yet.
 * -1: a mistake in b->d. */
int bind_sustain(struct bind *b, struct sustain *out);
/* A text, or texts by language, with the names put in as far as they are known. */
const struct node *bind_texts(struct bind *b, const struct node *n);
/* Whether all is known and nothing went wrong so far. */
bool bind_whole(const struct bind *b);
void bind_release(struct bind *b);

void query_free(const struct check_type *type, void *query);
void extract_free(struct text_map *m);

#endif
