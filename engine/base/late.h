/*
 * late - libraries that most runs do without: loaded when they are first needed, since to map and
 * relocate each of them takes a twentieth of the time of a small run.
 */
#ifndef ENGINE_BASE_LATE_H
#define ENGINE_BASE_LATE_H

struct err;

enum late_library { LATE_YAML, LATE_ZLIB, LATE_COUNT };

/* A function of the library, and the pointer that shall point to it. */
struct late_symbol {
	const char *name;
	void *pointer; /* to a pointer to a function */
};

/* Have the library, and its functions (an array that a NULL name ends) where they belong; cheap
 * when they are there already. -1: it is not there, and `e` says what to install. */
int late_load(enum late_library which, const struct late_symbol *symbols, struct err **e);
/* Load all that are there, and never again one that is not: for a process that is about to see
 * other files, none of which is to be trusted. */
void late_close(void);

#endif
