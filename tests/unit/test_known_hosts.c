/*
 * test_known_hosts - which host keys a known_hosts file knows: sshd(8), "SSH_KNOWN_HOSTS FILE
 * FORMAT".
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "checks/modules/ssh/known_hosts.h"
#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/xalloc.h"

/* a.example, by ssh-keygen -H */
#define HASHED "|1|hsxfnQLjAvRwR+dDx7ipgHo+tpg=|1gUcJljtTfsmwrWQDY9H8c499D0="
#define MANY_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct {
	const char *text;
	const char *host;
	uint16_t port;
	enum known is;
} cases[] = {
	{ "", "a.example", 22, KNOWN_NOT },
	{ "a.example ssh-ed25519 AAA=", "a.example", 22, KNOWN_SAME },
	{ "  a.example\tssh-ed25519  AAA= a comment\r\n", "a.example", 22, KNOWN_SAME },
	{ "a.example ssh-ed25519 AAA=\n", "A.Example", 22, KNOWN_SAME },
	{ "a.example ssh-ed25519 BBB=\n", "a.example", 22, KNOWN_CHANGED },
	{ "a.example ssh-rsa BBB=\n", "a.example", 22, KNOWN_OTHER_TYPE },
	{ "a.example ssh-rsa B=\na.example ssh-ed25519 C=\n", "a.example", 22, KNOWN_CHANGED },
	{ "a.example ssh-ed25519 B=\na.example ssh-ed25519 AAA=\n", "a.example", 22, KNOWN_SAME },
	{ "b.example ssh-ed25519 AAA=\n", "a.example", 22, KNOWN_NOT },
	{ "b,a.example,10.0.0.1 ssh-ed25519 AAA=\n", "10.0.0.1", 22, KNOWN_SAME },
	{ "10.0.0.1 ssh-ed25519 AAA=\n", "10.0.0.11", 22, KNOWN_NOT },
	/* patterns */
	{ "*.example ssh-ed25519 AAA=\n", "a.example", 22, KNOWN_SAME },
	{ "*.example,!a.example ssh-ed25519 AAA=\n", "a.example", 22, KNOWN_NOT },
	{ "!a.example,*.example ssh-ed25519 AAA=\n", "b.example", 22, KNOWN_SAME },
	{ "?.example ssh-ed25519 AAA=\n", "ab.example", 22, KNOWN_NOT },
	{ "a*a*a*a*a*b ssh-ed25519 AAA=\n", MANY_A, 22, KNOWN_NOT },
	{ "* ssh-ed25519 AAA=\n", "a.example", 2222, KNOWN_SAME },
	/* ports */
	{ "[a.example]:2222 ssh-ed25519 AAA=\n", "a.example", 2222, KNOWN_SAME },
	{ "[a.example]:2222 ssh-ed25519 AAA=\n", "a.example", 22, KNOWN_NOT },
	{ "[a.example]:2222 ssh-ed25519 AAA=\n", "a.example", 2223, KNOWN_NOT },
	{ "a.example ssh-ed25519 AAA=\n", "a.example", 2222, KNOWN_SAME },
	{ "a.example ssh-ed25519 BBB=\n", "a.example", 2222, KNOWN_NOT },
	{ "[a.example]:2222 ssh-ed25519 B=\na.example ssh-ed25519 AAA=\n", "a.example", 2222,
	  KNOWN_CHANGED },
	{ "[::1]:2222 ssh-ed25519 AAA=\n", "::1", 2222, KNOWN_SAME },
	/* hashes */
	{ HASHED " ssh-ed25519 AAA=\n", "a.example", 22, KNOWN_SAME },
	{ HASHED " ssh-ed25519 AAA=\n", "A.EXAMPLE", 22, KNOWN_SAME },
	{ HASHED " ssh-ed25519 BBB=\n", "a.example", 22, KNOWN_CHANGED },
	{ HASHED " ssh-ed25519 AAA=\n", "b.example", 22, KNOWN_NOT },
	{ "|1|AAAA ssh-ed25519 AAA=\n", "a.example", 22, KNOWN_NOT },
	{ "|1|A|AAAA ssh-ed25519 AAA=\n", "a.example", 22, KNOWN_NOT },
	{ "|1|| ssh-ed25519 AAA=\n", "a.example", 22, KNOWN_NOT },
	{ "|1| ssh-ed25519 AAA=\n", "a.example", 22, KNOWN_NOT },
	/* markers */
	{ "@revoked a.example ssh-ed25519 AAA=\n", "a.example", 22, KNOWN_REVOKED },
	{ "a.example ssh-ed25519 AAA=\n@revoked * ssh-ed25519 AAA=\n", "a.example", 22,
	  KNOWN_REVOKED },
	{ "@revoked * ssh-ed25519 AAA=\n", "a.example", 2222, KNOWN_REVOKED },
	{ "@revoked a.example ssh-ed25519 BBB=\n", "a.example", 22, KNOWN_NOT },
	{ "@cert-authority a.example ssh-ed25519 AAA=\n", "a.example", 22, KNOWN_NOT },
	/* lines that say nothing */
	{ "# a.example ssh-ed25519 AAA=\n", "a.example", 22, KNOWN_NOT },
	{ "a.example\n", "a.example", 22, KNOWN_NOT },
	{ "a.example ssh-ed25519\n", "a.example", 22, KNOWN_NOT },
	{ "\n\n,, ssh-ed25519 AAA=\n", "a.example", 22, KNOWN_NOT },
};

static void keys_are_looked_up(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const enum known is = known_hosts_look(cases[i].text, cases[i].host, cases[i].port,
						       "ssh-ed25519", "AAA=");

		if (is != cases[i].is)
			fail_msg("'%s' on port %u in: %s: %d, not %d", cases[i].host, cases[i].port,
				 cases[i].text, is, cases[i].is);
	}
}

static void types_are_listed_once(void **state)
{
	auto_buf struct buf types = BUF_INIT(128);

	(void)state;
	known_hosts_types("a ssh-rsa A=\nb ssh-dss B=\n[a]:23 ssh-ed25519 C=\n* ssh-rsa D=\n"
			  "@revoked a ssh-x E=\n[a]:24 ssh-y F=\n",
			  "a", 23, &types);
	assert_string_equal(buf_text(&types), "ssh-rsa,ssh-ed25519");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_are_looked_up),
		cmocka_unit_test(types_are_listed_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
