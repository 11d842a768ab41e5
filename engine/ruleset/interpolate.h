/*
 * interpolate - put values into ${…}, quoted by where they stand.
 */
#ifndef ENGINE_RULESET_INTERPOLATE_H
#define ENGINE_RULESET_INTERPOLATE_H

#include "engine/ruleset/ruleset.h"

enum lookup_result {
	LOOKUP_FOUND,
	LOOKUP_UNKNOWN,  /* no such name: a mistake */
	LOOKUP_DEFERRED, /* known later (capture, secret, self, runtime item) */
	LOOKUP_ABSENT,   /* an optional parameter without a value */
	LOOKUP_PROBLEM,  /* a parameter whose value could not be had */
};

/* Where names get their values; the value is a new reference. `name` is what stands between the braces. */
struct lookup {
	enum lookup_result (*get)(void *ctx, const char *name, json_t **value);
	/* called with the near misses for messages; NULL-ended, may be NULL */
	const char *const *(*names)(void *ctx);
	void *ctx;
};

enum quoting {
	QUOTE_NONE,
	QUOTE_REGEX,     /* quoted inside a longer text; a whole ${…} is taken as a regex */
	QUOTE_URL,       /* percent-encoded by its part; a whole ${…} or a leading one stands as it is */
	QUOTE_FORBID_SHELL, /* "use env" */
	QUOTE_FORBID_QUERY, /* "use args" */
};

/* What came of it besides the text. */
struct interpolation {
	bool deferred; /* something is known later */
	bool absent;   /* an optional parameter without a value is used in a part of a text, or as a whole secret */
	char *absent_name; /* of the first such; owned */
	char *problem;     /* "parameter 'x' …"; owned */
};

/* A copy of the tree in `arena` with every ${…} replaced as far as known ($${ is a literal ${). A whole ${…} keeps its type (node->value) and, when
 * its value is a list or a map, becomes such a node. A pair whose value is one whole absent optional parameter is left out of its map.
 * Mistakes (unknown name, ${ without }, forbidden place) go to d. */
struct node *interpolate_tree(struct node_arena *arena, const struct node *n, const struct lookup *lookup, enum quoting quoting,
			      struct interpolation *out, struct diagnostics *d);
/* The value of a check type's key: quoting by field. */
struct node *interpolate_fields(struct node_arena *arena, const struct node *map, const struct field *fields,
				const struct lookup *lookup, struct interpolation *out, struct diagnostics *d);
/* An expect: matches and not_matches are regexes. Keys may not hold ${…}. */
struct node *interpolate_expect(struct node_arena *arena, const struct node *n, const struct lookup *lookup,
				struct interpolation *out, struct diagnostics *d);
/* Calls fn with every name used in the tree. */
void interpolate_names(const struct node *n, void (*fn)(void *ctx, const struct node *at, const char *name), void *ctx);

#endif
