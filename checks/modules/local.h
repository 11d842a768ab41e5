/*
 * local - one connection to a local (AF_UNIX) socket in a worker that may wait.
 */
#ifndef CHECKS_MODULES_LOCAL_H
#define CHECKS_MODULES_LOCAL_H

#include <stdint.h>

struct observer;

/* Connect to the stream socket `path`. Returns a non-blocking descriptor, closed by exec; -1: the
 * observer knows why (permission, refused, timeout at `deadline` (clock_mono), parameter) or has
 * the trace. */
int local_connect(struct observer *o, const char *path, int64_t deadline);

#endif
