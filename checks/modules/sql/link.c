#include "checks/modules/sql/link.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <errmsg.h>

#include "checks/check.h"
#include "checks/modules/dial.h"
#include "checks/modules/guard.h"
#include "checks/modules/sql/trouble.h"
#include "checks/net/address.h"
#include "checks/sql.h"
#include "engine/base/text.h"

/* One packet of the server, and so one row. */
#define PACKET_MAX (16UL * 1024 * 1024)
#define STOP_NS (400 * NS_PER_MS)

int link_wait(struct link *l, int status)
{
	struct pollfd p = { .fd = mysql_get_socket(l->my) };

	p.events = (short)((status & MYSQL_WAIT_READ ? POLLIN : 0) |
			   (status & MYSQL_WAIT_WRITE ? POLLOUT : 0) |
			   (status & MYSQL_WAIT_EXCEPT ? POLLPRI : 0));
	for (;;) {
		const int64_t left = l->deadline - clock_mono();
		int n;

		if (left <= 0)
			break;
		n = poll(&p, 1, left > 3600 * NS_PER_S ? 3600000 : (int)(left / NS_PER_MS + 1));
		if (n > 0 || (n < 0 && errno != EINTR))
			break;
	}
	if (clock_mono() >= l->deadline) {
		l->late = true;
		link_drop(l);
	}
	errno = 0; /* what the call leaves there tells more than the library's words */
	return status;
}

void link_drop(struct link *l)
{
	if (l->spare >= 0)
		shutdown(l->spare, SHUT_RDWR);
}

int link_send(struct link *l, const char *statement, size_t len)
{
	int failed = 0;
	int status = mysql_real_query_start(&failed, l->my, statement, len);

	while (status)
		status = mysql_real_query_cont(&failed, l->my, link_wait(l, status));
	return failed ? -1 : 0;
}

/* Why the library gave a connection up, of which it says no more than that it is lost. */
static enum sql_loss loss_of(const struct link *l, int errnum)
{
	char byte;
	ssize_t n;

