/*
 * shape - what is known of a value before it is there: its declared type, its members, its items.
 */
#ifndef ENGINE_JUDGE_SHAPE_H
#define ENGINE_JUDGE_SHAPE_H

#include <stdbool.h>

#include "engine/decl/fact.h"

struct err;
struct path;

struct shape {
	enum fact_type type;
	const struct fact *of; /* members of a MAP, or of a LIST's items; NULL: open */
	enum fact_type item;   /* LIST: what the items are */
};

struct shape shape_simple(enum fact_type type);
struct shape shape_of_fact(const struct fact *f);
/* Of the items of a LIST; of anything else: open. */
struct shape shape_of_items(const struct shape *list);
/* A LIST of such. */
struct shape shape_list_of(const struct shape *item);
/* Whether the members of this MAP are declared. */
bool shape_declares_members(const struct shape *s);

/* The shape of what the path leads to from `from` (a MAP of declared facts, open or anything else).
 * *row is the last declared row on the way, or NULL. 0, or -1 with a line for the user. `where`
 * names the owner of the first step ("process"). */
int shape_follow(const struct path *p, const struct shape *from, const char *where,
		 struct shape *out, const struct fact **row, bool *list, struct err **e);

#endif
