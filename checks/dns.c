/*
 * dns - what does a name server answer?
 *
 * Asks by datagrams of our own, and by TCP when they were truncated: no library tells a record's
 * time to live, or silence from nonsense. The type `host` tells instead what programs of this
 * machine find: by c-ares, with /etc/hosts and the search list.
 */
#include "checks/check.h"

#include <string.h>
#include <sys/random.h>

#include "checks/dns/ask.h"
#include "checks/dns/servers.h"
#include "checks/net/names.h"

static const char *const protocols[] = { "udp", "tcp", NULL };

struct dns_query {
	char *name;
	uint64_t port;
	int protocol;
	bool recursion;
	char *server;
	int type;
};

static const struct field dns_fields[] = {
	FIELD_TEXT(struct dns_query, name, .filled = true, .required = true,
		   .doc = "Name to look up, for PTR also an address; it is taken as a whole name, "
			  "and only type host uses the search list."),
	FIELD_UINT(struct dns_query, port, .dflt = "53", .min = 1, .max = 65535,
		   .doc = "Port of the name server."),
	FIELD_ENUM(struct dns_query, protocol, .choices = protocols, .dflt = "udp",
		   .doc = "With udp, an answer that is truncated is asked for again by TCP."),
	FIELD_BOOL(struct dns_query, recursion, .dflt = "true",
		   .doc = "Whether the server is to ask others for what it does not know."),
	FIELD_TEXT(struct dns_query, server,
		   .doc = "Name or address of the name server to ask; without it, those of "
			  "/etc/resolv.conf in turn."),
	FIELD_ENUM(struct dns_query, type, .choices = dns_types, .dflt = "host",
		   .doc = "Type of the records; host: the addresses that programs of this machine "
			  "find, also in /etc/hosts, or with server the same as A."),
	{ .name = NULL },
};

static const struct fact answer_facts[] = {
	{ .name = "address", .type = FACT_TEXT, .doc = "The address (A, AAAA)." },
	{ .name = "contact", .type = FACT_TEXT, .doc = "Who answers for the zone (SOA)." },
	{ .name = "digest", .type = FACT_TEXT, .doc = "As hex digits (DS, SSHFP, TLSA)." },
	{ .name = "expire",
	  .type = FACT_DURATION,
	  .doc = "After what time without the primary a secondary gives up (SOA)." },
	{ .name = "flag", .type = FACT_TEXT, .doc = "What comes next, as in u (NAPTR)." },
	{ .name = "flags", .type = FACT_INT, .doc = "Flags (CAA); 128 is critical." },
	{ .name = "minimum",
	  .type = FACT_DURATION,
	  .doc = "How long it may be remembered that a name is not there (SOA)." },
	{ .name = "name", .type = FACT_TEXT, .doc = "Whose record it is." },
	{ .name = "order", .type = FACT_INT, .doc = "The lowest comes first (NAPTR)." },
	{ .name = "port", .type = FACT_INT, .doc = "Port of the service (SRV)." },
	{ .name = "primary", .type = FACT_TEXT, .doc = "The primary server of the zone (SOA)." },
	{ .name = "priority",
	  .type = FACT_INT,
	  .doc = "The lowest is tried first (MX, SRV), within an order (NAPTR)." },
	{ .name = "refresh",
	  .type = FACT_DURATION,
	  .doc = "How often a secondary asks the primary (SOA)." },
	{ .name = "retry",
	  .type = FACT_DURATION,
	  .doc = "How soon it asks again after a failure (SOA)." },
	{ .name = "serial", .type = FACT_INT, .doc = "Serial number of the zone (SOA)." },
	{ .name = "service", .type = FACT_TEXT, .doc = "As in E2U+sip (NAPTR)." },
	{ .name = "tag", .type = FACT_TEXT, .doc = "What is allowed, as in issue (CAA)." },
	{ .name = "target",
	  .type = FACT_TEXT,
	  .doc = "The name that it leads to (CNAME, MX, NAPTR, NS, PTR, SRV)." },
	{ .name = "text",
	  .type = FACT_TEXT,
	  .doc = "The text, its parts joined (TXT, CAA); the expression (NAPTR)." },
	{ .name = "ttl", .type = FACT_DURATION, .doc = "How long it may be remembered." },
	{ .name = "type", .type = FACT_TEXT, .doc = "Type of the record." },
	{ .name = "value",
	  .type = FACT_TEXT,
	  .doc = "The whole data as in a zone file, TXT without quotes." },
	{ .name = "weight",
	  .type = FACT_INT,
	  .doc = "Share among records of one priority (SRV)." },
	{ .name = NULL },
};

