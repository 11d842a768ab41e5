/*
 * connect - one TCP connection to the first of several addresses that takes it. Knows nothing of
 * what is said over it.
 */
#include "checks/net/connect.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/clock.h"
#include "engine/base/loop.h"
#include "engine/base/xalloc.h"

#define NEXT_AFTER_NS (250 * NS_PER_MS)

/* From what tells least to what tells most: a server that refuses is nearer than a network without
 * a way. */
static const struct {
	int errnum;
	enum kind kind;
	const char *text; /* with the peer */
} meanings[] = {
	{ EAFNOSUPPORT, KIND_UNREACHABLE, "this machine has no such protocol, needed for %s" },
	{ EADDRNOTAVAIL, KIND_RESOURCE, "no local address or port is left to connect to %s" },
	{ ENETUNREACH, KIND_UNREACHABLE, "no route to the network of %s" },
	{ EHOSTUNREACH, KIND_UNREACHABLE, "no way to the host %s" },
	{ EHOSTDOWN, KIND_UNREACHABLE, "the host %s is down" },
	{ ENETDOWN, KIND_UNREACHABLE, "the network to %s is down" },
	{ EINVAL, KIND_UNREACHABLE, "%s cannot be connected to" },
	{ EACCES, KIND_PERMISSION, "this machine forbids connecting to %s" },
	{ EPERM, KIND_PERMISSION, "this machine's firewall forbids connecting to %s" },
	{ EMSGSIZE, KIND_PARAMETER, "what is to be sent does not fit into a datagram to %s" },
	{ EMFILE, KIND_RESOURCE, "no descriptor is left to connect to %s" },
	{ ENFILE, KIND_RESOURCE, "no descriptor is left on this machine to connect to %s" },
	{ ENOBUFS, KIND_RESOURCE, "no memory is left to connect to %s" },
	{ ENOMEM, KIND_RESOURCE, "no memory is left to connect to %s" },
	{ ETIMEDOUT, KIND_TIMEOUT, "no answer from %s" },
	{ EPIPE, KIND_CLOSED, "connection closed by %s" },
	{ ECONNRESET, KIND_RESET, "connection reset by %s" },
	{ ECONNREFUSED, KIND_REFUSED, "connection refused by %s" },
};

static size_t meaning_of(int errnum)
{
	size_t i = 0;

	while (i < ARRAY_SIZE(meanings) && meanings[i].errnum != errnum)
		i++;
	return i;
}

enum kind net_kind(int errnum)
{
	size_t i = meaning_of(errnum);

	return i < ARRAY_SIZE(meanings) ? meanings[i].kind : KIND_UNREACHABLE;
}

bool net_tells_more(int a, int b)
{
	return meaning_of(a) > meaning_of(b);
}

static void net_explain(struct buf *out, int errnum, const char *peer)
{
	size_t i = meaning_of(errnum);
	const char *text, *at;

	if (i == ARRAY_SIZE(meanings)) {
		buf_printf(out, "connection to %s: %s", peer, strerror(errnum));
		return;
	}
	text = meanings[i].text;
	at = strstr(text, "%s");
	buf_add(out, text, (size_t)(at - text));
	buf_adds(out, peer);
	buf_adds(out, at + 2);
}

void net_trouble(struct observer *o, int errnum, const char *peer)
{
	auto_buf struct buf why = BUF_INIT(1024);

	net_explain(&why, errnum, peer);
	observer_trouble(o, net_kind(errnum), "%s", buf_text(&why));
}

int net_socket(int family)
{
	return socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP);
}

static void attempt_end(struct attempt *a)
{
	if (a->fd < 0)
		return;
	loop_fd_remove(TAKE(a->watch));
	close(fd_take(&a->fd));
	a->connector->pending--;
}

void connector_cancel(struct connector *c)
{
	loop_timer_remove(TAKE(c->timer));
	for (size_t i = 0; i < c->next; i++)
		attempt_end(&c->attempts[i]);
}

static void connector_made(struct connector *c, size_t at)
{
	struct attempt *a = &c->attempts[at];
	struct address peer = c->to[at];
	auto_buf struct buf text = BUF_INIT(128);
	char took[32];
	int fd;

	loop_fd_remove(TAKE(a->watch));
	fd = fd_take(&a->fd);
	c->pending--;
	connector_cancel(c);
	address_print_port(&peer, &text);
	clock_human(clock_mono() - a->started, took, sizeof(took));
	observer_trace(c->probe->observer, "connected to %s in %s", buf_text(&text), took);
	c->fn(c->ctx, fd, &peer);
}

