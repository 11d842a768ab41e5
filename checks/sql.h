/*
 * sql - what the declaration (in the program) and the code (in the module) share.
 */
#ifndef CHECKS_SQL_H
#define CHECKS_SQL_H

#include "engine/decl/field.h"

struct err;

struct sql_query {
	bool allow_writes;
	struct text_list args;
	char *ca;
	char *password;
	char *query;
	bool tls;
	char *url;
	char *user;
};

enum sql_tls { SQL_TLS_NONE, SQL_TLS_UNVERIFIED, SQL_TLS_VERIFIED };

struct sql_host {
	char *name;
	uint16_t port;
};

/* Where to go and as whom; texts are owned. */
struct sql_target {
	struct sql_host *hosts; /* in the order in which they are tried; none: socket */
	size_t host_count;
	char *socket;
	char *user, *password, *database; /* or NULL */
	enum sql_tls tls;
};

/* Out of a URL, JDBC URL or Go DSN and the other fields, which go first. -1: e says what is wrong,
 * without any part that may be a secret. */
int sql_target_read(const struct sql_query *q, struct sql_target *out, struct err **e);
void sql_target_release(struct sql_target *t);
/* Whether a statement only reads, by its first word; -1: e says why not. The server refuses what
 * gets through: it is run in a read-only transaction. */
int sql_statement_reads(const char *statement, struct err **e);

#endif
