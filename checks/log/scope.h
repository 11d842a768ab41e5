/*
 * scope - which parts of which files are to be read: since the last run, a time, or the start.
 */
#ifndef CHECKS_LOG_SCOPE_H
#define CHECKS_LOG_SCOPE_H

#include "checks/log/cursor.h"
#include "checks/log/log.h"
#include "checks/log/stamp.h"
#include "checks/log/stream.h"

/* A file, or a part of it, to be read to its end. */
struct part {
	char *path;
	struct stream *stream;
	int64_t from, size;
	int64_t cutoff; /* older records do not count; STAMP_NONE: all do */
	int64_t assume; /* the time before the first time of it; STAMP_NONE: not known */
	bool torn;      /* `from` is amid a line, which is left out */
};

struct scope {
	struct part *parts; /* the oldest first; the last one is the log itself */
	size_t count, cap;
	bool continued;  /* the first part begins where the last run ended */
	int64_t skipped; /* bytes that there are, but are more than may be read */
	int64_t deadline;
	int64_t lag; /* so much behind ours the log's clock is set, by what it looks like; ns */
};

void scope_release(struct scope *s);
#define auto_scope __attribute__((cleanup(scope_release)))

/* What a text of `since` or `first` says; *ago where it is a duration. -1 when it says nothing. */
int log_from_read(const char *text, enum log_from *from, int64_t *ago);

/* Find the parts for this log. `cursor` may be NULL: there was no last run; so may `log`: there is
 * none, but there may be files that were made of it. 0 also when a file cannot be looked at: the
 * observer knows. */
int scope_make(const struct log_query *q, const char *log, const struct cursor *cursor,
	       struct stamps *stamps, struct scope *s, struct observer *o);
/* Trouble of the right kind for what kept us from a file. */
void scope_trouble(const char *path, int errnum, struct observer *o);

#endif
