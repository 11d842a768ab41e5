/*
 * udp - does a program answer what is sent to a UDP port?
 *
 * UDP has no connection: a port that says nothing may be open, dead or behind a firewall. So only
 * an answer passes; a closed port that is told of is refused, and silence a timeout. Whether a
 * socket of this machine is bound is port's question.
 */
#include "checks/check.h"

#include <string.h>

#include "checks/net/datagram.h"
#include "checks/net/names.h"
#include "checks/net/payload.h"

#define RECEIVED_MAX ((size_t)64 * 1024)
/* RFC 768: 16 bits of length, less the headers of UDP and IPv4. */
#define SEND_MAX ((size_t)65507)
#define NEXT_AFTER_NS (250 * NS_PER_MS)

struct udp_query {
	char *host;
	uint64_t port;
	char *send;
	char *send_hex;
	char *until;
};

static const struct field udp_fields[] = {
	FIELD_TEXT(struct udp_query, host, .filled = true, .required = true,
		   .doc = "Name or address of the host."),
	FIELD_UINT(struct udp_query, port, .required = true, .min = 1, .max = 65535,
		   .doc = "Port number."),
	FIELD_TEXT(struct udp_query, send,
		   .doc = "Text to send as one datagram, once; this or send_hex is needed, since "
			  "only an answer shows that a port is open."),
	FIELD_TEXT(struct udp_query, send_hex,
		   .doc = "Bytes to send instead of a text, as hex digits: '1b 00 00'."),
	FIELD_TEXT(struct udp_query, until,
		   .doc = "Literal text at which reading ends; without it, the first datagram."),
	{ .name = NULL },
};

static const struct fact udp_facts[] = {
	{ .name = "answered",
	  .type = FACT_BOOL,
	  .doc = "Whether a datagram came back, with until: whether its text came." },
	{ .name = "peer", .type = FACT_TEXT, .doc = "The address with port that answered." },
	{ .name = "received",
	  .type = FACT_TEXT,
	  .doc = "What came back, at most 64 KiB; bytes that are no UTF-8 are replaced." },
	{ .name = "received_hex",
	  .type = FACT_TEXT,
	  .doc = "The bytes that came back as lower-case hex digits without spaces." },
	{ .name = NULL },
};

struct udp {
	struct probe *probe;
	const struct udp_query *query;
	struct lookup lookup;
	struct buf payload;
	struct datagram_question question;
	struct datagrams datagrams;
	struct buf peer; /* who answered */
	struct buf received;
	bool answered;
};

static void udp_free(struct udp *u)
{
	names_drop(&u->lookup);
	datagrams_cancel(&u->datagrams);
	buf_free(&u->payload);
	buf_free(&u->peer);
	buf_free(&u->received);
	free(u);
}

static void udp_record(const struct udp *u)
{
	struct observer *o = u->probe->observer;
	auto_buf struct buf hex = BUF_INIT(2 * RECEIVED_MAX);

	observer_set_bool(o, "answered", u->answered);
	if (!u->peer.len)
		return;
	observer_set_string(o, "peer", buf_text(&u->peer));
	observer_set_text(o, "received", buf_text(&u->received), u->received.len);
	if (!observer_wants(o, "received_hex"))
		return;
	payload_print_hex(u->received.data, u->received.len, &hex);
	observer_set_string(o, "received_hex", buf_text(&hex));
}

static void udp_end(struct udp *u)
{
	struct probe *p = u->probe;

	udp_record(u);
	p->state = NULL;
	udp_free(u);
	probe_done(p);
}

static void on_lost(void *ctx)
{
	udp_end(ctx);
}

static void on_heard(void *ctx, size_t at, const void *bytes, size_t len)
{
	struct udp *u = ctx;
	const char *until = u->query->until;

	if (!u->peer.len) {
		datagrams_print(&u->datagrams, at, &u->peer);
		datagrams_keep(&u->datagrams, at);
	}
	observer_trace(u->probe->observer, "received %zu bytes from %s", len, buf_text(&u->peer));
	buf_add(&u->received, bytes, len);
	u->answered = !until || memmem(buf_text(&u->received), u->received.len, until,
				       strlen(until));
	if (!u->answered && !u->received.lost)
		return;
	if (!u->answered)
		observer_trouble(u->probe->observer, KIND_TOO_LARGE,
				 "%s sent more than %zu bytes and no '%s'", buf_text(&u->peer),
				 RECEIVED_MAX, until);
	udp_end(u);
}

