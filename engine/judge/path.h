/*
 * path - the way to a fact: `.name`, `[n]`, `[*]`, `["any key"]`.
 */
#ifndef ENGINE_JUDGE_PATH_H
#define ENGINE_JUDGE_PATH_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "engine/decl/fact.h"

struct err;
struct path;

/* Parse "rows[0].node_type". At most 32 steps. */
struct path *path_parse(const char *text, struct err **e);
void path_free(struct path *p);
/* As written, without a leading dot; owned by the path. */
const char *path_text(const struct path *p);
/* The first name: what must be observed for this path. */
const char *path_first(const struct path *p);
/* The value at the path; a new reference, or NULL where it leads to nothing. With [*] a list of
 * all; when any item lacks the rest, the whole is nothing. `properties.a.b` finds the key `a.b`
 * too. */
json_t *path_get(const struct path *p, const json_t *root);
/* Whether it has more than one step. */
bool path_goes_on(const struct path *p);
/* Why the path leads to nothing, in a few words: "json has no 'a'", "rows has 2 items"; appended.
 * `label` is what root is called, "" for a whole observation. */
struct buf;
void path_explain(const struct path *p, const json_t *root, const char *label, struct buf *out);
/* The declared fact at the path (of an open fact: a row of type FACT_OPEN), of these or of those
 * that every type has. *list: the path has a
 * [*], the value is a list of such. NULL and an error ("unknown fact 'cuont' of process; did you
 * mean 'count'?") when it is not declared. */
const struct fact *path_fact(const struct path *p, const struct fact *facts, const char *where,
			     bool *list, struct err **e);

#endif
