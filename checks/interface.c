/*
 * interface - is a network interface there, up, and with which addresses?
 *
 * Asks the kernel for our own network namespace, not /sys, which may be another one's.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netpacket/packet.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "checks/check.h"

struct interface_query {
	char *name;
};

static const struct field interface_fields[] = {
	FIELD_TEXT(struct interface_query, name, .filled = true, .required = true,
		   .doc = "Name of the interface: eth0; another name of it that is shorter than "
			  "16 bytes does, too."),
	{ .name = NULL },
};

static const struct fact interface_facts[] = {
	{ .name = "addresses",
	  .type = FACT_LIST,
	  .item = FACT_TEXT,
	  .doc = "IPv4, then IPv6 addresses, each with the length of its prefix: 10.0.0.1/24." },
	{ .name = "enabled",
	  .type = FACT_BOOL,
	  .doc = "Whether it is switched on, be there a link or not." },
	{ .name = "exists", .type = FACT_BOOL, .doc = "Whether there is such an interface." },
	{ .name = "mac",
	  .type = FACT_TEXT,
	  .doc = "Hardware address, 52:54:00:12:34:5a; not there where it has none." },
	{ .name = "mtu", .type = FACT_INT, .doc = "Largest packet, in bytes." },
	{ .name = "up",
	  .type = FACT_BOOL,
	  .doc = "Whether it is switched on and has a link, so that data can flow." },
	{ .name = NULL },
};

static void free_list(struct ifaddrs **list)
{
	if (*list)
		freeifaddrs(*list);
}

/* Bits set at the front of a netmask. */
static unsigned prefix_length(const unsigned char *mask, size_t len)
{
	unsigned bits = 0;

	while (bits < len * 8 && (mask[bits / 8] & (0x80 >> bits % 8)))
		bits++;
	return bits;
}

static void add_address(json_t *list, const struct ifaddrs *a, int family)
{
	char text[INET6_ADDRSTRLEN], whole[INET6_ADDRSTRLEN + 8];
	struct sockaddr_in6 six = { 0 }, six_mask = { 0 };
	struct sockaddr_in four = { 0 }, four_mask = { 0 };
	unsigned bits;

	if (family == AF_INET) {
		memcpy(&four, a->ifa_addr, sizeof(four));
		if (a->ifa_netmask)
			memcpy(&four_mask, a->ifa_netmask, sizeof(four_mask));
		inet_ntop(AF_INET, &four.sin_addr, text, sizeof(text));
		bits = prefix_length((const unsigned char *)&four_mask.sin_addr, 4);
	} else {
		memcpy(&six, a->ifa_addr, sizeof(six));
		if (a->ifa_netmask)
			memcpy(&six_mask, a->ifa_netmask, sizeof(six_mask));
		inet_ntop(AF_INET6, &six.sin6_addr, text, sizeof(text));
		bits = prefix_length(six_mask.sin6_addr.s6_addr, 16);
	}
	snprintf(whole, sizeof(whole), "%s/%u", text, bits);
	json_array_append_new(list, json_string(whole));
}

/* Labels of old ("eth0:1") belong to the interface before the colon. */
static bool is_of(const struct ifaddrs *a, const char *name)
{
	size_t n = strlen(name);

	return !strncmp(a->ifa_name, name, n) && (!a->ifa_name[n] || a->ifa_name[n] == ':');
}

static void tell_addresses(const struct ifaddrs *all, const char *name, struct observer *o)
{
	static const int families[] = { AF_INET, AF_INET6 };
	json_t *list = json_array();

	for (size_t i = 0; i < ARRAY_SIZE(families); i++)
		for (const struct ifaddrs *a = all; a; a = a->ifa_next)
			if (is_of(a, name) && a->ifa_addr && a->ifa_addr->sa_family == families[i])
				add_address(list, a, families[i]);
	observer_set(o, "addresses", list);
}

