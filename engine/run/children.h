/*
 * children - end what a command left behind.
 *
 * A killed process group does not hold a process in a session of its own; a subreaper that kills
 * whatever falls to it until it has no child does.
 */
#ifndef ENGINE_RUN_CHILDREN_H
#define ENGINE_RUN_CHILDREN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* SIGKILL to every child of this process but those that `spared` names (may be NULL). Returns how
 * many got it. */
size_t children_kill(bool (*spared)(const void *ctx, pid_t pid), const void *ctx);
/* Kill and reap until there is no child, for at most `patience` nanoseconds. */
void children_end(int64_t patience);

#endif
