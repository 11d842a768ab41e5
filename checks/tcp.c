/*
 * tcp - does a port take connections, and does it say what it should?
 *
 * Plain sockets on the lane's loop; names and TLS come from modules that are loaded only when asked
 * for. Whether a socket of this machine listens, without connecting to it, is port's question.
 */
#include "checks/check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "checks/net/connect.h"
#include "checks/net/names.h"
#include "checks/net/payload.h"
#include "checks/net/tls.h"
#include "engine/base/loop.h"

#define RECEIVED_MAX ((size_t)64 * 1024)
/* Without `until` an answer is over when this long nothing more has come. */
#define QUIET_NS (300 * NS_PER_MS)

struct tcp_query {
	char *ca;
	char *host;
	uint64_t port;
	char *send;
	char *send_hex;
	bool tls;
	char *until;
	bool verify;
};

static const struct field tcp_fields[] = {
	FIELD_PATH(struct tcp_query, ca,
		   .doc = "File of the authorities to trust (PEM); without it the system's."),
	FIELD_TEXT(struct tcp_query, host, .filled = true, .required = true,
		   .doc = "Name or address of the host."),
	FIELD_UINT(struct tcp_query, port, .required = true, .min = 1, .max = 65535,
		   .doc = "Port number."),
	FIELD_TEXT(struct tcp_query, send, .doc = "Text to send once the connection is made."),
	FIELD_TEXT(struct tcp_query, send_hex,
		   .doc = "Bytes to send instead of a text, as hex digits: '10 0c 00'."),
	FIELD_BOOL(struct tcp_query, tls, .dflt = "false", .doc = "Whether to speak TLS."),
	FIELD_TEXT(struct tcp_query, until,
		   .doc = "Literal text at which reading ends; without it, the end of the "
			  "connection or 0.3 s of silence."),
	FIELD_BOOL(struct tcp_query, verify, .dflt = "true",
		   .doc = "Whether the certificate must be valid, trusted and for this host."),
	{ .name = NULL },
};

static const struct fact tcp_facts[] = {
	{ .name = "connected",
	  .type = FACT_BOOL,
	  .doc = "Whether the connection was made, with tls: whether TLS was, too." },
	{ .name = "peer",
	  .type = FACT_TEXT,
	  .doc = "The address with port that was connected to." },
	{ .name = "received", .type = FACT_TEXT, .doc = "What the server said, at most 64 KiB." },
	{ .name = NULL },
};

enum phase { PHASE_RESOLVE, PHASE_CONNECT, PHASE_TLS, PHASE_SEND, PHASE_RECEIVE };

struct tcp {
	struct probe *probe;
	const struct tcp_query *query;
	enum phase phase;
	struct lookup lookup;
	struct connector connector;
	int fd;
	char *peer;
	struct loop_fd *watch;
	struct loop_timer *quiet; /* when silence is an end */
	int64_t shaking;          /* since when, of TLS */
	const struct tls_api *tls_api;
	struct tls *tls;
	struct buf payload;
	size_t sent;
	bool connected;
	struct buf received;
};

static void tcp_free(struct tcp *t)
{
	names_drop(&t->lookup);
	connector_cancel(&t->connector);
	loop_timer_remove(t->quiet);
	loop_fd_remove(t->watch);
	if (t->tls)
		t->tls_api->close(t->tls);
	if (t->fd >= 0)
		close(t->fd);
	buf_free(&t->payload);
	buf_free(&t->received);
	free(t->peer);
	free(t);
}

static void tcp_record(const struct tcp *t)
{
	observer_set_bool(t->probe->observer, "connected", t->connected);
	if (t->peer)
		observer_set_string(t->probe->observer, "peer", t->peer);
	if (t->phase == PHASE_RECEIVE)
		observer_set_text(t->probe->observer, "received", buf_text(&t->received),
				  t->received.len);
}

static void tcp_end(struct tcp *t)
{
	struct probe *p = t->probe;

	tcp_record(t);
	p->state = NULL;
	tcp_free(t);
	probe_done(p);
}

static bool tcp_wants_answer(const struct tcp *t)
{
	const struct observer *o = t->probe->observer;

	return t->query->until || observer_wants(o, "received") || observer_wants(o, "found");
}

