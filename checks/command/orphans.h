/*
 * orphans - who is a child of this process, and what can be told of it: for the reaper alone.
 */
#ifndef CHECKS_COMMAND_ORPHANS_H
#define CHECKS_COMMAND_ORPHANS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define ORPHAN_MARK "ROUNDS_CHECK="

struct orphans {
	int list; /* the kernel's list of our children, open; -1: none */
	pid_t *pids;
	size_t count, cap;
};

struct orphan {
	pid_t group;
	uint64_t mark; /* the number in ROUNDS_CHECK=<our pid>.<number>.…; 0: none of ours can be
			  read */
};

/* Prepare to look at the children of this process, as often as one likes; released with
 * orphans_close(). */
void orphans_open(struct orphans *o);
void orphans_close(struct orphans *o);
/* All children of this process, anew. */
void orphans_list(struct orphans *o);
/* false: it is gone. */
bool orphan_read(pid_t pid, struct orphan *o);
/* The number in an environment block of NUL-ended strings, for the runner of this pid; 0: none. */
uint64_t orphan_mark(const char *block, size_t len, pid_t runner);

#endif
