/*
 * address - IPv4 and IPv6 addresses, read, printed, kept in order. Asks nobody about names.
 */
#include "checks/net/address.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <string.h>

#include "engine/base/buf.h"

/* The longest is an IPv6 address, a per cent sign, the name of an interface, and brackets. */
#define ADDRESS_TEXT (INET6_ADDRSTRLEN + IF_NAMESIZE + 3)

static bool parse_v6(char *text, struct sockaddr_in6 *out)
{
	char *zone = strchr(text, '%');

	if (zone)
		*zone++ = '\0';
	if (inet_pton(AF_INET6, text, &out->sin6_addr) != 1)
		return false;
	out->sin6_family = AF_INET6;
	if (zone)
		out->sin6_scope_id = if_nametoindex(zone);
	return !zone || out->sin6_scope_id;
}

bool address_parse(const char *text, struct address *out)
{
	char copy[ADDRESS_TEXT];
	size_t len = strlen(text);
	bool bracketed = len >= 2 && text[0] == '[' && text[len - 1] == ']';

	*out = (struct address){ 0 };
	if (len >= sizeof(copy))
		return false;
	memcpy(copy, text + bracketed, len + 1 - bracketed);
	if (bracketed)
		copy[len - 2] = '\0';
	if (!bracketed && inet_pton(AF_INET, copy, &out->v4.sin_addr) == 1) {
		out->v4.sin_family = AF_INET;
		return true;
	}
	return parse_v6(copy, &out->v6);
}

socklen_t address_len(const struct address *a)
{
	return a->any.sa_family == AF_INET6 ? sizeof(a->v6) : sizeof(a->v4);
}

void address_set_port(struct address *a, uint16_t port)
{
	if (a->any.sa_family == AF_INET6)
		a->v6.sin6_port = htons(port);
	else
		a->v4.sin_port = htons(port);
}

bool address_is_loopback(const struct address *a)
{
	if (a->any.sa_family == AF_INET6)
		return IN6_IS_ADDR_LOOPBACK(&a->v6.sin6_addr);
	return ntohl(a->v4.sin_addr.s_addr) >> 24 == 127;
}

void address_print(const struct address *a, struct buf *out)
{
	char text[INET6_ADDRSTRLEN] = "";
	char zone[IF_NAMESIZE];

	if (a->any.sa_family == AF_INET6)
		inet_ntop(AF_INET6, &a->v6.sin6_addr, text, sizeof(text));
	else
		inet_ntop(AF_INET, &a->v4.sin_addr, text, sizeof(text));
	buf_adds(out, text);
	if (a->any.sa_family == AF_INET6 && a->v6.sin6_scope_id &&
	    if_indextoname(a->v6.sin6_scope_id, zone))
		buf_printf(out, "%%%s", zone);
}

void address_print_port(const struct address *a, struct buf *out)
{
	bool v6 = a->any.sa_family == AF_INET6;

	if (v6)
		buf_addc(out, '[');
	address_print(a, out);
	buf_printf(out, v6 ? "]:%u" : ":%u", ntohs(v6 ? a->v6.sin6_port : a->v4.sin_port));
}

void addresses_print(const struct addresses *a, struct buf *out)
{
	for (size_t i = 0; i < a->count && i < ADDRESSES_TRIED; i++) {
		if (i)
			buf_adds(out, ", ");
		address_print(&a->items[i], out);
	}
	if (a->count > ADDRESSES_TRIED)
		buf_printf(out, " and %zu more", a->count - ADDRESSES_TRIED);
}

/* The first from `at` on that is of this family, or of another; count: there is none. */
static size_t address_of(const struct addresses *from, size_t at, sa_family_t family, bool same)
{
	while (at < from->count && (from->items[at].any.sa_family == family) != same)
		at++;
	return at;
}

size_t addresses_pick(const struct addresses *from, uint16_t port,
		      struct address out[ADDRESSES_TRIED])
{
	const sa_family_t first = from->items[0].any.sa_family;
	size_t at[2] = { 0, 0 }, count = 0;

	for (size_t turn = 0; count < ADDRESSES_TRIED; turn = !turn) {
		at[0] = address_of(from, at[0], first, true);
		at[1] = address_of(from, at[1], first, false);
		if (at[0] == from->count && at[1] == from->count)
			break;
		if (at[turn] == from->count)
			continue;
		out[count] = from->items[at[turn]++];
		address_set_port(&out[count++], port);
	}
	return count;
}
