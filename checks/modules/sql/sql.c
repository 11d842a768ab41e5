/*
 * sql - the module `sql`: log in, and ask one thing in a transaction that cannot write.
 */
#include "checks/sql.h"

#include <signal.h>
#include <string.h>

#include "checks/check.h"
#include "checks/modules/sql/link.h"
#include "checks/modules/sql/rows.h"
#include "engine/base/text.h"

/* How each kind of server is told to stop a statement by itself; tried, not needed. */
static char *statement_limit(struct link *l)
{
	const char *version = mysql_get_server_info(l->my);
	const int64_t left = l->deadline == INT64_MAX ? 0 : l->deadline - clock_mono();
	const int64_t ms = left / NS_PER_MS + 1;

	if (left <= 0)
		return NULL;
	if (strcasestr(version, "OceanBase"))
		return xasprintf("SET SESSION ob_query_timeout = %lld", (long long)ms * 1000);
	if (strcasestr(version, "MariaDB"))
		return xasprintf("SET SESSION max_statement_time = %lld.%03lld",
				 (long long)ms / 1000, (long long)ms % 1000);
	return xasprintf("SET SESSION max_execution_time = %lld", (long long)ms);
}

static int prepare(struct link *l, const struct sql_query *q)
{
	static const char begin[] = "START TRANSACTION READ ONLY";
	auto_free char *limit = statement_limit(l);

	if (limit && link_send(l, limit, strlen(limit)) && mysql_errno(l->my) >= 2000 &&
	    mysql_errno(l->my) < 3000)
		return link_trouble(l, NULL, "query");
	if (!q->allow_writes && link_send(l, begin, strlen(begin)))
		return link_trouble(l, NULL, "read-only transaction");
	return 0;
}

static void ask(struct link *l, const struct sql_query *q)
{
	if (prepare(l, q) == 0)
		rows_query(l, q->query, &q->args);
	if (observer_kind(l->observer) == KIND_TIMEOUT)
		link_stop_statement(l);
}

static int look(const struct sql_query *q, const struct sql_target *t, struct observer *o)
{
	struct link l;

	if (link_open(&l, o, q, t))
		return -1;
	observer_set_bool(o, "connected", true);
	observer_set_string(o, "server_version", mysql_get_server_info(l.my));
	if (q->query)
		ask(&l, q);
	link_close(&l);
	return 0;
}

static int sql_observe(const void *query, struct observer *o, struct err **e)
{
	const struct sql_query *q = query;
	auto_err struct err *wrong = NULL;
	struct sql_target t;

	(void)e;
	observer_set_bool(o, "connected", false);
	if ((q->query && !q->allow_writes && sql_statement_reads(q->query, &wrong)) ||
	    sql_target_read(q, &t, &wrong)) {
		observer_trouble(o, KIND_PARAMETER, "%s", err_text(wrong));
		return 0;
	}
	look(q, &t, o);
	sql_target_release(&t);
	return 0;
}

/* OpenSSL writes to sockets by write(2), which knows no MSG_NOSIGNAL. */
static int sql_init(struct err **e)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };

	if (sigaction(SIGPIPE, &ignore, NULL) < 0)
		return err_errno(e, ERR_SYSTEM, "sigaction");
	if (mysql_library_init(0, NULL, NULL))
		return err_set(e, ERR_UNAVAILABLE, "the client library could not be set up");
	return 0;
}

static const struct check_type sql_code = {
	.name = "sql",
	.observe = sql_observe,
};

static const struct check_type *const types[] = { &sql_code, NULL };

const struct module rounds_module = {
	.abi = MODULE_ABI,
	.types = types,
	.init = sql_init,
};
