/*
 * process_match - which processes a process check means.
 */
#ifndef CHECKS_PROCESS_MATCH_H
#define CHECKS_PROCESS_MATCH_H

#include <stddef.h>

struct err;
struct observer;
struct process;
struct process_table;

enum process_namespace { NAMESPACE_OWN, NAMESPACE_ANY };

struct process_query {
	char *command, *exe, *name, *parent, *pidfile, *user;
	int namespace;
};

/* The processes that match, in the order of the table; the array is the caller's. What kept us from
 * looking (or makes it plain that nothing can match) is said to the observer. -1 when it cannot be
 * looked at all. */
int process_match(const struct process_query *q, const struct process_table *t, struct observer *o,
		  struct process ***found, size_t *count, struct err **e);

#endif
