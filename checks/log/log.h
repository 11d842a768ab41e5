/*
 * log - what the parts of the log check share.
 */
#ifndef CHECKS_LOG_LOG_H
#define CHECKS_LOG_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "checks/check.h"

struct log_query {
	char *first, *path, *record, *since;
	struct text_list bad, good, ignore, redact;
	int missing; /* MISSING_… */
	struct byte_size max_bytes;
	json_t *split, *stats;
};

enum { MISSING_FAIL, MISSING_OK };

/* What `since` and `first` say. */
enum log_from { LOG_FROM_LAST_RUN, LOG_FROM_START, LOG_FROM_END, LOG_FROM_AGO };

/* One of the numbers of `stats`. */
struct log_stat {
	const char *name; /* the query's, as all texts here */
	size_t field;
	size_t per; /* the field that it is divided by, where divided */
	bool divided;
	enum { STAT_NUMBERS, STAT_EQ, STAT_MATCHES, STAT_GE, STAT_GT } op;
	const char *text; /* of eq */
	struct regex *regex;
	double limit;
	bool seconds; /* the limit is a duration */
};

/* split and stats, read. */
struct log_split {
	const char *by;
	struct log_stat *stats;
	size_t count;
};

/* -1: a line for the user. */
int log_split_read(const json_t *split, const json_t *stats, struct log_split *out, struct err **e);
void log_split_release(struct log_split *s);
#define auto_split __attribute__((cleanup(log_split_release)))

/* The log itself: a path, or the newest file that a pattern finds. 1: *found is the caller's; 0:
 * there is none; -1: it cannot be known, and the observer knows why. */
int log_find(const char *path, char **found, struct observer *o);

#endif
