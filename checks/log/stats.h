/*
 * stats - digest logs: fields between separators, and how many of them are as somebody asks.
 */
#ifndef CHECKS_LOG_STATS_H
#define CHECKS_LOG_STATS_H

#include <stddef.h>

#include <jansson.h>

struct log_split;
struct observer;
struct stats;

/* The split stays the caller's. */
struct stats *stats_new(const struct log_split *split);
void stats_free(struct stats *s);
/* One record; its first line counts. */
void stats_add(struct stats *s, const char *text, size_t len);
/* { NAME: { total, matched, percent, unread, min, median, p95, max, mean } }; a new reference. What
 * has no value (a percentage of nothing, the matches among what nobody could read) is not there. */
json_t *stats_tell(struct stats *s);
/* Say what could not be read, and why. */
void stats_trace(const struct stats *s, struct observer *o);

#endif
