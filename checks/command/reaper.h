/*
 * reaper - the processes of one command runner: told when they end, and gone with all that they
 * left behind.
 *
 * Left-overs are told apart by process group and a mark in their environment; who hides from both
 * is killed when no command is under way.
 */
#ifndef CHECKS_COMMAND_REAPER_H
#define CHECKS_COMMAND_REAPER_H

#include <stdbool.h>
#include <stdint.h>

#include "checks/command/spawn.h"
#include "engine/decl/observer.h"

struct child;
struct reaper;

extern const struct lane_object reaper_object;

/* The mark of the next child: "ROUNDS_CHECK=<runner>.<number>.<id>". A new string, for its
 * environment. */
char *reaper_mark(struct reaper *r, const char *id);

/* status: as of waitpid(2). The child's number stays taken until child_release(). */
typedef void child_fn(void *ctx, int status);

/* Start a child that has the mark just made in its environment. NULL: *how says why it did not
 * start. */
struct child *reaper_spawn(struct reaper *r, const struct spawn *s, child_fn *fn, void *ctx,
			   struct spawned *how);
/* Send a signal to all of its group. */
void child_signal(struct child *c, int signum);
/* Kill what it left behind, so that pipes end; to be released later. */
void child_kill_leftovers(struct child *c);
/* Forget it, ended or not: it and all that it left behind is killed. fn is not called any more. */
void child_release(struct child *c);

#endif
