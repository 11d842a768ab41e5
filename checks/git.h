/*
 * git - what the declaration (in the program) and the code (in the module) share.
 */
#ifndef CHECKS_GIT_H
#define CHECKS_GIT_H

#include "engine/decl/field.h"

enum git_mode { GIT_MODE_CLONE, GIT_MODE_REFS };
enum git_token_as { GIT_TOKEN_PASSWORD, GIT_TOKEN_BEARER, GIT_TOKEN_PRIVATE };
enum git_rsa_sha1 { GIT_RSA_SHA1_NEVER, GIT_RSA_SHA1_IF_NEEDED };

struct git_query {
	bool agent;
	char *branch;
	char *ca;
	char *compare_with;
	char *host_key;
	char *key;
	char *key_passphrase;
	char *known_hosts;
	struct byte_size max_bytes;
	int mode;
	char *password;
	uint64_t port;
	struct text_list resolve;
	int rsa_sha1;
	char *token;
	int token_as;
	char *token_user;
	char *url;
	char *user;
};

#endif
