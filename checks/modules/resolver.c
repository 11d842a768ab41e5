/*
 * resolver - names to addresses on the event loop, by c-ares: /etc/hosts first, then the name
 * servers.
 *
 * A name is asked for once a run, however many checks want it, and again by later tries and samples
 * of a check. What may pass (no answer, a server in trouble) is forgotten after a second. Never
 * blocks; connects to nothing but name servers.
 */
#include "checks/net/names.h"

#include <netdb.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include <ares.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/clock.h"
#include "engine/base/err.h"
#include "engine/base/loop.h"
#include "engine/base/xalloc.h"
#include "engine/decl/check_type.h"

#define PASSING_TROUBLE_NS NS_PER_S
/* Name servers lose what comes all at once (a socket's buffer holds some 250 datagrams): a few
 * names, then a breath. What is lost all the same is asked for again after a second, then two, … */
#define BURST 16
#define BREATH_NS (2 * NS_PER_MS)
#define RESEND_MS 1000
#define TRIES 5
/* Some name servers and firewalls lose every question about AAAA. c-ares answers when both kinds
 * have come; after this long each is asked for alone, and the first that is there will do. Longer
 * than a resend needs. */
#define HALF_NS (1200 * NS_PER_MS)

struct name {
	char *text;
	struct resolver *resolver;
	unsigned round; /* how often it was asked for: what belongs to an earlier one is dropped */
	bool asked;     /* the answer is on its way */
	bool known;
	int64_t at;    /* when the answer came */
	int64_t until; /* when it is forgotten; INT64_MAX: never */
	struct loop_timer *half;
	enum kind kind;
	char *why;
	struct addresses found;
	struct lookup *waiting;
	struct name *queued; /* the next that is to be asked for */
};

/* One question to c-ares; ends with its answer. */
struct question {
	struct name *name;
	unsigned round;
	bool half; /* of one kind of addresses alone */
};

struct watch {
	ares_socket_t socket;
	struct resolver *resolver;
	struct loop_fd *fd;
};

struct resolver {
	struct loop *loop;
	ares_channel channel;
	struct loop_timer *timer;
	struct watch **watches;
	size_t count, cap;
	void *names; /* tsearch(3) */
	struct name *queue, **queue_end;
	size_t burst; /* names asked for since the last breath */
	struct loop_timer *breath;
	bool closing;
};

static void resolver_rearm(struct resolver *r);

