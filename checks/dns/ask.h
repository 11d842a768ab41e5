/*
 * ask - one DNS question to the first of several name servers that answers it: by UDP, and by TCP
 * when that answer was truncated. Never waits.
 *
 * What does not belong to the question is passed over, as resolvers do (RFC 5452), but remembered:
 * when nothing better comes, it is what is told.
 */
#ifndef CHECKS_DNS_ASK_H
#define CHECKS_DNS_ASK_H

#include "checks/dns/message.h"
#include "checks/net/address.h"
#include "checks/net/connect.h"
#include "checks/net/datagram.h"
#include "engine/base/buf.h"

/* What came of it; lies in the state of who asks. */
struct ask {
	struct probe *probe;
	void (*done)(void *ctx);
	void *ctx;
	struct dns_question question;
	struct addresses servers;
	uint16_t port;
	bool by_tcp; /* from the start */
	/* when done: whether there is an answer (else the observer knows why), and whose */
	bool answered;
	struct dns_reply reply;
	char *server;
	bool was_truncated; /* by UDP */
	/* its own */
	struct buf payload;
	struct datagram_question datagram;
	struct datagrams datagrams;
	struct connector connector;
	int fd;
	struct address peer; /* by TCP */
	struct loop_fd *watch;
	struct buf incoming; /* by TCP */
	size_t strange;      /* datagrams that were passed over */
	char *strange_why, *strange_peer;
};

/* Ask; probe, done, ctx, question, servers, port and by_tcp are set. `done` may be called before
 * this returns: touch nothing afterwards. */
void ask_start(struct ask *a);
/* Time is up: say in the observer what was waited for. */
void ask_late(struct ask *a, const char *took);
/* Release everything. Fine when it never started. */
void ask_free(struct ask *a);

#endif
