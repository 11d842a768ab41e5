/*
 * clock - the monotonic clock for what is measured, the real one for what is printed.
 */
#include "engine/base/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static int64_t clock_read(clockid_t id)
{
	struct timespec t = { 0 };

	/* Both clocks exist everywhere; there is no failure that a caller could do anything about.
	 */
	(void)clock_gettime(id, &t);
	return (int64_t)t.tv_sec * NS_PER_S + t.tv_nsec;
}

int64_t clock_mono(void)
{
	return clock_read(CLOCK_MONOTONIC);
}

int64_t clock_real(void)
{
	return clock_read(CLOCK_REALTIME);
}

/* Seconds, rounded down also before 1970. */
static time_t whole_seconds(int64_t ns)
{
	int64_t s = ns / NS_PER_S;

	return (time_t)(ns % NS_PER_S < 0 ? s - 1 : s);
}

void clock_rfc3339(int64_t real_ns, char *out, size_t size)
{
	/* most times of a report are of the second before */
	static _Thread_local time_t before;
	static _Thread_local char text[32];
	time_t seconds = whole_seconds(real_ns);
	struct tm tm = { 0 };

	if (!*text || seconds != before) {
		gmtime_r(&seconds, &tm);
		if (!strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm))
			*text = '\0';
		before = seconds;
	}
	if (size)
		*stpncpy(out, strlen(text) < size ? text : "", size - 1) = '\0';
}

void clock_local(int64_t real_ns, char *out, size_t size)
{
	time_t seconds = whole_seconds(real_ns);
	struct tm tm = { 0 };

	localtime_r(&seconds, &tm);
	if (!strftime(out, size, "%Y-%m-%d %H:%M:%S %z", &tm) && size)
		out[0] = '\0';
}

/* In whole numbers, so that no locale puts a comma into it. */
void clock_human(int64_t ns, char *out, size_t size)
{
	int64_t us, ms, tenths, s;

	if (ns < 0)
		ns = 0;
	us = ns / 1000;
	ms = (us + 500) / 1000;
	tenths = (ms + 50) / 100;
	s = (ms + 500) / 1000;
	if (us < 950 && size >= sizeof("0.0 ms")) { /* as most are */
		memcpy(out, "0.0 ms", sizeof("0.0 ms"));
		out[2] = (char)('0' + (us + 50) / 100);
		return;
	}
	if (ms < 1000)
		snprintf(out, size, "%" PRId64 " ms", ms);
	else if (tenths < 600)
		snprintf(out, size, "%" PRId64 ".%" PRId64 " s", tenths / 10, tenths % 10);
	else if (s < 3600)
		snprintf(out, size, "%" PRId64 " min %" PRId64 " s", s / 60, s % 60);
	else if (s < 86400)
		snprintf(out, size, "%" PRId64 " h %" PRId64 " min", s / 3600, s % 3600 / 60);
	else
		snprintf(out, size, "%" PRId64 " d %" PRId64 " h", s / 86400, s % 86400 / 3600);
}
