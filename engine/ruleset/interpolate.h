/*
 * interpolate - put values into ${…}, quoted by where they stand.
 */
#ifndef ENGINE_RULESET_INTERPOLATE_H
#define ENGINE_RULESET_INTERPOLATE_H

#include "engine/ruleset/ruleset.h"

enum lookup_result {
	LOOKUP_FOUND,
	LOOKUP_UNKNOWN,       /* no such name: a mistake */
	LOOKUP_DEFERRED,      /* known later (capture, secret, self, runtime item) */
	LOOKUP_ABSENT,        /* an optional parameter without a value */
	LOOKUP_ABSENT_SECRET, /* the same, of type secret: a field is never left out for it */
	LOOKUP_PROBLEM,       /* its value could not be had; *value may be a text that says why */
};

/* Where names get their values; the value is a new reference. `name` is what stands between the
 * braces. */
struct lookup {
	enum lookup_result (*get)(void *ctx, const char *name, json_t **value);
	/* called with the near misses for messages; NULL-ended, may be NULL */
	const char *const *(*names)(void *ctx);
	void *ctx;
};

enum quoting {
	QUOTE_NONE,
	/* quoted inside a longer text; a whole ${…} is taken as a regex */
	QUOTE_REGEX,
	/* percent-encoded by its part; a whole ${…} or a leading one stands as it is, and so does
	 * one in a text without scheme:// (an scp path, a Go DSN), where nobody would decode it */
	QUOTE_URL,
	QUOTE_FORBID_SHELL, /* "use env" */
	QUOTE_FORBID_QUERY, /* "use args" */
};

/* What came of it besides the text. */
struct interpolation {
	bool deferred; /* something is known later */
	/* an optional parameter without a value is used in a part of a text, in expect, as a whole
	 * secret, or as a whole required field: the check is skipped as not configured */
	bool absent;
	char *absent_name;   /* of the first such; owned */
	char *left_out_name; /* of the first one for which a field was left out; owned */
	char *problem; /* "parameter 'x' has no value", "parameter 'x': permission …"; owned */
};
/* Release the texts and empty it. */
void interpolation_clear(struct interpolation *x);

/* A copy of the tree in `arena` with every ${…} replaced as far as known ($${ is a literal ${). A
 * whole ${…} keeps its type (node->value) and, when its value is a list or a map, becomes such a
 * node. A pair whose value is one whole absent optional parameter is left out of its map
 * (interpolate_fields: of the fields only; interpolate_expect: never, the check is skipped). What
 * holds no ${…} is shared with the tree of n. Mistakes (unknown name, ${ without }, forbidden
 * place) go to d. */
struct node *interpolate_tree(struct node_arena *arena, const struct node *n,
			      const struct lookup *lookup, enum quoting quoting,
			      struct interpolation *out, struct diagnostics *d);
/* The value of a check type's key: quoting by field. */
struct node *interpolate_fields(struct node_arena *arena, const struct node *map,
				const struct field *fields, const struct lookup *lookup,
				struct interpolation *out, struct diagnostics *d);
/* An expect: matches and not_matches are regexes. Keys may not hold ${…}. */
struct node *interpolate_expect(struct node_arena *arena, const struct node *n,
				const struct lookup *lookup, struct interpolation *out,
				struct diagnostics *d);
/* Calls fn with every name used in the tree. */
void interpolate_names(const struct node *n,
		       void (*fn)(void *ctx, const struct node *at, const char *name), void *ctx);

#endif
