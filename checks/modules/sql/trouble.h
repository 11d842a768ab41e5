/*
 * trouble - what the errors of MySQL servers and of their client library mean.
 */
#ifndef CHECKS_MODULES_SQL_TROUBLE_H
#define CHECKS_MODULES_SQL_TROUBLE_H

#include <stdbool.h>
#include <stdint.h>

struct observer;

/* How a connection was lost. */
enum sql_loss { SQL_LOSS_CLOSED, SQL_LOSS_RESET, SQL_LOSS_GARBAGE, SQL_LOSS_TLS };

struct sql_error {
	enum sql_loss loss;
	unsigned number;   /* of errmsg.h from 2000 to 2999, else the server's */
	const char *state; /* SQLSTATE */
	const char *text;
	bool late; /* the deadline has passed, whatever the library made of it */
};

/* Tell the observer. Always -1. */
int sql_trouble(struct observer *o, const struct sql_error *error, const char *peer,
		const char *doing, int64_t since);

#endif
