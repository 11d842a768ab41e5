/*
 * sock_diag - asks the kernel for its sockets by netlink: see sock_diag(7).
 */
#include "checks/snapshot/sockets.h"

#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/base/auto.h"

#ifndef INET_DIAG_SKV6ONLY
#define INET_DIAG_SKV6ONLY 11
#endif

struct request {
	struct nlmsghdr header;
	struct inet_diag_req_v2 body;
};

static int request_send(int fd, int family, int protocol, uint32_t states)
{
	struct request r = {
		.header = { .nlmsg_len = sizeof(r),
			    .nlmsg_type = SOCK_DIAG_BY_FAMILY,
			    .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.body = { .sdiag_family = (uint8_t)family,
			  .sdiag_protocol = (uint8_t)protocol,
			  .idiag_states = states },
	};
	ssize_t n;

	do
		n = send(fd, &r, sizeof(r), 0);
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)sizeof(r) ? 0 : -1;
}

/* Whether the kernel says that it is v6only (since Linux 4.5). */
static void row_attributes(struct socket_row *row, const struct inet_diag_msg *msg, size_t len)
{
	const char *at = (const char *)(msg + 1), *end = (const char *)msg + len;

	while (end - at >= (ssize_t)sizeof(struct rtattr)) {
		struct rtattr a;

		memcpy(&a, at, sizeof(a));
		if (a.rta_len < sizeof(a) || a.rta_len > end - at)
			return;
		if (a.rta_type == INET_DIAG_SKV6ONLY && a.rta_len > sizeof(a)) {
			row->v6only_known = true;
			row->v6only = at[sizeof(a)];
		}
		at += RTA_ALIGN(a.rta_len) < end - at ? RTA_ALIGN(a.rta_len) : end - at;
	}
}

static void message_take(struct socket_table *t, struct nlmsghdr *h, bool tcp)
{
	const struct inet_diag_msg *msg = NLMSG_DATA(h);
	struct socket_row row = { .family = msg->idiag_family };

	memcpy(row.address, msg->id.idiag_src, row.family == AF_INET ? 4 : 16);
	row.port = ntohs(msg->id.idiag_sport);
	row.inode = msg->idiag_inode;
	row.backlog_known = tcp;
	row.backlog = tcp ? msg->idiag_wqueue : 0;
	row.waiting = tcp ? msg->idiag_rqueue : 0;
	row_attributes(&row, msg, NLMSG_PAYLOAD(h, 0));
	/* a UDP socket that is bound to no port serves nobody */
	if (row.port)
		socket_table_add(t, &row);
}

/* The end of a dump carries its outcome. */
static int done_status(struct nlmsghdr *h)
{
	int error = 0;

	if (h->nlmsg_len >= NLMSG_LENGTH(sizeof(error)))
		memcpy(&error, NLMSG_DATA(h), sizeof(error));
	errno = -error;
	return error < 0 ? -1 : 0;
}

/* One datagram of answers. 1: more follow, 0: that was all, -1: errno. */
static int answers_take(struct socket_table *t, struct nlmsghdr *h, size_t len, bool tcp)
{
	for (; NLMSG_OK(h, len); h = NLMSG_NEXT(h, len)) {
		if (h->nlmsg_type == NLMSG_DONE)
			return done_status(h);
		if (h->nlmsg_type == NLMSG_ERROR) {
			const struct nlmsgerr *error = NLMSG_DATA(h);

			errno = h->nlmsg_len >= NLMSG_LENGTH(sizeof(*error)) && error->error
					? -error->error
					: EIO;
			return -1;
		}
		if (h->nlmsg_type == SOCK_DIAG_BY_FAMILY &&
		    h->nlmsg_len >= NLMSG_LENGTH(sizeof(struct inet_diag_msg)))
			message_take(t, h, tcp);
	}
	return 1;
}

static int answers_read(struct socket_table *t, int fd, bool tcp)
{
	static const size_t size = 32768; /* as much as the kernel puts into one */
	union {
		struct nlmsghdr header;
		char bytes[32768];
	} answer;
	int more = 1;

	while (more > 0) {
		ssize_t n = recv(fd, &answer, size, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		more = answers_take(t, &answer.header, (size_t)n, tcp);
	}
	return more;
}

int sock_diag_read(struct socket_table *t, int family, int protocol, uint32_t states)
{
	auto_fd int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	size_t before = t->count;

	if (fd >= 0 && !request_send(fd, family, protocol, states) &&
	    !answers_read(t, fd, protocol == IPPROTO_TCP))
		return 0;
	t->count = before;
	return -1;
}
