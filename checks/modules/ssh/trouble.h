/*
 * trouble - what both backends say alike of a connection that fails.
 */
#ifndef CHECKS_MODULES_SSH_TROUBLE_H
#define CHECKS_MODULES_SSH_TROUBLE_H

#include <stdint.h>

struct buf;
struct observer;
struct seam_options;

/* Say what the library said while `doing` ("handshake", "read"), begun at `since` (clock_mono): a
 * timeout when the deadline is over, else reset, closed or protocol by its words. */
void seam_trouble(const struct seam_options *options, struct observer *o, const char *doing,
		  const char *words, int64_t since);

/* What the server says of itself, left on the socket for the library: one line, and nothing where
 * it is SSH's identification ("SSH-2.0-…", RFC 4253, 4.2). A server that waits for the other side's
 * is waited for no longer than a second. 0, or -1: it has reset the connection, the observer knows.
 */
int seam_greeting(struct observer *o, int fd, int64_t deadline, struct buf *out);
/* As seam_trouble of the handshake, where no identification came: what answers there instead. */
void seam_no_ssh(const struct seam_options *options, struct observer *o, const char *greeting,
		 const char *words, int64_t since);

#endif
