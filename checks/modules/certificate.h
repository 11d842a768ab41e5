/*
 * certificate - what a server's certificate says, and what is wrong with it, in words.
 *
 * Linked into the modules that use OpenSSL; never into the program.
 */
#ifndef CHECKS_MODULES_CERTIFICATE_H
#define CHECKS_MODULES_CERTIFICATE_H

#include <jansson.h>
#include <openssl/x509.h>

struct buf;

/* What was seen of one server; lies in the state of who connects. */
struct certificate {
	json_t *facts; /* as checks/net/certificate_facts.h; NULL: none was shown */
	long verify;   /* X509_V_OK, or the first thing that is wrong */
	char *why;     /* in words, NULL when nothing is */
};

/* Verify what the server has shown in ctx against a store of ours, for this host, and keep what was
 * seen. The store of ctx is not used: libcurl shares it between transfers. Returns 1 when it is
 * trusted. */
int certificate_verify(struct certificate *c, X509_STORE_CTX *ctx, X509_STORE *store,
		       const char *host);
void certificate_free(struct certificate *c);
/* The length of a host's name without the dot that makes it a whole one: neither certificates nor
 * server names have it (RFC 6066, section 3). */
size_t certificate_name_len(const char *host);
/* A time as facts have it; a new reference. */
json_t *certificate_time(const ASN1_TIME *t);

/* The certificates to trust: of a PEM file, or of the system (file NULL). Kept by file; owned by
 * the cache. */
struct err;
struct trust;
struct trust *trust_new(void);
void trust_free(struct trust *t);
X509_STORE *trust_store(struct trust *t, const char *file, struct err **e);

#endif
