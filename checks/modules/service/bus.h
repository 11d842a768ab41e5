/*
 * bus - one connection to systemd: over its own socket, or over a D-Bus bus; every call ends at the
 * check's deadline.
 *
 * sd-bus has limits of its own for some waits only (90 s for the login, none for a message that
 * trickles): the guard shuts the socket down below it.
 */
#ifndef CHECKS_MODULES_SERVICE_BUS_H
#define CHECKS_MODULES_SERVICE_BUS_H

#include <systemd/sd-bus.h>

struct observer;
struct bus;

/* Connect and log in. `path`: a socket, as the field `socket` has it; NULL: those of this machine.
 * NULL: the observer knows why, or that there is no systemd here. */
struct bus *bus_open(struct observer *o, const char *path);
/* Call a method of systemd without arguments, or with one text (NULL: without). The reply is the
 * caller's (sd_bus_message_unref); NULL: the observer knows why. */
sd_bus_message *bus_call(struct bus *b, const char *path, const char *interface,
			 const char *method, const char *text);
/* A reply could not be read: r is what sd-bus said. */
void bus_trouble(struct bus *b, int r);
void bus_close(struct bus *b); /* NULL is fine */

#endif
