/*
 * reaper - the processes of one command runner: told when they end, and gone with all that they left behind.
 *
 * Left-overs are told apart by process group, session, and a mark in their environment; who hides from all three
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

/* The mark of the next child: "ROUNDS_CHECK=<runner>.<number>.<id>". A new string, for its environment. */
char *reaper_mark(struct reaper *r, const char *id);

/* status: as of waitpid(2). The child's number stays taken until child_release(). */
typedef void child_fn(void *ctx, int status);

/* Start a child that has the mark just made in its environment. NULL: *how says why it did not start. */
struct child *reaper_spawn(struct reaper *r, const struct spawn *s, child_fn *fn, void *ctx, struct spawned *how);
/* It has ended and its output has been taken: kill what it left behind, and forget it. */
void child_release(struct child *c);
/* Kill what it left behind, so that pipes end; to be released later. */
void child_kill_leftovers(struct child *c);
/* Its time is over: TERM now, KILL 0.3 s later, then what it left behind. fn is not called any more, c is the reaper's;
 * gone (may be NULL) is called with the ctx of reaper_spawn() once the child is no more: keep its pipes open until then,
 * or the pipe's signal ends it before its own handler of TERM does. */
void child_give_up(struct child *c, void (*gone)(void *ctx));

#endif
