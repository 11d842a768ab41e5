/*
 * isolated - the supervisor's side of a lane parent: a process that has loaded a module once and
 * forks the workers that use it.
 */
#ifndef ENGINE_RUN_ISOLATED_H
#define ENGINE_RUN_ISOLATED_H

#include <stdint.h>

struct err;

/* Ask the parent at this (non-blocking) descriptor to fork worker `id` with its ends of wire and
 * output. */
int isolated_ask(int parent_fd, uint32_t id, uint32_t slot, int wire, int output, struct err **e);

#endif
