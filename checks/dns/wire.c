/*
 * wire - a DNS message from outside, read within its bounds: numbers, names (RFC 1035 4.1.4), data.
 */
#include "checks/dns/wire.h"

#include <string.h>

#include "checks/dns/message.h"
#include "checks/net/address.h"
#include "checks/net/payload.h"
#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/xalloc.h"
#include "engine/decl/observer.h"

#define POINTER 0xc0
/* A name of 255 bytes has no more labels, and no sensible one more pointers. */
#define STEPS_MAX 255

static unsigned dns_read8(struct dns_cursor *c)
{
	if (c->broken || c->at >= c->len) {
		c->broken = c->broken ? c->broken : "it ends in the middle of a record";
		return 0;
	}
	return c->bytes[c->at++];
}

uint16_t dns_read16(struct dns_cursor *c)
{
	unsigned high = dns_read8(c);

	return (uint16_t)(high << 8 | dns_read8(c));
}

uint32_t dns_read32(struct dns_cursor *c)
{
	uint32_t high = dns_read16(c);

	return high << 16 | dns_read16(c);
}

/* As in zone files: RFC 1035 5.1. */
static void label_print(const unsigned char *label, size_t len, struct buf *out)
{
	for (size_t i = 0; i < len; i++) {
		if (label[i] == '.' || label[i] == '\\')
			buf_addc(out, '\\');
		if (label[i] > ' ' && label[i] < 0x7f)
			buf_addc(out, (char)label[i]);
		else
			buf_printf(out, "\\%03u", label[i]);
	}
}

void dns_read_name(struct dns_cursor *c, struct buf *out)
{
	struct dns_cursor at = *c;
	size_t start = out->len, total = 0;
	bool jumped = false;

	for (int step = 0; !at.broken; step++) {
		unsigned len = dns_read8(&at);

		if (step > STEPS_MAX || total > 255) {
			at.broken = "a name in it points at itself";
		} else if ((len & POINTER) == POINTER) {
			size_t target = (len & ~(unsigned)POINTER) << 8 | dns_read8(&at);

			if (!jumped)
				c->at = at.at;
			jumped = true;
			at.at = target;
		} else if (len & POINTER) {
			at.broken = "a name in it is of an unknown form";
		} else if (!len) {
			break;
		} else if (at.len - at.at < len) {
			at.broken = "it ends in the middle of a name";
		} else {
			if (out->len > start)
				buf_addc(out, '.');
			label_print(at.bytes + at.at, len, out);
			at.at += len;
			total += len + 1;
		}
	}
	if (out->len == start)
		buf_addc(out, '.');
	if (!jumped)
		c->at = at.at;
	c->broken = at.broken;
}

static void set_text(json_t *map, const char *name, const struct buf *text)
{
	json_object_set_new(map, name, observer_text(buf_text(text), text->len));
}

static void member_int(json_t *map, const char *name, uint32_t number, struct buf *value)
{
	json_object_set_new(map, name, json_integer(number));
	buf_printf(value, "%s%u", value->len ? " " : "", number);
}

static void member_name(struct dns_cursor *c, json_t *map, const char *name, struct buf *value)
{
	auto_buf struct buf text = BUF_INIT(DNS_NAME_TEXT_MAX);

	dns_read_name(c, &text);
	set_text(map, name, &text);
	buf_printf(value, "%s%s", value->len ? " " : "", buf_text(&text));
}

static void member_address(struct dns_cursor *c, const struct dns_record *r, json_t *map,
			   struct buf *value)
{
	struct address a = { 0 };
	const unsigned char *bytes = c->bytes + c->at;

	if (r->data_len != (r->type == DNS_A ? 4 : 16)) {
		c->broken = "an address in it has a wrong length";
		return;
	}
	if (r->type == DNS_A) {
		a.any.sa_family = AF_INET;
		memcpy(&a.v4.sin_addr, bytes, 4);
	} else {
		a.any.sa_family = AF_INET6;
		memcpy(&a.v6.sin6_addr, bytes, 16);
	}
	c->at += r->data_len;
	address_print(&a, value);
	set_text(map, "address", value);
}

/* One text of several strings: RFC 7208 3.3 and others join them so. */
static void member_texts(struct dns_cursor *c, json_t *map, struct buf *value)
{
	while (!c->broken && c->at < c->len) {
		size_t len = dns_read8(c);

		if (c->len - c->at < len) {
			c->broken = "a text in it is longer than its record";
			return;
		}
		buf_add(value, c->bytes + c->at, len);
		c->at += len;
	}
	set_text(map, "text", value);
}

