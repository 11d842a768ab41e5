/*
 * quote - a value as text, quoted by where it stands. Inside engine/ruleset only.
 */
#ifndef ENGINE_RULESET_QUOTE_H
#define ENGINE_RULESET_QUOTE_H

#include <jansson.h>

#include "engine/ruleset/interpolate.h"

struct buf;

/* Append a scalar as text; lists and maps are nothing. */
void value_add_text(struct buf *out, const json_t *v);
/* The same, quoted. For a URL `out` holds all that stands before it, `after` is the rest of the
 * text with its ${…}. */
void value_add_quoted(struct buf *out, const json_t *v, enum quoting quoting, const char *after);

#endif
