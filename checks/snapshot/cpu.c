/*
 * cpu - how busy the processors were since they were last looked at.
 */
#include "checks/snapshot/cpu.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "checks/snapshot/percent.h"
#include "engine/base/buf.h"
#include "engine/base/clock.h"
#include "engine/base/err.h"
#include "engine/base/io.h"
#include "engine/base/xalloc.h"

#define STAT_MAX ((size_t)4 * 1024 * 1024)
/* What is left of the check's time for everything else. */
#define SPARE (100 * NS_PER_MS)
#define SHORTEST (20 * NS_PER_MS)

/* For the machine and for the container apart. */
enum { OF_HOST, OF_CONTAINER, OF_COUNT };

struct past {
	struct cpu_sample last[OF_COUNT];
};

struct present {
	bool done[OF_COUNT];
	struct cpu_rates rates[OF_COUNT];
};

/* Filled by who measures: behind pointers, since tables are const to readers. */
struct cpu_history {
	struct past *past;
};
struct cpu_measured {
	struct present *present;
};

static void sample_clear(struct cpu_sample *s)
{
	container_cpus_free(s->groups, s->count);
	*s = (struct cpu_sample){ 0 };
}

static void *history_new(struct err **e)
{
	struct cpu_history *h = xcalloc(1, sizeof(*h));

	(void)e;
	h->past = xcalloc(1, sizeof(*h->past));
	return h;
}

static void history_free(void *table)
{
	struct cpu_history *h = table;

	for (int i = 0; i < OF_COUNT; i++)
		sample_clear(&h->past->last[i]);
	free(h->past);
	free(h);
}

static void *measured_new(struct err **e)
{
	struct cpu_measured *m = xcalloc(1, sizeof(*m));

	(void)e;
	m->present = xcalloc(1, sizeof(*m->present));
	return m;
}

static void measured_free(void *table)
{
	struct cpu_measured *m = table;

	free(m->present);
	free(m);
}

const struct shared_table cpu_history_table = {
	.name = "cpu history", .read = history_new, .free = history_free, .lasting = true
};
const struct shared_table cpu_measured_table = {
	.name = "cpu", .read = measured_new, .free = measured_free
};

static const struct container_cpu *group_find(const struct cpu_sample *s, const char *folder)
{
	for (size_t i = 0; i < s->count; i++)
		if (!strcmp(s->groups[i].folder, folder))
			return &s->groups[i];
	return NULL;
}

static void rate_group(const struct container_cpu *from, const struct container_cpu *to,
		       struct cpu_rates *out)
{
	double busy = percent_of(to->seconds - from->seconds, out->seconds * to->cpus);
	double throttled = 0;

	if (to->periods > from->periods && to->throttled >= from->throttled)
		throttled = percent_of((double)(to->throttled - from->throttled),
				       (double)(to->periods - from->periods));
	if (throttled > out->throttled)
		out->throttled = throttled;
	/* of two that are as busy, the smaller one */
	if (out->busy < 0 || busy > out->busy || (busy >= out->busy && to->cpus < out->cpus)) {
		out->busy = busy;
		out->cpus = to->cpus;
	}
}

struct cpu_rates cpu_rates(const struct cpu_sample *from, const struct cpu_sample *to)
{
	struct cpu_rates r = { .busy = -1,
			       .seconds = (double)(to->at - from->at) / (double)NS_PER_S };
	double total, idle;

	for (size_t i = 0; i < to->count; i++) {
		const struct container_cpu *before = group_find(from, to->groups[i].folder);

		if (before)
			rate_group(before, &to->groups[i], &r);
	}
	if (r.busy >= 0)
		return r;
	/* idle time may go back a little on some kernels */
	total = (double)to->host.total - (double)from->host.total;
	idle = (double)to->host.idle - (double)from->host.idle;
	r.busy = percent_of(total - (idle > 0 ? idle : 0), total);
	r.cpus = to->host.cpus;
	return r;
}

static int take_sample(const struct container *c, struct cpu_sample *out, struct err **e)
{
	auto_buf struct buf stat = BUF_INIT(STAT_MAX);

	if (io_read_proc(AT_FDCWD, "/proc/stat", &stat) < 0)
		return err_errno(e, ERR_SYSTEM, "'/proc/stat'");
	if (!host_cpu(buf_text(&stat), &out->host))
		return err_set(e, ERR_SYSTEM, "'/proc/stat' tells nothing of processors");
	if (c && container_cpus(c, &out->groups, &out->count, e) < 0)
		return -1;
	out->at = clock_mono();
	return 0;
}

static void sleep_until(int64_t when)
{
	const struct timespec until = { .tv_sec = (time_t)(when / NS_PER_S),
					.tv_nsec = (long)(when % NS_PER_S) };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
		;
}

static int measure(struct cpu_sample *last, const struct container *c, int64_t deadline,
		   struct cpu_rates *out, struct err **e)
{
	struct cpu_sample now = { 0 };
	int64_t until;

	if (!last->at && take_sample(c, last, e) < 0) {
		sample_clear(last);
		return -1;
	}
	until = last->at + NS_PER_S;
	if (deadline != INT64_MAX && until > deadline - SPARE)
		until = deadline - SPARE;
	if (until < last->at + SHORTEST)
		until = last->at + SHORTEST;
	sleep_until(until);
	if (take_sample(c, &now, e) < 0) {
		sample_clear(&now);
		return -1;
	}
	*out = cpu_rates(last, &now);
	sample_clear(last);
	*last = now;
	return 0;
}

int cpu_measure(const struct cpu_history *h, const struct cpu_measured *m,
		const struct container *c, int64_t deadline, struct cpu_rates *out, struct err **e)
{
	struct present *p = m->present;
	int of = c ? OF_CONTAINER : OF_HOST;

	if (!p->done[of] && measure(&h->past->last[of], c, deadline, &p->rates[of], e) < 0)
		return -1;
	p->done[of] = true;
	*out = p->rates[of];
	return 0;
}
