/*
 * moment - points in time as they are written: RFC 3339.
 */
#ifndef ENGINE_JUDGE_MOMENT_H
#define ENGINE_JUDGE_MOMENT_H

#include <stdint.h>

/* "2026-01-02T03:04:05.678Z", "2026-01-02 03:04:05+08:00" or "2026-01-02" (midnight UTC) to
 * units of 100 ns since the epoch; 0, or -1 when it is not one. Years 1 to 9999, the last of which
 * is that of certificates that never end (RFC 5280, 4.1.2.5). */
int moment_parse(const char *s, int64_t *ticks);

#endif
