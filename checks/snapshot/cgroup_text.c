/*
 * cgroup_text - where the control group of a container is and what its files say, as pure functions
 * over text.
 */
#include "checks/snapshot/cgroup_text.h"

#include <stdlib.h>
#include <string.h>

#include "checks/snapshot/host_text.h"
#include "engine/base/auto.h"
#include "engine/base/number.h"
#include "engine/base/xalloc.h"

static bool list_has(const char *list, size_t len, const char *word)
{
	size_t n = strlen(word);

	for (const char *s = list; s < list + len;) {
		size_t part = strcspn(s, ",:");

		if (part == n && !strncmp(s, word, n))
			return true;
		s += part + 1;
	}
	return false;
}

/* "4:memory:/docker/x", "3:cpu,cpuacct:/", "0::/user.slice" */
char *cgroup_path(const char *text, const char *controller)
{
	for (const char *line = text; *line;) {
		size_t len = strcspn(line, "\n");
		const char *list = memchr(line, ':', len);
		const char *path = list ? memchr(list + 1, ':', len - (size_t)(list + 1 - line))
					: NULL;

		if (path) {
			size_t n = (size_t)(path - (list + 1));

			if (controller ? list_has(list + 1, n, controller)
				       : !n && !strncmp(line, "0:", 2))
				return xmemdup0(path + 1, len - (size_t)(path + 1 - line));
		}
		line += len + (line[len] == '\n');
	}
	return NULL;
}

char *cgroup_common(const char *a, const char *b)
{
	size_t same = 0;

	for (size_t i = 0;; i++) {
		bool end_a = !a[i] || a[i] == '/', end_b = !b[i] || b[i] == '/';

		if (end_a && end_b)
			same = i;
		if (a[i] != b[i] || !a[i])
			break;
	}
	return same ? xmemdup0(a, same) : xstrdup("/");
}

static bool is_hierarchy(const struct mount *m, const char *controller)
{
	if (!controller)
		return !strcmp(m->fstype, "cgroup2");
	return !strcmp(m->fstype, "cgroup") && mount_has_option(m->super_options, controller);
}

/* Another namespace's path goes up first ("/../../init.scope"). */
static bool leads_up(const char *path)
{
	return !strncmp(path, "/..", 3) && (path[3] == '/' || !path[3]);
}

/* The path below what is mounted: "" for that itself. */
static const char *path_below(const char *path, const char *root)
{
	size_t n = strcmp(root, "/") ? strlen(root) : 0;

	if (leads_up(path) || strncmp(path, root, n) != 0 || (path[n] && path[n] != '/'))
		return "";
	return strcmp(path + n, "/") ? path + n : "";
}

bool cgroup_place(const struct mount_table *t, const char *controller, const char *path,
		  struct cgroup_place *out)
{
	for (const struct mount *m = t->rows; m < t->rows + t->count; m++) {
		if (!is_hierarchy(m, controller) || mount_is_hidden(t, m))
			continue;
		out->top = xstrdup(m->point);
		out->folder = xasprintf("%s%s", m->point, path_below(path, m->root));
		return true;
	}
	return false;
}

void cgroup_place_free(struct cgroup_place *p)
{
	free(p->top);
	free(p->folder);
	*p = (struct cgroup_place){ 0 };
}

bool cgroup_up(struct cgroup_place *p)
{
	char *slash;

	if (!strcmp(p->folder, p->top))
		return false;
	slash = strrchr(p->folder, '/');
	if (!slash)
		return false;
	*slash = '\0';
	return true;
}

bool cgroup_limit(const char *text, uint64_t most, uint64_t *limit)
{
	return number_scan(text, limit) && *limit < most;
}

static bool is_word(const char *text, const char *word)
{
	const size_t n = strlen(word);

	return !strncmp(text, word, n) && (!text[n] || text[n] == '\n' || text[n] == ' ');
}

bool cgroup_is_amount(const char *text)
{
	uint64_t v;
	const char *end = number_scan(text, &v);

	return end ? !*end || *end == '\n' : is_word(text, "max");
}

uint64_t cgroup_working_set(uint64_t usage, const char *memory_stat)
{
	uint64_t inactive = 0;

	/* version 1 tells those of the groups below by a name of their own */
	if (!host_line_value(memory_stat, "total_inactive_file", &inactive))
		host_line_value(memory_stat, "inactive_file", &inactive);
	return usage > inactive ? usage - inactive : 0;
}

static bool quota(uint64_t us, const char *period, double *cpus)
{
	uint64_t length;

	if (!number_scan(period, &length) || !length || !us)
		return false;
	*cpus = (double)us / (double)length;
	return true;
}

bool cgroup_quota_v2(const char *cpu_max, double *cpus)
{
	uint64_t us;
	const char *s = number_scan(cpu_max, &us);

	return s && *s == ' ' && quota(us, s + 1, cpus);
}

/* No quota is -1, which is no number of digits. */
bool cgroup_quota_v1(const char *quota_us, const char *period_us, double *cpus)
{
	uint64_t us;

	return number_scan(quota_us, &us) && quota(us, period_us, cpus);
}

bool cgroup_no_quota(const char *text)
{
	return is_word(text, "max") || is_word(text, "-1");
}
