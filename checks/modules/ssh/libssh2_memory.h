/*
 * libssh2_memory - the memory that libssh2 works in: read when it is given back, then overwritten.
 *
 * Keys, passwords and plain text pass through it. And it is the only place where two things show
 * that the library's interface does not tell: whether a command's exit status came at all (its 0
 * may be nobody's word; RFC 4254, 6.10), and which signatures the server verifies (RFC 8308, 3.1).
 * Packets are given back whole; should a release of the library do otherwise, neither is seen, and
 * checks fail rather than pass.
 */
#ifndef CHECKS_MODULES_SSH_LIBSSH2_MEMORY_H
#define CHECKS_MODULES_SSH_LIBSSH2_MEMORY_H

#include <stdbool.h>

#include <libssh2.h>

struct packets_seen {
	bool exit_status;           /* one came */
	char *signature_algorithms; /* server-sig-algs; owned, NULL: none was sent */
};

/* A session whose `abstract` is what is given, which must begin with a struct packets_seen. NULL:
 * no memory. */
LIBSSH2_SESSION *libssh2_memory_session(struct packets_seen *abstract);
/* A copy of the text that such a session releases; NULL: no memory. */
char *libssh2_memory_copy(const char *text);
/* The same of bytes. */
unsigned char *libssh2_memory_bytes(const void *bytes, size_t len);

#endif
