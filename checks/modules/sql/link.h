/*
 * link - a connection to a MySQL server by the library's calls that do not wait: the waiting is
 * done here, to the check's deadline.
 */
#ifndef CHECKS_MODULES_SQL_LINK_H
#define CHECKS_MODULES_SQL_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mysql.h>

struct observer;
struct sql_query;
struct sql_target;

struct link {
	struct observer *observer;
	const struct sql_query *query;
	const struct sql_target *target;
	int64_t started, deadline;
	const char *host; /* where it got in: an address or name; NULL: a local socket */
	uint16_t port;
	char *address; /* owns host where it is an address */
	char peer[300]; /* for messages */
	MYSQL *my;
	int spare; /* the line once more, since the library closes its own when it fails; -1 */
	bool in;   /* logged in */
	bool reached; /* somebody has taken the connection */
	bool late; /* the deadline has passed */
};

/* Connect and log in: any of the hosts. -1: the observer knows why. */
int link_open(struct link *l, struct observer *o, const struct sql_query *q,
	      const struct sql_target *t);
/* Close at once: what the server still sends is not waited for. */
void link_close(struct link *l);
/* Shut the line, so that nothing reads what is left of an answer. */
void link_drop(struct link *l);
/* Wait for what a call asked for; the events to hand to its _cont. When the deadline has
 * passed the line is shut, so that the call ends. */
int link_wait(struct link *l, int status);
/* Send a statement and read its answer; 0, or -1 with the trouble in the library. */
int link_send(struct link *l, const char *statement, size_t len);
/* Tell what the library says went wrong; `stmt` NULL: the connection. Always -1. */
int link_trouble(struct link *l, MYSQL_STMT *stmt, const char *doing);
/* Tell the server by another connection to stop our statement, briefly. */
void link_stop_statement(struct link *l);

#endif
