/*
 * staple - what an OCSP answer that a server sends along says of its certificate (RFC 6066, 8).
 *
 * Linked into the modules that use OpenSSL; never into the program.
 */
#ifndef CHECKS_MODULES_STAPLE_H
#define CHECKS_MODULES_STAPLE_H

#include <jansson.h>
#include <openssl/ssl.h>

/* The fact `ocsp` of a connection whose handshake is done: a new reference. */
json_t *staple_facts(SSL *ssl, X509_STORE *store);
/* Why a certificate with such an answer is not to be trusted, in words, as facts told by
 * staple_facts(): revoked, or an answer that says nothing, as clients that ask for one refuse it.
 * NULL: there is no answer, or a good one. The caller frees it. */
char *staple_problem(const json_t *facts);

#endif
