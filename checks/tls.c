/*
 * tls - what does a server show in a TLS handshake: its certificate, its versions?
 *
 * Connects, shakes hands and leaves. What is said over the connection is the question of tcp (tls:
 * true) and http.
 */
#include "checks/check.h"

#include <string.h>

#include "checks/net/certificate_facts.h"
#include "checks/net/connect.h"
#include "checks/net/names.h"
#include "checks/net/tls.h"
#include "engine/base/loop.h"

static const char *const versions[] = { "any", "1.0", "1.1", "1.2", "1.3", NULL };

struct tls_query {
	char *alpn;
	char *ca;
	char *cert;
	char *host;
	char *key;
	char *key_passphrase;
	int max;
	int min;
	uint64_t port;
	char *server_name;
	bool verify;
};

static const struct field tls_fields[] = {
	FIELD_TEXT(struct tls_query, alpn, .doc = "Protocol to offer, as in h2 (ALPN)."),
	FIELD_PATH(struct tls_query, ca,
		   .doc = "File of the authorities to trust (PEM); without it the system's."),
	FIELD_PATH(struct tls_query, cert,
		   .doc = "File of the certificate to show to the server (PEM)."),
	FIELD_TEXT(struct tls_query, host, .filled = true, .required = true,
		   .doc = "Name or address of the host."),
	FIELD_PATH(struct tls_query, key,
		   .doc = "File of the key of cert (PEM); without it, it is in cert."),
	FIELD_SECRET(struct tls_query, key_passphrase, .doc = "Passphrase of the key."),
	FIELD_ENUM(struct tls_query, max, .choices = versions, .dflt = "any",
		   .doc = "Highest version of TLS to offer; below 1.2 without min, all old ones."),
	FIELD_ENUM(struct tls_query, min, .choices = versions, .dflt = "any",
		   .doc = "Lowest version of TLS to offer; any is what OpenSSL is configured for."),
	FIELD_UINT(struct tls_query, port, .dflt = "443", .min = 1, .max = 65535,
		   .doc = "Port number."),
	FIELD_TEXT(struct tls_query, server_name,
		   .doc = "Name to ask for (SNI) and to verify, instead of host."),
	FIELD_BOOL(struct tls_query, verify, .dflt = "true",
		   .doc = "Whether the certificate must be valid, trusted and for this host."),
	{ .name = NULL },
};

static const struct fact ocsp_facts[] = {
	{ .name = "current",
	  .type = FACT_BOOL,
	  .doc = "Whether it is now between its two updates; without a second one, within a "
		 "day of the first." },
	{ .name = "next_update", .type = FACT_TIME, .doc = "Until when it counts." },
	{ .name = "required",
	  .type = FACT_BOOL,
	  .doc = "Whether the certificate itself demands an answer (must-staple)." },
	{ .name = "response",
	  .type = FACT_TEXT,
	  .doc = "What the responder said: successful, or its error, as in trylater; or "
		 "unreadable." },
	{ .name = "revoked_at",
	  .type = FACT_TIME,
	  .doc = "Since when the certificate is revoked." },
	{ .name = "signed",
	  .type = FACT_BOOL,
	  .doc = "Whether somebody signed it who is trusted and may." },
	{ .name = "stapled", .type = FACT_BOOL, .doc = "Whether the server sent an answer." },
	{ .name = "status", .type = FACT_TEXT, .doc = "What it says: good, revoked or unknown." },
	{ .name = "this_update", .type = FACT_TIME, .doc = "Since when it counts." },
	{ .name = NULL },
};

