/*
 * datagram - one question by UDP to the first of several addresses that answers it; never waits.
 *
 * The addresses are asked in order; the next when one has failed, or has not answered for a while.
 * A port that is closed is told by the other side (ICMP, RFC 1122 4.1.3.1) and is a failure.
 */
#ifndef CHECKS_NET_DATAGRAM_H
#define CHECKS_NET_DATAGRAM_H

#include "checks/net/address.h"
#include "engine/decl/observer.h"

struct loop_fd;
struct loop_timer;
struct datagrams;

/* What is asked, how, and who is told. Lives as long as the question. */
struct datagram_question {
	const void *bytes;
	size_t len;
	int64_t next_ns;  /* when the next address is asked */
	int64_t again_ns; /* when all are asked again, later after twice the time; 0: never */
	/* A datagram came from the address at this place. The callee may cancel; then nothing is
	 * touched any more. */
	void (*heard)(void *ctx, size_t at, const void *bytes, size_t len);
	/* No address is left that could answer; the observer knows why. */
	void (*lost)(void *ctx);
};

struct hearing {
	struct datagrams *of;
	struct loop_fd *watch;
	int fd; /* -1: ended */
};

/* Lies in the state of who asks. */
struct datagrams {
	struct probe *probe;
	const struct datagram_question *question;
	void *ctx;
	struct address to[ADDRESSES_TRIED];
	size_t count;
	size_t next;    /* the first that has not been asked */
	size_t pending; /* those that may still answer */
	struct hearing hearings[ADDRESSES_TRIED];
	struct loop_timer *timer;
	int64_t again_ns;
	int best; /* the errno that tells most, and whose it is */
	size_t best_at;
};

/* Ask; `heard` and `lost` may be called before this returns: touch nothing afterwards. */
void datagrams_start(struct datagrams *d, struct probe *p, const struct addresses *to,
		     uint16_t port, const struct datagram_question *question, void *ctx);
/* Listen no longer. Fine when it never started or is done. */
void datagrams_cancel(struct datagrams *d);
/* Listen to this one only, and ask nobody else. */
void datagrams_keep(struct datagrams *d, size_t at);
/* Listen to this one no longer; false when it was the last and nobody is left to ask. */
bool datagrams_drop(struct datagrams *d, size_t at);
/* Append "10.0.0.1:53", the address at this place. */
void datagrams_print(const struct datagrams *d, size_t at, struct buf *out);
/* Those that have not answered, for a message: "10.0.0.1:53, [::1]:53". */
void datagrams_print_pending(const struct datagrams *d, struct buf *out);

#endif
