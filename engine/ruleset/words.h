/*
 * words - texts for people, read from nodes without copying them.
 */
#ifndef ENGINE_RULESET_WORDS_H
#define ENGINE_RULESET_WORDS_H

#include "engine/ruleset/ruleset.h"

/* The texts of a checked node (NULL: none). They are the node's: valid as long as its document or
 * arena. */
struct words words_of(const struct node *n);
/* The names of the parameter types in the order of enum param_type, NULL-ended. */
extern const char *const param_types[];

#endif
