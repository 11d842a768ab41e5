/*
 * stamp - the time that a log line bears, in the formats that are met in the field.
 *
 * ISO 8601 (also with a space or '/', fractions after '.' or ',', without '-' and ':'), syslog,
 * logfmt, access logs, redis, klog, java.util.logging, seconds or milliseconds of the epoch.
 * A time without a zone is of the local one.
 */
#ifndef CHECKS_LOG_STAMP_H
#define CHECKS_LOG_STAMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* No time. */
#define STAMP_NONE INT64_MIN

struct stamps {
	int64_t now;  /* clock_real ns: what a year that is not written is guessed from */
	bool at_head; /* the time found last begins its line, or stands behind one bracket */
	/* The hour that was asked for last, and what was found: most lines are of the same. */
	int64_t hour, hour_ns[2];
};

/* Nanoseconds since the epoch of the first time within the head of the line, or STAMP_NONE.
 * *zoned tells whether it said its zone (may be NULL). */
int64_t stamp_find(struct stamps *s, const char *line, size_t len, bool *zoned);

#endif