static void on_found(void *ctx, const struct addresses *found, enum kind kind, const char *why)
{
	struct udp *u = ctx;

	if (!found) {
		observer_trouble(u->probe->observer, kind, "%s", why);
		udp_end(u);
		return;
	}
	names_trace(found, u->query->host, u->probe->observer);
	u->question = (struct datagram_question){ .bytes = u->payload.data,
						  .len = u->payload.len,
						  .next_ns = NEXT_AFTER_NS,
						  .heard = on_heard,
						  .lost = on_lost };
	datagrams_start(&u->datagrams, u->probe, found, (uint16_t)u->query->port, &u->question, u);
}

static int udp_begin(const void *query, struct probe *p, struct err **e)
{
	const struct udp_query *q = query;
	struct udp *u = xcalloc(1, sizeof(*u));

	*u = (struct udp){ .probe = p,
			   .query = q,
			   .payload = BUF_INIT(SIZE_MAX),
			   .peer = BUF_INIT(128),
			   .received = BUF_INIT(RECEIVED_MAX) };
	p->state = u;
	observer_target(p->observer, q->host, (unsigned)q->port);
	if (payload_add(q->send, q->send_hex, &u->payload, e) == 0 &&
	    names_ask(p, q->host, &u->lookup, on_found, u, e) == 0)
		return 0;
	p->state = NULL;
	udp_free(u);
	return -1;
}

static void udp_late(const struct udp *u, const char *took)
{
	struct observer *o = u->probe->observer;
	auto_buf struct buf pending = BUF_INIT(1024);

	datagrams_print_pending(&u->datagrams, &pending);
	if (u->peer.len)
		observer_trouble(o, KIND_TIMEOUT,
				 "%s answered, but '%s' did not come in %s (%zu bytes received)",
				 buf_text(&u->peer), u->query->until, took, u->received.len);
	else if (pending.len)
		observer_trouble(o, KIND_TIMEOUT,
				 "no answer from %s for %s: the port may be closed behind a "
				 "firewall, or its program ignores what was sent",
				 buf_text(&pending), took);
	else
		observer_trouble(o, KIND_TIMEOUT, "the name '%s' was not resolved in %s",
				 u->query->host, took);
}

static void udp_cancel(struct probe *p)
{
	struct udp *u = p->state;
	char took[32];

	clock_human(clock_mono() - p->started, took, sizeof(took));
	udp_late(u, took);
	udp_record(u);
	p->state = NULL;
	udp_free(u);
}

static int udp_validate(const void *query, bool (*given)(const void *ctx, const char *field),
			const void *ctx, struct err **e)
{
	const struct udp_query *q = query;

	if (!given(ctx, "send") && !given(ctx, "send_hex"))
		return err_set(e, ERR_DATA,
			       "'send' or 'send_hex' is needed: a UDP port that is not asked says "
			       "nothing, be it open or not");
	if (given(ctx, "send") && given(ctx, "send_hex"))
		return err_set(e, ERR_DATA, "'send' and 'send_hex' exclude each other");
	if (q->send && !*q->send)
		return err_set(e, ERR_DATA, "'send' is empty");
	if (q->send && strlen(q->send) > SEND_MAX)
		return err_set(e, ERR_DATA, "'send' is longer than the %zu bytes of a datagram",
			       SEND_MAX);
	if (q->until && !*q->until)
		return err_set(e, ERR_DATA,
			       "'until' is empty, so reading would end before it begins");
	return payload_validate(q->send_hex, SEND_MAX, e);
}

const struct check_type check_udp = {
	.name = "udp",
	.summary = "a UDP port answers what is sent to it",
	.lane = LANE_NETWORK,
	.fields = udp_fields,
	.query_size = sizeof(struct udp_query),
	.facts = udp_facts,
	.default_expect = "{ answered: true }",
	.extract_from = "received",
	.validate = udp_validate,
	.begin = udp_begin,
	.cancel = udp_cancel,
};
