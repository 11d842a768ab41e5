#include "checks/modules/sql/trouble.h"

#include <errno.h>
#include <string.h>

#include "checks/check.h"
#include "checks/net/connect.h"
#include "engine/base/number.h"
#include "engine/base/text.h"

struct number_kind {
	unsigned number;
	enum kind kind;
};

/* What is not here is a query that the server refused. */
static const struct number_kind kinds_of_numbers[] = {
	{ 1044, KIND_FORBIDDEN },      /* no right to the database */
	{ 1045, KIND_AUTH },           /* access denied */
	{ 1049, KIND_NOT_FOUND },      /* unknown database */
	{ 1109, KIND_NOT_FOUND },      /* unknown table */
	{ 1129, KIND_FORBIDDEN },      /* the host is blocked after too many errors */
	{ 1130, KIND_FORBIDDEN },      /* the host is not allowed */
	{ 1142, KIND_FORBIDDEN },      /* no right to the table */
	{ 1143, KIND_FORBIDDEN },      /* no right to the column */
	{ 1146, KIND_NOT_FOUND },      /* no such table */
	{ 1227, KIND_FORBIDDEN },      /* needs a privilege */
	{ 1251, KIND_AUTH_ALGORITHM }, /* the client is too old for the server's way to log in */
	{ 1305, KIND_NOT_FOUND },      /* no such function */
	{ 1370, KIND_FORBIDDEN },      /* no right to the routine */
	{ 1524, KIND_AUTH_ALGORITHM }, /* the server lacks its own plugin */
	{ 1698, KIND_AUTH },           /* access denied, without a password */
	{ 1820, KIND_AUTH },           /* the password has expired */
	{ 1862, KIND_AUTH },           /* the password has expired */
	{ 1969, KIND_TIMEOUT },        /* max_statement_time (MariaDB) */
	{ 2000, KIND_PROTOCOL },
	{ 2005, KIND_DNS },
	{ 2007, KIND_PROTOCOL },
	{ 2012, KIND_PROTOCOL },
	{ 2014, KIND_PROTOCOL },
	{ 2020, KIND_TOO_LARGE },      /* a packet larger than allowed */
	{ 2026, KIND_TLS },
	{ 2027, KIND_PROTOCOL },       /* malformed packet */
	{ 2049, KIND_AUTH_ALGORITHM }, /* the password form of before 4.1 */
	{ 2054, KIND_PROTOCOL },       /* unknown character set */
	{ 2058, KIND_AUTH_ALGORITHM },
	{ 2059, KIND_AUTH_ALGORITHM }, /* the plugin cannot be loaded */
	{ 2061, KIND_AUTH_ALGORITHM },
	{ 3024, KIND_TIMEOUT }, /* max_execution_time (MySQL) */
	{ 3118, KIND_AUTH },    /* the account is locked */
	{ 4012, KIND_TIMEOUT }, /* ob_query_timeout (OceanBase) */
	{ 4151, KIND_AUTH },    /* the account is locked (MariaDB) */
};

static enum kind kind_of(unsigned number)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds_of_numbers); i++)
		if (kinds_of_numbers[i].number == number)
			return kinds_of_numbers[i].kind;
	return number >= 2000 && number < 3000 ? KIND_PROTOCOL : KIND_QUERY;
}

/* The errno that the library puts at the end: "… (111)", "…, system error: 104"; 0: none. */
static int errno_in(const char *text)
{
	size_t end = strlen(text), from;
	uint64_t number = 0;

	while (end && text[end - 1] == ')')
		end--;
	for (from = end; from && text[from - 1] >= '0' && text[from - 1] <= '9';)
		from--;
	return from < end && number_scan(text + from, &number) && number < 4096 ? (int)number : 0;
}

/* The connection could not be made. */
static int connect_error(struct observer *o, const struct sql_error *error, const char *peer)
{
	const int errnum = errno_in(error->text);

	if (errnum == EACCES || errnum == EPERM)
		observer_trouble(o, KIND_PERMISSION, "%s may not be connected to: %s", peer,
				 strerror(errnum));
	else if (errnum == ENOENT)
		observer_trouble(o, KIND_REFUSED, "nothing listens on %s: %s", peer,
				 strerror(errnum));
	else
		net_trouble(o, errnum ? errnum : ECONNREFUSED, peer);
	return -1;
}

/* It broke. */
static int loss_error(struct observer *o, const struct sql_error *error, const char *peer,
		      const char *doing)
{
	switch (error->loss) {
	case SQL_LOSS_CLOSED:
		observer_trouble(o, KIND_CLOSED, "connection closed by %s (%s)", peer, doing);
		break;
	case SQL_LOSS_RESET:
		observer_trouble(o, KIND_RESET, "connection reset by %s (%s)", peer, doing);
		break;
	case SQL_LOSS_GARBAGE:
		observer_trouble(o, KIND_PROTOCOL, "%s does not speak MySQL's protocol (%s)", peer,
				 doing);
		break;
	case SQL_LOSS_TLS:
		observer_trouble(o, KIND_TLS, "%s broke the TLS protocol (%s)", peer, doing);
		break;
	}
	return -1;
}

int sql_trouble(struct observer *o, const struct sql_error *error, const char *peer,
		const char *doing, int64_t since)
{
	auto_buf struct buf line = BUF_INIT(2048);
	char took[32];

	clock_human(clock_mono() - since, took, sizeof(took));
	if (error->late) {
		observer_trouble(o, KIND_TIMEOUT, "no answer from %s in %s (%s)", peer, took,
				 doing);
		return -1;
	}
	if (error->number == 2002 || error->number == 2003)
		return connect_error(o, error, peer);
	if (error->number == 2006 || error->number == 2013 || error->number == 2055)
		return loss_error(o, error, peer, doing);
	text_clean_line(&line, error->text, strlen(error->text), 400);
	if (error->number >= 2000 && error->number < 3000)
		observer_trouble(o, kind_of(error->number), "%s failed with %s: %s (%u)", doing,
				 peer, buf_text(&line), error->number);
	else
		observer_trouble(o, kind_of(error->number),
				 "%s refused the %s: %s (%u, SQLSTATE %s)", peer, doing,
				 buf_text(&line), error->number, error->state);
	return -1;
}
