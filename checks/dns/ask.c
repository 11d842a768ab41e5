/*
 * ask - one DNS question to name servers, by UDP and by TCP (RFC 7766). Judges no answer.
 */
#include "checks/dns/ask.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/base/auto.h"
#include "engine/base/clock.h"
#include "engine/base/err.h"
#include "engine/base/loop.h"
#include "engine/base/xalloc.h"

/* Datagrams are lost: the next server is asked after a second, or all again after half a second
 * first, then twice the time. A thousand checks must not all do so at once, or as many are lost. */
#define NEXT_NS NS_PER_S
#define AGAIN_MS 400
#define AGAIN_SPREAD_MS 200
/* Its length is told in 16 bits. */
#define MESSAGE_MAX ((size_t)65535)

static void tcp_close(struct ask *a)
{
	loop_fd_remove(TAKE(a->watch));
	if (a->fd >= 0)
		close(fd_take(&a->fd));
}

/* Leave off; what it came to stays. */
static void ask_stop(struct ask *a)
{
	datagrams_cancel(&a->datagrams);
	connector_cancel(&a->connector);
	tcp_close(a);
}

void ask_free(struct ask *a)
{
	if (!a->probe)
		return;
	ask_stop(a);
	dns_reply_free(&a->reply);
	free(a->server);
	free(a->strange_why);
	free(a->strange_peer);
	buf_free(&a->payload);
	buf_free(&a->incoming);
}

static void ask_done(struct ask *a)
{
	ask_stop(a);
	a->done(a->ctx);
}

static void ask_lost(struct ask *a)
{
	a->answered = false;
	ask_done(a);
}

static void set_server(struct ask *a, const struct address *server)
{
	auto_buf struct buf text = BUF_INIT(128);

	address_print_port(server, &text);
	free(a->server);
	a->server = buf_take(&text);
}

/* Keep what was answered; the reply is handed over. */
static void ask_answered(struct ask *a, const struct dns_reply *reply)
{
	dns_reply_free(&a->reply);
	a->reply = *reply;
	a->answered = true;
}

static void tcp_broken(struct ask *a)
{
	if (errno)
		net_trouble(a->probe->observer, errno, a->server);
	else
		observer_trouble(a->probe->observer, KIND_CLOSED,
				 "connection closed by %s after %zu bytes of its answer by TCP",
				 a->server, a->incoming.len);
	ask_lost(a);
}

static void ask_by_tcp(struct ask *a, const struct address *server);

/* Whether it is a server from before RFC 6891, that is to be asked without EDNS. */
static bool drop_edns(struct ask *a, const struct dns_reply *reply)
{
	if (!a->question.edns || (reply->rcode != DNS_FORMERR && reply->rcode != DNS_NOTIMP))
		return false;
	observer_trace(a->probe->observer, "%s does not know EDNS: asking without it", a->server);
	a->question.edns = false;
	return true;
}

static bool tcp_anew(struct ask *a, const struct dns_reply *reply)
{
	const struct address server = a->peer;

	if (!drop_edns(a, reply))
		return false;
	tcp_close(a);
	buf_clear(&a->incoming);
	buf_clear(&a->payload);
	dns_question_write(&a->question, &a->payload);
	ask_by_tcp(a, &server);
	return true;
}

/* The whole message has come: two bytes of length, and it. */
static void tcp_complete(struct ask *a, size_t len)
{
	struct observer *o = a->probe->observer;
	auto_err struct err *e = NULL;
	struct dns_reply reply;

	if (dns_reply_read(&a->question, a->incoming.data + 2, len, &reply, &e) < 0) {
		observer_trouble(o, KIND_PROTOCOL, "what %s answered by TCP cannot be used: %s",
				 a->server, err_text(e));
		ask_lost(a);
		return;
	}
	if (tcp_anew(a, &reply)) {
		dns_reply_free(&reply);
		return;
	}
	if (reply.truncated) {
		observer_trouble(o, KIND_PROTOCOL, "%s truncates its answer by TCP, too",
				 a->server);
		dns_reply_free(&reply);
		ask_lost(a);
		return;
	}
	ask_answered(a, &reply);
	ask_done(a);
}

static void on_tcp(void *ctx, uint32_t events)
{
	struct ask *a = ctx;
	char bytes[16384];
	const unsigned char *in;
	size_t len;
	ssize_t n;

	(void)events;
	do
		n = recv(a->fd, bytes, sizeof(bytes), 0);
	while (n < 0 && errno == EINTR);
	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0) {
		errno = n ? errno : 0;
		tcp_broken(a);
		return;
	}
	buf_add(&a->incoming, bytes, (size_t)n);
	in = (const unsigned char *)a->incoming.data;
	len = a->incoming.len >= 2 ? (size_t)in[0] << 8 | in[1] : MESSAGE_MAX;
	if (a->incoming.len >= len + 2)
		tcp_complete(a, len);
}

