/*
 * container - the limits of the control groups that this machine's PID 1 and we have in common.
 */
#include "checks/snapshot/container.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "checks/snapshot/cgroup_text.h"
#include "checks/snapshot/host_text.h"
#include "checks/snapshot/percent.h"
#include "checks/snapshot/proc_read.h"
#include "engine/base/auto.h"
#include "engine/base/err.h"
#include "engine/base/xalloc.h"

/* /proc/PID/cgroup has a line for each hierarchy, memory.stat some 100 lines. */
#define TEXT_SIZE 16384

struct hierarchy {
	bool known, unified;
	struct cgroup_place place;
};

struct container {
	struct hierarchy memory, cpu, cpuacct;
};

static struct cgroup_place place_copy(const struct hierarchy *h)
{
	return (struct cgroup_place){ xstrdup(h->place.top), xstrdup(h->place.folder) };
}

/* The group that we and PID 1 have in common; where PID 1 cannot be looked at, our own. */
static char *common_path(const char *own, const char *init, const char *controller)
{
	auto_free char *mine = cgroup_path(own, controller);
	auto_free char *its = cgroup_path(init, controller);

	if (!mine || !its)
		return TAKE(mine);
	return cgroup_common(mine, its);
}

static void hierarchy_find(struct hierarchy *h, const struct mount_table *t, const char *own,
			   const char *init, const char *controller)
{
	const char *const names[] = { controller, NULL };

	for (size_t i = 0; i < ARRAY_SIZE(names) && !h->known; i++) {
		auto_free char *path = common_path(own, init, names[i]);

		h->unified = !names[i];
		h->known = path && cgroup_place(t, names[i], path, &h->place);
	}
}

static void container_free(void *table)
{
	struct container *c = table;

	cgroup_place_free(&c->memory.place);
	cgroup_place_free(&c->cpu.place);
	cgroup_place_free(&c->cpuacct.place);
	free(c);
}

/* From outside (a root is given), what we are in ourselves says nothing of the container: there its
 * first process does. */
static void *container_read(const struct root *outside, struct err **e)
{
	char own[TEXT_SIZE], init[TEXT_SIZE];
	struct container *c;
	struct mount_table *t = mounts_read("/proc/self/mountinfo", e);

	if (!t)
		return NULL;
	c = xcalloc(1, sizeof(*c));
	if (proc_read_small(AT_FDCWD, "/proc/self/cgroup", own, sizeof(own)) > 0) {
		if (proc_read_small(AT_FDCWD, "/proc/1/cgroup", init, sizeof(init)) < 0)
			init[0] = '\0';
		if (outside)
			memcpy(own, init, strlen(init) + 1);
		hierarchy_find(&c->memory, t, own, init, "memory");
		hierarchy_find(&c->cpu, t, own, init, "cpu");
		hierarchy_find(&c->cpuacct, t, own, init, "cpuacct");
	}
	mounts_free(t);
	return c;
}

const struct shared_table container_table = {
	.name = "container", .read_below = container_read, .free = container_free
};

bool container_known(const struct container *c)
{
	return c->memory.known || c->cpu.known;
}

/* 1, 0 (there is none: the group at the very top has no limits), or -1. */
static int read_file(const char *folder, const char *name, char *out, size_t size, struct err **e)
{
	auto_free char *path = xasprintf("%s/%s", folder, name);

	if (proc_read_small(AT_FDCWD, path, out, size) >= 0)
		return 1;
	if (errno == ENOENT || errno == ENOTDIR || errno == ENODEV || errno == EOPNOTSUPP)
		return 0;
	return err_errno(e, ERR_SYSTEM, "'%s'", path);
}

/* A file that holds a number below `most`: 1; 0: there is none, or it is no limit. */
static int read_limit(const char *folder, const char *name, uint64_t most, uint64_t *limit,
		      struct err **e)
{
	char text[64];
	int r = read_file(folder, name, text, sizeof(text), e);

	if (r > 0 && !cgroup_is_amount(text))
		return err_set(e, ERR_SYSTEM, "'%s/%s' holds no number", folder, name);
	return r < 1 ? r : cgroup_limit(text, most, limit);
}

/* A file that must be there when the limit is. */
static int read_value(const char *folder, const char *name, uint64_t *value, struct err **e)
{
	int r = read_limit(folder, name, UINT64_MAX, value, e);

	return r ? r : err_set(e, ERR_SYSTEM, "'%s/%s' holds no number", folder, name);
}

static int group_memory(const char *folder, bool unified, uint64_t total,
			struct container_share *out, struct err **e)
{
	char stat[TEXT_SIZE];
	uint64_t usage;
	int r = read_limit(folder, unified ? "memory.max" : "memory.limit_in_bytes", total,
			   &out->limit, e);

	if (r < 1)
		return r;
	if (read_value(folder, unified ? "memory.current" : "memory.usage_in_bytes", &usage, e) < 0)
		return -1;
	if (read_file(folder, "memory.stat", stat, sizeof(stat), e) < 0)
		return -1;
	out->used = cgroup_working_set(usage, stat);
	return 1;
}

/* Version 1 counts memory and swap together. */
static int group_swap_v1(const char *folder, uint64_t total, struct container_share *out,
			 struct err **e)
{
	uint64_t memory_limit, memory, both_limit, both;
	int r = read_limit(folder, "memory.memsw.limit_in_bytes", INT64_MAX / 4096 * 4096,
			   &both_limit, e);

