/*
 * own - which processes are rounds itself.
 */
#ifndef CHECKS_SNAPSHOT_OWN_H
#define CHECKS_SNAPSHOT_OWN_H

#include <sys/types.h>

struct process_table;

/* The top of our own process tree: the supervisor. Its forks are known by the same program and the
 * same arguments. */
pid_t own_tree(const struct process_table *t);

#endif
