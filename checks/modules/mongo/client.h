/*
 * client - libmongoc's client, set up for one check, and what its errors mean.
 */
#ifndef CHECKS_MODULES_MONGO_CLIENT_H
#define CHECKS_MODULES_MONGO_CLIENT_H

#include <mongoc/mongoc.h>

struct mongo_query;
struct observer;

struct mongo_client {
	struct observer *observer;
	struct observer **asides; /* of each line to a set: that one fails is no trouble yet */
	size_t aside_count, aside_cap;
	const struct mongo_query *query;
	mongoc_client_t *client;
	int64_t started, deadline;
	bool tls, direct;
};

/* -1: the observer knows why; nothing is connected yet. Release with client_close in any case. */
int client_open(struct mongo_client *c, struct observer *o, const struct mongo_query *q);
void client_close(struct mongo_client *c);
/* Run a command; 0 and the reply (to bson_destroy in any case), or -1 and the error. */
int client_run(struct mongo_client *c, const char *database, const bson_t *command, bson_t *reply,
	       bson_error_t *error);
/* Tell the observer what an error means. Always -1. */
int client_trouble(struct mongo_client *c, const bson_error_t *error, const char *doing);

#endif
