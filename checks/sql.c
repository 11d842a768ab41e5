/*
 * sql - can we log in to this MySQL, MariaDB or OceanBase, and what does a query say?
 *
 * This is the declaration; the code is the module `sql`. Nothing is written unless the check says
 * allow_writes.
 */
#include "checks/sql.h"

#include "checks/check.h"

static const struct field sql_fields[] = {
	FIELD_BOOL(struct sql_query, allow_writes, .dflt = "false",
		   .doc = "Whether the statement may write; else its transaction is read-only."),
	FIELD_LIST(struct sql_query, args, .doc = "Values for the question marks of the query."),
	FIELD_PATH(struct sql_query, ca,
		   .doc = "File of certificates to trust, instead of the system's."),
	FIELD_SECRET(struct sql_query, password, .doc = "Password; else the one in the URL."),
	FIELD_QUERY(struct sql_query, query,
		    .doc = "One statement; without it only the login is tried."),
	FIELD_BOOL(struct sql_query, tls, .dflt = "false",
		   .doc = "Whether to speak TLS and verify the server's certificate."),
	FIELD_TEXT(struct sql_query, url, .required = true,
		   .doc = "Where it is: mysql://host:port/db, a JDBC URL, or u@tcp(host:port)/db."),
	FIELD_TEXT(struct sql_query, user, .doc = "User; else the one in the URL."),
	{ .name = NULL },
};

static const struct fact sql_facts[] = {
	{ .name = "connected", .type = FACT_BOOL, .doc = "Whether the server let us in." },
	{ .name = "row_count",
	  .type = FACT_INT,
	  .doc = "Number of rows; of a statement that writes, of those that it touched." },
	{ .name = "rows",
	  .type = FACT_LIST,
	  .item = FACT_OPEN,
	  .doc = "Rows as maps by column: numbers, texts (dates, too), null, binary as hex." },
	{ .name = "server_version", .type = FACT_VERSION, .doc = "Version that the server tells." },
	{ .name = NULL },
};

static int sql_validate(const void *query, bool (*given)(const void *ctx, const char *field),
			const void *ctx, struct err **e)
{
	const struct sql_query *q = query;
	struct sql_target t;

	if (given(ctx, "args") && !given(ctx, "query"))
		return err_set(e, ERR_DATA, "args needs query");
	if (q->query && !q->allow_writes && sql_statement_reads(q->query, e))
		return -1;
	/* what is filled in later is read then */
	if (!q->url || (given(ctx, "user") && !q->user))
		return 0;
	if (sql_target_read(q, &t, e))
		return -1;
	sql_target_release(&t);
	return 0;
}

const struct check_type check_sql = {
	.name = "sql",
	.summary = "a database lets us in and a query says what it should",
	.lane = LANE_ISOLATED,
	.module = "sql",
	.package = "MariaDB's or MySQL's client library",
	.fields = sql_fields,
	.query_size = sizeof(struct sql_query),
	.facts = sql_facts,
	.default_expect = "{ connected: true }",
	.validate = sql_validate,
};
