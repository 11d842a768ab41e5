/*
 * supervisor - what the declaration (in the program) and the code (in the module) share.
 */
#ifndef CHECKS_SUPERVISOR_H
#define CHECKS_SUPERVISOR_H

struct supervisor_query {
	char *config;
	char *program;
};

#endif
