/*
 * spawn - start a program, and know whether it was really started.
 */
#ifndef CHECKS_COMMAND_SPAWN_H
#define CHECKS_COMMAND_SPAWN_H

#include <stdbool.h>
#include <sys/types.h>

/* Who it shall be. */
struct identity {
	bool change;
	uid_t uid;
	gid_t gid;
	gid_t *groups;
	int group_count;
};

struct spawn {
	const char *const *programs; /* absolute or relative paths, tried in order; NULL-ended */
	size_t *found; /* which is tried before all, if not 0; then, which was run or tried last */
	char *const *argv;
	char *const *envp;
	const char *cwd; /* or NULL */
	struct identity identity;
	int in, out, err; /* its standard streams; in -1: ours */
};

enum spawn_step { SPAWN_STARTED, SPAWN_FORK, SPAWN_IDENTITY, SPAWN_CWD, SPAWN_EXEC };

/* How it went; errnum belongs to the step that failed. */
struct spawned {
	pid_t pid;
	enum spawn_step step;
	int errnum;
};

/* Start it in a process group of its own, in our session, killed when we die, with default signals
 * but those of job control, which are ignored. report: a close-on-exec pipe, non-blocking to read,
 * that is empty; may be used again and again. */
struct spawned spawn_start(const struct spawn *s, const int report[2]);

#endif
