/*
 * bus - one connection to a D-Bus, and calls over it that end by a deadline.
 *
 * Every trouble is told to the observer; whoever gets -1 or NULL just goes.
 */
#ifndef CHECKS_MODULES_SERVICE_BUS_H
#define CHECKS_MODULES_SERVICE_BUS_H

#include <stdbool.h>
#include <stdint.h>

#include <systemd/sd-bus.h>

struct observer;

struct bus_link {
	struct observer *observer;
	const char *path; /* of its socket */
	int64_t deadline;
	sd_bus *bus;
};

/* Connect to the socket and shake hands. `direct`: systemd itself is at the other end, no broker
 * that names must be asked of. -1: the observer knows why. */
int bus_open(struct bus_link *l, const char *path, bool direct, struct observer *o);
void bus_close(struct bus_link *l);
/* A call of a method of systemd's, to be filled with arguments; NULL on failure. */
sd_bus_message *bus_message(struct bus_link *l, const char *path, const char *interface,
			    const char *member);
/* Send it (it is released) and wait for the reply, which the caller unrefs. NULL: there was none,
 * or it was an error that the observer has been told of. */
sd_bus_message *bus_call(struct bus_link *l, sd_bus_message *m);
/* What the library says of a reply that cannot be read. -1. */
int bus_trouble(const struct bus_link *l, int error);

#endif
