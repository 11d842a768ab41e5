/*
 * system - how busy is the machine, or the container that we run in?
 *
 * CPU, memory and swap against the container's own limits where it has some; what has no limit, and
 * the load, is the machine's.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "checks/check.h"
#include "checks/snapshot/container.h"
#include "checks/snapshot/cpu.h"
#include "checks/snapshot/host_text.h"
#include "checks/snapshot/percent.h"
#include "checks/snapshot/proc_read.h"
#include "checks/snapshot/processes.h"
#include "engine/base/io.h"

#define STAT_MAX ((size_t)4 * 1024 * 1024)

enum { SCOPE_CONTAINER, SCOPE_HOST };

static const char *const scopes[] = {
	[SCOPE_CONTAINER] = "container",
	[SCOPE_HOST] = "host",
	NULL,
};

struct system_query {
	int scope;
};

static const struct field system_fields[] = {
	FIELD_ENUM(struct system_query, scope, .choices = scopes, .dflt = "container",
		   .doc = "Whose CPU, memory and swap: those of the container that rounds runs in "
			  "(or looks into) as far as it has limits of its own, else the "
			  "machine's, or always the machine's."),
	{ .name = NULL },
};

static const struct fact average_facts[] = {
	{ .name = "avg10", .type = FACT_NUMBER, .doc = "Over the last 10 s." },
	{ .name = "avg300", .type = FACT_NUMBER, .doc = "Over the last 5 minutes." },
	{ .name = "avg60", .type = FACT_NUMBER, .doc = "Over the last minute." },
	{ .name = NULL },
};

static const struct fact stall_facts[] = {
	{ .name = "full",
	  .type = FACT_MAP,
	  .of = average_facts,
	  .doc = "Time in which nothing could be done for want of it, in percent." },
	{ .name = "some",
	  .type = FACT_MAP,
	  .of = average_facts,
	  .doc = "Time in which at least one task waited for it, in percent." },
	{ .name = NULL },
};

static const struct fact pressure_facts[] = {
	{ .name = "cpu", .type = FACT_MAP, .of = stall_facts, .doc = "Waiting for a processor." },
	{ .name = "io", .type = FACT_MAP, .of = stall_facts, .doc = "Waiting for disks." },
	{ .name = "memory", .type = FACT_MAP, .of = stall_facts, .doc = "Waiting for memory." },
	{ .name = NULL },
};

static const struct fact system_facts[] = {
	{ .name = "cpu_percent",
	  .type = FACT_NUMBER,
	  .range = RANGE_PERCENT,
	  .doc = "How busy the processors were since the last sample, the first time over 1 s: of "
		 "the container's quota, else of all of the machine's." },
	{ .name = "cpu_throttled_percent",
	  .type = FACT_NUMBER,
	  .range = RANGE_PERCENT,
	  .doc = "In how many of the periods of that time the container was stopped at its quota; "
		 "0 without one." },
	{ .name = "cpus",
	  .type = FACT_NUMBER,
	  .doc = "How many processors cpu_percent is of: the quota, else the machine's number." },
	{ .name = "load1", .type = FACT_NUMBER, .doc = "Load of the machine over a minute." },
	{ .name = "load15", .type = FACT_NUMBER, .doc = "Load of the machine over 15 minutes." },
	{ .name = "load1_per_cpu",
	  .type = FACT_NUMBER,
	  .doc = "Load over a minute for each processor of the machine." },
	{ .name = "load5", .type = FACT_NUMBER, .doc = "Load of the machine over 5 minutes." },
	{ .name = "memory_percent",
	  .type = FACT_NUMBER,
	  .range = RANGE_PERCENT,
	  .doc = "Memory in use, without what caches could give back: of the container's limit, "
		 "else of the machine's memory." },
	{ .name = "memory_total",
	  .type = FACT_SIZE,
	  .doc = "How much memory memory_percent is of." },
	{ .name = "open_files_percent",
	  .type = FACT_NUMBER,
	  .range = RANGE_PERCENT,
	  .doc = "Open files of the whole machine, of how many there may be." },
	{ .name = "pressure",
	  .type = FACT_MAP,
	  .of = pressure_facts,
	  .doc = "Time lost by waiting on the machine (PSI); not there where the kernel does not "
		 "measure it." },
	{ .name = "processes",
	  .type = FACT_INT,
	  .doc = "Processes in sight, without the kernel's own." },
	{ .name = "swap_percent",
	  .type = FACT_NUMBER,
	  .range = RANGE_PERCENT,
	  .doc = "Swap in use: of the container's limit, else of the machine's; 0 where there is "
		 "none." },
	{ .name = "uptime", .type = FACT_DURATION, .doc = "Time since the machine was started." },
	{ .name = NULL },
};

/* A small file of /proc; -1. */
static int read_text(const char *path, char *out, size_t size, struct err **e)
{
	if (proc_read_small(AT_FDCWD, path, out, size) < 0)
		return err_errno(e, ERR_SYSTEM, "'%s'", path);
	return 0;
}

