/*
 * sql_target - the forms in which people and their programs write where a database is.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "checks/net/url.h"
#include "checks/sql.h"
#include "engine/base/auto.h"
#include "engine/base/err.h"
#include "engine/base/text.h"
#include "engine/base/xalloc.h"

#define HOSTS_MAX 64

static int add_host(struct sql_target *t, const char *text, uint16_t port, struct err **e)
{
	struct sql_host host = { 0 };

	if (t->host_count == HOSTS_MAX)
		return err_set(e, ERR_DATA, "url: more than %d hosts", HOSTS_MAX);
	if (*text == '(' || text_starts_with(text, "address="))
		return err_set(e, ERR_DATA, "url: hosts are written as host:port");
	if (url_host(text, &host.name, &host.port, e))
		return err_wrap(e, "url");
	if (!host.port)
		host.port = port;
	t->hosts = xrealloc(t->hosts, t->host_count + 1, sizeof(*t->hosts));
	t->hosts[t->host_count++] = host;
	return 0;
}

static int add_hosts(struct sql_target *t, const char *hosts, uint16_t port, struct err **e)
{
	while (*hosts) {
		const size_t len = strcspn(hosts, ",");
		auto_free char *one = xmemdup0(hosts, len);

		if (add_host(t, one, port, e))
			return -1;
		hosts += len;
		hosts += *hosts == ',';
	}
	return 0;
}

/* A member that the target has not yet from elsewhere. */
static void member_text(const struct url *u, const char *name, char **at)
{
	char *value = url_member(u, name);

	if (!*at && value && *value)
		*at = TAKE(value);
	free(value);
}

static bool member_is(const struct url *u, const char *name, const char *value)
{
	auto_free char *is = url_member(u, name);

	return is && !strcasecmp(is, value);
}

/* As Connector/J has it; PREFERRED would encrypt or not, whatever the server likes. */
static void jdbc_tls(const struct url *u, struct sql_target *t)
{
	const char *mode = "sslMode";

	if (member_is(u, "ssl-mode", "VERIFY_IDENTITY") || member_is(u, "ssl-mode", "VERIFY_CA") ||
	    member_is(u, "ssl-mode", "REQUIRED"))
		mode = "ssl-mode";
	if (member_is(u, mode, "REQUIRED") || member_is(u, mode, "trust") ||
	    member_is(u, "useSSL", "true") || member_is(u, "requireSSL", "true"))
		t->tls = SQL_TLS_UNVERIFIED;
	if (member_is(u, mode, "VERIFY_CA") || member_is(u, mode, "VERIFY_IDENTITY") ||
	    member_is(u, mode, "verify-ca") || member_is(u, mode, "verify-full") ||
	    (t->tls && member_is(u, "verifyServerCertificate", "true")))
		t->tls = SQL_TLS_VERIFIED;
	if (member_is(u, "sslMode", "DISABLED") || member_is(u, "useSSL", "false"))
		t->tls = SQL_TLS_NONE;
}

/* "mysql", "jdbc:mysql", "jdbc:oceanbase:hamode:loadbalance"; the port that goes without saying. */
static int read_scheme(const char *scheme, uint16_t *port, struct err **e)
{
	const char *name = text_starts_with(scheme, "jdbc:") ? scheme + 5 : scheme;
	const size_t len = strcspn(name, ":");

	*port = 3306;
	if ((len == 5 && !strncmp(name, "mysql", len)) ||
	    (len == 7 && !strncmp(name, "mariadb", len)))
		return 0;
	*port = 2883;
	if (len == 9 && !strncmp(name, "oceanbase", len))
		return 0;
	return err_set(e, ERR_DATA, "url: '%s://' is not supported: mysql, mariadb or oceanbase, "
				    "each also after 'jdbc:'",
		       scheme);
}

static int read_url(struct url *u, struct sql_target *t, struct err **e)
{
	uint16_t port;

	if (read_scheme(u->scheme, &port, e) || add_hosts(t, u->hosts, port, e))
		return -1;
	t->user = TAKE(u->user);
	t->password = TAKE(u->password);
	member_text(u, "user", &t->user);
	member_text(u, "password", &t->password);
	member_text(u, "socket", &t->socket);
	member_text(u, "localSocket", &t->socket);
	if (u->path && *u->path) {
		t->database = TAKE(u->path);
		url_decode(t->database);
	}
	jdbc_tls(u, t);
	if (!t->host_count && !t->socket)
		return err_set(e, ERR_DATA, "url: a host is missing");
	return 0;
}

