/*
 * message - DNS messages: writes questions, reads answers, follows their aliases.
 */
#include "checks/dns/message.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "checks/dns/wire.h"
#include "checks/net/address.h"
#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/err.h"
#include "engine/base/xalloc.h"
#include "engine/decl/observer.h"

#define CLASS_IN 1
/* What passes without fragments nearly everywhere: RFC 9715, appendix A. */
#define DATAGRAM_SIZE 1232
#define ALIASES_MAX 16

const char *const dns_types[] = { "host", "A", "AAAA", "CAA", "CNAME", "DS", "MX", "NAPTR",
				  "NS", "PTR", "SOA", "SRV", "SSHFP", "TLSA", "TXT", NULL };
static const uint16_t numbers[] = { 0, DNS_A, DNS_AAAA, DNS_CAA, DNS_CNAME,
				    DNS_DS, DNS_MX, DNS_NAPTR, DNS_NS, DNS_PTR,
				    DNS_SOA, DNS_SRV, DNS_SSHFP, DNS_TLSA, DNS_TXT };

uint16_t dns_type_number(int type)
{
	return numbers[type];
}

void dns_type_print(uint16_t type, struct buf *out)
{
	for (size_t i = 1; i < ARRAY_SIZE(numbers); i++)
		if (numbers[i] == type) {
			buf_adds(out, dns_types[i]);
			return;
		}
	buf_printf(out, "TYPE%u", type);
}

void dns_rcode_print(int rcode, struct buf *out)
{
	static const char *const names[] = { "NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN",
					     "NOTIMP", "REFUSED", "YXDOMAIN", "YXRRSET",
					     "NXRRSET", "NOTAUTH", "NOTZONE" };

	if (rcode == DNS_BADVERS)
		buf_adds(out, "BADVERS");
	else if (rcode >= 0 && (size_t)rcode < ARRAY_SIZE(names))
		buf_adds(out, names[rcode]);
	else
		buf_printf(out, "RCODE%d", rcode);
}

/* The label at the start of a name, its length, and what follows its dot. */
static const char *label_next(const char *name, size_t *len)
{
	*len = strcspn(name, ".");
	return name[*len] ? name + *len + 1 : name + *len;
}

static int characters_check(const char *name, struct err **e)
{
	for (const char *c = name; *c; c++)
		if ((unsigned char)*c >= 0x80)
			return err_set(e, ERR_DATA,
				       "name: '%s' is not ASCII: write its labels as DNS has "
				       "them, as in xn--fiqs8s.example",
				       name);
		else if (*c <= ' ' || *c == 0x7f || *c == '\\')
			return err_set(e, ERR_DATA, "name: '%s' cannot be a name in DNS", name);
	return 0;
}

int dns_name_check(const char *name, struct err **e)
{
	size_t total = strlen(name), len;

	if (!*name)
		return err_set(e, ERR_DATA, "name: it is empty");
	if (characters_check(name, e) < 0)
		return -1;
	if (!strcmp(name, "."))
		return 0;
	/* 255 bytes with a length byte for each label and one for the root */
	if (total - (name[total - 1] == '.') > 253)
		return err_set(e, ERR_DATA, "name: it is longer than 253 characters");
	for (const char *p = name, *next; *p; p = next) {
		next = label_next(p, &len);
		if (!len)
			return err_set(e, ERR_DATA, "name: '%s' has an empty label", name);
		if (len > 63)
			return err_set(e, ERR_DATA,
				       "name: '%.*s' is longer than the 63 characters of a label",
				       (int)len, p);
	}
	return 0;
}

void dns_reverse(const struct address *a, struct buf *out)
{
	const unsigned char *b = a->v6.sin6_addr.s6_addr;

	if (a->any.sa_family == AF_INET) {
		b = (const unsigned char *)&a->v4.sin_addr;
		buf_printf(out, "%u.%u.%u.%u.in-addr.arpa", b[3], b[2], b[1], b[0]);
		return;
	}
	for (int i = 15; i >= 0; i--)
		buf_printf(out, "%x.%x.", b[i] & 15U, b[i] >> 4);
	buf_adds(out, "ip6.arpa");
}

static void write16(struct buf *out, unsigned number)
{
	buf_addc(out, (char)(number >> 8));
	buf_addc(out, (char)number);
}

