/*
 * certificate - what a server's certificate says, and what is wrong with it, in words that name
 * dates and hosts.
 */
#include "checks/modules/certificate.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "checks/net/address.h"
#include "checks/net/payload.h"
#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/clock.h"
#include "engine/base/xalloc.h"
#include "engine/decl/observer.h"

/* More than fit into the 100 KiB of certificates that OpenSSL takes: what is left out of a list
 * would pass as not in it. */
#define NAMES_MAX 50000
#define CHAIN_MAX 1000
#define SECONDS_OF_A_DAY 86400

/* RFC 3339; not by way of nanoseconds: many certificates end with the year 9999 (RFC 5280,
 * 4.1.2.5), which 64 bits of them do not reach. Empty when the time cannot be read. */
static void time_print(const ASN1_TIME *t, char out[40])
{
	struct tm tm = { 0 };

	*out = '\0';
	if (ASN1_TIME_to_tm(t, &tm) && !strftime(out, 40, "%Y-%m-%dT%H:%M:%SZ", &tm))
		*out = '\0';
}

/* Seconds since the epoch, negative when the time cannot be read. */
static int64_t time_of(const ASN1_TIME *t)
{
	struct tm tm = { 0 };

	if (!ASN1_TIME_to_tm(t, &tm))
		return -1;
	return timegm(&tm);
}

/* "CN=a.example, O=Example": the order in which people read it. */
static char *name_text(const X509_NAME *name)
{
	BIO *memory = BIO_new(BIO_s_mem());
	char *bytes = NULL, *text;
	long len = 0;

	if (memory &&
	    X509_NAME_print_ex(memory, name, 0,
			       XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB & ~XN_FLAG_SPC_EQ) >= 0)
		len = BIO_get_mem_data(memory, &bytes);
	text = xmemdup0(bytes ? bytes : "", len > 0 ? (size_t)len : 0);
	BIO_free(memory);
	return text;
}

static json_t *text_fact(const char *text, size_t len)
{
	/* a NUL in a name is a way to pass for another one: it must be seen */
	return observer_text(text, len);
}

/* A name that the certificate is for: DNS names and addresses; others are not for servers. */
static json_t *alternative_fact(const GENERAL_NAME *name)
{
	auto_buf struct buf text = BUF_INIT(128);
	struct address a = { 0 };

	if (name->type == GEN_DNS)
		return text_fact((const char *)ASN1_STRING_get0_data(name->d.dNSName),
				 (size_t)ASN1_STRING_length(name->d.dNSName));
	if (name->type != GEN_IPADD)
		return NULL;
	if (ASN1_STRING_length(name->d.iPAddress) == 16) {
		a.any.sa_family = AF_INET6;
		memcpy(&a.v6.sin6_addr, ASN1_STRING_get0_data(name->d.iPAddress), 16);
	} else if (ASN1_STRING_length(name->d.iPAddress) == 4) {
		a.any.sa_family = AF_INET;
		memcpy(&a.v4.sin_addr, ASN1_STRING_get0_data(name->d.iPAddress), 4);
	} else {
		return NULL;
	}
	address_print(&a, &text);
	return json_string(buf_text(&text));
}

static json_t *names_fact(X509 *x)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);
	json_t *list = json_array();

	for (int i = 0; i < sk_GENERAL_NAME_num(names) && json_array_size(list) < NAMES_MAX; i++) {
		json_t *name = alternative_fact(sk_GENERAL_NAME_value(names, i));

		if (name)
			json_array_append_new(list, name);
	}
	GENERAL_NAMES_free(names);
	return list;
}

json_t *certificate_time(const ASN1_TIME *t)
{
	char when[40];

	time_print(t, when);
	return json_string(when);
}

static json_t *hex_fact(const unsigned char *bytes, size_t len)
{
	auto_buf struct buf text = BUF_INIT(1024);

	payload_print_hex(bytes, len, &text);
	return json_string(buf_text(&text));
}

