/*
 * lookup - where the programs of commands were found, for the next commands of the same name.
 *
 * Shells remember it as well (`hash` of the POSIX shell), until it is gone; we for a second, so
 * that one that has come to an earlier folder is found. Each folder of PATH before the right one
 * costs a stat(2). Not for another user: what it may run depends on more than its name.
 */
#ifndef CHECKS_COMMAND_LOOKUP_H
#define CHECKS_COMMAND_LOOKUP_H

#include "checks/command/environment.h"
#include "engine/decl/observer.h"

/* Of one lane: struct programs. */
struct programs;
extern const struct lane_object lookup_object;

/* Fill in s->programs and s->found; s->argv, cwd and identity are set. Both belong to the lookup
 * and are good until its next call. */
void lookup_programs(struct programs *l, struct spawn *s, const struct strings *environment);

#endif
