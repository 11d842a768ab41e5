#include "checks/modules/ssh/public_key.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "checks/modules/ssh/string.h"
#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/text.h"
#include "engine/base/xalloc.h"

#define OPENSSH_BEGIN "-----BEGIN OPENSSH PRIVATE KEY-----"
#define OPENSSH_END "-----END OPENSSH PRIVATE KEY-----"
#define OPENSSH_MAGIC "openssh-key-v1" /* and a NUL */
#define KEY_MAX ((size_t)64 * 1024)
#define TYPE_MAX ((size_t)64)

char *public_key_type(const struct buf *blob)
{
	struct string_view v = string_view_of(blob, 0);
	const char *type = "";
	size_t len = 0;

	string_take(&v, &type, &len);
	return xmemdup0(type, len < TYPE_MAX ? len : TYPE_MAX);
}

/* --- OpenSSH's own form: magic, cipher, kdf, its options, number of keys, public key, … --- */

static int read_openssh(const char *text, struct buf *blob)
{
	auto_buf struct buf digits = BUF_SECRET(KEY_MAX), raw = BUF_SECRET(KEY_MAX);
	const char *end = strstr(text, OPENSSH_END), *part = NULL;
	size_t len = 0;
	struct string_view v;

	if (!end)
		return -1;
	for (text += strlen(OPENSSH_BEGIN); text < end; text++)
		if (!strchr(" \t\r\n", *text))
			buf_addc(&digits, *text);
	if (!text_unbase64(&raw, buf_text(&digits), digits.len) ||
	    raw.len < sizeof(OPENSSH_MAGIC) ||
	    memcmp(raw.data, OPENSSH_MAGIC, sizeof(OPENSSH_MAGIC)) != 0)
		return -1;
	v = string_view_of(&raw, sizeof(OPENSSH_MAGIC));
	for (int i = 0; i < 3; i++)
		if (string_take(&v, &part, &len))
			return -1;
	v.at += 4;
	if (string_take(&v, &part, &len))
		return -1;
	buf_add(blob, part, len);
	return 0;
}

/* --- PEM --- */

static int on_passphrase(char *room, int size, int writing, void *passphrase)
{
	const size_t len = passphrase ? strlen(passphrase) : 0;

	(void)writing;
	if (!passphrase || len > (size_t)size)
		return -1;
	memcpy(room, passphrase, len);
	return (int)len;
}

/* A positive number with its sign bit clear (mpint). */
static void add_number(struct buf *out, const EVP_PKEY *key, const char *name)
{
	BIGNUM *n = NULL;
	unsigned char bytes[2048 + 1] = { 0 };
	int len;

	if (!EVP_PKEY_get_bn_param(key, name, &n))
		return;
	len = BN_num_bytes(n);
	if (len > 0 && (size_t)len < sizeof(bytes)) {
		BN_bn2bin(n, bytes + 1);
		if (bytes[1] & 0x80)
			string_add(out, bytes, (size_t)len + 1);
		else
			string_add(out, bytes + 1, (size_t)len);
	}
	BN_free(n);
}

static const char *curve_of(const EVP_PKEY *key)
{
	static const struct {
		const char *group, *type;
	} curves[] = {
		{ "prime256v1", "ecdsa-sha2-nistp256" },
		{ "secp384r1", "ecdsa-sha2-nistp384" },
		{ "secp521r1", "ecdsa-sha2-nistp521" },
	};
	char group[64] = "";

	EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof(group),
				       NULL);
	for (size_t i = 0; i < ARRAY_SIZE(curves); i++)
		if (strcmp(curves[i].group, group) == 0)
			return curves[i].type;
	return NULL;
}

static int describe(const EVP_PKEY *key, struct buf *blob)
{
	const char *type = EVP_PKEY_is_a(key, "RSA")	   ? "ssh-rsa"
			   : EVP_PKEY_is_a(key, "ED25519") ? "ssh-ed25519"
			   : EVP_PKEY_is_a(key, "DSA")	   ? "ssh-dss"
			   : EVP_PKEY_is_a(key, "EC")	   ? curve_of(key)
							   : NULL;

	if (!type)
		return -1;
	string_add(blob, type, strlen(type));
	if (strcmp(type, "ssh-rsa") == 0) {
		add_number(blob, key, OSSL_PKEY_PARAM_RSA_E);
		add_number(blob, key, OSSL_PKEY_PARAM_RSA_N);
	}
	return 0;
}

static int read_pem(const char *text, const char *passphrase, struct buf *blob)
{
	auto_free char *own = passphrase ? xstrdup(passphrase) : NULL;
	BIO *in = BIO_new_mem_buf(text, -1);
	EVP_PKEY *key = in ? PEM_read_bio_PrivateKey(in, NULL, on_passphrase, own) : NULL;
	const int bad = key ? describe(key, blob) : -1;

	EVP_PKEY_free(key);
	BIO_free(in);
	ERR_clear_error();
	if (own)
		explicit_bzero(own, strlen(own));
	return bad;
}

int public_key_read(const char *key, const char *passphrase, struct buf *blob)
{
	const char *own = strstr(key, OPENSSH_BEGIN);

	return own ? read_openssh(own, blob) : read_pem(key, passphrase, blob);
}
