/*
 * mongo - what the declaration (in the program) and the code (in the module) share.
 */
#ifndef CHECKS_MONGO_H
#define CHECKS_MONGO_H

#include "engine/decl/field.h"

struct err;

enum mongo_direct { MONGO_DIRECT_AUTO, MONGO_DIRECT_FALSE, MONGO_DIRECT_TRUE };

struct mongo_query {
	char *auth_source;
	char *ca;
	json_t *command;
	char *database;
	int direct;
	char *host;
	char *password;
	uint64_t port;
	bool tls;
	char *url;
	char *user;
	bool write_probe;
};

/* -1 when a command may write, or is not known to only read: e says which. */
int mongo_command_allow(const json_t *command, struct err **e);

#endif
