/*
 * scratch - a private directory for a clone: on tmpfs where there is one, mode 0700, always removed.
 *
 * Its name holds the worker's pid, so that the supervisor can remove what a killed worker left behind
 * (ROUNDS_SCRATCH in the environment is the run's own folder).
 */
#ifndef CHECKS_MODULES_GIT_SCRATCH_H
#define CHECKS_MODULES_GIT_SCRATCH_H

struct err;

/* The path of a new directory, owned; NULL: e says why. */
char *scratch_make(struct err **e);
/* Remove it and all below it. */
void scratch_remove(const char *path);

#endif