	if (r > 0)
		r = read_limit(folder, "memory.limit_in_bytes", both_limit + 1, &memory_limit, e);
	if (r < 1)
		return r;
	if (both_limit - memory_limit >= total)
		return 0;
	if (read_value(folder, "memory.memsw.usage_in_bytes", &both, e) < 0 ||
	    read_value(folder, "memory.usage_in_bytes", &memory, e) < 0)
		return -1;
	out->limit = both_limit - memory_limit;
	out->used = both > memory ? both - memory : 0;
	return 1;
}

static int group_swap(const char *folder, bool unified, uint64_t total, struct container_share *out,
		      struct err **e)
{
	int r;

	if (!unified)
		return group_swap_v1(folder, total, out, e);
	r = read_limit(folder, "memory.swap.max", total, &out->limit, e);
	if (r < 1)
		return r;
	return read_value(folder, "memory.swap.current", &out->used, e);
}

/* Nearer to its limit, or as near to a smaller one. */
static bool is_worse(const struct container_share *a, const struct container_share *b)
{
	const double x = percent_of((double)a->used, (double)a->limit);
	const double y = percent_of((double)b->used, (double)b->limit);

	return x > y || (x >= y && a->limit < b->limit);
}

/* The groups from ours up to the top: each may have a limit. */
static int nearest(const struct hierarchy *h, uint64_t total, struct container_share *out,
		   int (*look)(const char *folder, bool unified, uint64_t total,
			       struct container_share *out, struct err **e),
		   struct err **e)
{
	struct cgroup_place at;
	bool found = false;
	int r;

	if (!h->known)
		return 0;
	at = place_copy(h);
	do {
		struct container_share here = { 0 };

		r = look(at.folder, h->unified, total, &here, e);
		if (r > 0 && (!found || is_worse(&here, out)))
			*out = here;
		found = found || r > 0;
	} while (r >= 0 && cgroup_up(&at));
	cgroup_place_free(&at);
	return r < 0 ? -1 : found;
}

int container_memory(const struct container *c, uint64_t total, struct container_share *out,
		     struct err **e)
{
	return nearest(&c->memory, total, out, group_memory, e);
}

int container_swap(const struct container *c, uint64_t total, struct container_share *out,
		   struct err **e)
{
	return nearest(&c->memory, total, out, group_swap, e);
}

/* 1, 0 (none), -1: a quota that cannot be understood is no absence of one. */
static int group_quota(const char *folder, bool unified, double *cpus, struct err **e)
{
	const char *name = unified ? "cpu.max" : "cpu.cfs_quota_us";
	char text[64], period[64] = "";
	int r = read_file(folder, name, text, sizeof(text), e);

	if (r < 1 || cgroup_no_quota(text))
		return r < 0 ? -1 : 0;
	if (!unified && read_file(folder, "cpu.cfs_period_us", period, sizeof(period), e) < 0)
		return -1;
	if (unified ? cgroup_quota_v2(text, cpus) : cgroup_quota_v1(text, period, cpus))
		return 1;
	return err_set(e, ERR_SYSTEM, "'%s/%s' tells no quota that could be understood", folder,
		       name);
}

/* Where version 1 accounts for this group: usually in the same folder, else in a hierarchy of its
 * own under the same name. */
static int usage_v1(const struct container *c, const char *folder, double *seconds, struct err **e)
{
	const char *below = folder + strlen(c->cpu.place.top);
	auto_free char *elsewhere = xasprintf(
		"%s%s", c->cpuacct.known ? c->cpuacct.place.top : "", below);
	uint64_t ns;
	int r = read_limit(folder, "cpuacct.usage", UINT64_MAX, &ns, e);

	if (!r && c->cpuacct.known)
		r = read_limit(elsewhere, "cpuacct.usage", UINT64_MAX, &ns, e);
	if (!r)
		return err_set(e, ERR_SYSTEM, "'%s' has a quota, but its use is told nowhere",
			       folder);
	*seconds = (double)ns / 1e9;
	return r < 0 ? -1 : 0;
}

static int group_use(const struct container *c, struct container_cpu *g, struct err **e)
{
	char stat[TEXT_SIZE];
	uint64_t us = 0;

	if (read_file(g->folder, "cpu.stat", stat, sizeof(stat), e) < 1)
		return err_set(e, ERR_SYSTEM, "'%s' has no cpu.stat", g->folder);
	host_line_value(stat, "nr_periods", &g->periods);
	host_line_value(stat, "nr_throttled", &g->throttled);
	if (!c->cpu.unified)
		return usage_v1(c, g->folder, &g->seconds, e);
	if (!host_line_value(stat, "usage_usec", &us))
		return err_set(e, ERR_SYSTEM, "'%s/cpu.stat' tells no usage", g->folder);
	g->seconds = (double)us / 1e6;
	return 0;
}

void container_cpus_free(struct container_cpu *groups, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(groups[i].folder);
	free(groups);
}

int container_cpus(const struct container *c, struct container_cpu **out, size_t *count,
		   struct err **e)
{
	struct cgroup_place at;
	size_t cap = 0;
	int r;

	*out = NULL;
	*count = 0;
	if (!c->cpu.known)
		return 0;
	at = place_copy(&c->cpu);
	do {
		struct container_cpu g = { 0 };

		r = group_quota(at.folder, c->cpu.unified, &g.cpus, e);
		if (r < 1)
			continue;
		g.folder = xstrdup(at.folder);
		array_grow(*out, *count, cap);
		(*out)[(*count)++] = g;
		r = group_use(c, &(*out)[*count - 1], e);
	} while (r >= 0 && cgroup_up(&at));
	cgroup_place_free(&at);
	return r < 0 ? -1 : 0;
}
