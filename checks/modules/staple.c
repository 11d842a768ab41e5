/*
 * staple - what an OCSP answer that a server sends along says of its certificate. Asks no
 * responder.
 */
#include "checks/modules/staple.h"

#include <stdbool.h>

#include <openssl/err.h>
#include <openssl/ocsp.h>

#include "checks/modules/certificate.h"

/* Clocks differ by some minutes. */
#define LENIENCE_S 300

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
