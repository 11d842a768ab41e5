/*
 * address - where a connection goes: IPv4 and IPv6 addresses, read, printed, kept in order.
 */
#ifndef CHECKS_NET_ADDRESS_H
#define CHECKS_NET_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <netinet/in.h>
#include <sys/socket.h>

struct buf;

/* As many of a name as are kept; what a resolver says beyond is left out. */
#define ADDRESSES_MAX 64
/* As many of them as are tried in one check. */
#define ADDRESSES_TRIED 8

struct address {
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	};
};

struct addresses {
	bool half; /* nobody answered whether there are some of the other family */
	size_t count;
	struct address items[ADDRESSES_MAX]; /* in the order in which they are to be tried */
};

/* Read "10.0.0.1", "::1", "[::1]", "fe80::1%eth0". false: it is a name. The port is 0. */
bool address_parse(const char *text, struct address *out);
socklen_t address_len(const struct address *a);
void address_set_port(struct address *a, uint16_t port);
bool address_is_loopback(const struct address *a);
/* Append "10.0.0.1" or "fe80::1%eth0". */
void address_print(const struct address *a, struct buf *out);
/* Append "10.0.0.1:80" or "[::1]:80". */
void address_print_port(const struct address *a, struct buf *out);
/* Append "10.0.0.1, ::1"; of many the first that are tried, and how many more there are. */
void addresses_print(const struct addresses *a, struct buf *out);
/* Those to try, ADDRESSES_TRIED at most: in their order, but IPv4 and IPv6 in turns (RFC 8305,
 * section 4), so that a dead network of one kind does not use up all tries. Returns how many. */
size_t addresses_pick(const struct addresses *from, uint16_t port,
		      struct address out[ADDRESSES_TRIED]);

#endif
