/*
 * staple - what an OCSP answer that a server sends along says of its certificate. Asks no
 * responder.
 */
#include "checks/modules/staple.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/x509v3.h>

#include "checks/modules/certificate.h"
#include "engine/base/xalloc.h"

/* Clocks differ by some minutes. */
#define LENIENCE_S 300
/* An answer without an end means that there are newer ones all the time (RFC 6960, 4.2.2.1); one
 * that is sent along and years old would be good for ever. Firefox takes such for a day, too. */
#define UNBOUNDED_S 86400
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

/* Whether a part of the answer is about this certificate; it may name it by another digest than
 * SHA-1 (RFC 6960, 4.1.1). */
static bool is_about(OCSP_SINGLERESP *part, X509 *leaf, X509 *issuer)
{
	/* borrowed, though the type does not say so */
	OCSP_CERTID *theirs = (OCSP_CERTID *)(uintptr_t)OCSP_SINGLERESP_get0_id(part), *ours;
	ASN1_OBJECT *digest = NULL;
	const EVP_MD *md;
	bool same;

	if (!OCSP_id_get0_info(NULL, &digest, NULL, NULL, theirs))
		return false;
	md = EVP_get_digestbyobj(digest);
	ours = md ? OCSP_cert_to_id(md, leaf, issuer) : NULL;
	same = ours && !OCSP_id_cmp(ours, theirs);
	OCSP_CERTID_free(ours);
	return same;
}

static OCSP_SINGLERESP *part_about(OCSP_BASICRESP *basic, X509 *leaf, X509 *issuer)
{
	for (int i = 0; i < OCSP_resp_count(basic); i++)
		if (is_about(OCSP_resp_get0(basic, i), leaf, issuer))
			return OCSP_resp_get0(basic, i);
	return NULL;
}

static void status_facts(json_t *facts, OCSP_SINGLERESP *part)
{
	ASN1_GENERALIZEDTIME *revoked = NULL, *this_update = NULL, *next_update = NULL;
	int status = OCSP_single_get0_status(part, NULL, &revoked, &this_update, &next_update);

	json_object_set_new(facts, "status", json_string(OCSP_cert_status_str(status)));
	if (revoked)
		json_object_set_new(facts, "revoked_at", certificate_time(revoked));
	if (this_update)
		json_object_set_new(facts, "this_update", certificate_time(this_update));
	if (next_update)
		json_object_set_new(facts, "next_update", certificate_time(next_update));
	json_object_set_new(facts, "current",
			    json_boolean(OCSP_check_validity(this_update, next_update, LENIENCE_S,
							     next_update ? -1 : UNBOUNDED_S)));
}

/* Whether somebody signed it who may. The issuer is among those who may have: an answer need not
 * hold its certificate, nor does the server send it when it is a root. As with the certificate
 * itself, an authority in the file need not be a root. */
static bool is_signed(OCSP_BASICRESP *basic, STACK_OF(X509) *chain, X509 *issuer,
		      X509_STORE *store)
{
	STACK_OF(X509) *certificates = chain ? sk_X509_dup(chain) : sk_X509_new_null();
	bool is = false;

	if (certificates && (!issuer || sk_X509_push(certificates, issuer)))
		is = OCSP_basic_verify(basic, certificates, store, OCSP_PARTIAL_CHAIN) == 1;
	sk_X509_free(certificates);
	return is;
}

static void basic_facts(json_t *facts, OCSP_BASICRESP *basic, X509 *leaf, SSL *ssl,
			X509_STORE *store)
{
	STACK_OF(X509) *chain = SSL_get_peer_cert_chain(ssl);
	X509 *issuer = issuer_of(leaf, chain, store);
	OCSP_SINGLERESP *part = issuer ? part_about(basic, leaf, issuer) : NULL;

	json_object_set_new(facts, "signed",
			    json_boolean(is_signed(basic, chain, issuer, store)));
	if (part)
		status_facts(facts, part);
	X509_free(issuer);
}

/* What was sent instead of nothing. */
static void response_facts(json_t *facts, OCSP_RESPONSE *response, X509 *leaf, SSL *ssl,
			   X509_STORE *store)
{
	const int status = response ? OCSP_response_status(response) : -1;
	OCSP_BASICRESP *basic = NULL;

	if (status == OCSP_RESPONSE_STATUS_SUCCESSFUL)
		basic = OCSP_response_get1_basic(response);
	if (status >= 0 && (basic || status != OCSP_RESPONSE_STATUS_SUCCESSFUL))
		json_object_set_new(facts, "response",
				    json_string(OCSP_response_status_str(status)));
	else
		json_object_set_new(facts, "response", json_string("unreadable"));
	if (basic && leaf)
		basic_facts(facts, basic, leaf, ssl, store);
	OCSP_BASICRESP_free(basic);
}

/* RFC 7633: the certificate itself asks clients to refuse it without an answer. */
static bool is_required(X509 *leaf)
{
	TLS_FEATURE *features = leaf ? X509_get_ext_d2i(leaf, NID_tlsfeature, NULL, NULL) : NULL;
	bool is = false;

	for (int i = 0; i < sk_ASN1_INTEGER_num(features); i++)
		if (ASN1_INTEGER_get(sk_ASN1_INTEGER_value(features, i)) ==
		    TLSEXT_TYPE_status_request)
			is = true;
	TLS_FEATURE_free(features);
	return is;
}

json_t *staple_facts(SSL *ssl, X509_STORE *store)
{
	const unsigned char *bytes = NULL;
	const long len = SSL_get_tlsext_status_ocsp_resp(ssl, &bytes);
	const bool stapled = bytes && len > 0;
	OCSP_RESPONSE *response = stapled ? d2i_OCSP_RESPONSE(NULL, &bytes, len) : NULL;
	X509 *leaf = SSL_get1_peer_certificate(ssl);
	json_t *facts = json_object();

	json_object_set_new(facts, "required", json_boolean(is_required(leaf)));
	json_object_set_new(facts, "stapled", json_boolean(stapled));
	if (stapled)
		response_facts(facts, response, leaf, ssl, store);
	X509_free(leaf);
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
	const char *response = json_string_value(json_object_get(facts, "response"));
	char from[11], until[11], since[11];

	if (!json_is_true(json_object_get(facts, "stapled")))
		return json_is_true(json_object_get(facts, "required"))
			       ? xstrdup("certificate demands an OCSP answer along with it "
					 "(must-staple), and the server sends none")
			       : NULL;
	if (!strcmp(response, "unreadable"))
		return xstrdup(ANSWER " cannot be read");
	if (strcmp(response, "successful") != 0)
		return xasprintf(ANSWER " is an error of the responder: %s", response);
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
	if (json_is_false(json_object_get(facts, "current")) &&
	    !json_object_get(facts, "next_update"))
		return xasprintf(ANSWER " is of %s and does not say until when it counts, so that "
				        "it counts for a day",
				 day(facts, "this_update", from));
	if (json_is_false(json_object_get(facts, "current")))
		return xasprintf(ANSWER " does not count now: it is for %s to %s",
				 day(facts, "this_update", from), day(facts, "next_update", until));
	return NULL;
}