	if (errnum == ECONNRESET || errnum == EPIPE)
		return SQL_LOSS_RESET;
	n = l->spare < 0 ? 0 : recv(l->spare, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
	if (n == 0)
		return SQL_LOSS_CLOSED;
	if (n < 0 && errno == ECONNRESET)
		return SQL_LOSS_RESET;
	return l->in && l->target->tls != SQL_TLS_NONE ? SQL_LOSS_TLS : SQL_LOSS_GARBAGE;
}

int link_trouble(struct link *l, MYSQL_STMT *stmt, const char *doing)
{
	const int errnum = errno;
	const struct sql_error error = {
		.loss = loss_of(l, errnum),
		.number = stmt ? mysql_stmt_errno(stmt) : mysql_errno(l->my),
		.state = stmt ? mysql_stmt_sqlstate(stmt) : mysql_sqlstate(l->my),
		.text = stmt ? mysql_stmt_error(stmt) : mysql_error(l->my),
		.late = l->late || guard_struck(),
	};

	return sql_trouble(l->observer, &error, l->peer, doing, l->started);
}

/* --- options --- */

static void set_tls(struct link *l, const struct sql_target *t)
{
	my_bool on = 1, verify = t->tls == SQL_TLS_VERIFIED;

	if (t->tls == SQL_TLS_NONE)
		return;
	mysql_optionsv(l->my, MYSQL_OPT_SSL_ENFORCE, &on);
	mysql_optionsv(l->my, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &verify);
	if (l->query->ca)
		mysql_optionsv(l->my, MYSQL_OPT_SSL_CA, l->query->ca);
}

/* No file of options is read. A server may neither ask for our files nor for a password in clear
 * where the line is. */
static int set_options(struct link *l, const struct sql_target *t)
{
	const unsigned int protocol = l->host ? MYSQL_PROTOCOL_TCP : MYSQL_PROTOCOL_SOCKET;
	const unsigned int no = 0;
	const unsigned long packet = PACKET_MAX;

	l->my = mysql_init(NULL);
	if (!l->my)
		xalloc_failed();
	mysql_optionsv(l->my, MYSQL_OPT_NONBLOCK, NULL);
	mysql_optionsv(l->my, MYSQL_OPT_LOCAL_INFILE, &no);
	mysql_optionsv(l->my, MYSQL_OPT_PROTOCOL, &protocol);
	mysql_optionsv(l->my, MYSQL_OPT_MAX_ALLOWED_PACKET, &packet);
	mysql_optionsv(l->my, MYSQL_SET_CHARSET_NAME, "utf8mb4");
	mysql_optionsv(l->my, MARIADB_OPT_RESTRICTED_AUTH,
		       t->tls == SQL_TLS_VERIFIED || !l->host
			       ? "mysql_native_password,caching_sha2_password,sha256_password,"
				 "client_ed25519,mysql_clear_password,dialog"
			       : "mysql_native_password,caching_sha2_password,sha256_password,"
				 "client_ed25519");
	set_tls(l, t);
	return 0;
}

/* --- getting in --- */

/* From here on the line ends at the deadline even while the library reads without a pause. */
static void take_spare(struct link *l)
{
	const int fd = mysql_get_socket(l->my);

	l->spare = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (l->spare >= 0)
		guard_set(l->spare, l->deadline);
}

/* The library connects and logs in at one go, and does not tell how far it came. */
static void look_reached(struct link *l)
{
	struct sockaddr_storage peer;
	socklen_t len = sizeof(peer);

	if (!l->reached && l->spare >= 0)
		l->reached = getpeername(l->spare, (struct sockaddr *)&peer, &len) == 0;
}

static int log_in(struct link *l, const struct sql_target *t, const char *database)
{
	MYSQL *made = NULL;
	int status;

	set_options(l, t);
	status = mysql_real_connect_start(&made, l->my, l->host, t->user, t->password, database,
					  l->port, l->host ? NULL : t->socket, 0);
	take_spare(l);
	look_reached(l);
	while (status) {
		const int ready = link_wait(l, status);

		look_reached(l);
		status = mysql_real_connect_cont(&made, l->my, ready);
	}
	l->in = made;
	return made ? 0 : -1;
}

static void forget(struct link *l)
{
	guard_clear();
	if (l->spare >= 0)
		close(l->spare);
	l->spare = -1;
	l->reached = false;
	if (l->my)
		mysql_close(l->my);
	l->my = NULL;
}

static void trace_entry(struct link *l, const struct sql_target *t)
{
	const char *cipher = mysql_get_ssl_cipher(l->my), *version = NULL;
	char took[32];

	clock_human(clock_mono() - l->started, took, sizeof(took));
	observer_trace(l->observer, "connected to %s in %s", l->peer, took);
	if (cipher) {
		mariadb_get_infov(l->my, MARIADB_CONNECTION_TLS_VERSION, &version);
		observer_trace(l->observer, "%s, %s%s", version ? version : "TLS", cipher,
			       t->tls == SQL_TLS_VERIFIED ? "" : ", not verified");
	}
	observer_trace(l->observer, "authenticated as %s", t->user);
	observer_phase(l->observer, "query");
}

static void name_peer(struct link *l, const struct address *a)
{
	auto_buf struct buf peer = BUF_INIT(sizeof(l->peer) - 1);

	if (a)
		address_print_port(a, &peer);
	else
		buf_printf(&peer, "'%s'", l->target->socket);
	memcpy(l->peer, buf_text(&peer), peer.len + 1);
}

/* Nobody was let in: how far it came. */
static void login_trouble(struct link *l)
{
	const char *phase = l->reached ? "login" : "connect";

	if (l->reached)
		observer_trace(l->observer, "connected to %s", l->peer);
	link_trouble(l, NULL, phase);
	observer_phase(l->observer, observer_kind(l->observer) == KIND_TLS ? "tls" : phase);
	forget(l);
}

/* Whether another address may answer where this one did not. */
static bool is_no_connection(const struct link *l)
{
	return mysql_errno(l->my) == CR_CONNECTION_ERROR && !l->late;
}

/* A name is handed on only where the certificate is compared with it: looked up by the library once
 * more, now that it is known to be answered. */
static int try_addresses(struct link *l, const struct sql_host *h, struct addresses *found)
{
	char numeric[64];

	for (size_t i = 0; i < found->count; i++) {
		auto_buf struct buf text = BUF_INIT(sizeof(numeric) - 1);

		address_set_port(&found->items[i], h->port);
		address_print(&found->items[i], &text);
		memcpy(numeric, buf_text(&text), text.len + 1);
		name_peer(l, &found->items[i]);
		l->host = l->target->tls == SQL_TLS_VERIFIED ? h->name : numeric;
		l->port = h->port;
		if (log_in(l, l->target, l->target->database) == 0) {
			if (l->host == numeric)
				l->host = l->address = xstrdup(numeric);
			trace_entry(l, l->target);
			return 0;
		}
		if (i + 1 == found->count || !is_no_connection(l) || l->host == h->name)
			break;
		observer_trace(l->observer, "%s: %s", l->peer, mysql_error(l->my));
		forget(l);
	}
	login_trouble(l);
	return -1;
}

static int try_host(struct link *l, const struct sql_host *h)
{
	struct addresses found;

	observer_target(l->observer, h->name, h->port);
	if (dial_resolve(l->observer, h->name, l->deadline, &found))
		return -1;
	return try_addresses(l, h, &found);
}

/* All but the last are tried with an observer that is asked for nothing but the trouble. */
static int try_hosts(struct link *l, struct observer *o)
{
	const struct sql_target *t = l->target;

	for (size_t i = 0; i + 1 < t->host_count; i++) {
		struct observer *aside = observer_new(NULL);
		const json_t *error;
		int failed;

		l->observer = aside;
		failed = try_host(l, &t->hosts[i]);
		l->observer = o;
		error = json_object_get(observer_facts(aside), "error");
		if (failed)
			observer_trace(o, "%s: %s", t->hosts[i].name,
				       json_string_value(json_object_get(error, "text")));
		observer_free(aside);
		if (!failed) {
			trace_entry(l, t);
			return 0;
		}
	}
	return try_host(l, &t->hosts[t->host_count - 1]);
}

int link_open(struct link *l, struct observer *o, const struct sql_query *q,
	      const struct sql_target *t)
{
	*l = (struct link){ .observer = o,
			    .query = q,
			    .target = t,
			    .started = clock_mono(),
			    .deadline = observer_deadline(o),
			    .spare = -1 };
	if (!t->socket)
		return try_hosts(l, o);
	name_peer(l, NULL);
	if (log_in(l, t, t->database) == 0) {
		trace_entry(l, t);
		return 0;
	}
	login_trouble(l);
	return -1;
}

void link_close(struct link *l)
{
	forget(l);
	free(l->address);
	l->address = NULL;
}

void link_stop_statement(struct link *l)
{
	const unsigned long id = mysql_thread_id(l->my);
	auto_free char *kill = xasprintf("KILL QUERY %lu", id);
	struct link other = { .observer = l->observer,
			      .query = l->query,
			      .target = l->target,
			      .started = clock_mono(),
			      .deadline = clock_mono() + STOP_NS,
			      .host = l->host,
			      .port = l->port,
			      .spare = -1 };

	if (!id)
		return;
	if (log_in(&other, l->target, NULL) == 0 && link_send(&other, kill, strlen(kill)) == 0)
		observer_trace(l->observer, "the statement was told to stop on the server");
	else
		observer_trace(l->observer, "the statement could not be stopped on the server");
	forget(&other);
}
