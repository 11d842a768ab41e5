/*
 * place - where is inspected: this machine, or what lies below a folder of it.
 */
#ifndef ENGINE_RUN_PLACE_H
#define ENGINE_RUN_PLACE_H

#include <stddef.h>

struct plan;

struct place {
	const char *root; /* folder that is taken for '/'; NULL: this machine's own */
};

/* Checks that look at what runs, not at files, are skipped below a root: how many. */
size_t place_limit(const struct place *p, struct plan *plan);

#endif