static const struct fact dns_facts[] = {
	{ .name = "addresses",
	  .type = FACT_LIST,
	  .item = FACT_TEXT,
	  .doc = "The addresses among values, sorted." },
	{ .name = "answers",
	  .type = FACT_LIST,
	  .item = FACT_MAP,
	  .of = answer_facts,
	  .doc = "All records of the answer, aliases too; names are without the dot at the end." },
	{ .name = "authenticated",
	  .type = FACT_BOOL,
	  .doc = "Whether the server says that it has verified the answer (DNSSEC)." },
	{ .name = "authoritative",
	  .type = FACT_BOOL,
	  .doc = "Whether the server holds the zone itself." },
	{ .name = "canonical_name",
	  .type = FACT_TEXT,
	  .doc = "The name that the records are of, at the end of all aliases." },
	{ .name = "count",
	  .type = FACT_INT,
	  .doc = "Records of the type that was asked for, at the end of all aliases." },
	{ .name = "rcode",
	  .type = FACT_TEXT,
	  .doc = "What the server says, as in NOERROR; to want NXDOMAIN, write error.kind: "
		 "not_found." },
	{ .name = "server",
	  .type = FACT_TEXT,
	  .doc = "Address and port of the name server that answered." },
	{ .name = "truncated",
	  .type = FACT_BOOL,
	  .doc = "Whether the answer did not fit into a datagram and came by TCP." },
	{ .name = "ttl",
	  .type = FACT_DURATION,
	  .doc = "The least time that a record of the answer may be remembered." },
	{ .name = "values",
	  .type = FACT_LIST,
	  .item = FACT_TEXT,
	  .doc = "The values of the records of the type that was asked for, sorted." },
	{ .name = NULL },
};

struct dns {
	struct probe *probe;
	const struct dns_query *query;
	struct lookup lookup;
	const char *looked_up; /* the name that the lookup is for */
	char *name;            /* as it is asked for */
	struct ask ask;
};

static void dns_free(struct dns *d)
{
	names_drop(&d->lookup);
	ask_free(&d->ask);
	free(d->name);
	free(d);
}

static void dns_end(struct dns *d)
{
	struct probe *p = d->probe;

	p->state = NULL;
	dns_free(d);
	probe_done(p);
}

/* Of a server without a type: A. */
static int type_asked(const struct dns_query *q)
{
	return q->type ? q->type : 1;
}

static int text_compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* A sorted list: name servers turn the order of records at every answer. */
static json_t *sorted(const char **texts, size_t count)
{
	json_t *list = json_array();

	qsort(texts, count, sizeof(*texts), text_compare);
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, json_string(texts[i]));
	return list;
}

/* The values of those records that are of the type and at the end of all aliases. */
static void record_values(const struct dns *d, const struct dns_reply *r)
{
	struct observer *o = d->probe->observer;
	const uint16_t type = d->ask.question.type;
	const char **texts = xcalloc(json_array_size(r->answers) + 1, sizeof(*texts));
	int64_t ttl = INT64_MAX;
	const json_t *record;
	size_t i, count = 0;

	json_array_foreach(r->answers, i, record)
	{
		int64_t own = json_integer_value(json_object_get(record, "ttl"));

		ttl = own < ttl ? own : ttl;
		if (dns_reply_has(&d->ask.question, r, record))
			texts[count++] = json_string_value(json_object_get(record, "value"));
	}
	observer_set(o, "values", sorted(texts, count));
	if (type == DNS_A || type == DNS_AAAA)
		observer_set(o, "addresses", sorted(texts, count));
	if (ttl != INT64_MAX)
		observer_set_int(o, "ttl", ttl);
	free(texts);
}

