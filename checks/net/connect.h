/*
 * connect - one TCP connection to the first of several addresses that takes it, without waiting.
 *
 * The addresses are tried in order; the next is started when one has failed, or has not answered
 * for 250 ms (RFC 8305, section 8), and the first that is made wins.
 */
#ifndef CHECKS_NET_CONNECT_H
#define CHECKS_NET_CONNECT_H

#include "checks/net/address.h"
#include "engine/decl/observer.h"

struct err;
struct loop_fd;
struct loop_timer;

/* fd: connected, non-blocking, from now on the callee's; -1: no address took the connection, the
 * observer knows why. */
typedef void connect_fn(void *ctx, int fd, const struct address *peer);

struct connector;

struct attempt {
	struct connector *connector;
	struct loop_fd *watch;
	int fd; /* -1: ended */
	int64_t started;
};

/* Lies in the state of who connects. */
struct connector {
	struct probe *probe;
	connect_fn *fn;
	void *ctx;
	struct address to[ADDRESSES_TRIED];
	size_t count;
	size_t next;    /* the first that has not been tried */
	size_t pending; /* attempts without an answer */
	struct attempt attempts[ADDRESSES_TRIED];
	struct loop_timer *timer;
	int best; /* the errno that tells most, and whose it is */
	size_t best_at;
};

/* Connect; fn is called once, perhaps before this returns: touch nothing afterwards. The addresses
 * are copied; of many some are tried (addresses_pick). */
void connector_start(struct connector *c, struct probe *p, const struct addresses *to,
		     uint16_t port, connect_fn *fn, void *ctx);
/* Give up. Fine when it never started or is done. */
void connector_cancel(struct connector *c);
/* The addresses with port that have not answered, for a message: "10.0.0.1:80, [::1]:80". */
void connector_print_pending(const struct connector *c, struct buf *out);

/* What an errno of connect(2), send(2) or recv(2) means. */
enum kind net_kind(int errnum);
/* Whether errno `a` tells more of what is at the other end than `b`: a refusal more than no way. */
bool net_tells_more(int a, int b);
/* Say so in the observer: "connection refused by 127.0.0.1:81". */
void net_trouble(struct observer *o, int errnum, const char *peer);
/* A non-blocking TCP socket for this address that is closed by exec; -1 and errno. */
int net_socket(int family);

#endif
