/*
 * mounts - the kernel's list of mounts, for all checks that look at it.
 */
#include "checks/snapshot/mounts.h"

static void *own_read(struct err **e)
{
	return mounts_read("/proc/self/mountinfo", e);
}

static void *init_read(struct err **e)
{
	return mounts_read("/proc/1/mountinfo", e);
}

const struct shared_table mounts_table = {
	.name = "mounts", .read = own_read, .free = mounts_free
};
const struct shared_table init_mounts_table = {
	.name = "init_mounts", .read = init_read, .free = mounts_free
};