static void on_ready(void *ctx, uint32_t events);

/* Wait for the socket; ends the probe when even that fails. */
static void tcp_wait(struct tcp *t, uint32_t events)
{
	auto_err struct err *e = NULL;

	if (t->watch && loop_fd_change(t->watch, events) == 0)
		return;
	if (!t->watch)
		t->watch = loop_fd_add(t->probe->loop, t->fd, events, on_ready, t, &e);
	if (t->watch && !e)
		return;
	observer_trouble(t->probe->observer, KIND_RESOURCE,
			 "the connection to %s cannot be watched: %s", t->peer, err_text(e));
	tcp_end(t);
}

/* As tls_api->read, for both kinds of connection. */
static enum tls_state tcp_read(struct tcp *t, void *bytes, size_t *len, uint32_t *events)
{
	ssize_t n;

	if (t->tls)
		return t->tls_api->read(t->tls, bytes, len, events);
	do
		n = recv(t->fd, bytes, *len, 0);
	while (n < 0 && errno == EINTR);
	*events = EPOLLIN;
	if (n < 0)
		return errno == EAGAIN ? TLS_WAIT : TLS_FAILED;
	*len = (size_t)n;
	return n ? TLS_OK : TLS_CLOSED;
}

static enum tls_state tcp_write(struct tcp *t, const void *bytes, size_t *len, uint32_t *events)
{
	ssize_t n;

