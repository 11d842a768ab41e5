/*
 * container - the limits of the control groups that this machine's PID 1 and we have in common: of
 * a container that we run in, or of nothing at all.
 *
 * Our own group alone would be wrong: a service manager may limit rounds itself. Of a container
 * that is looked into from outside (--enter), the group of its first process counts.
 */
#ifndef CHECKS_SNAPSHOT_CONTAINER_H
#define CHECKS_SNAPSHOT_CONTAINER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/decl/observer.h"

struct container;
struct err;

extern const struct shared_table container_table;

/* What is in use of what there may be; of nested groups the one that is nearest to its limit. */
struct container_share {
	uint64_t used, limit;
};

/* 1: there is a limit below `total`; 0: none; -1. */
int container_memory(const struct container *c, uint64_t total, struct container_share *out,
		     struct err **e);
int container_swap(const struct container *c, uint64_t total, struct container_share *out,
		   struct err **e);

/* A group with a quota of CPU time. */
struct container_cpu {
	char *folder;
	double cpus;    /* the quota */
	double seconds; /* used since its making */
	uint64_t periods, throttled;
};
/* Those among our groups that have a quota: the array and its folders are the caller's. */
int container_cpus(const struct container *c, struct container_cpu **out, size_t *count,
		   struct err **e);
void container_cpus_free(struct container_cpu *groups, size_t count);

/* Whether control groups are in sight at all. */
bool container_known(const struct container *c);

#endif
