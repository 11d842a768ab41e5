/*
 * staple - what an OCSP answer that a server sends along says of its certificate. Asks no
 * responder.
 */
#include "checks/modules/staple.h"

#include <stdbool.h>

#include <stdio.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/ocsp.h>

#include "checks/modules/certificate.h"
#include "engine/base/xalloc.h"

/* Clocks differ by some minutes. */
#define LENIENCE_S 300
#define ANSWER "the OCSP answer that the server sends along"

/* The certificate that signed the server's: the answer is about a pair of both. */
static X509 *issuer_of(X509 *leaf, STACK_OF(X509) *chain, X509_STORE *store)
{
	X509_STORE_CTX *ctx;
	X509 *issuer = NULL;

	for (int i = 1; i < sk_X509_num(chain); i++)
		if (X509_check_issued(sk_X509_value(chain, i), leaf) == X509_V_OK) {
			X509_up_ref(sk_X509_value(chain, i));
			return sk_X509_value(chain, i);
		}
	ctx = X509_STORE_CTX_new();
	if (ctx && X509_STORE_CTX_init(ctx, store, leaf, chain))
		X509_STORE_CTX_get1_issuer(&issuer, ctx, leaf);
	X509_STORE_CTX_free(ctx);
	return issuer;
}

static void status_facts(json_t *facts, OCSP_BASICRESP *basic, X509 *leaf, X509 *issuer)
{
	OCSP_CERTID *id = OCSP_cert_to_id(NULL, leaf, issuer);
	ASN1_GENERALIZEDTIME *revoked = NULL, *this_update = NULL, *next_update = NULL;
	int status = V_OCSP_CERTSTATUS_UNKNOWN, reason;

	if (id && OCSP_resp_find_status(basic, id, &status, &reason, &revoked, &this_update,
					&next_update)) {
		json_object_set_new(facts, "status", json_string(OCSP_cert_status_str(status)));
		if (revoked)
			json_object_set_new(facts, "revoked_at", certificate_time(revoked));
		if (this_update)
			json_object_set_new(facts, "this_update", certificate_time(this_update));
		if (next_update)
			json_object_set_new(facts, "next_update", certificate_time(next_update));
		json_object_set_new(facts, "current",
				    json_boolean(OCSP_check_validity(this_update, next_update,
								     LENIENCE_S, -1)));
	}
	OCSP_CERTID_free(id);
}

static void response_facts(json_t *facts, OCSP_BASICRESP *basic, SSL *ssl, X509_STORE *store)
{
	X509 *leaf = SSL_get1_peer_certificate(ssl);
	STACK_OF(X509) *chain = SSL_get_peer_cert_chain(ssl);
	X509 *issuer = leaf ? issuer_of(leaf, chain, store) : NULL;

	json_object_set_new(facts, "signed",
			    json_boolean(OCSP_basic_verify(basic, chain, store, 0) == 1));
	if (issuer)
		status_facts(facts, basic, leaf, issuer);
	X509_free(issuer);
	X509_free(leaf);
}

json_t *staple_facts(SSL *ssl, X509_STORE *store)
{
	const unsigned char *bytes = NULL;
	long len = SSL_get_tlsext_status_ocsp_resp(ssl, &bytes);
	json_t *facts = json_object();
	OCSP_RESPONSE *response = bytes && len > 0 ? d2i_OCSP_RESPONSE(NULL, &bytes, len) : NULL;
	OCSP_BASICRESP *basic = response ? OCSP_response_get1_basic(response) : NULL;

	json_object_set_new(facts, "stapled", json_boolean(response != NULL));
	if (basic)
		response_facts(facts, basic, ssl, store);
	OCSP_BASICRESP_free(basic);
	OCSP_RESPONSE_free(response);
	ERR_clear_error();
	return facts;
}

/* The day of a time among the facts, as in "2026-11-01". */
static const char *day(const json_t *facts, const char *name, char out[11])
{
	const char *when = json_string_value(json_object_get(facts, name));

	snprintf(out, 11, "%s", when ? when : "?");
	return out;
}

char *staple_problem(const json_t *facts)
{
	const char *status = json_string_value(json_object_get(facts, "status"));
	char from[11], until[11], since[11];

	if (!json_is_true(json_object_get(facts, "stapled")))
		return NULL;
	if (json_is_false(json_object_get(facts, "signed")))
		return xstrdup(ANSWER " is signed by nobody who is trusted and may");
	if (!status)
		return xstrdup(ANSWER " says nothing of this certificate");
	/* also when the answer is old: nobody takes that back */
	if (!strcmp(status, "revoked"))
		return xasprintf("certificate was revoked on %s, says " ANSWER,
				 day(facts, "revoked_at", since));
	if (strcmp(status, "good") != 0)
		return xasprintf("certificate is %s, says " ANSWER, status);
	/* before its first day or after its last: RFC 6960, 4.2.2.1 */
	if (json_is_false(json_object_get(facts, "current")))
		return xasprintf(ANSWER " does not count now: it is for %s to %s",
				 day(facts, "this_update", from), day(facts, "next_update", until));
	return NULL;
}
