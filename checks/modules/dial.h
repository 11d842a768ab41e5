/*
 * dial - one TCP connection in a worker that may wait: names, addresses and troubles as the network
 * lane has them.
 */
#ifndef CHECKS_MODULES_DIAL_H
#define CHECKS_MODULES_DIAL_H

#include <stdint.h>

#include "checks/net/address.h"

struct observer;
struct text_list;

/* Find the host's addresses and connect to the first that answers. Returns a blocking socket,
 * closed by exec; -1 when there is none: the observer knows why (dns, refused, unreachable,
 * timeout) and has the trace. *peer: who took it; may be NULL. */
int dial(struct observer *o, const char *host, uint16_t port, int64_t deadline,
	 struct address *peer);

/* As dial, of these addresses ("10.0.0.1", "::1") instead of the host's own. */
int dial_at(struct observer *o, const char *host, const struct text_list *at, uint16_t port,
	    int64_t deadline);

/* Only find the host's addresses. 0, or -1: the observer knows why. */
int dial_resolve(struct observer *o, const char *host, int64_t deadline, struct addresses *out);

#endif
