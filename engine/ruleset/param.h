/*
 * param - the types of parameters: what a text or a node means as a value of one.
 */
#ifndef ENGINE_RULESET_PARAM_H
#define ENGINE_RULESET_PARAM_H

#include "engine/ruleset/ruleset.h"

struct err;

/* The value that a text stands for: integer, real and boolean as such, a list from words between
 * commas, everything else as text. A new reference; NULL: e says why ("'abc' is not a port number
 * from 1 to 65535"). A secret is refused: it is never JSON. */
json_t *param_parse(enum param_type type, const char *text, struct err **e);
/* The same from a node; lists may be YAML lists of texts. */
json_t *param_parse_node(enum param_type type, const struct node *n, struct err **e);
/* Read one declaration `NAME: { type: … }` into p; mistakes go to d. */
void param_declare(struct param *p, const struct node_pair *pair, struct diagnostics *d);

#endif
