/*
 * ssh - what the declaration (in the program) and the code (in the module) share.
 */
#ifndef CHECKS_SSH_H
#define CHECKS_SSH_H

#include "engine/decl/field.h"

enum ssh_rsa_sha1 { SSH_RSA_SHA1_NEVER, SSH_RSA_SHA1_IF_NEEDED };

struct ssh_query {
	bool agent;
	char *command;
	char *host;
	char *host_key;
	char *key;
	char *key_passphrase;
	char *known_hosts;
	char *password;
	uint64_t port;
	int rsa_sha1;
	char *user;
};

#endif
