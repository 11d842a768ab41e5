/*
 * hole - a ${name} in a text. Inside engine/ruleset only.
 */
#ifndef ENGINE_RULESET_HOLE_H
#define ENGINE_RULESET_HOLE_H

#include <stddef.h>

#include "engine/document/node.h"

/* A ${name} in a text. */
struct hole {
	size_t from, to; /* in bytes, braces and all */
	char *name;
};

enum next_hole { HOLE_NONE, HOLE_FOUND, HOLE_BROKEN };

/* Find the next ${…} from byte `at` on; $${ is none. BROKEN: h->from tells where it starts. The
 * name is the hole's: hole_clear. */
enum next_hole hole_next(const char *text, size_t at, struct hole *h);
void hole_clear(struct hole *h);
/* The end of a name: the `}` that is in no ["…"]. NULL when there is none. */
const char *hole_name_end(const char *s);
/* The place of a part (in bytes) of a scalar, where its text stands in its line as it is; else the
 * place of the whole. */
struct node hole_place(const struct node *n, size_t from, size_t to);

#endif