void dns_question_write(const struct dns_question *q, struct buf *out)
{
	size_t len;

	write16(out, q->id);
	/* AD: tell us whether you have verified it (RFC 6840, 5.7) */
	write16(out, (q->recursion ? 0x0100U : 0) | 0x0020U);
	write16(out, 1);
	write16(out, 0);
	write16(out, 0);
	write16(out, q->edns ? 1 : 0);
	for (const char *p = strcmp(q->name, ".") ? q->name : "", *next; *p; p = next) {
		next = label_next(p, &len);
		buf_addc(out, (char)len);
		buf_add(out, p, len);
	}
	buf_addc(out, '\0');
	write16(out, q->type);
	write16(out, CLASS_IN);
	if (!q->edns)
		return;
	buf_addc(out, '\0');
	write16(out, DNS_OPT);
	write16(out, DATAGRAM_SIZE);
	write16(out, 0);
	write16(out, 0);
	write16(out, 0);
}

static bool same_name(const char *a, const char *b)
{
	return !strcasecmp(a, b);
}

/* The question comes back in the answer; some servers leave it out when they refuse. */
static int question_check(const struct dns_question *q, struct dns_cursor *c, unsigned questions,
			  int rcode, struct err **e)
{
	auto_buf struct buf name = BUF_INIT(DNS_NAME_TEXT_MAX);
	uint16_t type, class;

	if (!questions && rcode != DNS_NOERROR && rcode != DNS_NXDOMAIN)
		return 0;
	if (questions != 1)
		return err_set(e, ERR_DATA, "it repeats %u questions instead of ours", questions);
	dns_read_name(c, &name);
	type = dns_read16(c);
	class = dns_read16(c);
	if (c->broken)
		return err_set(e, ERR_DATA, "%s", c->broken);
	if (type != q->type || class != CLASS_IN || !same_name(buf_text(&name), q->name))
		return err_set(e, ERR_DATA, "it answers another question, for '%s'",
			       buf_text(&name));
	return 0;
}

/* One record of the answer section. */
static json_t *record_read(struct dns_cursor *c)
{
	auto_buf struct buf name = BUF_INIT(DNS_NAME_TEXT_MAX);
	auto_buf struct buf type = BUF_INIT(32);
	struct dns_record r = { 0 };
	struct dns_cursor data;
	json_t *map = json_object();

	dns_read_name(c, &name);
	r.type = dns_read16(c);
	if (dns_read16(c) != CLASS_IN && !c->broken)
		c->broken = "a record in it is of another class than IN";
	r.ttl = dns_read32(c);
	r.data_len = dns_read16(c);
	r.data = c->at;
	if (!c->broken && c->len - c->at < r.data_len)
		c->broken = "it ends in the middle of a record";
	if (c->broken)
		return map;
	dns_type_print(r.type, &type);
	json_object_set_new(map, "name", observer_text(buf_text(&name), name.len));
	json_object_set_new(map, "type", json_string(buf_text(&type)));
	/* the highest bit means 0: RFC 2181, section 8 */
	json_object_set_new(map, "ttl", json_integer(r.ttl >> 31 ? 0 : r.ttl));
	data = (struct dns_cursor){ .bytes = c->bytes, .len = r.data + r.data_len, .at = r.data };
	dns_record_members(&data, &r, map);
	if (!data.broken && data.at != data.len)
		data.broken = "a record in it is longer than what it holds";
	c->broken = data.broken;
	c->at = r.data + r.data_len;
	return map;
}

static const char *text_of(const json_t *record, const char *member)
{
	const char *text = json_string_value(json_object_get(record, member));

	return text ? text : "";
}

static const char *alias_of(const json_t *answers, const char *name)
{
	size_t i;
	const json_t *record;

	json_array_foreach(answers, i, record)
		if (!strcmp(text_of(record, "type"), "CNAME") &&
		    same_name(text_of(record, "name"), name))
			return text_of(record, "target");
	return NULL;
}

bool dns_reply_has(const struct dns_question *q, const struct dns_reply *r, const json_t *record)
{
	auto_buf struct buf type = BUF_INIT(32);

	dns_type_print(q->type, &type);
	return !strcmp(text_of(record, "type"), buf_text(&type)) &&
	       same_name(text_of(record, "name"), r->canonical_name);
}

