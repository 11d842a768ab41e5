/*
 * enter - join the namespaces of another process, so that a container without a shell, or without
 * any program, can be inspected by what was loaded outside.
 *
 * Each worker enters, the supervisor never does: reports are written outside. What is inside is not
 * trusted: no library, no name service and no configuration of it is loaded (seccomp(2) holds that,
 * but for commands, which are to run there).
 */
#ifndef ENGINE_RUN_ENTER_H
#define ENGINE_RUN_ENTER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct err;

/* user, net, uts, pid, mnt: in the order in which they are joined. */
#define ENTRANCE_SPACES 5

struct entrance {
	pid_t pid;
	struct {
		bool join; /* it is not our own already */
		dev_t device;
		ino_t inode; /* of the namespace: numbers of processes are given anew */
	} spaces[ENTRANCE_SPACES];
};

/* Which namespaces the process is in. -1: ERR_NOT_FOUND, ERR_PERMISSION. */
int enter_find(pid_t pid, struct entrance *out, struct err **e);
/* Whether all of it can be joined, tried by a process of its own. -1: ERR_PERMISSION and the
 * like. */
int enter_try(const struct entrance *x, struct err **e);
/* Join them, in a process with one thread. Children are inside its process namespace, it is not. */
int enter_join(const struct entrance *x, struct err **e);
/* Inside: nothing more is loaded from files; `commands`: but programs are, which are to run. */
void enter_trust_nothing(bool commands);
/* Inside: a private directory for what a check writes, seen by this process alone: its path as
 * $ROUNDS_SCRATCH. Where there can be none, nothing is changed. */
void enter_scratch(void);

#endif
