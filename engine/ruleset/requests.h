/*
 * requests - which request a source or a condition is, and its answer. Inside engine/ruleset only.
 */
#ifndef ENGINE_RULESET_REQUESTS_H
#define ENGINE_RULESET_REQUESTS_H

#include "engine/ruleset/values.h"

/* Fill in the question that a `from` source ({ env } or { file, … }) asks. 0, or -1 when it is
 * none. */
int request_of_source(struct request *r, const struct node *source);
/* The question of `file: PATH`, and of `env: NAME` with its of_process (NULL: none). */
void request_of_file(struct request *r, const char *path);
void request_of_env(struct request *r, const char *name, const char *of_process);
void request_clear(struct request *r);
/* The request that asks the same, or NULL. */
const struct request *requests_find(const struct requests *all, const struct request *same);

#endif
