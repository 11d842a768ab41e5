/*
 * resp - replies of a Redis, read by hiredis into JSON within bounds.
 */
#ifndef CHECKS_MODULES_REDIS_RESP_H
#define CHECKS_MODULES_REDIS_RESP_H

#include <stdbool.h>

#include <jansson.h>

#include "engine/decl/field.h"

struct observer;
struct resp;
struct channel;

struct resp *resp_new(struct observer *o, struct channel *s);
void resp_free(struct resp *r);

/* Send a command and read its reply: strings and states are texts, lists arrays, nil null, an error
 * within a list { "error": text }. NULL: the observer knows why. When the reply is an error *error
 * is its text (the caller frees it) and the reply is null. */
json_t *resp_ask(struct resp *r, const struct text_list *words, char **error);

#endif
