/*
 * fuzz_machine - what this machine's files and tables say: mounts, control groups, accounts,
 * packages, numbers of the kernel.
 *
 * The input is a name, a line end, and the text of some such file: every reader gets it.
 */
#include "tests/fuzz/fuzz.h"

#include <jansson.h>
#include <string.h>

#include "checks/snapshot/accounts.h"
#include "checks/snapshot/cgroup_text.h"
#include "checks/snapshot/host_text.h"
#include "checks/snapshot/packages.h"
#include "engine/base/auto.h"
#include "engine/base/mountinfo.h"
#include "engine/base/xalloc.h"

static void check_mounts(const char *name, const char *text)
{
	struct mount_table *t = mounts_parse(text);
	auto_free char *group = cgroup_path(text, name);
	const struct mount *m = mounts_at(t, name);
	struct cgroup_place p = { 0 };

	promise(!m || (!strcmp(m->point, name) && !mount_is_hidden(t, m)));
	for (size_t i = 0; i < t->count; i++) {
		promise(t->rows[i].point && t->rows[i].fstype && t->rows[i].super_options);
		mount_is_read_only(&t->rows[i]);
	}
	mounts_over(t, name);
	if (cgroup_place(t, NULL, group ? group : name, &p)) {
		promise(!strncmp(p.folder, p.top, strlen(p.top)));
		while (cgroup_up(&p))
			promise(strlen(p.folder) >= strlen(p.top));
	}
	cgroup_place_free(&p);
	mounts_free(t);
}

static void check_accounts(const char *name, const char *text)
{
	json_t *list = groups_of_user(text, name, name);
	auto_record struct record r = { 0 };

	promise(json_is_array(list));
	json_decref(list);
	if (record_find(text, GROUP_NAME, name, GROUP_GID + 1, &r)) {
		promise(!strcmp(r.fields[GROUP_NAME], name));
		list = members_of_group(text, &r);
		promise(json_is_array(list));
		json_decref(list);
	}
}

static void check_packages(const char *name, const char *text)
{
	const char *end = text + strlen(text);

	for (int format = PACKAGES_DPKG; format <= PACKAGES_APK; format++) {
		struct package p;

		if (!package_find(text, (enum package_format)format, name, &p) || !p.version.at)
			continue;
		promise(p.version.at >= text && p.version.at + p.version.len <= end);
	}
}

static void check_numbers(const char *name, const char *text)
{
	struct host_pressure pressure;
	struct host_cpu cpu;
	struct host_load load;
	uint64_t a, b;
	double v;

	host_memory(text, name, &a);
	host_memory_available(text, &a);
	promise(!host_cpu(text, &cpu) || cpu.cpus);
	host_load(text, &load);
	host_uptime(text, &v);
	promise(!host_files(text, &a, &b) || b);
	host_pressure(text, name, &pressure);
	promise(!cgroup_limit(text, 1000, &a) || a < 1000);
	promise(!cgroup_quota_v2(text, &v) || v > 0);
	promise(cgroup_working_set(1000, text) <= 1000);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *s = (const char *)data;
	const char *newline = size ? memchr(s, '\n', size) : NULL;
	size_t len = newline ? (size_t)(newline - s) : size;
	auto_free char *name = xmemdup0(s, len);
	auto_free char *text = newline ? xmemdup0(newline + 1, size - len - 1) : xstrdup("");

	check_mounts(name, text);
	check_accounts(name, text);
	check_packages(name, text);
	check_numbers(name, text);
	return 0;
}
