/*
 * host_text - what files of /proc say of the whole machine, as pure functions over their text.
 */
#include "checks/snapshot/host_text.h"

#include <string.h>

#include "engine/base/number.h"

/* The text after NAME and blanks at the start of a line, or NULL. */
static const char *after_name(const char *text, const char *name)
{
	size_t n = strlen(name);

	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (!strncmp(line, name, n) && (line[n] == ' ' || line[n] == '\t'))
			return line + n + strspn(line + n, " \t");
	}
	return NULL;
}

bool host_line_value(const char *text, const char *name, uint64_t *value)
{
	const char *s = after_name(text, name);

	return s && number_scan(s, value);
}

bool host_memory(const char *meminfo, const char *name, uint64_t *bytes)
{
	size_t n = strlen(name);
	char key[40];
	uint64_t kib;

	if (n + 2 > sizeof(key))
		return false;
	memcpy(key, name, n);
	memcpy(key + n, ":", 2);
	if (!host_line_value(meminfo, key, &kib) || kib > UINT64_MAX / 1024)
		return false;
	*bytes = kib * 1024;
	return true;
}

bool host_memory_available(const char *meminfo, uint64_t *bytes)
{
	uint64_t free, buffers = 0, cached = 0, shared = 0;

	if (host_memory(meminfo, "MemAvailable", bytes))
		return true;
	if (!host_memory(meminfo, "MemFree", &free))
		return false;
	host_memory(meminfo, "Buffers", &buffers);
	host_memory(meminfo, "Cached", &cached);
	host_memory(meminfo, "Shmem", &shared);
	*bytes = free + buffers + (cached > shared ? cached - shared : 0);
	return true;
}

/* "cpu  user nice system idle iowait irq softirq steal guest guest_nice": guests count as users
 * already. */
static bool cpu_line(const char *s, struct host_cpu *out)
{
	enum { IDLE = 3, IOWAIT = 4, STEAL = 7 };
	int i;

	for (i = 0; i <= STEAL && s; i++) {
		uint64_t ticks;

		s = number_scan(s + strspn(s, " "), &ticks);
		if (!s)
			break;
		out->total += ticks;
		if (i == IDLE || i == IOWAIT)
			out->idle += ticks;
	}
	return i > IDLE;
}

bool host_cpu(const char *stat, struct host_cpu *out)
{
	bool found = false;

	memset(out, 0, sizeof(*out));
	for (const char *line = stat; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, "cpu", 3) != 0)
			continue;
		if (line[3] == ' ')
			found = cpu_line(line + 4, out);
		else if (line[3] >= '0' && line[3] <= '9')
			out->cpus++;
	}
	return found && out->cpus;
}

const char *host_real(const char *s, double *out)
{
	size_t len = strspn(s, "0123456789.");
	char text[40];

	if (!len || len >= sizeof(text))
		return NULL;
	memcpy(text, s, len);
	text[len] = '\0';
	return number_real(text, out) < 0 ? NULL : s + len;
}

bool host_load(const char *loadavg, struct host_load *out)
{
	const char *s = host_real(loadavg, &out->one);

	s = s && *s == ' ' ? host_real(s + 1, &out->five) : NULL;
	return s && *s == ' ' && host_real(s + 1, &out->fifteen);
}

bool host_uptime(const char *uptime, double *seconds)
{
	return host_real(uptime, seconds);
}

bool host_files(const char *file_nr, uint64_t *used, uint64_t *most)
{
	uint64_t unused;
	const char *s = number_scan(file_nr, used);

	s = s ? number_scan(s + strspn(s, "\t "), &unused) : NULL;
	return s && number_scan(s + strspn(s, "\t "), most) && *most;
}

static bool pressure_value(const char *line, const char *name, double *out)
{
	size_t len = strcspn(line, "\n");
	const char *s = memmem(line, len, name, strlen(name));

	return s && host_real(s + strlen(name), out);
}

bool host_pressure(const char *pressure, const char *line, struct host_pressure *out)
{
	const char *s = after_name(pressure, line);

	return s && pressure_value(s, "avg10=", &out->avg10) &&
	       pressure_value(s, "avg60=", &out->avg60) &&
	       pressure_value(s, "avg300=", &out->avg300);
}
