/*
 * wire - messages between supervisor and workers: a fixed header and bytes.
 *
 * The supervisor distrusts its workers: one table says who may send what and how long it may be. It
 * never blocks on an end: what cannot be written yet is kept.
 */
#ifndef ENGINE_RUN_WIRE_H
#define ENGINE_RUN_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/buf.h"

struct err;

/* Who sits at an end. */
enum role {
	ROLE_SUPERVISOR,
	ROLE_LOCAL,
	ROLE_NETWORK,
	ROLE_COMMAND,
	ROLE_ISOLATED,
	ROLE_PARENT, /* of the isolated workers of one module */
	ROLE_SCOUT,
	ROLE_COUNT,
};
const char *role_name(enum role role);

enum wire_type {
	WIRE_JOB = 1,  /* supervisor: carry a check out (or judge an observation) */
	WIRE_SPAWN,    /* supervisor to a lane parent, with two descriptors: fork a worker */
	WIRE_ASK,      /* supervisor to the scout: answer the requests from number `job` on */
	WIRE_STARTED,  /* loop lanes: a check has begun */
	WIRE_OBSERVED, /* loop lanes: seen, but to be judged elsewhere */
	WIRE_RESULT,   /* what a check ended as */
	WIRE_SPAWNED,  /* lane parent: the process number, or 0 */
	WIRE_ANSWER,   /* scout: the answer to one request */
	WIRE_TYPE_COUNT,
};

struct wire_header {
	uint32_t type;
	uint32_t length; /* of the bytes that follow */
	uint32_t job;
	uint32_t serial; /* of the job at this worker, from 0 */
};

/* A whole message; the bytes are the wire's until the next call. */
struct wire_message {
	struct wire_header header;
	const char *bytes;
};

/* Look for a message at the start of len bytes that `sender` sent: 1 and *used when it is whole, 0
 * when more must come, -1 when it is none that this sender may send. */
int wire_parse(const char *bytes, size_t len, enum role sender, struct wire_message *m,
	       size_t *used, struct err **e);

/* One end of a connection. */
struct wire {
	int fd; /* owned */
	enum role peer;
	struct buf in, out;
	size_t taken;   /* bytes of `in` that are done with */
	size_t written; /* bytes of `out` that are written */
};
void wire_init(struct wire *w, int fd, enum role peer);
/* Overwrites what it held (jobs carry secrets) and closes the descriptor. */
void wire_release(struct wire *w);
/* Read once. 1: something came (or nothing yet: EAGAIN); 0: the other end is closed; -1: broken. */
int wire_read(struct wire *w, struct err **e);
/* The next message of what was read: 1, 0 or -1 as wire_parse. */
int wire_next(struct wire *w, struct wire_message *m, struct err **e);
/* Queue a message; the bytes are copied. */
void wire_send(struct wire *w, enum wire_type type, uint32_t job, uint32_t serial,
	       const void *bytes, size_t len);
size_t wire_pending(const struct wire *w);
/* Write what the descriptor takes: 0 all is written, 1 some is left, -1 broken. */
int wire_flush(struct wire *w, struct err **e);

/* Packing of message bytes: numbers in the machine's order (both ends are one program), texts with
 * their length. */
/* Make room first where secrets are packed: growing would leave copies of them behind, which later
 * workers inherit. */
void pack_reserve(struct buf *b, size_t more);
void pack_u32(struct buf *b, uint32_t v);
void pack_i64(struct buf *b, int64_t v);
void pack_bytes(struct buf *b, const void *bytes, size_t len);

/* Reading of packed bytes: a read past the end gives zero and sets `bad`. */
struct unpack {
	const char *at;
	size_t left;
	bool bad;
};
uint32_t unpack_u32(struct unpack *u);
int64_t unpack_i64(struct unpack *u);
/* The bytes stay the message's. */
const char *unpack_bytes(struct unpack *u, size_t *len);

#endif
