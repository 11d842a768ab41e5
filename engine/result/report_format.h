/*
 * report_format - how a run is told: one file a format in reports/, one row each in
 * reports/registry.c.
 */
#ifndef ENGINE_RESULT_REPORT_FORMAT_H
#define ENGINE_RESULT_REPORT_FORMAT_H

#include <stdbool.h>
#include <stddef.h>

struct err;
struct result;
struct run;

/* Where a report goes. write() returns -1 with e set when it could not. */
struct sink {
	int (*write)(struct sink *s, const char *bytes, size_t len, struct err **e);
	bool terminal; /* a person looks at it: live lines, colours */
	bool color;
	size_t columns; /* of the terminal; 0 unknown */
	bool verbose, quiet;
	const char *lang; /* "en" or "zh" */
};
int sink_puts(struct sink *s, const char *text, struct err **e);
int sink_printf(struct sink *s, struct err **e, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* What is going on now, for a live display. */
struct progress {
	size_t done, total, running, failed;
	const char *slowest; /* id of the check that runs longest, or NULL */
	double slowest_seconds;
};

struct report_format {
	const char *name, *summary;
	bool streams; /* result() is called in the order of completion, while the run goes on; else
			 all at the end in order */
	/* Any may be NULL. state is what begin returned. */
	void *(*begin)(const struct run *r, size_t planned, struct sink *s, struct err **e);
	int (*result)(void *state, const struct run *r, const struct result *x, struct sink *s,
		      struct err **e);
	int (*progress)(void *state, const struct progress *p, struct sink *s, struct err **e);
	int (*end)(void *state, const struct run *r, struct sink *s,
		   struct err **e); /* releases state */
};

#endif
