/*
 * deleted - all deleted files that processes of this machine still hold open: a walk over all
 * descriptors of all processes, made only when somebody asks.
 */
#ifndef CHECKS_SNAPSHOT_DELETED_H
#define CHECKS_SNAPSHOT_DELETED_H

#include <stdint.h>
#include <sys/types.h>

#include "engine/decl/observer.h"

struct deleted_table;
struct process_table;

extern const struct shared_table deleted_table;

/* Walk over all descriptors, once for this table. */
void deleted_read(const struct deleted_table *d, const struct process_table *t);
/* The process that did not let us look, 0 when all did: then there may be more. */
pid_t deleted_denied(const struct deleted_table *d);
/* What they hold on the file system with this device number. */
int64_t deleted_bytes_on(const struct deleted_table *d, dev_t device);

#endif
