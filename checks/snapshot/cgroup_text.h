/*
 * cgroup_text - where the control group of a container is and what its files say, as pure functions
 * over text. See cgroups(7).
 */
#ifndef CHECKS_SNAPSHOT_CGROUP_TEXT_H
#define CHECKS_SNAPSHOT_CGROUP_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/mountinfo.h"

/* The path of a process's group in the hierarchy of this controller ("memory"; NULL: the unified
 * one), from /proc/PID/cgroup; the caller's. NULL: it is in none. */
char *cgroup_path(const char *text, const char *controller);
/* The deepest group that both are in; the caller's. */
char *cgroup_common(const char *a, const char *b);

/* A group as folders. */
struct cgroup_place {
	char *top;    /* where the hierarchy is mounted: no higher group can be seen */
	char *folder; /* at or below top */
};

/* Where the group of this path is; false: the hierarchy is not mounted. A path that is not below
 * what is mounted (another namespace's) is taken for the top. */
bool cgroup_place(const struct mount_table *t, const char *controller, const char *path,
		  struct cgroup_place *out);
void cgroup_place_free(struct cgroup_place *p);
/* Go to the group above; false: it was the top. */
bool cgroup_up(struct cgroup_place *p);

/* "max" and what is not below `most` are no limit. */
bool cgroup_limit(const char *text, uint64_t most, uint64_t *limit);
/* Whether it is a number or "max": anything else is no file of a limit or a use. */
bool cgroup_is_amount(const char *text);
/* What it uses without the pages of files that can be dropped at once, from memory.stat (of both
 * versions). */
uint64_t cgroup_working_set(uint64_t usage, const char *memory_stat);
/* How many CPUs the quota is: of cpu.max ("200000 100000"), or of cpu.cfs_quota_us and
 * cpu.cfs_period_us. false: there is no quota. */
bool cgroup_quota_v2(const char *cpu_max, double *cpus);
bool cgroup_quota_v1(const char *quota_us, const char *period_us, double *cpus);
/* Whether cpu.max or cpu.cfs_quota_us says that there is no quota: "max 100000", "-1". */
bool cgroup_no_quota(const char *text);

#endif
