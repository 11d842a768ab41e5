/*
 * tls - what the module `tls` (OpenSSL) offers to check types that speak over a socket of their
 * own.
 */
#ifndef CHECKS_NET_TLS_H
#define CHECKS_NET_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "engine/base/clock.h"
#include "engine/decl/observer.h"

struct err;
struct tls;

struct tls_options {
	const char *host; /* as the user wrote it: the name or address that the certificate must be
			     for */
	const char *ca;   /* a file of certificates to trust; NULL: the system's */
	bool verify;
	const char *server_name;     /* the name to ask and to verify for; NULL: host */
	const char *cert, *key;      /* files of the client's certificate and key; may be NULL */
	const char *key_passphrase;  /* may be NULL */
	const char *alpn;            /* a protocol to offer; NULL: none */
	unsigned min, max;           /* versions as on the wire (0x0303: TLS 1.2); 0: OpenSSL's */
	bool staple;                 /* ask for an OCSP answer */
};

/* What a call came to; TLS_WAIT: call again when the socket is ready for *events. TLS_SETTLING, of
 * a handshake only: as TLS_WAIT, but our side is done. The server asked for a certificate and has
 * not said whether it takes ours, or none (with TLS 1.3 it says so afterwards, and some only when
 * they refuse): after some silence it counts as TLS_OK. */
enum tls_state { TLS_OK, TLS_WAIT, TLS_CLOSED, TLS_FAILED, TLS_SETTLING };

/* How long that silence is, after a handshake that began at `started`: time for its answer to come,
 * which the handshake itself has shown. */
#define TLS_SETTLE_NS(started) (300 * NS_PER_MS + 2 * (clock_mono() - (started)))

struct tls_api {
	const struct lane_object *object;
	/* Begin TLS as a client on a connected socket (not owned). NULL: e says why ("cannot read
	 * 'x.pem': …"). */
	struct tls *(*open)(void *object, int fd, const struct tls_options *options,
			    struct err **e);
	/* TLS_FAILED: the observer has the trouble. On TLS_OK the trace has version and cipher. */
	enum tls_state (*handshake)(struct tls *t, struct observer *o, uint32_t *events);
	/* *len: room, then how much was done. TLS_FAILED: errno, 0 for a breach of the protocol. */
	enum tls_state (*read)(struct tls *t, void *bytes, size_t *len, uint32_t *events);
	enum tls_state (*write)(struct tls *t, const void *bytes, size_t *len, uint32_t *events);
	void (*close)(struct tls *t);
	/* What is known of the connection and of the server's certificate, also after a handshake
	 * that failed; a map, a new reference. */
	json_t *(*facts)(struct tls *t);
};

/* Of checks/modules/tls.c: only for modules that link it. */
extern const struct tls_api tls_api;

#endif
