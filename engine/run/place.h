/*
 * place - where is inspected: this machine, what lies below a folder of it, or the inside of a
 * container.
 */
#ifndef ENGINE_RUN_PLACE_H
#define ENGINE_RUN_PLACE_H

#include <stddef.h>

struct entrance;
struct err;
struct plan;

struct place {
	const char *root; /* folder that is taken for '/'; NULL: this machine's own */
	const struct entrance *entrance; /* whose namespaces are inspected; NULL: our own */
};

/* Checks that look at what runs, not at files, are skipped below a root: how many. */
size_t place_limit(const struct place *p, struct plan *plan);

/* Whether the kernel answers within 5 s what this folder is, be it that it is none: a folder on a
 * dead mount would hang whoever asks, and for good. 0, or -1 (ERR_UNAVAILABLE). */
int place_answers(const char *folder, struct err **e);

#endif
