/*
 * processes - the process table, read from /proc: one stat file a process at once, the rest when it
 * is asked for.
 */
#include "checks/snapshot/processes.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "checks/snapshot/kernel_threads.h"
#include "checks/snapshot/own.h"
#include "checks/snapshot/proc_hidden.h"
#include "checks/snapshot/proc_read.h"
#include "engine/base/auto.h"
#include "engine/base/clock.h"
#include "engine/base/err.h"
#include "engine/base/number.h"
#include "engine/base/xalloc.h"

/* One row; vanished ones are no error, forbidden ones are counted. */
static void table_add(struct process_table *t, size_t *cap, struct kernel_threads *k, pid_t pid)
{
	char path[PROC_PATH_MAX], text[1024];
	struct process row = { .pid = pid, .own_namespace = -1, .ours = -1 };
	ssize_t n;

	snprintf(path, sizeof(path), "%d/stat", row.pid);
	n = proc_read_small(t->proc, path, text, sizeof(text));
	if (n < 0) {
		t->denied += errno == EACCES || errno == EPERM;
		return;
	}
	if (proc_parse_stat(text, (size_t)n, &row.stat) < 0)
		return;
	if (row.stat.kernel_thread) {
		if (pid == KTHREADD)
			kernel_threads_read(k, t->proc);
		return;
	}
	row.ppid = (pid_t)row.stat.ppid;
	array_grow(t->rows, t->count, *cap);
	t->rows[t->count++] = row;
}

static int row_compare(const void *a, const void *b)
{
	const struct process *x = a, *y = b;

	return (x->pid > y->pid) - (x->pid < y->pid);
}

static int table_walk(struct process_table *t, struct err **e)
{
	auto_fd int fd = openat(t->proc, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	auto_dir DIR *dir = NULL;
	const struct dirent *d;
	struct kernel_threads k = { 0 };
	size_t cap = 0;
	uint64_t pid;

	if (fd < 0 || !(dir = fdopendir(fd)))
		return err_errno(e, ERR_SYSTEM, "'/proc'");
	fd_take(&fd);
	while ((d = readdir(dir)))
		if (!number_uint(d->d_name, &pid) &&
		    !kernel_threads_have(&k, t->proc, (pid_t)pid))
			table_add(t, &cap, &k, (pid_t)pid);
	kernel_threads_free(&k);
	if (t->count)
		qsort(t->rows, t->count, sizeof(*t->rows), row_compare);
	return 0;
}

static int comm_compare(const void *a, const void *b)
{
	const struct process *x = *(struct process *const *)a, *y = *(struct process *const *)b;
	const int order = strcmp(x->stat.comm, y->stat.comm);

	return order ? order : row_compare(x, y);
}

static void table_index(struct process_table *t)
{
	t->by_comm = xcalloc(t->count + 1, sizeof(*t->by_comm));
	for (size_t i = 0; i < t->count; i++)
		t->by_comm[i] = &t->rows[i];
	qsort(t->by_comm, t->count, sizeof(*t->by_comm), comm_compare);
}

static int64_t boot_time(int64_t now)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return now - ((int64_t)ts.tv_sec * NS_PER_S + ts.tv_nsec);
}

static void table_free(void *table)
{
	struct process_table *t = table;

	if (!t)
		return;
	for (size_t i = 0; i < t->count; i++) {
		free(t->rows[i].args);
		free(t->rows[i].command);
		free(t->rows[i].program_path);
	}
	free(t->namespace);
	free(t->rows);
	free(t->by_comm);
	if (t->proc >= 0)
		close(t->proc);
	free(t);
}

static int table_fill(struct process_table *t, struct err **e)
{
	char self[32] = "";
	uint64_t pid;

	t->proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	/* "self" is our pid as the mounted /proc numbers it; without it, it is no /proc, or that of
	 * a stranger's namespace */
	if (t->proc < 0 || readlinkat(t->proc, "self", self, sizeof(self) - 1) < 0 ||
	    number_uint(self, &pid) < 0)
		return err_set(e, ERR_PERMISSION,
			       "processes cannot be seen: there is no /proc of this PID namespace");
	t->self = (pid_t)pid;
	t->now = clock_real();
	t->boot = boot_time(t->now);
	t->tick_ns = NS_PER_S / sysconf(_SC_CLK_TCK);
	t->page = sysconf(_SC_PAGESIZE);
	t->namespace = proc_read_link(t->proc, "self/ns/pid");
	t->hidden = proc_hidden(t->proc);
	if (table_walk(t, e) < 0)
		return -1;
	table_index(t);
	t->tree = own_tree(t);
	return 0;
}

static void *table_read(struct err **e)
{
	struct process_table *t = xcalloc(1, sizeof(*t));

	t->proc = -1;
	if (!table_fill(t, e))
		return t;
	table_free(t);
	return NULL;
}

const struct shared_table processes_table = { .name = "processes",
					      .read = table_read,
					      .free = table_free };

struct process *process_find(const struct process_table *t, pid_t pid)
{
	const struct process key = { .pid = pid };

	return t->count ? bsearch(&key, t->rows, t->count, sizeof(key), row_compare) : NULL;
}

struct process *const *processes_named(const struct process_table *t, const char *name,
				       size_t *count)
{
	size_t low = 0, high = t->count, first;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (strncmp(t->by_comm[middle]->stat.comm, name, PROC_COMM_MAX) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (first = low; low < t->count; low++)
		if (strncmp(t->by_comm[low]->stat.comm, name, PROC_COMM_MAX) != 0)
			break;
	*count = low - first;
	return t->by_comm + first;
}

void process_path(const struct process *p, const char *name, char *out, size_t size)
{
	snprintf(out, size, "%d/%s", p->pid, name);
}

bool process_alive(const struct process *p)
{
	if (p->stat.state == 'Z')
		return p->stat.threads > 1;
	return p->stat.state != 'X' && p->stat.state != 'x';
}

int64_t process_started(const struct process_table *t, const struct process *p)
{
	return t->boot + (int64_t)p->stat.start_ticks * t->tick_ns;
}