	if (t->tls)
		return t->tls_api->write(t->tls, bytes, len, events);
	do
		n = send(t->fd, bytes, *len, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	*events = EPOLLOUT;
	if (n < 0)
		return errno == EAGAIN ? TLS_WAIT : TLS_FAILED;
	*len = (size_t)n;
	return TLS_OK;
}

static void tcp_broken(struct tcp *t)
{
	if (errno)
		net_trouble(t->probe->observer, errno, t->peer);
	else
		observer_trouble(t->probe->observer, KIND_PROTOCOL, "%s broke the TLS protocol",
				 t->peer);
	tcp_end(t);
}

/* The server closed the connection: fine, unless something was still to come. */
static void tcp_closed(struct tcp *t)
{
	if (t->query->until)
		observer_trouble(t->probe->observer, KIND_CLOSED,
				 "connection closed by %s before '%s' came (%zu bytes received)",
				 t->peer, t->query->until, t->received.len);
	else if (!t->received.len)
		observer_trouble(t->probe->observer, KIND_CLOSED,
				 "connection closed by %s without a word", t->peer);
	tcp_end(t);
}

static void on_quiet(void *ctx)
{
	struct tcp *t = ctx;

	t->quiet = NULL;
	observer_trace(t->probe->observer, "received %zu bytes, then silence", t->received.len);
	tcp_end(t);
}

/* Whether what has come since `from` completes the answer. */
static bool tcp_complete(struct tcp *t, size_t from)
{
	const char *until = t->query->until;
	size_t len = until ? strlen(until) : 0;
	size_t back = from < len ? from : len;

	if (until &&
	    memmem(t->received.data + from - back, t->received.len - from + back, until, len))
		return true;
	if (!t->received.lost)
		return false;
	observer_trouble(t->probe->observer, KIND_TOO_LARGE, "%s sent more than %zu bytes%s%s%s",
			 t->peer, RECEIVED_MAX, until ? " and no '" : "", until ? until : "",
			 until ? "'" : "");
	return true;
}

static void tcp_receive(struct tcp *t)
{
	char bytes[16384];
	uint32_t events = EPOLLIN;
	size_t from = t->received.len;
	size_t len = sizeof(bytes);
	enum tls_state state;

	t->phase = PHASE_RECEIVE;
	while ((state = tcp_read(t, bytes, &len, &events)) == TLS_OK) {
		from = t->received.len;
		buf_add(&t->received, bytes, len);
		if (tcp_complete(t, from)) {
			observer_trace(t->probe->observer, "received %zu bytes", t->received.len);
			tcp_end(t);
			return;
		}
		if (len < sizeof(bytes) && !t->tls)
			break; /* most likely there is no more: the loop will tell */
		len = sizeof(bytes);
	}
	if (state == TLS_CLOSED) {
		tcp_closed(t);
		return;
	}
	if (state == TLS_FAILED) {
		tcp_broken(t);
		return;
	}
	loop_timer_remove(TAKE(t->quiet));
	if (!t->query->until && t->received.len)
		t->quiet = loop_timer_add(t->probe->loop, clock_mono() + QUIET_NS, on_quiet, t);
	tcp_wait(t, events);
}

static void tcp_send(struct tcp *t)
{
	size_t len = t->payload.len - t->sent;
	uint32_t events = EPOLLOUT;

	t->phase = PHASE_SEND;
	while (len) {
		enum tls_state state = tcp_write(t, t->payload.data + t->sent, &len, &events);

		if (state == TLS_WAIT) {
			tcp_wait(t, events);
			return;
		}
		if (state == TLS_CLOSED) {
			tcp_closed(t);
			return;
		}
		if (state == TLS_FAILED) {
			tcp_broken(t);
			return;
		}
		t->sent += len;
		len = t->payload.len - t->sent;
	}
	if (t->sent)
		observer_trace(t->probe->observer, "sent %zu bytes", t->sent);
	if (tcp_wants_answer(t))
		tcp_receive(t);
	else
		tcp_end(t);
}

static void tcp_secured(struct tcp *t)
{
	loop_timer_remove(TAKE(t->quiet));
	t->connected = true;
	observer_phase(t->probe->observer, "answer");
	tcp_send(t);
}

static void on_settled(void *ctx)
{
	struct tcp *t = ctx;

	t->quiet = NULL;
	tcp_secured(t);
}

static void tcp_handshake(struct tcp *t)
{
	uint32_t events = EPOLLIN;

	switch (t->tls_api->handshake(t->tls, t->probe->observer, &events)) {
	case TLS_SETTLING:
		if (!t->quiet)
			t->quiet = loop_timer_add(t->probe->loop,
						  clock_mono() + TLS_SETTLE_NS(t->shaking),
						  on_settled, t);
		tcp_wait(t, events);
		return;
	case TLS_WAIT:
		tcp_wait(t, events);
		return;
	case TLS_OK:
		tcp_secured(t);
		return;
	default:
		tcp_end(t);
	}
}

static void on_ready(void *ctx, uint32_t events)
{
	struct tcp *t = ctx;

	(void)events;
	if (t->phase == PHASE_TLS)
		tcp_handshake(t);
	else if (t->phase == PHASE_SEND)
		tcp_send(t);
	else
		tcp_receive(t);
}

static int tcp_begin_tls(struct tcp *t, struct err **e)
{
	const struct tls_options options = { .host = t->query->host,
					     .ca = t->query->ca,
					     .verify = t->query->verify };
	void *shared;

	shared = probe_object(t->probe, t->tls_api->object, e);
	if (!shared)
		return -1;
	t->tls = t->tls_api->open(shared, t->fd, &options, e);
	return t->tls ? 0 : -1;
}

static void on_connected(void *ctx, int fd, const struct address *peer)
{
	struct tcp *t = ctx;
	auto_err struct err *e = NULL;
	auto_buf struct buf text = BUF_INIT(128);

	t->fd = fd;
	if (fd < 0) {
		tcp_end(t);
		return;
	}
	observer_phase(t->probe->observer, "answer"); /* TLS tells of itself */
	address_print_port(peer, &text);
	t->peer = buf_take(&text);
	if (!t->query->tls) {
		t->connected = true;
		tcp_send(t);
		return;
	}
	t->phase = PHASE_TLS;
	t->shaking = clock_mono();
	if (tcp_begin_tls(t, &e) < 0) {
		observer_trouble(t->probe->observer, KIND_PARAMETER, "%s", err_text(e));
		tcp_end(t);
		return;
	}
	tcp_handshake(t);
}

static void on_found(void *ctx, const struct addresses *found, enum kind kind, const char *why)
{
	struct tcp *t = ctx;

	if (!found) {
		observer_trouble(t->probe->observer, kind, "%s", why);
		tcp_end(t);
		return;
	}
	names_trace(found, t->query->host, t->probe->observer);
	t->phase = PHASE_CONNECT;
	connector_start(&t->connector, t->probe, found, (uint16_t)t->query->port, on_connected, t);
}

static int tcp_begin(const void *query, struct probe *p, struct err **e)
{
	const struct tcp_query *q = query;
	struct tcp *t = xcalloc(1, sizeof(*t));

	*t = (struct tcp){ .probe = p,
			   .query = q,
			   .fd = -1,
			   .payload = BUF_INIT(SIZE_MAX),
			   .received = BUF_INIT(RECEIVED_MAX) };
	p->state = t;
	observer_target(p->observer, q->host, (unsigned)q->port);
	/* before anything is connected: without its module the check has nothing to say about the
	 * server */
	if (q->tls)
		t->tls_api = probe_module(p, "tls", "OpenSSL", e);
	if ((!q->tls || t->tls_api) && payload_add(q->send, q->send_hex, &t->payload, e) == 0 &&
	    names_ask(p, q->host, &t->lookup, on_found, t, e) == 0)
		return 0;
	p->state = NULL;
	tcp_free(t);
	return -1;
}

/* Where the time went, as the diagnosis. */
static void tcp_late(const struct tcp *t, const char *took)
{
	struct observer *o = t->probe->observer;
	auto_buf struct buf pending = BUF_INIT(1024);

	switch (t->phase) {
	case PHASE_RESOLVE:
		observer_trouble(o, KIND_TIMEOUT, "the name '%s' was not resolved in %s",
				 t->query->host, took);
		break;
	case PHASE_CONNECT:
		connector_print_pending(&t->connector, &pending);
		observer_trouble(o, KIND_TIMEOUT, "no answer to SYN from %s for %s",
				 buf_text(&pending), took);
		break;
	case PHASE_TLS:
		observer_trouble(o, KIND_TIMEOUT,
				 "connected to %s, but the TLS handshake did not end in %s",
				 t->peer, took);
		break;
	case PHASE_SEND:
		observer_trouble(
			o, KIND_TIMEOUT,
			"connected to %s, but it took only %zu bytes of what was sent in %s",
			t->peer, t->sent, took);
		break;
	case PHASE_RECEIVE:
		if (t->query->until)
			observer_trouble(
				o, KIND_TIMEOUT,
				"connected to %s, but '%s' did not come in %s (%zu bytes received)",
				t->peer, t->query->until, took, t->received.len);
		else if (t->received.len)
			observer_trouble(o, KIND_TIMEOUT,
					 "%s did not end its answer in %s (%zu bytes received)",
					 t->peer, took, t->received.len);
		else
			observer_trouble(o, KIND_TIMEOUT,
					 "connected to %s, but it said nothing for %s", t->peer,
					 took);
		break;
	}
}

static void tcp_cancel(struct probe *p)
{
	struct tcp *t = p->state;
	char took[32];

	clock_human(clock_mono() - p->started, took, sizeof(took));
	tcp_late(t, took);
	tcp_record(t);
	p->state = NULL;
	tcp_free(t);
}

static int tcp_validate(const void *query, bool (*given)(const void *ctx, const char *field),
			const void *ctx, struct err **e)
{
	const struct tcp_query *q = query;

	if (given(ctx, "tls") && !q->tls && given(ctx, "ca"))
		return err_set(e, ERR_DATA, "'ca' is for 'tls: true' only");
	if (!given(ctx, "tls") && given(ctx, "ca"))
		return err_set(e, ERR_DATA, "'ca' needs 'tls: true'");
	if (given(ctx, "until") && q->until && !*q->until)
		return err_set(e, ERR_DATA,
			       "'until' is empty, so reading would end before it begins");
	if (q->until && strlen(q->until) > RECEIVED_MAX)
		return err_set(e, ERR_DATA, "'until' is longer than the 64 KiB that are read");
	if (given(ctx, "send") && given(ctx, "send_hex"))
		return err_set(e, ERR_DATA, "'send' and 'send_hex' exclude each other");
	return payload_validate(q->send_hex, SIZE_MAX, e);
}

const struct check_type check_tcp = {
	.name = "tcp",
	.summary = "a TCP port takes connections and answers as expected",
	.lane = LANE_NETWORK,
	.fields = tcp_fields,
	.query_size = sizeof(struct tcp_query),
	.facts = tcp_facts,
	.default_expect = "{ connected: true }",
	.extract_from = "received",
	.validate = tcp_validate,
	.begin = tcp_begin,
	.cancel = tcp_cancel,
};
