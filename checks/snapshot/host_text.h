/*
 * host_text - what files of /proc say of the whole machine, as pure functions over their text. See
 * proc(5).
 */
#ifndef CHECKS_SNAPSHOT_HOST_TEXT_H
#define CHECKS_SNAPSHOT_HOST_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* "NAME: 123 kB" of /proc/meminfo in bytes. Whether it is there. */
bool host_memory(const char *meminfo, const char *name, uint64_t *bytes);
/* MemAvailable; before Linux 3.14, which has none, what is free or easily made so. */
bool host_memory_available(const char *meminfo, uint64_t *bytes);

/* Of /proc/stat, in clock ticks of all processors; and how many there are. */
struct host_cpu {
	uint64_t total, idle; /* idle: waiting for disks, too */
	unsigned cpus;
};
bool host_cpu(const char *stat, struct host_cpu *out);

struct host_load {
	double one, five, fifteen;
};
bool host_load(const char *loadavg, struct host_load *out);
/* Seconds since boot, of /proc/uptime. */
bool host_uptime(const char *uptime, double *seconds);
/* Of /proc/sys/fs/file-nr: open files, and how many there may be. */
bool host_files(const char *file_nr, uint64_t *used, uint64_t *most);

/* A line of /proc/pressure/…: "some avg10=0.00 avg60=0.00 avg300=0.00 total=0". */
struct host_pressure {
	double avg10, avg60, avg300;
};
/* The line "some" or "full". Whether it is there. */
bool host_pressure(const char *pressure, const char *line, struct host_pressure *out);

/* The number at the start of s, as the kernel writes it ("12.34"), and the byte after it; NULL:
 * there is none. */
const char *host_real(const char *s, double *out);
/* The number after "NAME " at the start of a line, as in cpu.stat and memory.stat. */
bool host_line_value(const char *text, const char *name, uint64_t *value);

#endif