static int not_understood(const char *path, struct err **e)
{
	return err_set(e, ERR_SYSTEM, "'%s' does not say what it should", path);
}

/* The machine, when it is to be judged by itself: NULL. -1 when it is not known. */
static int find_container(const struct system_query *q, struct observer *o,
			  const struct container **out, struct err **e)
{
	*out = NULL;
	if (q->scope == SCOPE_HOST)
		return 0;
	*out = observer_table(o, &container_table, e);
	if (!*out)
		return -1;
	if (!container_known(*out))
		observer_trace(o, "no control groups are mounted here: what is told is the "
				  "machine's");
	return 0;
}

static int tell_cpu(const struct container *c, struct observer *o, struct err **e)
{
	const struct cpu_history *history = observer_table(o, &cpu_history_table, e);
	const struct cpu_measured *measured = observer_table(o, &cpu_measured_table, e);
	struct cpu_rates r;

	if (!history || !measured ||
	    cpu_measure(history, measured, c, observer_deadline(o), &r, e) < 0)
		return -1;
	observer_set_real(o, "cpu_percent", r.busy);
	observer_set_real(o, "cpu_throttled_percent", r.throttled);
	observer_set_real(o, "cpus", r.cpus);
	observer_trace(o, "the processors were looked at for %.2f s", r.seconds);
	return 0;
}

/* What the machine has; `swap` is 0 where there is none. */
struct memory {
	uint64_t total, available, swap, swap_free;
};

static int read_memory(struct memory *m, struct err **e)
{
	char text[8192];

	*m = (struct memory){ 0 };
	if (read_text("/proc/meminfo", text, sizeof(text), e) < 0)
		return -1;
	if (!host_memory(text, "MemTotal", &m->total) || !m->total ||
	    !host_memory_available(text, &m->available) || m->available > m->total)
		return not_understood("/proc/meminfo", e);
	if (host_memory(text, "SwapTotal", &m->swap) &&
	    (!host_memory(text, "SwapFree", &m->swap_free) || m->swap_free > m->swap))
		return not_understood("/proc/meminfo", e);
	return 0;
}

static int tell_memory(const struct container *c, const struct memory *m, struct observer *o,
		       struct err **e)
{
	struct container_share share = { m->total - m->available, m->total };

	if (c && container_memory(c, m->total, &share, e) < 0)
		return -1;
	observer_set_real(o, "memory_percent", percent_of((double)share.used, (double)share.limit));
	observer_set_int(o, "memory_total", (int64_t)share.limit);
	return 0;
}

static int tell_swap(const struct container *c, const struct memory *m, struct observer *o,
		     struct err **e)
{
	struct container_share share = { m->swap - m->swap_free, m->swap };

	if (c && container_swap(c, m->swap, &share, e) < 0)
		return -1;
	observer_set_real(o, "swap_percent", percent_of((double)share.used, (double)share.limit));
	return 0;
}

static int tell_load(struct observer *o, struct err **e)
{
	auto_buf struct buf stat = BUF_INIT(STAT_MAX);
	char text[128];
	struct host_load load;
	struct host_cpu cpu;

	if (read_text("/proc/loadavg", text, sizeof(text), e) < 0)
		return -1;
	if (!host_load(text, &load))
		return not_understood("/proc/loadavg", e);
	observer_set_real(o, "load1", load.one);
	observer_set_real(o, "load5", load.five);
	observer_set_real(o, "load15", load.fifteen);
	if (!observer_wants(o, "load1_per_cpu"))
		return 0;
	if (io_read_proc(AT_FDCWD, "/proc/stat", &stat) < 0)
		return err_errno(e, ERR_SYSTEM, "'/proc/stat'");
	if (!host_cpu(buf_text(&stat), &cpu))
		return not_understood("/proc/stat", e);
	observer_set_real(o, "load1_per_cpu", load.one / cpu.cpus);
	return 0;
}

