/*
 * scratch - a worker's private directory: in $ROUNDS_SCRATCH, else on tmpfs where there is one;
 * mode 0700, always removed.
 *
 * Its name holds the pid of who made it, so that the supervisor can remove what a killed worker
 * left behind, and the next run what a killed supervisor did.
 */
#ifndef ENGINE_BASE_SCRATCH_H
#define ENGINE_BASE_SCRATCH_H

#include <sys/types.h>

struct err;

/* The path of a new directory of this process, owned; NULL: e says why. */
char *scratch_make(struct err **e);
/* Remove it and all below it. */
void scratch_remove(const char *path);
/* Remove every directory that this process made (pid > 0), or that a process made which is no more
 * (pid 0). */
void scratch_remove_of(pid_t pid);

#endif
