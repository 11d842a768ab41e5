#include "checks/modules/channel.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "checks/check.h"
#include "checks/modules/dial.h"
#include "checks/modules/local.h"
#include "checks/net/connect.h"
#include "checks/net/tls.h"
#include "engine/base/io.h"

struct channel {
	struct observer *observer;
	int64_t started, deadline;
	int fd;
	char *peer;
	struct tls *tls;
	void *shared; /* what TLS connections share */
};

static int timed_out(struct channel *s, const char *doing)
{
	char waited[32];

	clock_human(clock_mono() - s->started, waited, sizeof(waited));
	observer_trouble(s->observer, KIND_TIMEOUT, "no answer from %s in %s (%s)", s->peer, waited,
			 doing);
	return -1;
}

/* Wait for epoll's events, which are poll's. */
static int wait_for(struct channel *s, uint32_t events, const char *doing)
{
	struct pollfd p = { .fd = s->fd, .events = (short)events };

	for (;;) {
		const int64_t left = s->deadline - clock_mono();
		const int64_t ms = left / NS_PER_MS + 1;
		int n;

		if (left <= 0)
			return timed_out(s, doing);
		n = poll(&p, 1, ms > 3600000 ? 3600000 : (int)ms);
		if (n > 0)
			return 0;
		if (n < 0 && errno != EINTR) {
			net_trouble(s->observer, errno, s->peer);
			return -1;
		}
	}
}

static int handshake(struct channel *s)
{
	enum tls_state state;
	uint32_t events = 0;

	while ((state = tls_api.handshake(s->tls, s->observer, &events)) == TLS_WAIT)
		if (wait_for(s, events, "TLS handshake"))
			return -1;
	/* what is not settled will be told when it is read */
	return state == TLS_OK || state == TLS_SETTLING ? 0 : -1;
}

static int start_tls(struct channel *s, const struct channel_options *w)
{
	const struct tls_options options = { .host = w->host, .ca = w->ca, .verify = true };
	auto_err struct err *e = NULL;

	s->shared = tls_api.object->create(NULL, &e);
	s->tls = s->shared ? tls_api.open(s->shared, s->fd, &options, &e) : NULL;
	if (s->tls)
		return handshake(s);
	observer_trouble(s->observer,
			 err_code(e) == ERR_PERMISSION ? KIND_PERMISSION : KIND_PARAMETER,
			 "tls: %s", err_text(e));
	return -1;
}

static int dial_host(struct channel *s, const struct channel_options *w)
{
	auto_buf struct buf peer = BUF_INIT(256);
	struct address address;

	s->fd = dial(s->observer, w->host, w->port, w->deadline, &address);
	if (s->fd < 0)
		return -1;
	address_print_port(&address, &peer);
	s->peer = buf_take(&peer);
	return io_set_nonblocking(s->fd);
}

static int dial_local(struct channel *s, const char *path)
{
	s->peer = xasprintf("'%s'", path);
	s->fd = local_connect(s->observer, path, s->deadline);
	return s->fd < 0 ? -1 : 0;
}

struct channel *channel_open(struct observer *o, const struct channel_options *w)
{
	struct channel *s = xcalloc(1, sizeof(*s));

	*s = (struct channel){
		.observer = o,
		.started = clock_mono(),
		.deadline = w->deadline,
		.fd = -1,
	};
	if ((w->host ? dial_host(s, w) : dial_local(s, w->path)) == 0 &&
	    (!w->tls || start_tls(s, w) == 0))
		return s;
	channel_close(s);
	return NULL;
}

/* What a call that is not over came to: 0 to try again. */
static int tls_next(struct channel *s, enum tls_state state, uint32_t events, const char *doing)
{
	const int saved = errno;

	if (state == TLS_WAIT)
		return wait_for(s, events, doing);
	if (state == TLS_CLOSED)
		observer_trouble(s->observer, KIND_CLOSED, "connection closed by %s", s->peer);
	else if (saved)
		net_trouble(s->observer, saved, s->peer);
	else
		observer_trouble(s->observer, KIND_TLS, "%s broke the TLS protocol", s->peer);
	return -1;
}

static ssize_t tls_some(struct channel *s, void *bytes, size_t room)
{
	for (;;) {
		size_t len = room;
		uint32_t events = 0;
		const enum tls_state state = tls_api.read(s->tls, bytes, &len, &events);

		if (state == TLS_OK)
			return (ssize_t)len;
		if (state == TLS_CLOSED)
			return 0;
		if (tls_next(s, state, events, "read"))
			return -1;
	}
}

ssize_t channel_read(struct channel *s, void *bytes, size_t room)
{
	if (clock_mono() >= s->deadline)
		return timed_out(s, "read");
	if (s->tls)
		return tls_some(s, bytes, room);
	for (;;) {
		const ssize_t n = recv(s->fd, bytes, room, 0);

		if (n >= 0)
			return n;
		if (errno == EINTR)
			continue;
		if (errno != EAGAIN) {
			net_trouble(s->observer, errno, s->peer);
			return -1;
		}
		if (wait_for(s, EPOLLIN, "read"))
			return -1;
	}
}

ssize_t channel_read_now(struct channel *s, void *bytes, size_t room)
{
	size_t len = room;
	uint32_t events = 0;
	enum tls_state state;
	ssize_t n;

	if (!s->tls) {
		while ((n = recv(s->fd, bytes, room, 0)) < 0 && errno == EINTR)
			;
		if (n < 0 && errno == EAGAIN)
			return CHANNEL_AGAIN;
		if (n < 0)
			net_trouble(s->observer, errno, s->peer);
		return n;
	}
	state = tls_api.read(s->tls, bytes, &len, &events);
	if (state == TLS_WAIT)
		return CHANNEL_AGAIN;
	if (state == TLS_CLOSED)
		return 0;
	return state == TLS_OK ? (ssize_t)len : tls_next(s, state, events, "read");
}

int channel_fd(const struct channel *s)
{
	return s->fd;
}

static ssize_t plain_part(struct channel *s, const char *bytes, size_t len)
{
	const ssize_t n = send(s->fd, bytes, len, MSG_NOSIGNAL);

	if (n >= 0 || errno == EINTR)
		return n < 0 ? 0 : n;
	if (errno == EAGAIN)
		return wait_for(s, EPOLLOUT, "write");
	net_trouble(s->observer, errno, s->peer);
	return -1;
}

static ssize_t tls_part(struct channel *s, const char *bytes, size_t len)
{
	uint32_t events = 0;
	const enum tls_state state = tls_api.write(s->tls, bytes, &len, &events);

	return state == TLS_OK ? (ssize_t)len : tls_next(s, state, events, "write");
}

int channel_write(struct channel *s, const void *bytes, size_t len)
{
	const char *at = bytes;

	while (len) {
		const ssize_t n = s->tls ? tls_part(s, at, len) : plain_part(s, at, len);

		if (n < 0)
			return -1;
		at += n;
		len -= (size_t)n;
	}
	return 0;
}

const char *channel_peer(const struct channel *s)
{
	return s->peer;
}

void channel_close(struct channel *s)
{
	if (!s)
		return;
	tls_api.close(s->tls);
	if (s->shared)
		tls_api.object->free(s->shared);
	if (s->fd >= 0)
		close(s->fd);
	free(s->peer);
	free(s);
}
