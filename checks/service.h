/*
 * service - what the declaration (in the program) and the code (in the module) share.
 */
#ifndef CHECKS_SERVICE_H
#define CHECKS_SERVICE_H

struct service_query {
	char *unit;
	char *socket;
};

#endif