static void on_connected(void *ctx, int fd, const struct address *peer)
{
	struct ask *a = ctx;
	auto_buf struct buf message = BUF_INIT(2 + MESSAGE_MAX);
	ssize_t n;

	a->fd = fd;
	if (fd < 0) {
		ask_lost(a);
		return;
	}
	observer_phase(a->probe->observer, "answer");
	set_server(a, peer);
	a->peer = *peer;
	buf_addc(&message, (char)(a->payload.len >> 8));
	buf_addc(&message, (char)a->payload.len);
	buf_add(&message, a->payload.data, a->payload.len);
	/* some hundred bytes always fit into the buffer of a new connection */
	do
		n = send(fd, message.data, message.len, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	if (n == (ssize_t)message.len)
		a->watch = loop_fd_add(a->probe->loop, fd, EPOLLIN, on_tcp, a, NULL);
	else if (n >= 0)
		errno = ENOBUFS;
	if (!a->watch)
		tcp_broken(a);
}

/* The same question to one server by TCP. */
static void ask_by_tcp(struct ask *a, const struct address *server)
{
	struct addresses to = { .count = 1 };

	to.items[0] = *server;
	datagrams_cancel(&a->datagrams);
	connector_start(&a->connector, a->probe, &to, a->port, on_connected, a);
}

static void ask_by_udp(struct ask *a)
{
	buf_clear(&a->payload);
	dns_question_write(&a->question, &a->payload);
	a->datagram.bytes = a->payload.data;
	a->datagram.len = a->payload.len;
	datagrams_start(&a->datagrams, a->probe, &a->servers, a->port, &a->datagram, a);
}

/* A datagram that is no answer to us: something else may still come. */
static void pass_over(struct ask *a, size_t at, const struct err *e)
{
	auto_buf struct buf peer = BUF_INIT(128);

	datagrams_print(&a->datagrams, at, &peer);
	if (!a->strange++) {
		a->strange_why = xstrdup(err_text(e));
		a->strange_peer = xstrdup(buf_text(&peer));
	}
	if (a->strange <= 3)
		observer_trace(a->probe->observer, "passed over a datagram from %s: %s",
			       buf_text(&peer), err_text(e));
}

/* Ask anew where that helps: without EDNS, or by TCP. Whether it does. */
static bool ask_anew(struct ask *a, const struct address *server, const struct dns_reply *reply)
{
	struct observer *o = a->probe->observer;

	if (drop_edns(a, reply)) {
		datagrams_cancel(&a->datagrams);
		ask_by_udp(a);
		return true;
	}
	if (!reply->truncated)
		return false;
	observer_trace(o, "the answer of %s is truncated: asking by TCP", a->server);
	a->was_truncated = true;
	ask_by_tcp(a, server);
	return true;
}

/* The server cannot or will not: another one may. */
static bool is_unhelpful(const struct dns_reply *r)
{
	return r->rcode != DNS_NOERROR && r->rcode != DNS_NXDOMAIN;
}

static void on_datagram(void *ctx, size_t at, const void *bytes, size_t len)
{
	struct ask *a = ctx;
	auto_err struct err *e = NULL;
	struct address server = a->datagrams.to[at];
	struct dns_reply reply;

	if (dns_reply_read(&a->question, bytes, len, &reply, &e) < 0) {
		pass_over(a, at, e);
		return;
	}
	set_server(a, &server);
	if (ask_anew(a, &server, &reply)) {
		dns_reply_free(&reply);
		return;
	}
	ask_answered(a, &reply);
	if (is_unhelpful(&reply) && a->datagrams.count > 1) {
		observer_trace(a->probe->observer, "%s does not help: rcode %d", a->server,
			       reply.rcode);
		if (datagrams_drop(&a->datagrams, at))
			return;
	}
	ask_done(a);
}

/* All others cannot be reached: what one of them has said is better than nothing. */
static void on_lost(void *ctx)
{
	ask_done(ctx);
}

void ask_start(struct ask *a)
{
	const int64_t again = AGAIN_MS + a->question.id % AGAIN_SPREAD_MS;

	a->fd = -1;
	a->payload = BUF_INIT(MESSAGE_MAX);
	a->incoming = BUF_INIT(2 + MESSAGE_MAX);
	a->datagram = (struct datagram_question){ .next_ns = NEXT_NS,
						  .again_ns = again * NS_PER_MS,
						  .heard = on_datagram,
						  .lost = on_lost };
	if (!a->by_tcp) {
		ask_by_udp(a);
		return;
	}
	dns_question_write(&a->question, &a->payload);
	connector_start(&a->connector, a->probe, &a->servers, a->port, on_connected, a);
}

void ask_late(struct ask *a, const char *took)
{
	struct observer *o = a->probe->observer;
	auto_buf struct buf pending = BUF_INIT(1024);

	connector_print_pending(&a->connector, &pending);
	datagrams_print_pending(&a->datagrams, &pending);
	if (a->was_truncated)
		observer_trouble(o, KIND_TIMEOUT,
				 "%s truncated its answer by UDP, and gave none by TCP in %s",
				 a->server, took);
	else if (a->fd >= 0)
		observer_trouble(o, KIND_TIMEOUT, "connected to %s, but it gave no answer in %s",
				 a->server, took);
	else if (a->strange)
		observer_trouble(o, KIND_PROTOCOL,
				 "%s answers, but not this question: %s (%zu such datagrams in %s)",
				 a->strange_peer, a->strange_why, a->strange, took);
	else
		observer_trouble(o, KIND_TIMEOUT, "no answer from %s for %s", buf_text(&pending),
				 took);
}
