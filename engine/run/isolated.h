/*
 * isolated - the supervisor's side of a lane parent: a process that has loaded a module once and
 * forks the workers that use it.
 */
#ifndef ENGINE_RUN_ISOLATED_H
#define ENGINE_RUN_ISOLATED_H

#include <stdint.h>

struct err;
struct seat;

/* Ask the parent at this (non-blocking) descriptor to fork worker `id` for this seat. */
int isolated_ask(int parent_fd, uint32_t id, const struct seat *seat, struct err **e);

#endif