static void member_soa(struct dns_cursor *c, json_t *map, struct buf *value)
{
	static const char *const numbers[] = { "serial", "refresh", "retry", "expire", "minimum" };

	member_name(c, map, "primary", value);
	member_name(c, map, "contact", value);
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		member_int(map, numbers[i], dns_read32(c), value);
}

/* One string with its length before it, in quotes. */
static void member_string(struct dns_cursor *c, json_t *map, const char *name, struct buf *value)
{
	auto_buf struct buf text = BUF_INIT(256);
	size_t len = dns_read8(c);

	if (c->broken || c->len - c->at < len) {
		c->broken = "a text in it is longer than its record";
		return;
	}
	buf_add(&text, c->bytes + c->at, len);
	c->at += len;
	set_text(map, name, &text);
	buf_printf(value, " \"%s\"", buf_text(&text));
}

/* RFC 3403, 4.1. */
static void member_naptr(struct dns_cursor *c, json_t *map, struct buf *value)
{
	member_int(map, "order", dns_read16(c), value);
	member_int(map, "priority", dns_read16(c), value);
	member_string(c, map, "flag", value);
	member_string(c, map, "service", value);
	member_string(c, map, "text", value);
	member_name(c, map, "target", value);
}

/* Numbers, and a digest as hex digits: DS (RFC 4034, 5.1), SSHFP (RFC 4255, 3.1), TLSA (RFC 6698,
 * 2.1). */
static void member_digest(struct dns_cursor *c, const struct dns_record *r, json_t *map,
			  struct buf *value)
{
	auto_buf struct buf hex = BUF_INIT((size_t)128 * 1024);

	buf_printf(value, "%u", r->type == DNS_DS ? dns_read16(c) : dns_read8(c));
	buf_printf(value, " %u", dns_read8(c));
	if (r->type != DNS_SSHFP)
		buf_printf(value, " %u", dns_read8(c));
	if (c->broken)
		return;
	payload_print_hex(c->bytes + c->at, c->len - c->at, &hex);
	c->at = c->len;
	set_text(map, "digest", &hex);
	buf_printf(value, " %s", buf_text(&hex));
}

/* RFC 8659 4.1. */
static void member_caa(struct dns_cursor *c, json_t *map, struct buf *value)
{
	auto_buf struct buf tag = BUF_INIT(256);
	auto_buf struct buf text = BUF_INIT(65536);
	size_t len;

	member_int(map, "flags", dns_read8(c), value);
	len = dns_read8(c);
	if (c->broken || c->len - c->at < len) {
		c->broken = "a tag in it is longer than its record";
		return;
	}
	buf_add(&tag, c->bytes + c->at, len);
	buf_add(&text, c->bytes + c->at + len, c->len - c->at - len);
	c->at = c->len;
	set_text(map, "tag", &tag);
	set_text(map, "text", &text);
	buf_printf(value, " %s \"%s\"", buf_text(&tag), buf_text(&text));
}

/* RFC 3597, section 5: types that are not known. */
static void member_unknown(struct dns_cursor *c, const struct dns_record *r, struct buf *value)
{
	buf_printf(value, "\\# %zu ", r->data_len);
	payload_print_hex(c->bytes + c->at, r->data_len, value);
	c->at += r->data_len;
}

void dns_record_members(struct dns_cursor *c, const struct dns_record *r, json_t *map)
{
	auto_buf struct buf value = BUF_INIT((size_t)128 * 1024 + 32);

	switch (r->type) {
	case DNS_A:
	case DNS_AAAA:
		member_address(c, r, map, &value);
		break;
	case DNS_NS:
	case DNS_CNAME:
	case DNS_PTR:
		member_name(c, map, "target", &value);
		break;
	case DNS_SOA:
		member_soa(c, map, &value);
		break;
	case DNS_MX:
		member_int(map, "priority", dns_read16(c), &value);
		member_name(c, map, "target", &value);
		break;
	case DNS_TXT:
		member_texts(c, map, &value);
		break;
	case DNS_SRV:
		member_int(map, "priority", dns_read16(c), &value);
		member_int(map, "weight", dns_read16(c), &value);
		member_int(map, "port", dns_read16(c), &value);
		member_name(c, map, "target", &value);
		break;
	case DNS_CAA:
		member_caa(c, map, &value);
		break;
	case DNS_NAPTR:
		member_naptr(c, map, &value);
		break;
	case DNS_DS:
	case DNS_SSHFP:
	case DNS_TLSA:
		member_digest(c, r, map, &value);
		break;
	default:
		member_unknown(c, r, &value);
	}
	set_text(map, "value", &value);
}