static void dns_record(const struct dns *d)
{
	struct observer *o = d->probe->observer;
	const struct dns_reply *r = &d->ask.reply;
	auto_buf struct buf rcode = BUF_INIT(32);

	dns_rcode_print(r->rcode, &rcode);
	observer_set_string(o, "rcode", buf_text(&rcode));
	observer_set_string(o, "server", d->ask.server);
	observer_set_bool(o, "authoritative", r->authoritative);
	observer_set_bool(o, "authenticated", r->authenticated);
	observer_set_bool(o, "truncated", d->ask.was_truncated);
	observer_set_int(o, "count", (int64_t)r->count);
	observer_set_string(o, "canonical_name", r->canonical_name);
	observer_set(o, "answers", json_incref(r->answers));
	record_values(d, r);
}

/* The server does not answer the question. */
static void rcode_trouble(const struct dns *d)
{
	struct observer *o = d->probe->observer;
	const struct dns_reply *r = &d->ask.reply;
	const char *name = d->name, *server = d->ask.server;
	auto_buf struct buf rcode = BUF_INIT(32);

	dns_rcode_print(r->rcode, &rcode);
	if (r->rcode == DNS_NXDOMAIN)
		observer_trouble(o, KIND_NOT_FOUND, "there is no name '%s', says %s (NXDOMAIN)",
				 r->canonical_name, server);
	else if (r->rcode == DNS_SERVFAIL)
		observer_trouble(o, KIND_DNS,
				 "%s could not find out about '%s' (SERVFAIL): a server that it "
				 "asks is down, or the signatures are wrong",
				 server, name);
	else if (r->rcode == DNS_REFUSED)
		observer_trouble(o, KIND_QUERY,
				 "%s refuses to answer about '%s' (REFUSED): it does not serve "
				 "this zone, or not us",
				 server, name);
	else
		observer_trouble(o, KIND_QUERY, "%s does not answer about '%s' (%s)", server, name,
				 buf_text(&rcode));
}

/* An answer without the records is a finding, and says of which kind. */
static void dns_trouble(const struct dns *d)
{
	struct observer *o = d->probe->observer;
	const struct dns_reply *r = &d->ask.reply;
	const char *type = dns_types[type_asked(d->query)];

	if (r->rcode != DNS_NOERROR)
		rcode_trouble(d);
	else if (r->referral)
		observer_trouble(o, KIND_QUERY,
				 "%s does not answer about '%s', but points to the servers of "
				 "'%s': it does not serve this zone, and asks nobody",
				 d->ask.server, d->name, r->referral);
	else if (!r->count && strcmp(r->canonical_name, d->name) != 0)
		observer_trouble(o, KIND_EMPTY, "'%s' is an alias of '%s', of which %s has no %s",
				 d->name, r->canonical_name, d->ask.server, type);
	else if (!r->count)
		observer_trouble(o, KIND_EMPTY, "'%s' has no %s, says %s", d->name, type,
				 d->ask.server);
}

static void dns_answered(const struct dns *d)
{
	observer_trace(d->probe->observer, "%s answered with %zu records", d->ask.server,
		       json_array_size(d->ask.reply.answers));
	dns_record(d);
	dns_trouble(d);
}

static void on_asked(void *ctx)
{
	struct dns *d = ctx;

	if (d->ask.answered)
		dns_answered(d);
	dns_end(d);
}

static void dns_ask(struct dns *d)
{
	const struct dns_query *q = d->query;
	struct ask *a = &d->ask;

	a->probe = d->probe;
	a->done = on_asked;
	a->ctx = d;
	a->port = (uint16_t)q->port;
	a->by_tcp = q->protocol == 1;
	a->question = (struct dns_question){ .type = dns_type_number(type_asked(q)),
					     .name = d->name,
					     .recursion = q->recursion,
					     .edns = true };
	/* what cannot be guessed cannot be forged; without randomness there is the port */
	if (getrandom(&a->question.id, sizeof(a->question.id), GRND_NONBLOCK) < 0)
		a->question.id = (uint16_t)clock_mono();
	ask_start(a);
}

/* What programs of this machine find. */
static void dns_found(const struct dns *d, const struct addresses *found)
{
	struct observer *o = d->probe->observer;
	const char *texts[ADDRESSES_MAX];
	char *own[ADDRESSES_MAX];

	for (size_t i = 0; i < found->count; i++) {
		auto_buf struct buf text = BUF_INIT(128);

		address_print(&found->items[i], &text);
		texts[i] = own[i] = buf_take(&text);
	}
	observer_set(o, "addresses", sorted(texts, found->count));
	observer_set(o, "values", sorted(texts, found->count));
	observer_set_int(o, "count", (int64_t)found->count);
	for (size_t i = 0; i < found->count; i++)
		free(own[i]);
}

