/*
 * worker - the one function that every fork enters first, and what workers share with the
 * supervisor.
 */
#ifndef ENGINE_RUN_WORKER_H
#define ENGINE_RUN_WORKER_H

#include <stddef.h>
#include <sys/types.h>

#include "engine/run/module.h"
#include "engine/run/slot.h"
#include "engine/run/wire.h"

struct err;
struct exports;
struct place;
struct plan;
struct requests;
struct secrets;

/* What every worker inherits; frozen before the first fork. */
struct shop {
	const struct plan *plan;       /* NULL for the scout */
	const struct exports *exports; /* what others capture; may be NULL */
	struct requests *requests;     /* of the scout */
	const char *module_path;
	const struct place *place; /* NULL: this machine */
	struct secrets *secrets; /* empty in a worker, but for those of the check under way */
	struct slots *slots;
	pid_t supervisor;
};

/* A local worker sends its results so many at a time, and has up to twice as many jobs: while the
 * supervisor takes a batch and gives the next, the worker has another. */
#define LOCAL_BATCH 64

/* The exit status of one that could not fork (EX_OSERR of sysexits.h). */
#define WORKER_NOT_MADE 71

/* Where a new worker sits; both descriptors are its ends. */
struct seat {
	enum role role;
	size_t slot;
	int wire;
	int output;                   /* standard output and error */
	const char *module, *package; /* of a lane parent: what it loads; may be NULL */
};

/* In the worker: its desk. */
struct desk {
	const struct shop *shop;
	enum role role;
	struct wire wire; /* blocking */
	struct slot *slot;
	struct modules *modules;
	const char *module, *package; /* of a lane parent */
};

/* Fork a worker; its process number (of its keeper, where the role has one), or -1. The caller
 * closes its copies of the descriptors. */
pid_t worker_fork(const struct shop *shop, const struct seat *seat, struct err **e);
/* The same from a lane parent, as a child of the supervisor. `parent` keeps the modules that are
 * loaded. */
pid_t worker_fork_sibling(const struct desk *parent, const struct seat *seat, struct err **e);

/* What the roles do (local.c, loop_worker.c, isolated.c, scout.c); returning ends the process. */
void local_main(struct desk *d);
void loop_main(struct desk *d);
void parent_main(struct desk *d);
void scout_main(struct desk *d);

#endif
