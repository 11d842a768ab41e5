/*
 * clock - the monotonic clock for everything that is measured, the real one for what is printed.
 */
#ifndef ENGINE_BASE_CLOCK_H
#define ENGINE_BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

#define NS_PER_MS INT64_C(1000000)
#define NS_PER_S INT64_C(1000000000)

int64_t clock_mono(void); /* nanoseconds of CLOCK_MONOTONIC */
int64_t clock_real(void); /* nanoseconds since the epoch */
/* "2026-11-22T03:10:00Z" (RFC 3339, UTC). size >= 32. */
void clock_rfc3339(int64_t real_ns, char *out, size_t size);
/* "2026-11-22 11:10:00 +0800" in the local zone. size >= 40. */
void clock_local(int64_t real_ns, char *out, size_t size);
/* A duration for people: "3 ms", "1.2 s", "2 min 5 s". size >= 32. */
void clock_human(int64_t ns, char *out, size_t size);

#endif