static void on_found(void *ctx, const struct addresses *found, enum kind kind, const char *why)
{
	struct dns *d = ctx;

	if (!found) {
		if (!d->query->server)
			observer_set_int(d->probe->observer, "count", 0);
		observer_trouble(d->probe->observer, kind, "%s", why);
		dns_end(d);
		return;
	}
	names_trace(found, d->looked_up, d->probe->observer);
	if (d->query->server) {
		d->ask.servers = *found;
		dns_ask(d);
	} else {
		dns_found(d, found);
		dns_end(d);
	}
}

/* The name to ask for: of an address its reverse. */
static char *dns_name(const struct dns_query *q)
{
	auto_buf struct buf reverse = BUF_INIT(128);
	struct address a;
	size_t len = strlen(q->name);

	if (dns_type_number(q->type) != DNS_PTR || !address_parse(q->name, &a))
		return xmemdup0(q->name, len - (len > 1 && q->name[len - 1] == '.'));
	dns_reverse(&a, &reverse);
	return buf_take(&reverse);
}

static int dns_start(struct dns *d, struct err **e)
{
	const struct dns_query *q = d->query;

	d->name = dns_name(q);
	d->looked_up = q->server ? q->server : q->name;
	if (q->server)
		observer_target(d->probe->observer, q->server, (unsigned)q->port);
	if (q->server || !q->type)
		return names_ask(d->probe, d->looked_up, &d->lookup, on_found, d, e);
	if (servers_read(&d->ask.servers, e) < 0)
		return -1;
	dns_ask(d);
	return 0;
}

static int dns_begin(const void *query, struct probe *p, struct err **e)
{
	struct dns *d = xcalloc(1, sizeof(*d));

	d->probe = p;
	d->query = query;
	p->state = d;
	if (dns_start(d, e) == 0)
		return 0;
	p->state = NULL;
	dns_free(d);
	return -1;
}

static void dns_cancel(struct probe *p)
{
	struct dns *d = p->state;
	char took[32];

	clock_human(clock_mono() - p->started, took, sizeof(took));
	if (!d->ask.probe)
		observer_trouble(p->observer, KIND_TIMEOUT, "the name '%s' was not resolved in %s",
				 d->looked_up, took);
	else if (d->ask.answered) /* by one that did not help, and no other came */
		dns_answered(d);
	else
		ask_late(&d->ask, took);
	p->state = NULL;
	dns_free(d);
}

typedef bool given_fn(const void *ctx, const char *field);

/* Of an address only PTR can be asked; type host is an address what it is. */
static int address_validate(const struct dns_query *q, bool host, struct err **e)
{
	if (host || dns_type_number(q->type) == DNS_PTR)
		return 0;
	if (!q->type)
		return err_set(e, ERR_DATA,
			       "name: '%s' is an address: write 'type: PTR' to ask for its name",
			       q->name);
	return err_set(e, ERR_DATA, "name: '%s' is an address, and has no %s", q->name,
		       dns_types[q->type]);
}

static int dns_validate(const void *query, given_fn *given, const void *ctx, struct err **e)
{
	const struct dns_query *q = query;
	bool host = !q->type && !given(ctx, "server");
	struct address a;

	if (q->server && !*q->server)
		return err_set(e, ERR_DATA, "server: it is empty");
	if (host && (given(ctx, "port") || given(ctx, "protocol") || given(ctx, "recursion")))
		return err_set(e, ERR_DATA,
			       "'port', 'protocol' and 'recursion' are for a name server: name it "
			       "by 'server', or a record by 'type'");
	if (!q->name)
		return 0;
	if (address_parse(q->name, &a))
		return address_validate(q, host, e);
	return host ? 0 : dns_name_check(q->name, e);
}

const struct check_type check_dns = {
	.name = "dns",
	.summary = "a name has the records that it should",
	.lane = LANE_NETWORK,
	.fields = dns_fields,
	.query_size = sizeof(struct dns_query),
	.facts = dns_facts,
	.default_expect = "{ count: { ge: 1 } }",
	.validate = dns_validate,
	.begin = dns_begin,
	.cancel = dns_cancel,
};
