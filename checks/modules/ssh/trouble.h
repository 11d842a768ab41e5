/*
 * trouble - what both backends say alike of a connection that fails.
 */
#ifndef CHECKS_MODULES_SSH_TROUBLE_H
#define CHECKS_MODULES_SSH_TROUBLE_H

#include <stdint.h>

struct observer;
struct seam_options;

/* Say what the library said while `doing` ("handshake", "read"), begun at `since` (clock_mono): a
 * timeout when the deadline is over, else reset, closed or protocol by its words. */
void seam_trouble(const struct seam_options *options, struct observer *o, const char *doing,
		  const char *words, int64_t since);

#endif