static const struct fact tls_facts[] = {
	{ .name = "alpn", .type = FACT_TEXT, .doc = "The protocol that the server chose." },
	CERTIFICATE_FACTS_CHAIN,
	{ .name = "cipher", .type = FACT_TEXT, .doc = "The cipher, as OpenSSL calls it." },
	{ .name = "connected", .type = FACT_BOOL, .doc = "Whether the handshake was completed." },
	CERTIFICATE_FACTS_DAYS,
	{ .name = "ocsp",
	  .type = FACT_MAP,
	  .of = ocsp_facts,
	  .doc = "What the OCSP answer says that the server sent along; the certificate is only "
		 "trusted if there is one that counts and says good, or none and none is "
		 "demanded." },
	{ .name = "peer",
	  .type = FACT_TEXT,
	  .doc = "The address with port that was connected to." },
	CERTIFICATE_FACT_PROBLEM,
	{ .name = "protocol", .type = FACT_TEXT, .doc = "The version, as in TLSv1.3." },
	CERTIFICATE_FACTS_REST,
	CERTIFICATE_FACT_TRUSTED,
	{ .name = "wants_certificate",
	  .type = FACT_BOOL,
	  .doc = "Whether the server asked for a certificate of ours; connected is false when it "
		 "refused what it got." },
	{ .name = NULL },
};

struct handshake {
	struct probe *probe;
	const struct tls_query *query;
	struct lookup lookup;
	struct connector connector;
	int fd;
	char *peer;
	struct loop_fd *watch;
	struct loop_timer *settled; /* when the server's silence is a yes */
	int64_t started;            /* the handshake */
	const struct tls_api *api;
	struct tls *tls;
	bool connected, resolved;
};

static void handshake_free(struct handshake *h)
{
	names_drop(&h->lookup);
	connector_cancel(&h->connector);
	loop_timer_remove(h->settled);
	loop_fd_remove(h->watch);
	if (h->tls)
		h->api->close(h->tls);
	if (h->fd >= 0)
		close(h->fd);
	free(h->peer);
	free(h);
}

static void handshake_record(const struct handshake *h)
{
	struct observer *o = h->probe->observer;
	json_t *facts = h->tls ? h->api->facts(h->tls) : json_object(), *value;
	const char *name;

	json_object_foreach(facts, name, value)
		observer_set(o, name, json_incref(value));
	json_decref(facts);
	observer_set_bool(o, "connected", h->connected);
	if (h->peer)
		observer_set_string(o, "peer", h->peer);
}

static void handshake_end(struct handshake *h)
{
	struct probe *p = h->probe;

	handshake_record(h);
	p->state = NULL;
	handshake_free(h);
	probe_done(p);
}

static void on_ready(void *ctx, uint32_t ready);

static void handshake_wait(struct handshake *h, uint32_t events)
{
	auto_err struct err *e = NULL;

	if (h->watch && loop_fd_change(h->watch, events) == 0)
		return;
	if (!h->watch)
		h->watch = loop_fd_add(h->probe->loop, h->fd, events, on_ready, h, &e);
	if (h->watch && !e)
		return;
	observer_trouble(h->probe->observer, KIND_RESOURCE,
			 "the connection to %s cannot be watched: %s", h->peer, err_text(e));
	handshake_end(h);
}

static void on_settled(void *ctx)
{
	struct handshake *h = ctx;

	h->settled = NULL;
	observer_trace(h->probe->observer, "nothing more came: the server does not object");
	h->connected = true;
	handshake_end(h);
}

static void handshake_go_on(struct handshake *h)
{
	uint32_t events = 0;
	enum tls_state state = h->api->handshake(h->tls, h->probe->observer, &events);

	if (state == TLS_SETTLING && !h->settled)
		h->settled = loop_timer_add(h->probe->loop,
					    clock_mono() + TLS_SETTLE_NS(h->started), on_settled,
					    h);
	if (state == TLS_WAIT || state == TLS_SETTLING) {
		handshake_wait(h, events);
		return;
	}
	h->connected = state == TLS_OK;
	handshake_end(h);
}

static void on_ready(void *ctx, uint32_t ready)
{
	(void)ready;
	handshake_go_on(ctx);
}

/* As TLS has it on the wire: RFC 8446, 4.1.2. */
static unsigned version_number(int choice)
{
	return choice ? 0x0300U + (unsigned)choice : 0;
}

static int handshake_open(struct handshake *h, struct err **e)
{
	const struct tls_query *q = h->query;
	const struct tls_options options = { .host = q->host,
					     .server_name = q->server_name,
					     .ca = q->ca,
					     .cert = q->cert,
					     .key = q->key,
					     .key_passphrase = q->key_passphrase,
					     .alpn = q->alpn,
					     .min = version_number(q->min),
					     .max = version_number(q->max),
					     .verify = q->verify,
					     .staple = true };
	void *shared = probe_object(h->probe, h->api->object, e);

	if (!shared)
		return -1;
	h->tls = h->api->open(shared, h->fd, &options, e);
	return h->tls ? 0 : -1;
}