static void on_timer(void *ctx)
{
	struct resolver *r = ctx;

	r->timer = NULL;
	ares_process_fd(r->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	resolver_rearm(r);
}

/* c-ares keeps its own clock of resends: ask it when it wants to be called next. */
static void resolver_rearm(struct resolver *r)
{
	struct timeval tv;
	const struct timeval *next = ares_timeout(r->channel, NULL, &tv);

	loop_timer_remove(TAKE(r->timer));
	if (next)
		r->timer = loop_timer_add(
			r->loop, clock_mono() + next->tv_sec * NS_PER_S + next->tv_usec * 1000,
			on_timer, r);
}

static void on_socket(void *ctx, uint32_t events)
{
	struct watch *w = ctx;
	struct resolver *r = w->resolver;
	ares_socket_t s = w->socket;

	ares_process_fd(r->channel, events & ~(uint32_t)EPOLLOUT ? s : ARES_SOCKET_BAD,
			events & EPOLLOUT ? s : ARES_SOCKET_BAD);
	resolver_rearm(r);
}

static void watch_drop(struct resolver *r, size_t at)
{
	struct watch *w = r->watches[at];

	r->watches[at] = r->watches[--r->count];
	loop_fd_remove(w->fd);
	free(w);
}

/* c-ares says which of its sockets it wants to be told of; 0, 0 comes before it closes one. */
static void on_socket_state(void *ctx, ares_socket_t s, int readable, int writable)
{
	struct resolver *r = ctx;
	uint32_t events = (readable ? (uint32_t)EPOLLIN : 0) | (writable ? (uint32_t)EPOLLOUT : 0);
	struct watch *w;
	size_t i = 0;

	while (i < r->count && r->watches[i]->socket != s)
		i++;
	if (i < r->count && events) {
		loop_fd_change(r->watches[i]->fd, events);
		return;
	}
	if (i < r->count)
		watch_drop(r, i);
	if (!events)
		return;
	w = xcalloc(1, sizeof(*w));
	*w = (struct watch){ .socket = s, .resolver = r };
	w->fd = loop_fd_add(r->loop, s, events, on_socket, w, NULL);
	if (!w->fd) { /* no memory in the kernel: the question will time out */
		free(w);
		return;
	}
	array_grow(r->watches, r->count, r->cap);
	r->watches[r->count++] = w;
}

/* The name servers, for a message. A new string. */
static char *resolver_servers(struct resolver *r)
{
	auto_buf struct buf out = BUF_INIT(1024);
	struct ares_addr_port_node *servers = NULL;

	if (ares_get_servers_ports(r->channel, &servers) != ARES_SUCCESS || !servers)
		return xstrdup("the name server");
	for (const struct ares_addr_port_node *s = servers; s; s = s->next) {
		struct address a = { .any.sa_family = (sa_family_t)s->family };

		if (s->family == AF_INET6)
			memcpy(&a.v6.sin6_addr, &s->addr.addr6, sizeof(a.v6.sin6_addr));
		else
			a.v4.sin_addr = s->addr.addr4;
		if (out.len)
			buf_adds(&out, ", ");
		address_print(&a, &out);
	}
	ares_free_data(servers);
	return buf_take(&out);
}

static bool is_ascii(const char *text)
{
	while (*text && !(*text & 0x80))
		text++;
	return !*text;
}

static void name_fail(struct name *n, int status)
{
	auto_free char *servers = resolver_servers(n->resolver);

	n->kind = KIND_DNS;
	n->until = clock_mono() + PASSING_TROUBLE_NS;
	switch (status) {
	case ARES_ENOTFOUND:
		n->until = INT64_MAX;
		n->why = xasprintf("there is no host name '%s'%s", n->text,
				   is_ascii(n->text) ? ""
						     : "; in DNS it is written with ASCII alone, "
						       "as in xn--fiqs8s.example");
		break;
	case ARES_ENODATA:
		n->until = INT64_MAX;
		n->why = xasprintf("the name '%s' has no address", n->text);
		break;
	case ARES_EBADNAME:
		n->until = INT64_MAX;
		n->why = xasprintf("'%s' cannot be a host name", n->text);
		break;
	case ARES_ETIMEOUT:
		n->why = xasprintf("no answer about the name '%s' from %s", n->text, servers);
		break;
	case ARES_ECONNREFUSED:
		n->why = xasprintf("the name '%s' could not be asked for: connection refused by %s",
				   n->text, servers);
		break;
	case ARES_ENOMEM:
		n->kind = KIND_RESOURCE;
		n->why = xasprintf("no memory to resolve the name '%s'", n->text);
		break;
	default:
		n->why = xasprintf("the name '%s' could not be resolved by %s: %s", n->text,
				   servers, ares_strerror(status));
	}
}

static void name_take(struct name *n, const struct ares_addrinfo *info)
{
	for (const struct ares_addrinfo_node *a = info->nodes; a && n->found.count < ADDRESSES_MAX;
	     a = a->ai_next) {
		struct address *to = &n->found.items[n->found.count];

		if (a->ai_family == AF_INET)
			memcpy(&to->v4, a->ai_addr, sizeof(to->v4));
		else if (a->ai_family == AF_INET6)
			memcpy(&to->v6, a->ai_addr, sizeof(to->v6));
		else
			continue;
		n->found.count++;
	}
}

static void lookup_answer(struct lookup *l, const struct name *n)
{
	names_drop(l);
	l->fn(l->ctx, n->found.count ? &n->found : NULL, n->kind, n->why);
}

static void name_answered(struct name *n, int status, const struct ares_addrinfo *info, bool half)
{
	loop_timer_remove(TAKE(n->half));
	n->asked = false;
	n->known = true;
	n->at = clock_mono();
	n->until = INT64_MAX;
	if (status == ARES_SUCCESS)
		name_take(n, info);
	n->found.half = half;
	if (!n->found.count)
		name_fail(n, status == ARES_SUCCESS ? ARES_ENODATA : status);
	while (n->waiting)
		lookup_answer(n->waiting, n);
}

static void on_answer(void *ctx, int status, int timeouts, struct ares_addrinfo *info)
{
	struct question *q = ctx;
	struct name *n = q->name;
	/* that there is nothing of one kind alone, or trouble with it, says nothing */
	const bool helps = !q->half || (status == ARES_SUCCESS && info && info->nodes);

	(void)timeouts;
	if (!n->resolver->closing && q->round == n->round && !n->known && helps)
		name_answered(n, status, info, q->half);
	ares_freeaddrinfo(info);
	free(q);
}

static void name_question(struct name *n, int family)
{
	const struct ares_addrinfo_hints hints = { .ai_family = family,
						   .ai_socktype = SOCK_STREAM };
	struct question *q = xcalloc(1, sizeof(*q));

	*q = (struct question){ .name = n, .round = n->round, .half = family != AF_UNSPEC };
	ares_getaddrinfo(n->resolver->channel, n->text, NULL, &hints, on_answer, q);
}

static void on_half(void *ctx)
{
	struct name *n = ctx;

	n->half = NULL;
	name_question(n, AF_INET);
	if (!n->known)
		name_question(n, AF_INET6);
	resolver_rearm(n->resolver);
}

static int name_compare(const void *a, const void *b)
{
	return strcasecmp(((const struct name *)a)->text, ((const struct name *)b)->text);
}

static void name_free(void *p)
{
	struct name *n = p;

	loop_timer_remove(n->half);
	free(n->text);
	free(n->why);
	free(n);
}

/* The entry of a name, made where there is none. */
static struct name *resolver_name(struct resolver *r, const char *text)
{
	struct name *n = xcalloc(1, sizeof(*n));
	struct name **slot;

	*n = (struct name){ .text = xstrdup(text), .resolver = r };
	slot = tsearch(n, &r->names, name_compare);
	if (!slot) {
		name_free(n);
		return NULL;
	}
	if (*slot != n)
		name_free(n);
	return *slot;
}

static void queue_run(struct resolver *r);

static void on_breath(void *ctx)
{
	struct resolver *r = ctx;

	r->breath = NULL;
	r->burst = 0;
	queue_run(r);
}

/* Ask for as many as one burst may hold; an answer from /etc/hosts comes before this returns. */
static void queue_run(struct resolver *r)
{
	while (r->queue && r->burst < BURST) {
		struct name *n = r->queue;

		r->queue = n->queued;
		if (!r->queue)
			r->queue_end = &r->queue;
		r->burst++;
		n->half = loop_timer_add(r->loop, clock_mono() + HALF_NS, on_half, n);
		name_question(n, AF_UNSPEC);
	}
	if (r->burst && !r->breath)
		r->breath = loop_timer_add(r->loop, clock_mono() + BREATH_NS, on_breath, r);
	resolver_rearm(r);
}

static int resolver_ask(void *resolver, const char *text, struct lookup *l, struct err **e)
{
	struct resolver *r = resolver;
	struct name *n = resolver_name(r, text);

	if (!n)
		return err_set(e, ERR_BUG, "no memory to resolve the name '%s'", text);
	if (n->known && n->until > clock_mono() && n->at >= l->not_before) {
		lookup_answer(l, n);
		return 0;
	}
	n->known = false;
	n->found.count = 0;
	n->kind = KIND_NONE;
	free(TAKE(n->why));
	l->next = n->waiting;
	l->at = &n->waiting;
	if (l->next)
		l->next->at = &l->next;
	n->waiting = l;
	if (!n->asked) {
		n->asked = true;
		n->round++;
		n->queued = NULL;
		*r->queue_end = n;
		r->queue_end = &n->queued;
		queue_run(r);
	}
	return 0;
}

static void resolver_free(void *object)
{
	struct resolver *r = object;

	r->closing = true;
	ares_destroy(r->channel);
	while (r->count)
		watch_drop(r, r->count - 1);
	free(r->watches);
	loop_timer_remove(r->timer);
	loop_timer_remove(r->breath);
	tdestroy(r->names, name_free);
	free(r);
}

static void *resolver_create(struct loop *loop, struct err **e)
{
	struct resolver *r = xcalloc(1, sizeof(*r));
	struct ares_options options = { .sock_state_cb = on_socket_state,
					.sock_state_cb_data = r,
					.timeout = RESEND_MS,
					.tries = TRIES };
	int given = ARES_OPT_SOCK_STATE_CB | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES;
	int status;

#ifdef ARES_OPT_QUERY_CACHE /* 1.31: a later sample would be told what an earlier one was */
	options.qcache_max_ttl = 0;
	given |= ARES_OPT_QUERY_CACHE;
#endif
	status = ares_init_options(&r->channel, &options, given);
	r->queue_end = &r->queue;
	if (status != ARES_SUCCESS) {
		err_set(e, ERR_SYSTEM, "c-ares: %s", ares_strerror(status));
		free(r);
		return NULL;
	}
	r->loop = loop;
	return r;
}

static const struct lane_object resolver_object = {
	.name = "resolver",
	.create = resolver_create,
	.free = resolver_free,
};

const struct resolver_api resolver_api = {
	.object = &resolver_object,
	.ask = resolver_ask,
};
