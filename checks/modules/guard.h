/*
 * guard - a deadline for libraries that have none: at it the socket under them is shut down.
 *
 * Whatever the library waits for then ends, trickling servers included. One guard at a time, in a
 * worker that has one thread; it owns SIGALRM there.
 */
#ifndef CHECKS_MODULES_GUARD_H
#define CHECKS_MODULES_GUARD_H

#include <stdbool.h>
#include <stdint.h>

/* Shut fd down (both ways; it stays open) at `deadline` (clock_mono). Replaces the guard before it.
 */
void guard_set(int fd, int64_t deadline);
/* Shut this one down, too: what is waited for beside the server. Until guard_clear. */
void guard_also(int fd);
/* To be called before the socket is closed. */
void guard_clear(void);
/* Whether the guard has struck since guard_set. */
bool guard_struck(void);

#endif
