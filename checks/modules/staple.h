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

#endif