/* "tcp(h:3306)", "unix(/run/s.sock)", "tcp", "": go-sql-driver/mysql, "DSN". */
static int dsn_address(const char *text, struct sql_target *t, struct err **e)
{
	const char *open = strchr(text, '(');
	const size_t len = strlen(text);
	auto_free char *inside = NULL;

	if (!*text || !strcmp(text, "tcp"))
		return add_host(t, "127.0.0.1", 3306, e);
	if (!open || text[len - 1] != ')')
		return err_set(e, ERR_DATA, "url: this is neither a URL with 'mysql://' nor a DSN "
					    "such as user@tcp(host:port)/db");
	inside = xmemdup0(open + 1, len - (size_t)(open - text) - 2);
	if (text_starts_with(text, "unix("))
		t->socket = TAKE(inside);
	else if (text_starts_with(text, "tcp"))
		return add_host(t, inside, 3306, e);
	else
		return err_set(e, ERR_DATA, "url: a DSN has tcp(host:port) or unix(path)");
	return 0;
}

static void dsn_user(const char *text, size_t len, struct sql_target *t)
{
	const char *colon = memchr(text, ':', len);

	t->user = xmemdup0(text, colon ? (size_t)(colon - text) : len);
	if (colon)
		t->password = xmemdup0(colon + 1, len - (size_t)(colon + 1 - text));
}

/* The last '/' and before it the last '@' part it, as the driver does. */
static int read_dsn(const char *text, struct sql_target *t, struct err **e)
{
	const char *slash = strrchr(text, '/');
	const char *at = slash ? memrchr(text, '@', (size_t)(slash - text)) : NULL;
	const char *address = at ? at + 1 : text;
	struct url members = { 0 };
	auto_free char *where = NULL;
	const char *question;

	if (!slash)
		return err_set(e, ERR_DATA, "url: this is neither a URL with 'mysql://' nor a DSN "
					    "such as user@tcp(host:port)/db");
	if (at)
		dsn_user(text, (size_t)(at - text), t);
	where = xmemdup0(address, (size_t)(slash - address));
	question = strchr(slash, '?');
	if (strcspn(slash + 1, "?"))
		t->database = xmemdup0(slash + 1, strcspn(slash + 1, "?"));
	members.members = question ? xstrdup(question + 1) : NULL;
	if (member_is(&members, "tls", "true"))
		t->tls = SQL_TLS_VERIFIED;
	else if (member_is(&members, "tls", "skip-verify"))
		t->tls = SQL_TLS_UNVERIFIED;
	url_release(&members);
	return dsn_address(where, t, e);
}

static void replace(char **at, const char *text)
{
	if (!text)
		return;
	free(*at);
	*at = xstrdup(text);
}

static int target_read(const struct sql_query *q, struct sql_target *t, struct err **e)
{
	struct url u;
	int failed;

	if (strstr(q->url, "://")) {
		failed = url_parse(q->url, &u, e) || read_url(&u, t, e) ? -1 : 0;
		url_release(&u);
	} else {
		failed = read_dsn(q->url, t, e);
	}
	if (failed)
		return -1;
	replace(&t->user, q->user);
	replace(&t->password, q->password);
	if (q->tls || q->ca)
		t->tls = SQL_TLS_VERIFIED;
	if (!t->user || !*t->user)
		return err_set(e, ERR_DATA, "a user is needed, in url or as user");
	return 0;
}

int sql_target_read(const struct sql_query *q, struct sql_target *out, struct err **e)
{
	*out = (struct sql_target){ 0 };
	if (target_read(q, out, e) == 0)
		return 0;
	sql_target_release(out);
	return -1;
}

void sql_target_release(struct sql_target *t)
{
	for (size_t i = 0; i < t->host_count; i++)
		free(t->hosts[i].name);
	if (t->password)
		explicit_bzero(t->password, strlen(t->password));
	free(t->hosts);
	free(t->socket);
	free(t->user);
	free(t->password);
	free(t->database);
	*t = (struct sql_target){ 0 };
}
