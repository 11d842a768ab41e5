/*
 * datagram - one question by UDP to the first of several addresses that answers it. Knows nothing
 * of what is asked.
 */
#include "checks/net/datagram.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include <sys/epoll.h>

#include "checks/net/connect.h"
#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/clock.h"
#include "engine/base/loop.h"

#define DATAGRAM_MAX 65536

static void hearing_end(struct hearing *h)
{
	if (h->fd < 0)
		return;
	loop_fd_remove(TAKE(h->watch));
	close(fd_take(&h->fd));
	h->of->pending--;
}

void datagrams_cancel(struct datagrams *d)
{
	loop_timer_remove(TAKE(d->timer));
	for (size_t i = 0; i < d->next; i++)
		hearing_end(&d->hearings[i]);
}

void datagrams_keep(struct datagrams *d, size_t at)
{
	loop_timer_remove(TAKE(d->timer));
	for (size_t i = 0; i < d->next; i++)
		if (i != at)
			hearing_end(&d->hearings[i]);
}

void datagrams_print(const struct datagrams *d, size_t at, struct buf *out)
{
	address_print_port(&d->to[at], out);
}

void datagrams_print_pending(const struct datagrams *d, struct buf *out)
{
	bool first = true;

	for (size_t i = 0; i < d->next; i++) {
		if (d->hearings[i].fd < 0)
			continue;
		buf_adds(out, first ? "" : ", ");
		datagrams_print(d, i, out);
		first = false;
	}
}

/* Say what an errno means for a datagram. */
static void datagrams_explain(struct observer *o, int errnum, const char *peer)
{
	if (errnum == ECONNREFUSED)
		observer_trouble(o, KIND_REFUSED,
				 "nothing listens on UDP %s (ICMP: port unreachable)", peer);
	else
		net_trouble(o, errnum, peer);
}

static void hearing_failed(struct datagrams *d, size_t at, int errnum)
{
	auto_buf struct buf peer = BUF_INIT(128);

	hearing_end(&d->hearings[at]);
	datagrams_print(d, at, &peer);
	observer_trace(d->probe->observer, "no answer from %s: %s", buf_text(&peer),
		       kinds[net_kind(errnum)].name);
	if (d->best && !net_tells_more(errnum, d->best))
		return;
	d->best = errnum;
	d->best_at = at;
}

static void datagrams_lost(struct datagrams *d)
{
	auto_buf struct buf peer = BUF_INIT(128);

	datagrams_cancel(d);
	if (d->best) {
		datagrams_print(d, d->best_at, &peer);
		datagrams_explain(d->probe->observer, d->best, buf_text(&peer));
	}
	d->question->lost(d->ctx);
}

/* 0, or what went wrong. */
static int hearing_send(const struct datagrams *d, const struct hearing *h)
{
	ssize_t n;

	do
		n = send(h->fd, d->question->bytes, d->question->len, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	/* a full buffer loses it, as the network may: it counts as sent */
	return n < 0 && errno != EAGAIN ? errno : 0;
}

static void on_datagram(void *ctx, uint32_t events);

/* Also of what is no refusal we want to be told: a host or network that cannot be reached. */
static void hear_errors(int fd, sa_family_t family)
{
	const int on = 1;

	if (family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_RECVERR, &on, sizeof(on));
	else
		setsockopt(fd, IPPROTO_IP, IP_RECVERR, &on, sizeof(on));
}

static int hearing_start(struct datagrams *d, size_t at)
{
	struct hearing *h = &d->hearings[at];
	const struct address *to = &d->to[at];

	*h = (struct hearing){ .of = d };
	h->fd = socket(to->any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_UDP);
	if (h->fd < 0)
		return errno;
	d->pending++;
	hear_errors(h->fd, to->any.sa_family);
	if (connect(h->fd, &to->any, address_len(to)) < 0)
		return errno;
	h->watch = loop_fd_add(d->probe->loop, h->fd, EPOLLIN, on_datagram, h, NULL);
	return h->watch ? hearing_send(d, h) : ENOMEM;
}

static void datagrams_arm(struct datagrams *d);

/* Ask the next address that can be asked at all. Whether there was one. */
static bool datagrams_next(struct datagrams *d)
{
	while (d->next < d->count) {
		size_t at = d->next++;
		int errnum = hearing_start(d, at);

		if (!errnum)
			return true;
		hearing_failed(d, at, errnum);
	}
	return false;
}

/* An ICMP error that has just come is told by send(2), and then by nothing else: the socket would
 * be ready for ever, with nothing to read. */
static void hearing_again(struct datagrams *d, size_t at)
{
	int errnum = hearing_send(d, &d->hearings[at]);

	if (errnum)
		hearing_failed(d, at, errnum);
}

static void on_time(void *ctx)
{
	struct datagrams *d = ctx;

	d->timer = NULL;
	if (!datagrams_next(d) && d->again_ns) {
		d->again_ns *= 2;
		for (size_t i = 0; i < d->next; i++)
			if (d->hearings[i].fd >= 0)
				hearing_again(d, i);
	}
	if (d->pending)
		datagrams_arm(d);
	else
		datagrams_lost(d);
}

static void datagrams_arm(struct datagrams *d)
{
	int64_t wait = d->next < d->count ? d->question->next_ns : d->again_ns;

	loop_timer_remove(TAKE(d->timer));
	if (wait)
		d->timer = loop_timer_add(d->probe->loop, clock_mono() + wait, on_time, d);
}

static void datagrams_go_on(struct datagrams *d)
{
	if (datagrams_next(d))
		datagrams_arm(d);
	else if (!d->pending)
		datagrams_lost(d);
}

bool datagrams_drop(struct datagrams *d, size_t at)
{
	hearing_end(&d->hearings[at]);
	if (datagrams_next(d))
		datagrams_arm(d);
	return d->pending;
}

static void on_datagram(void *ctx, uint32_t events)
{
	struct hearing *h = ctx;
	struct datagrams *d = h->of;
	size_t at = (size_t)(h - d->hearings);
	char bytes[DATAGRAM_MAX];
	ssize_t n;

	(void)events;
	do
		n = recv(h->fd, bytes, sizeof(bytes), 0);
	while (n < 0 && errno == EINTR);
	if (n >= 0) {
		d->question->heard(d->ctx, at, bytes, (size_t)n);
		return;
	}
	if (errno == EAGAIN)
		return;
	hearing_failed(d, at, errno);
	datagrams_go_on(d);
}

void datagrams_start(struct datagrams *d, struct probe *p, const struct addresses *to,
		     uint16_t port, const struct datagram_question *question, void *ctx)
{
	*d = (struct datagrams){ .probe = p,
				 .question = question,
				 .ctx = ctx,
				 .again_ns = question->again_ns };
	d->count = addresses_pick(to, port, d->to);
	observer_phase(p->observer, "answer");
	datagrams_go_on(d);
}
