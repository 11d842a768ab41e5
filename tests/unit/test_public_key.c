/*
 * test_public_key - the public half of OpenSSH's own form of a private key, whole and broken.
 *
 * Keys in PEM are read by OpenSSL: tests/e2e/ssh.bats logs in with them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checks/modules/ssh/public_key.h"
#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/xalloc.h"

#define BEGIN "-----BEGIN OPENSSH PRIVATE KEY-----\n"
#define END "\n-----END OPENSSH PRIVATE KEY-----\n"

/* No cipher, one key: ssh-rsa with exponent 65537 and the modulus 255. */
#define WHOLE                                                            \
	"b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAGAAA\n" \
	"AAdzc2gtcnNhAAAAAwEAAQAAAAIA/wAAAAtzZWNyZXQgcGFydA=="

static void the_public_half_is_found(void **state)
{
	static const char is[] = "\0\0\0\7ssh-rsa\0\0\0\3\1\0\1\0\0\0\2\0\xff";
	auto_buf struct buf blob = BUF_INIT(1024);
	auto_free char *type = NULL;

	(void)state;
	assert_int_equal(public_key_read(BEGIN WHOLE END, NULL, &blob), 0);
	assert_int_equal(blob.len, sizeof(is) - 1);
	assert_memory_equal(blob.data, is, blob.len);
	type = public_key_type(&blob);
	assert_string_equal(type, "ssh-rsa");
}

static const struct {
	const char *what, *digits;
} broken[] = {
	{ "not base64",
	  "****" },
	{ "another magic",
	  "b3BlbnNzaC1rZXktdjIAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAGAAA"
	  "AAdzc2gtcnNhAAAAAwEAAQAAAAIA/wAAAAtzZWNyZXQgcGFydA==" },
	{ "nothing after the magic",
	  "b3BlbnNzaC1rZXktdjEA" },
	{ "a string that is longer than the text",
	  "b3BlbnNzaC1rZXktdjEA/////w==" },
	{ "no public key",
	  "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAA==" },
	{ "a public key that is cut",
	  "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAGAAA"
	  "AAdzcw==" },
};

static void what_is_broken_is_no_key(void **state)
{
	static const char *const others[] = {
		"",
		"key",
		BEGIN WHOLE,
		"-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(broken); i++) {
		auto_free char *text = xasprintf(BEGIN "%s" END, broken[i].digits);
		auto_buf struct buf blob = BUF_INIT(1024);

		if (public_key_read(text, NULL, &blob) == 0)
			fail_msg("taken: %s", broken[i].what);
	}
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		auto_buf struct buf blob = BUF_INIT(1024);

		if (public_key_read(others[i], NULL, &blob) == 0)
			fail_msg("taken: '%s'", others[i]);
	}
}

static void a_blob_without_a_type_has_none(void **state)
{
	auto_buf struct buf blob = BUF_INIT(64);
	auto_free char *none = public_key_type(&blob), *cut = NULL;

	(void)state;
	buf_add(&blob, "\0\0\0\7ssh", 7);
	cut = public_key_type(&blob);
	assert_string_equal(none, "");
	assert_string_equal(cut, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_public_half_is_found),
		cmocka_unit_test(what_is_broken_is_no_key),
		cmocka_unit_test(a_blob_without_a_type_has_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
