/*
 * sockets - the sockets of this network namespace that listen (TCP) or are bound and not connected
 * (UDP).
 *
 * Asks the kernel by sock_diag(7); where that is refused, the files /proc/net/{tcp,tcp6,udp,udp6}
 * are read.
 */
#ifndef CHECKS_SNAPSHOT_SOCKETS_H
#define CHECKS_SNAPSHOT_SOCKETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/decl/observer.h"

struct buf;
struct err;

struct socket_row {
	int family;                /* AF_INET or AF_INET6 */
	unsigned char address[16]; /* of IPv4 the first 4 */
	uint16_t port;
	bool v6only, v6only_known;
	bool backlog_known;
	uint32_t backlog; /* as in listen(2) */
	uint32_t waiting; /* connections that wait to be accepted */
	uint64_t inode;
};

struct socket_table {
	struct socket_row *rows; /* by port, family, address */
	size_t count, cap;
};

extern const struct shared_table tcp_sockets_table, udp_sockets_table;

/* The rows of this port: the first one, and how many follow it. */
const struct socket_row *sockets_of_port(const struct socket_table *t, uint16_t port,
					 size_t *count);
/* Whether the socket serves IPv4 too: it is IPv4, or IPv6 for all addresses and not v6only, or
 * bound to a mapped IPv4 address. */
bool socket_serves_ipv4(const struct socket_row *s);
bool socket_serves_ipv6(const struct socket_row *s);
/* "0.0.0.0:80", "[::1]:80" */
void socket_print(const struct socket_row *s, struct buf *out);

/* An address to look for. */
struct socket_address {
	int family;
	unsigned char bytes[16];
};
/* An IPv4 or IPv6 address, the latter also in brackets; -1 when it is none. A mapped address
 * (::ffff:1.2.3.4) is IPv4. */
int socket_address_parse(const char *text, struct socket_address *out);
/* Whether what is sent to this address of ours reaches the socket: it is bound to it, or to all. */
bool socket_serves(const struct socket_row *s, const struct socket_address *a);

/* For the two readers. */
void socket_table_add(struct socket_table *t, const struct socket_row *row);
/* Add the sockets of one family in these states (bits of 1 << state); -1 with errno set and nothing
 * added. */
int sock_diag_read(struct socket_table *t, int family, int protocol, uint32_t states);
/* Add the rows of the text of such a /proc file; only those in `state`. Returns how many lines
 * could not be understood. */
size_t socket_text_read(struct socket_table *t, int family, unsigned state, const char *text);
/* Where the kernel did not say whether an IPv6 socket is v6only: it is when the system's default
 * says so, or when an IPv4 socket holds the same port for all addresses. Sorts the rows. */
void socket_table_finish(struct socket_table *t, bool v6only_default);

#endif