/* Where the aliases lead, and how many records are there. */
static int aliases_follow(const struct dns_question *q, struct dns_reply *r, struct err **e)
{
	const char *name = q->name, *next;
	const json_t *record;
	size_t i;

	for (int steps = 0; q->type != DNS_CNAME && (next = alias_of(r->answers, name)); steps++) {
		if (steps == ALIASES_MAX)
			return err_set(e, ERR_DATA,
				       "its aliases (CNAME) lead in a circle or through more than "
				       "%d names",
				       ALIASES_MAX);
		name = next;
	}
	r->canonical_name = xstrdup(name);
	json_array_foreach(r->answers, i, record)
		r->count += dns_reply_has(q, r, record);
	return 0;
}

/* What a record says that is no answer. */
static void aside_read(struct dns_cursor *c, struct dns_reply *out)
{
	auto_buf struct buf name = BUF_INIT(DNS_NAME_TEXT_MAX);
	uint16_t type, len;
	uint32_t ttl;

	dns_read_name(c, &name);
	type = dns_read16(c);
	dns_read16(c);
	ttl = dns_read32(c);
	len = dns_read16(c);
	if (c->broken || c->len - c->at < len) {
		c->broken = "it ends in the middle of a record";
		return;
	}
	c->at += len;
	/* the upper bits of the code: RFC 6891, 6.1.3 */
	if (type == DNS_OPT)
		out->rcode |= (int)(ttl >> 24) << 4;
	if (type == DNS_NS && !out->referral)
		out->referral = xstrdup(buf_text(&name));
	if (type == DNS_SOA) { /* there is no such record: RFC 2308, 2.2 */
		free(out->referral);
		out->referral = xstrdup("");
	}
}

/* The sections after the answers. What is broken there takes nothing from the answers. */
static void asides_read(struct dns_cursor *c, unsigned count, struct dns_reply *out)
{
	for (unsigned i = 0; i < count && !c->broken; i++)
		aside_read(c, out);
	if (out->count || out->authoritative || out->recursive || out->rcode != DNS_NOERROR ||
	    (out->referral && !*out->referral)) {
		free(out->referral);
		out->referral = NULL;
	}
}

static int answers_read(const struct dns_question *q, struct dns_cursor *c, unsigned count,
			struct dns_reply *out, struct err **e)
{
	out->answers = json_array();
	for (unsigned i = 0; i < count && !c->broken; i++)
		json_array_append_new(out->answers, record_read(c));
	/* what a truncated answer still holds is of no use: it is asked for by TCP */
	if (c->broken && !out->truncated)
		return err_set(e, ERR_DATA, "%s", c->broken);
	if (c->broken)
		json_array_clear(out->answers);
	return aliases_follow(q, out, e);
}

int dns_reply_read(const struct dns_question *q, const void *bytes, size_t len,
		   struct dns_reply *out, struct err **e)
{
	struct dns_cursor c = { .bytes = bytes, .len = len };
	unsigned id = dns_read16(&c), flags = dns_read16(&c);
	unsigned questions = dns_read16(&c), answers = dns_read16(&c);
	unsigned asides = dns_read16(&c) + dns_read16(&c);

	*out = (struct dns_reply){ .rcode = (int)(flags & 15),
				   .truncated = flags & 0x0200,
				   .authoritative = flags & 0x0400,
				   .authenticated = flags & 0x0020,
				   .recursive = q->recursion && (flags & 0x0080) };
	if (c.broken)
		return err_set(e, ERR_DATA, "it is no DNS message: it has only %zu bytes", len);
	if (id != q->id)
		return err_set(e, ERR_DATA, "it has another id than the question");
	if (!(flags & 0x8000) || (flags >> 11 & 15))
		return err_set(e, ERR_DATA, "it is no answer, but a question or a request");
	if (question_check(q, &c, questions, out->rcode, e) < 0)
		return -1;
	if (answers_read(q, &c, answers, out, e) == 0) {
		asides_read(&c, asides, out);
		return 0;
	}
	dns_reply_free(out);
	return -1;
}

void dns_reply_free(struct dns_reply *r)
{
	json_decref(r->answers);
	free(r->canonical_name);
	free(r->referral);
	*r = (struct dns_reply){ 0 };
}
