/*
 * mounts - the kernel's list of mounts, for all checks that look at it.
 */
#ifndef CHECKS_SNAPSHOT_MOUNTS_H
#define CHECKS_SNAPSHOT_MOUNTS_H

#include "engine/base/mountinfo.h"
#include "engine/decl/observer.h"

/* struct mount_table: of our own mount namespace, and as PID 1 sees it. */
extern const struct shared_table mounts_table, init_mounts_table;

#endif
