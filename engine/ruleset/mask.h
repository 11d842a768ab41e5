/*
 * mask - values without the secrets in them, for what people and reports are shown of a plan.
 */
#ifndef ENGINE_RULESET_MASK_H
#define ENGINE_RULESET_MASK_H

#include <jansson.h>

struct secrets;

/* A copy of the value with every secret in its texts (not in keys) replaced by ***; a new
 * reference. secrets may be NULL: nothing is masked. */
json_t *mask_json(const struct secrets *secrets, json_t *value);

#endif