static void on_connected(void *ctx, int fd, const struct address *peer)
{
	struct handshake *h = ctx;
	auto_err struct err *e = NULL;
	auto_buf struct buf text = BUF_INIT(128);

	h->fd = fd;
	if (fd < 0) {
		handshake_end(h);
		return;
	}
	address_print_port(peer, &text);
	h->peer = buf_take(&text);
	h->started = clock_mono();
	if (handshake_open(h, &e) == 0) {
		handshake_go_on(h);
		return;
	}
	observer_trouble(h->probe->observer,
			 err_code(e) == ERR_UNAVAILABLE ? KIND_MODULE : KIND_PARAMETER, "%s",
			 err_text(e));
	handshake_end(h);
}

static void on_found(void *ctx, const struct addresses *found, enum kind kind, const char *why)
{
	struct handshake *h = ctx;

	if (!found) {
		observer_trouble(h->probe->observer, kind, "%s", why);
		handshake_end(h);
		return;
	}
	h->resolved = true;
	names_trace(found, h->query->host, h->probe->observer);
	connector_start(&h->connector, h->probe, found, (uint16_t)h->query->port, on_connected, h);
}

static int tls_begin(const void *query, struct probe *p, struct err **e)
{
	const struct tls_query *q = query;
	struct handshake *h = xcalloc(1, sizeof(*h));

	*h = (struct handshake){ .probe = p, .query = q, .fd = -1 };
	p->state = h;
	observer_target(p->observer, q->host, (unsigned)q->port);
	h->api = probe_module(p, "tls", "OpenSSL", e);
	if (h->api && names_ask(p, q->host, &h->lookup, on_found, h, e) == 0)
		return 0;
	p->state = NULL;
	handshake_free(h);
	return -1;
}

static void tls_cancel(struct probe *p)
{
	struct handshake *h = p->state;
	auto_buf struct buf pending = BUF_INIT(1024);
	char took[32];

	clock_human(clock_mono() - p->started, took, sizeof(took));
	connector_print_pending(&h->connector, &pending);
	if (!h->resolved)
		observer_trouble(p->observer, KIND_TIMEOUT, "the name '%s' was not resolved in %s",
				 h->query->host, took);
	else if (!h->peer)
		observer_trouble(p->observer, KIND_TIMEOUT, "no answer to SYN from %s for %s",
				 buf_text(&pending), took);
	else
		observer_trouble(p->observer, KIND_TIMEOUT,
				 "connected to %s, but the TLS handshake did not end in %s",
				 h->peer, took);
	handshake_record(h);
	p->state = NULL;
	handshake_free(h);
}

static int tls_validate(const void *query, bool (*given)(const void *ctx, const char *field),
			const void *ctx, struct err **e)
{
	const struct tls_query *q = query;

	if (given(ctx, "key") && !given(ctx, "cert"))
		return err_set(e, ERR_DATA, "'key' needs 'cert'");
	if (given(ctx, "key_passphrase") && !given(ctx, "cert"))
		return err_set(e, ERR_DATA, "'key_passphrase' needs 'cert'");
	if (q->min && q->max && q->min > q->max)
		return err_set(e, ERR_DATA, "min: %s is above max: %s", versions[q->min],
			       versions[q->max]);
	if (q->alpn && (!*q->alpn || strlen(q->alpn) > 255))
		return err_set(e, ERR_DATA, "alpn: a protocol has 1 to 255 characters");
	return 0;
}

const struct check_type check_tls = {
	.name = "tls",
	.summary = "a server shows a certificate that is trusted",
	.lane = LANE_NETWORK,
	.fields = tls_fields,
	.query_size = sizeof(struct tls_query),
	.facts = tls_facts,
	.default_expect = "{ connected: true }",
	.validate = tls_validate,
	.begin = tls_begin,
	.cancel = tls_cancel,
};