/* What the key and the signature are made with. */
static void key_facts(json_t *facts, X509 *x)
{
	EVP_PKEY *key = X509_get0_pubkey(x);
	const char *type = key ? OBJ_nid2sn(EVP_PKEY_base_id(key)) : NULL;
	const char *signature = OBJ_nid2ln(X509_get_signature_nid(x));
	const ASN1_INTEGER *serial = X509_get0_serialNumber(x);
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	if (key)
		json_object_set_new(facts, "key_bits", json_integer(EVP_PKEY_bits(key)));
	if (type)
		json_object_set_new(facts, "key_type", json_string(type));
	if (signature)
		json_object_set_new(facts, "signature_algorithm", json_string(signature));
	json_object_set_new(facts, "serial",
			    hex_fact(ASN1_STRING_get0_data(serial),
				     (size_t)ASN1_STRING_length(serial)));
	if (X509_digest(x, EVP_sha256(), digest, &len))
		json_object_set_new(facts, "sha256", hex_fact(digest, len));
}

static json_t *certificate_facts(X509 *x)
{
	json_t *facts = json_object();
	int64_t ends = time_of(X509_get0_notAfter(x));
	int64_t left = ends - clock_real() / NS_PER_S;
	auto_free char *subject = name_text(X509_get_subject_name(x));
	auto_free char *issuer = name_text(X509_get_issuer_name(x));

	/* rounded down: a certificate that ended an hour ago has -1 days left */
	json_object_set_new(facts, "days_left",
			    json_integer(left / SECONDS_OF_A_DAY - (left % SECONDS_OF_A_DAY < 0)));
	json_object_set_new(facts, "expires", certificate_time(X509_get0_notAfter(x)));
	json_object_set_new(facts, "not_before", certificate_time(X509_get0_notBefore(x)));
	json_object_set_new(facts, "issuer", text_fact(issuer, strlen(issuer)));
	json_object_set_new(facts, "subject", text_fact(subject, strlen(subject)));
	json_object_set_new(facts, "names", names_fact(x));
	key_facts(facts, x);
	return facts;
}

/* All that the server has sent, its own first, and the least days that are left of them. */
static void chain_facts(json_t *facts, STACK_OF(X509) *sent)
{
	json_t *chain = json_array();
	json_int_t least = json_integer_value(json_object_get(facts, "days_left"));

	for (int i = 0; i < sk_X509_num(sent) && i < CHAIN_MAX; i++) {
		json_t *one = certificate_facts(sk_X509_value(sent, i));
		json_int_t left = json_integer_value(json_object_get(one, "days_left"));

		least = left < least ? left : least;
		json_array_append_new(chain, one);
	}
	json_object_set_new(facts, "chain", chain);
	json_object_set_new(facts, "chain_days_left", json_integer(least));
}

/* "a.example, b.example", at most a few. */
static void names_print(struct buf *out, const json_t *facts)
{
	const json_t *names = json_object_get(facts, "names");
	size_t count = json_array_size(names);

	for (size_t i = 0; i < count && i < 5; i++)
		buf_printf(out, "%s%s", i ? ", " : "", json_string_value(json_array_get(names, i)));
	if (count > 5)
		buf_printf(out, " and %zu more", count - 5);
	if (!count)
		buf_printf(out, "'%s'", json_string_value(json_object_get(facts, "subject")));
}

static bool names_have(const json_t *facts, const char *name)
{
	const json_t *names = json_object_get(facts, "names"), *one;
	size_t i;

	json_array_foreach(names, i, one)
		if (!strcmp(json_string_value(one), name))
			return true;
	return false;
}

/* The day of a time, as in "expired on 2026-11-01". */
static void day_print(struct buf *out, const ASN1_TIME *t)
{
	char when[40];

	time_print(t, when);
	buf_printf(out, "%.10s", when);
}

static void subject_print(struct buf *out, X509 *x)
{
	auto_free char *subject = name_text(X509_get_subject_name(x));

	buf_printf(out, "'%s'", subject);
}

/* Whose certificate is wrong: the server's own (depth 0), or one above it. */
static void whose_print(struct buf *out, X509 *x, int depth)
{
	buf_adds(out, depth ? "certificate of the authority " : "certificate");
	if (depth && x)
		subject_print(out, x);
}

