/*
 * fuzz_dns - what a name server sends: whatever it is, it is read within its bounds or refused.
 *
 * The first two bytes are the type that was asked for; the rest is the message. Its id and its
 * question are taken for ours, so that what follows them is reached.
 */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "checks/dns/message.h"
#include "checks/dns/servers.h"
#include "checks/dns/wire.h"
#include "checks/net/address.h"
#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/err.h"
#include "engine/base/xalloc.h"

static void check_reply(const struct dns_question *q, const uint8_t *bytes, size_t len)
{
	auto_err struct err *e = NULL;
	struct dns_reply reply;
	const json_t *record;
	size_t i, has = 0;

	if (dns_reply_read(q, bytes, len, &reply, &e) < 0) {
		promise(e && *err_text(e));
		return;
	}
	promise(json_is_array(reply.answers) && reply.canonical_name);
	json_array_foreach(reply.answers, i, record) {
		promise(json_is_string(json_object_get(record, "value")));
		has += dns_reply_has(q, &reply, record);
	}
	promise(has == reply.count);
	dns_reply_free(&reply);
}

static void check_servers(const uint8_t *bytes, size_t len)
{
	auto_free char *text = xmemdup0((const char *)bytes, len);
	struct addresses found;

	servers_parse(text, &found);
	promise(found.count >= 1 && found.count <= ADDRESSES_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_buf struct buf name = BUF_INIT(DNS_NAME_TEXT_MAX);
	struct dns_question q = { 0 };
	struct dns_cursor c;

	check_servers(data, size);
	if (size < 4)
		return 0;
	q.type = (uint16_t)(data[0] << 8 | data[1]);
	c = (struct dns_cursor){ .bytes = data + 2, .len = size - 2 };
	q.id = dns_read16(&c);
	if (size > 14) {
		c.at = 12;
		dns_read_name(&c, &name);
	}
	q.name = buf_text(&name);
	check_reply(&q, data + 2, size - 2);
	return 0;
}
