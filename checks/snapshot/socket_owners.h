/*
 * socket_owners - which processes hold a socket: a walk over all descriptors of all processes, made
 * only when somebody asks.
 */
#ifndef CHECKS_SNAPSHOT_SOCKET_OWNERS_H
#define CHECKS_SNAPSHOT_SOCKET_OWNERS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "engine/decl/observer.h"

struct process_table;

struct socket_owner {
	uint64_t inode;
	pid_t pid;
};

struct socket_owners;

extern const struct shared_table socket_owners_table;

/* Walk over all descriptors, once for this table. */
void socket_owners_read(const struct socket_owners *o, const struct process_table *t);
/* The process that did not let us look, 0 when all did: then a socket may have holders that we
 * cannot see. */
pid_t socket_owners_denied(const struct socket_owners *o);
/* The holders of a socket, by pid: the first one, and how many follow. */
const struct socket_owner *socket_owners_find(const struct socket_owners *o, uint64_t inode,
					      size_t *count);

#endif
