/*
 * scratch - a worker's private directory: in $ROUNDS_SCRATCH, else on tmpfs where there is one;
 * mode 0700, always removed.
 *
 * Its name holds the pid of who made it, so that the supervisor can remove what a killed worker
 * left behind, and who makes the next one what a killed supervisor did. Others may write where it
 * lies: only what is our user's own is removed.
 */
#ifndef ENGINE_BASE_SCRATCH_H
#define ENGINE_BASE_SCRATCH_H

#include <sys/types.h>

struct err;

struct scratch {
	char *path;
	int lock; /* held as long as it is in use: pids are not the same in every container */
};

/* A new directory of this process. What others left that are no more is removed before. */
int scratch_open(struct scratch *s, struct err **e);
/* Remove it and all below it. */
void scratch_close(struct scratch *s);
/* Remove every directory that this process made, which has ended. */
void scratch_remove_of(pid_t pid);

#endif