static char *certificate_why(const struct certificate *c, X509 *x, int depth, const char *host)
{
	auto_buf struct buf out = BUF_INIT(2000);
	auto_free char *issuer = x ? name_text(X509_get_issuer_name(x)) : xstrdup("");

	switch (c->verify) {
	case X509_V_ERR_CERT_HAS_EXPIRED:
		whose_print(&out, x, depth);
		buf_adds(&out, " has expired on ");
		day_print(&out, X509_get0_notAfter(x));
		break;
	case X509_V_ERR_CERT_NOT_YET_VALID:
		whose_print(&out, x, depth);
		buf_adds(&out, " is not valid before ");
		day_print(&out, X509_get0_notBefore(x));
		break;
	case X509_V_ERR_HOSTNAME_MISMATCH:
	case X509_V_ERR_IP_ADDRESS_MISMATCH:
		buf_adds(&out, "certificate is for ");
		names_print(&out, c->facts);
		buf_printf(&out, ", not %s", host);
		if (names_have(c->facts, host))
			buf_adds(&out, " as an address: it has that as a host name");
		break;
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
		buf_adds(&out, "certificate is signed by itself and not trusted here");
		break;
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
		buf_printf(&out, "certificate is signed by '%s', which is not trusted here",
			   issuer);
		break;
	default:
		whose_print(&out, x, depth);
		buf_printf(&out, " is not trusted: %s", X509_verify_cert_error_string(c->verify));
	}
	return buf_take(&out);
}

size_t certificate_name_len(const char *host)
{
	const size_t len = strlen(host);

	return len - (len > 1 && host[len - 1] == '.');
}

static void expect_host(X509_VERIFY_PARAM *param, const char *host)
{
	struct address numeric;

	if (!address_parse(host, &numeric))
		X509_VERIFY_PARAM_set1_host(param, host, certificate_name_len(host));
	else if (numeric.any.sa_family == AF_INET6)
		X509_VERIFY_PARAM_set1_ip(param, numeric.v6.sin6_addr.s6_addr, 16);
	else
		X509_VERIFY_PARAM_set1_ip(param, (const unsigned char *)&numeric.v4.sin_addr, 4);
}

/* A verification of our own with the strictness of the connection's. NULL: no memory. */
static X509_STORE_CTX *verification(X509_STORE_CTX *shown, X509_STORE *store, const char *host)
{
	X509_STORE_CTX *own = X509_STORE_CTX_new();
	X509_VERIFY_PARAM *param;

	if (!own || !X509_STORE_CTX_init(own, store, X509_STORE_CTX_get0_cert(shown),
					 X509_STORE_CTX_get0_untrusted(shown))) {
		X509_STORE_CTX_free(own);
		return NULL;
	}
	X509_STORE_CTX_set_default(own, "ssl_server");
	param = X509_STORE_CTX_get0_param(own);
	X509_VERIFY_PARAM_set_auth_level(
		param, X509_VERIFY_PARAM_get_auth_level(X509_STORE_CTX_get0_param(shown)));
	/* as libcurl has it: an authority in the file need not be a root */
	X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN);
	expect_host(param, host);
	return own;
}

static void certificate_judge(struct certificate *c, X509_STORE_CTX *own, const char *host)
{
	X509 *bad;

	if (X509_verify_cert(own) == 1) {
		c->verify = X509_V_OK;
		return;
	}
	c->verify = X509_STORE_CTX_get_error(own);
	if (c->verify == X509_V_OK)
		c->verify = X509_V_ERR_UNSPECIFIED;
	bad = X509_STORE_CTX_get_current_cert(own);
	c->why = certificate_why(c, bad ? bad : X509_STORE_CTX_get0_cert(own),
				 X509_STORE_CTX_get_error_depth(own), host);
}

int certificate_verify(struct certificate *c, X509_STORE_CTX *ctx, X509_STORE *store,
		       const char *host)
{
	X509 *shown = X509_STORE_CTX_get0_cert(ctx);
	X509_STORE_CTX *own;

	certificate_free(c);
	own = shown ? verification(ctx, store, host) : NULL;
	if (!own)
		return 0;
	c->facts = certificate_facts(shown);
	chain_facts(c->facts, X509_STORE_CTX_get0_untrusted(ctx));
	certificate_judge(c, own, host);
	X509_STORE_CTX_free(own);
	X509_STORE_CTX_set_error(ctx, (int)c->verify);
	json_object_set_new(c->facts, "trusted", json_boolean(c->verify == X509_V_OK));
	if (c->why)
		json_object_set_new(c->facts, "problem", text_fact(c->why, strlen(c->why)));
	ERR_clear_error();
	return c->verify == X509_V_OK;
}

void certificate_free(struct certificate *c)
{
	json_decref(c->facts);
	free(c->why);
	*c = (struct certificate){ .verify = X509_V_OK };
}