static void connector_failed(struct connector *c, size_t at, int errnum)
{
	auto_buf struct buf peer = BUF_INIT(128);
	auto_buf struct buf why = BUF_INIT(512);

	attempt_end(&c->attempts[at]);
	address_print_port(&c->to[at], &peer);
	net_explain(&why, errnum, buf_text(&peer));
	observer_trace(c->probe->observer, "%s", buf_text(&why));
	if (c->best && !net_tells_more(errnum, c->best))
		return;
	c->best = errnum;
	c->best_at = at;
}

static bool connector_next(struct connector *c);

/* No attempt is left: say what told most. */
static void connector_lost(struct connector *c)
{
	auto_buf struct buf peer = BUF_INIT(128);

	connector_cancel(c);
	address_print_port(&c->to[c->best_at], &peer);
	net_trouble(c->probe->observer, c->best, buf_text(&peer));
	c->fn(c->ctx, -1, NULL);
}

static void connector_go_on(struct connector *c)
{
	if (connector_next(c))
		return;
	if (!c->pending)
		connector_lost(c);
}

static void on_attempt(void *ctx, uint32_t events)
{
	struct attempt *a = ctx;
	struct connector *c = a->connector;
	size_t at = (size_t)(a - c->attempts);
	int errnum = 0;
	socklen_t len = sizeof(errnum);

	/* EPOLLOUT alone is a made connection; only trouble is worth asking for. */
	if (events & (EPOLLERR | EPOLLHUP) &&
	    getsockopt(a->fd, SOL_SOCKET, SO_ERROR, &errnum, &len) < 0)
		errnum = errno;
	if (!errnum) {
		connector_made(c, at);
		return;
	}
	connector_failed(c, at, errnum);
	connector_go_on(c);
}

static void on_next(void *ctx)
{
	struct connector *c = ctx;

	c->timer = NULL;
	connector_go_on(c);
}

/* 0: connected; EINPROGRESS; or what went wrong. */
static int attempt_connect(const struct attempt *a, const struct address *to)
{
	if (connect(a->fd, &to->any, address_len(to)) == 0)
		return 0;
	if (errno == EINTR)
		return EINPROGRESS;
	/* On loopback the answer has come by now, and asking again is cheaper than two turns of the
	 * loop. */
	if (errno == EINPROGRESS && address_is_loopback(to) &&
	    connect(a->fd, &to->any, address_len(to)) == 0)
		return 0;
	return errno == EALREADY ? EINPROGRESS : errno;
}

/* Start one. 0: connected; EINPROGRESS; or what went wrong. */
static int attempt_start(struct connector *c, size_t at)
{
	struct attempt *a = &c->attempts[at];
	int result;

	*a = (struct attempt){ .connector = c,
			       .fd = net_socket(c->to[at].any.sa_family),
			       .started = clock_mono() };
	if (a->fd < 0)
		return errno;
	c->pending++;
	result = attempt_connect(a, &c->to[at]);
	if (result == EINPROGRESS) {
		a->watch = loop_fd_add(c->probe->loop, a->fd, EPOLLOUT, on_attempt, a, NULL);
		if (!a->watch)
			return ENOMEM;
	}
	return result;
}

/* Start the next attempt that does not fail at once. Returns whether one is under way now or has
 * been made; in the second case the connector may be gone. */
static bool connector_next(struct connector *c)
{
	while (c->next < c->count) {
		size_t at = c->next++;
		int result = attempt_start(c, at);

		if (result == 0) {
			connector_made(c, at);
			return true;
		}
		if (result == EINPROGRESS) {
			loop_timer_remove(TAKE(c->timer));
			if (c->next < c->count)
				c->timer = loop_timer_add(c->probe->loop,
							  clock_mono() + NEXT_AFTER_NS, on_next, c);
			return true;
		}
		connector_failed(c, at, result);
	}
	return false;
}

void connector_start(struct connector *c, struct probe *p, const struct addresses *to,
		     uint16_t port, connect_fn *fn, void *ctx)
{
	*c = (struct connector){ .probe = p, .fn = fn, .ctx = ctx };
	c->count = addresses_pick(to, port, c->to);
	observer_phase(p->observer, "connect");
	connector_go_on(c);
}

void connector_print_pending(const struct connector *c, struct buf *out)
{
	bool first = true;

	for (size_t i = 0; i < c->next; i++) {
		if (c->attempts[i].fd < 0)
			continue;
		buf_adds(out, first ? "" : ", ");
		address_print_port(&c->to[i], out);
		first = false;
	}
}
