/*
 * config - where a supervisord listens and how one logs in, out of its own configuration.
 */
#ifndef CHECKS_MODULES_SUPERVISOR_CONFIG_H
#define CHECKS_MODULES_SUPERVISOR_CONFIG_H

#include <stdint.h>

struct observer;

struct supervisor_config {
	char *socket; /* or NULL */
	char *host;
	uint16_t port;
	char *user, *password; /* or NULL */
};

/* Of this file, or of the first of its usual places. -1: the observer knows why. */
int config_read(const char *file, struct observer *o, struct supervisor_config *out);
void config_release(struct supervisor_config *c);

#endif
