/*
 * cpu - how busy the processors were since they were last looked at.
 */
#ifndef CHECKS_SNAPSHOT_CPU_H
#define CHECKS_SNAPSHOT_CPU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "checks/snapshot/container.h"
#include "checks/snapshot/host_text.h"

struct err;

/* At one moment. */
struct cpu_sample {
	int64_t at; /* clock_mono */
	struct host_cpu host;
	struct container_cpu *groups; /* that have a quota */
	size_t count;
};

struct cpu_rates {
	double busy;      /* percent: of the quota that is used most, else of the machine */
	double throttled; /* percent of the periods; 0 without a quota */
	double cpus;      /* that `busy` is of */
	double seconds;   /* that it is the mean of */
};

/* Pure: between two samples. */
struct cpu_rates cpu_rates(const struct cpu_sample *from, const struct cpu_sample *to);

/* What was seen before, and the rates of this generation. */
struct cpu_history;
struct cpu_measured;
extern const struct shared_table cpu_history_table, cpu_measured_table;

/* Measure once a generation: since the last sample, at least over a second (less where `deadline`,
 * clock_mono, is nearer). `c` may be NULL: the machine alone. */
int cpu_measure(const struct cpu_history *h, const struct cpu_measured *m,
		const struct container *c, int64_t deadline, struct cpu_rates *out, struct err **e);

#endif
