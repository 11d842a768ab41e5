/*
 * redis - what the declaration (in the program) and the code (in the module) share.
 */
#ifndef CHECKS_REDIS_H
#define CHECKS_REDIS_H

#include "engine/decl/field.h"

struct err;

enum redis_sentinel {
	REDIS_SENTINEL_NONE,
	REDIS_SENTINEL_CKQUORUM,
	REDIS_SENTINEL_MASTERS,
	REDIS_SENTINEL_REPLICAS,
	REDIS_SENTINEL_SENTINELS,
};

struct redis_query {
	char *ca;
	struct text_list command;
	uint64_t db;
	char *host;
	char *info;
	char *master;
	char *password;
	uint64_t port;
	int sentinel;
	bool tls;
	char *url;
	char *user;
};

/* Where to go and as whom; texts are owned. */
struct redis_target {
	char *host;
	uint16_t port;
	char *user, *password; /* or NULL */
	uint64_t db;
	bool tls;
};

/* Out of url, or host and port; fields go before what the URL says. -1: e says what is wrong. */
int redis_target_read(const struct redis_query *q, struct redis_target *out, struct err **e);
void redis_target_release(struct redis_target *t);
/* The command as words (one text is split at blanks); free with redis_words_free. */
struct text_list redis_words(const struct text_list *command);
void redis_words_free(struct text_list *words);

#endif