/* An Ethernet or InfiniBand address; of the loopback all zeros, which is none. */
static void tell_mac(const struct ifaddrs *link, struct observer *o)
{
	auto_buf struct buf text = BUF_INIT(128);
	struct sockaddr_ll ll;
	unsigned char any = 0;

	if (!link->ifa_addr || link->ifa_addr->sa_family != AF_PACKET)
		return;
	memcpy(&ll, link->ifa_addr, sizeof(ll));
	for (unsigned i = 0; i < ll.sll_halen && i < sizeof(ll.sll_addr); i++) {
		any |= ll.sll_addr[i];
		buf_printf(&text, "%s%02x", i ? ":" : "", ll.sll_addr[i]);
	}
	if (any)
		observer_set_text(o, "mac", buf_text(&text), text.len);
}

static int tell_mtu(const char *name, struct observer *o, struct err **e)
{
	auto_fd int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq r = { 0 };

	if (fd < 0)
		fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return err_errno(e, ERR_SYSTEM, "socket");
	memcpy(r.ifr_name, name, strnlen(name, sizeof(r.ifr_name) - 1));
	if (ioctl(fd, SIOCGIFMTU, &r) < 0)
		return err_errno(e, ERR_SYSTEM, "the MTU of '%s'", name);
	observer_set_int(o, "mtu", r.ifr_mtu);
	return 0;
}

static const struct ifaddrs *find_link(const struct ifaddrs *all, const char *name)
{
	const struct ifaddrs *found = NULL;

	for (const struct ifaddrs *a = all; a; a = a->ifa_next) {
		if (strcmp(a->ifa_name, name) != 0)
			continue;
		if (!found || (a->ifa_addr && a->ifa_addr->sa_family == AF_PACKET))
			found = a;
	}
	return found;
}

/* Another name of it (ip link property add), as far as the old calls take one: its true name. */
static const char *true_name(const char *name, char real[IF_NAMESIZE])
{
	const unsigned index = if_nametoindex(name);

	return index && if_indextoname(index, real) ? real : name;
}

static void tell_names(const struct ifaddrs *all, struct observer *o)
{
	auto_buf struct buf names = BUF_INIT(1024);

	for (const struct ifaddrs *a = all; a; a = a->ifa_next)
		if (a == find_link(all, a->ifa_name))
			buf_printf(&names, "%s%s", names.len ? ", " : "", a->ifa_name);
	observer_trace(o, "the interfaces here: %s", buf_text(&names));
}

static int interface_observe(const void *query, struct observer *o, struct err **e)
{
	const struct interface_query *q = query;
	__attribute__((cleanup(free_list))) struct ifaddrs *all = NULL;
	const struct ifaddrs *link;
	const char *name = q->name;
	char real[IF_NAMESIZE];

	if (getifaddrs(&all) < 0)
		return err_errno(e, ERR_SYSTEM, "the interfaces cannot be listed");
	link = find_link(all, name);
	if (!link) {
		name = true_name(name, real);
		link = find_link(all, name);
	}
	observer_set_bool(o, "exists", link != NULL);
	if (!link) {
		observer_set_bool(o, "up", false);
		tell_names(all, o);
		return 0;
	}
	observer_set_bool(o, "enabled", link->ifa_flags & IFF_UP);
	observer_set_bool(o, "up",
			  (link->ifa_flags & IFF_UP) && (link->ifa_flags & IFF_RUNNING));
	tell_addresses(all, name, o);
	tell_mac(link, o);
	return observer_wants(o, "mtu") ? tell_mtu(name, o, e) : 0;
}

const struct check_type check_interface = {
	.name = "interface",
	.summary = "a network interface is there",
	.lane = LANE_LOCAL,
	.fields = interface_fields,
	.query_size = sizeof(struct interface_query),
	.facts = interface_facts,
	.default_expect = "{ exists: true }",
	.observe = interface_observe,
};