static int tell_files(struct observer *o, struct err **e)
{
	char text[128];
	uint64_t used, most;

	if (read_text("/proc/sys/fs/file-nr", text, sizeof(text), e) < 0)
		return -1;
	if (!host_files(text, &used, &most))
		return not_understood("/proc/sys/fs/file-nr", e);
	observer_set_real(o, "open_files_percent", percent_of((double)used, (double)most));
	return 0;
}

static int tell_uptime(struct observer *o, struct err **e)
{
	char text[128];
	double seconds;

	if (read_text("/proc/uptime", text, sizeof(text), e) < 0)
		return -1;
	if (!host_uptime(text, &seconds))
		return not_understood("/proc/uptime", e);
	observer_set_real(o, "uptime", seconds);
	return 0;
}

static int tell_processes(struct observer *o, struct err **e)
{
	const struct process_table *t = observer_table(o, &processes_table, e);
	int64_t count = 0;

	if (!t)
		return -1;
	if (t->hidden) {
		observer_trouble(o, KIND_PERMISSION,
				 "/proc hides the processes of other users from us (mount option "
				 "hidepid)");
		return 0;
	}
	for (size_t i = 0; i < t->count; i++)
		count += !t->rows[i].stat.kernel_thread;
	observer_set_int(o, "processes", count);
	return 0;
}

static void add_stall(json_t *resource, const char *text, const char *line)
{
	struct host_pressure p;

	if (host_pressure(text, line, &p))
		json_object_set_new(resource, line,
				    json_pack("{s:f, s:f, s:f}", "avg10", p.avg10, "avg60", p.avg60,
					      "avg300", p.avg300));
}

/* A kernel without it has no such files, or cannot read them (psi=0). */
static int tell_pressure(struct observer *o, struct err **e)
{
	json_t *all = json_object();

	for (const struct fact *f = pressure_facts; f->name; f++) {
		auto_free char *path = xasprintf("/proc/pressure/%s", f->name);
		json_t *resource;
		char text[512];

		if (proc_read_small(AT_FDCWD, path, text, sizeof(text)) < 0) {
			if (errno == ENOENT || errno == EOPNOTSUPP)
				continue;
			json_decref(all);
			return err_errno(e, ERR_SYSTEM, "'%s'", path);
		}
		resource = json_object();
		add_stall(resource, text, "some");
		add_stall(resource, text, "full");
		json_object_set_new(all, f->name, resource);
	}
	if (json_object_size(all))
		observer_set(o, "pressure", all);
	else
		json_decref(all);
	return 0;
}

static bool wants_one(const struct observer *o, const char *const *facts)
{
	while (*facts)
		if (observer_wants(o, *facts++))
			return true;
	return false;
}

static int tell_machine(struct observer *o, struct err **e)
{
	static const char *const load[] = { "load1", "load15", "load1_per_cpu", "load5", NULL };
	static const struct {
		const char *fact;
		int (*tell)(struct observer *o, struct err **e);
	} rows[] = { { "open_files_percent", tell_files },
		     { "pressure", tell_pressure },
		     { "processes", tell_processes },
		     { "uptime", tell_uptime } };

	if (wants_one(o, load) && tell_load(o, e) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (observer_wants(o, rows[i].fact) && rows[i].tell(o, e) < 0)
			return -1;
	return 0;
}

static int system_observe(const void *query, struct observer *o, struct err **e)
{
	static const char *const memory[] = { "memory_percent", "memory_total", NULL };
	static const char *const cpu[] = { "cpu_percent", "cpu_throttled_percent", "cpus", NULL };
	const struct container *c;
	struct memory m;

	if (tell_machine(o, e) < 0 || find_container(query, o, &c, e) < 0)
		return -1;
	if (wants_one(o, memory) && (read_memory(&m, e) < 0 || tell_memory(c, &m, o, e) < 0))
		return -1;
	if (observer_wants(o, "swap_percent") &&
	    (read_memory(&m, e) < 0 || tell_swap(c, &m, o, e) < 0))
		return -1;
	return wants_one(o, cpu) ? tell_cpu(c, o, e) : 0;
}

const struct check_type check_system = {
	.name = "system",
	.summary = "the machine or container is not too busy",
	.lane = LANE_LOCAL,
	.fields = system_fields,
	.query_size = sizeof(struct system_query),
	.facts = system_facts,
	.observe = system_observe,
};
