/*
 * facts - what INFO and Sentinel say, as facts.
 */
#ifndef CHECKS_MODULES_REDIS_FACTS_H
#define CHECKS_MODULES_REDIS_FACTS_H

#include <jansson.h>

struct observer;

/* INFO's text to a map: numbers as numbers, "a=1,b=2" as maps; a new reference. */
json_t *facts_info(const char *text);
/* role, replicas, master_host and master_port out of such a map, where it has them. */
void facts_replication(struct observer *o, const json_t *info);
/* [ [name, value, …], … ] of Sentinel to a list of maps: a new reference, or NULL when it is
 * something else. */
json_t *facts_sentinel(const json_t *reply);
/* Hide the values of passwords in a reply of CONFIG GET. */
void facts_hide_config(json_t *reply);

#endif
