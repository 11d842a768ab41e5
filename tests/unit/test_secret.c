/*
 * test_secret - where secrets live, who still has them, and in how many ways they are found.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/io.h"
#include "engine/base/number.h"
#include "engine/base/secret.h"
#include "engine/base/text.h"
#include "engine/base/xalloc.h"

static uint32_t add(struct secrets *s, const char *text)
{
	return secrets_add(s, text, strlen(text));
}

static void numbers(void **state)
{
	struct secrets *s = secrets_new();
	size_t len = 0;

	(void)state;
	assert_int_equal(secrets_count(s), 0);
	assert_int_equal(add(s, "one"), 1);
	assert_int_equal(add(s, "two"), 2);
	assert_int_equal(add(s, "one"), 1);
	assert_int_equal(secrets_add(s, "a\0b", 3), 3);
	assert_int_equal(secrets_count(s), 3);
	assert_string_equal(secrets_text(s, 2, &len), "two");
	assert_int_equal(len, 3);
	assert_memory_equal(secrets_text(s, 3, NULL), "a\0b", 4);
	assert_null(secrets_text(s, 0, NULL));
	assert_null(secrets_text(s, 4, NULL));
	secrets_clear(s);
	assert_int_equal(secrets_count(s), 0);
	assert_null(secrets_text(s, 1, NULL));
	assert_int_equal(add(s, "again"), 1);
	secrets_free(s);
	secrets_free(NULL);
}

/* A worker has some of the supervisor's numbers. */
static void loading(void **state)
{
	struct secrets *s = secrets_new();
	auto_buf struct buf out = BUF_INIT(SIZE_MAX);

	(void)state;
	secrets_load(s, 7, "seventh", 7);
	secrets_load(s, 0, "x", 1);
	secrets_load(s, UINT32_MAX, "x", 1);
	assert_int_equal(secrets_count(s), 7);
	assert_null(secrets_text(s, 3, NULL));
	assert_string_equal(secrets_text(s, 7, NULL), "seventh");
	assert_int_equal(secrets_mask(s, &out, "the seventh", 11), 1);
	assert_string_equal(buf_text(&out), "the ***");
	secrets_load(s, 7, "another", 7);
	assert_string_equal(secrets_text(s, 7, NULL), "another");
	buf_clear(&out);
	assert_int_equal(secrets_mask(s, &out, "another", 7), 1);
	secrets_free(s);
}

static void sizes(void **state)
{
	struct secrets *s = secrets_new();
	auto_free char *huge = xmalloc(65537);
	uint32_t i;

	(void)state;
	memset(huge, 'x', 65537);
	assert_int_equal(secrets_add(s, huge, 65537), 0);
	assert_int_equal(secrets_add(s, huge, 65536), 1);
	for (i = 2; i < 40; i++)
		assert_int_equal(secrets_add(s, huge, 65536 - i), i);
	assert_memory_equal(secrets_text(s, 1, NULL), huge, 65536);
	secrets_free(s);
}

/* The child looks before and after it forgets; it says what it saw by its exit code. */
static int child_sees(struct secrets *s, bool forget)
{
	int status = 0;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (!pid) {
		auto_buf struct buf out = BUF_INIT(SIZE_MAX);

		if (forget)
			secrets_after_fork(s);
		secrets_mask(s, &out, "hunter2", 7);
		_exit((secrets_text(s, 1, NULL) ? 1 : 0) |
		      (strcmp(buf_text(&out), "hunter2") ? 2 : 0));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void children_do_not_inherit(void **state)
{
	struct secrets *s = secrets_new();
	auto_buf struct buf out = BUF_INIT(SIZE_MAX);

	(void)state;
	add(s, "hunter2");
	secrets_mask(s, &out, "x", 1); /* the automaton is there, too */
	assert_int_equal(child_sees(s, true), 0);
	/* Kernels from 4.14 on wipe by themselves; what an older one copies, the call above
	 * forgets. */
	if (child_sees(s, false) != 0)
		print_message("this kernel has no MADV_WIPEONFORK\n");
	assert_string_equal(secrets_text(s, 1, NULL), "hunter2");
	secrets_free(s);
}

static void child_can_have_its_own(void **state)
{
	struct secrets *s = secrets_new();
	int status = 0;
	pid_t pid;

	(void)state;
	add(s, "parent's");
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		secrets_load(s, 2, "child's", 7);
		_exit(secrets_text(s, 1, NULL) == NULL &&
				      !strcmp(secrets_text(s, 2, NULL), "child's")
			      ? 0
			      : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	/* Without a wipe by the kernel the first one would still be there: then after_fork must
	 * come first. */
	assert_true(WIFEXITED(status));
	assert_string_equal(secrets_text(s, 1, NULL), "parent's");
	secrets_free(s);
}

/* Whether this line of smaps begins the mapping of an address: "7f00-7f10 rw-p …". */
static bool is_mapping_of(const char *line, uintptr_t at)
{
	char first[32] = "", end[32] = "";
	size_t n = strcspn(line, "-"), m = strcspn(line + n, " ");
	uint64_t from, to;

	if (line[n] != '-' || n >= sizeof(first) || m >= sizeof(end))
		return false;
	memcpy(first, line, n);
	memcpy(end, line + n + 1, m - 1);
	return number_hex(first, &from) == 0 && number_hex(end, &to) == 0 && from <= at && at < to;
}

/* smaps says "dd" (not dumped) and "wf" (wiped on fork) of the mapping that holds a secret. */
static void kernel_was_asked(void **state)
{
	struct secrets *s = secrets_new();
	auto_buf struct buf smaps = BUF_INIT(8 << 20);
	auto_free char *flags = NULL;
	const char *line;
	uintptr_t at = (uintptr_t)secrets_text(s, add(s, "hunter2"), NULL);

	(void)state;
	if (io_read_proc(AT_FDCWD, "/proc/self/smaps", &smaps) < 0 ||
	    !strstr(smaps.data, "VmFlags")) {
		secrets_free(s);
		skip();
		return;
	}
	for (line = smaps.data; line && !is_mapping_of(line, at);) {
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	assert_non_null(line);
	line = strstr(line, "VmFlags:");
	assert_non_null(line);
	flags = xmemdup0(line, strcspn(line, "\n"));
	assert_non_null(strstr(flags, " dd"));
	assert_non_null(strstr(flags, " wf"));
	secrets_free(s);
}

/* Secrets of the table below. */
static const char *const planted[] = {
	"hunter2",
	"p@ss \"w/rd",
	"abc",
	"密码",
	"enc%40ded",
	"a<b>&c'd",
	"back\\slash",
	"密码很长的",
	"  trimmed \n",
	"   ",
	"",
	"overlap-one",
	"one-overlap",
	("-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG\n  9w0BAQEFAASCBKcwgg \nshort\n-----END "
	 "KEY-----\n"),
};

struct mask_case {
	const char *in, *out;
	size_t places;
};

static const struct mask_case mask_cases[] = {
	{ "nothing here", "nothing here", 0 },
	{ "", "", 0 },
	{ "hunter2", "***", 1 },
	{ "xhunter2x hunter3", "x***x hunter3", 1 },
	{ "hunterhunter2", "hunter***", 1 },
	{ "hunter2hunter2 hunter2", "*** ***", 2 },
	/* under 4 characters: words */
	{ "abc abcd (abc) _abc abc. 1abc", "*** abcd (***) _abc ***. 1abc", 3 },
	{ "是密码吗", "是***吗", 1 },
	{ "密码很长的!", "***!", 1 },
	/* URLs: any letters of the digits, more or less escaped */
	{ "p%40ss%20%22w%2Frd", "***", 1 },
	{ "p%40ss%20%22w%2frd", "***", 1 },
	{ "p@ss%20%22w/rd", "***", 1 },
	{ "q=p%40ss+%22w%2Frd&x=1", "q=***&x=1", 1 },
	{ "%68%75%6e%74%65%72%32", "***", 1 },
	{ "100% p%4 %zz hunter2", "100% p%4 %zz ***", 1 },
	{ "enc@ded enc%40ded enc%2540ded", "*** *** ***", 3 },
	/* JSON, also within JSON; shells; patterns */
	{ "{\"x\":\"p@ss \\\"w\\/rd\"}", "{\"x\":\"***\"}", 1 },
	{ "\"{\\\"x\\\":\\\"p@ss \\\\\\\"w/rd\\\"}\"", "\"{\\\"x\\\":\\\"***\\\"}\"", 1 },
	{ "\\u0068unter2 \\u5bc6\\u7801\\u5f88\\u957f\\u7684", "*** ***", 2 },
	{ "\\x68unter2", "***", 1 },
	{ "back\\\\slash back\\slash", "*** ***", 2 },
	{ "\\ud83d\\ude00 \\ud83d hunter2 \\u12", "\\ud83d\\ude00 \\ud83d *** \\u12", 1 },
	/* XML and HTML */
	{ "a&lt;b&gt;&amp;c&apos;d", "***", 1 },
	{ "a&#60;b&#x3e;&#38;c&#x27;d", "***", 1 },
	{ "a<b>&c'd", "***", 1 },
	{ "&amp;hunter2&unknown;&#;&#x110000;&#99999999;",
	  "&amp;***&unknown;&#;&#x110000;&#99999999;", 1 },
	/* base64 at three alignments: user:hunter2, :hunter2, x:hunter2 … */
	{ "Basic dXNlcjpodW50ZXIy", "Basic dXNlcj***", 1 },
	{ "aHVudGVyMg==", "***==", 1 },
	{ "eGh1bnRlcjI=", "e***=", 1 },
	{ "eHhodW50ZXIyeHh4", "eH***eHh4", 1 },
	/* base64url: the digits of 密码很长的 have / and + in them at some alignment */
	{ "5a+G56CB5b6I6ZW/55qE", "***", 1 },
	{ "5a-G56CB5b6I6ZW_55qE", "***", 1 },
	{ "5a%2BG56CB5b6I6ZW%2F55qE", "***", 1 },
	/* hexadecimal */
	{ "68756e74657232 68756E74657232", "*** ***", 2 },
	/* white space around it does not count */
	{ "trimmed", "***", 1 },
	/* what overlaps is hidden as a whole */
	{ "overlap-one-overlap", "***", 1 },
	/* lines of a key; its first and last are no secrets */
	{ "-----BEGIN KEY-----", "-----BEGIN KEY-----", 0 },
	{ "> MIIEvQIBADANBgkqhkiG", "> ***", 1 },
	{ "> 9w0BAQEFAASCBKcwgg", "> ***", 1 },
	{ "short", "short", 0 },
};

static struct secrets *plant(void)
{
	struct secrets *s = secrets_new();
	size_t i;

	for (i = 0; i < ARRAY_SIZE(planted); i++)
		add(s, planted[i]);
	return s;
}

static void masking(void **state)
{
	struct secrets *s = plant();
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(mask_cases); i++) {
		auto_buf struct buf out = BUF_INIT(SIZE_MAX);
		const struct mask_case *c = &mask_cases[i];
		size_t places = secrets_mask(s, &out, c->in, strlen(c->in));

		if (strcmp(buf_text(&out), c->out) != 0 || places != c->places)
			fail_msg("'%s' became '%s', %zu", c->in, buf_text(&out), places);
	}
	secrets_free(s);
}

/* Each secret in each of our own escapes is gone, wherever it stands in the text. */
static void our_own_escapes(void **state)
{
	void (*const escapes[])(struct buf *, const char *, size_t) = {
		text_json, text_xml, text_percent, text_regex_quote,
	};
	struct secrets *s = plant();
	size_t i, k, j;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(planted); i++) {
		for (k = 0; k < ARRAY_SIZE(escapes) * ARRAY_SIZE(escapes); k++) {
			auto_buf struct buf once = BUF_INIT(SIZE_MAX), twice = BUF_INIT(SIZE_MAX),
					    out = BUF_INIT(SIZE_MAX);

			if (strspn(planted[i], " \n") == strlen(planted[i]))
				continue;
			escapes[k % 4](&once, planted[i], strlen(planted[i]));
			escapes[k / 4](&twice, buf_text(&once), once.len);
			j = secrets_mask(s, &out, buf_text(&twice), twice.len);
			if (!j || strstr(buf_text(&out), buf_text(&once)))
				fail_msg("'%s' is left of '%s'", buf_text(&out), planted[i]);
		}
	}
	secrets_free(s);
}

static void any_bytes(void **state)
{
	struct secrets *s = secrets_new();
	auto_buf struct buf out = BUF_INIT(SIZE_MAX);
	const char *in = "a\0hunter2\0\xff";

	(void)state;
	add(s, "hunter2");
	secrets_add(s, "\0\x01\x02\xff", 4);
	assert_int_equal(secrets_mask(s, &out, in, 11), 1);
	assert_int_equal(out.len, 7);
	assert_memory_equal(out.data, "a\0***\0\xff", 7);
	buf_clear(&out);
	assert_int_equal(secrets_mask(s, &out, "x\0\x01\x02\xff", 5), 1);
	assert_string_equal(out.data, "x***");
	secrets_free(s);
}

/* A hundred secrets against 64 KiB that look much like them, and one of 64 KiB against itself: both
 * end. Were this quadratic, the second would take minutes under the sanitizers. */
static void masking_is_linear(void **state)
{
	struct secrets *s = secrets_new(), *repeated = secrets_new();
	auto_free char *text = xmalloc(65536);
	auto_buf struct buf out = BUF_INIT(SIZE_MAX);
	char one[64];
	int i;

	(void)state;
	for (i = 0; i < 100; i++) {
		snprintf(one, sizeof(one), "secret-%d-%d-%%abcdef", i * 7919, i);
		add(s, one);
	}
	for (i = 0; i < 65536; i++)
		text[i] = "secret-1%\\&+ 20u;ab"[i * 31 % 19];
	secrets_mask(s, &out, text, 65536);
	assert_int_equal(out.len, 65536);
	memset(text, 'a', 65536);
	secrets_add(repeated, text, 65536);
	secrets_add(repeated, text, 30000);
	buf_clear(&out);
	assert_int_equal(secrets_mask(repeated, &out, text, 65536), 1);
	assert_string_equal(out.data, "***");
	secrets_free(s);
	secrets_free(repeated);
}

static void note(void *ctx, const char *start, size_t len)
{
	struct buf *b = ctx;

	buf_addc(b, '[');
	buf_add(b, start, len);
	buf_addc(b, ']');
}

static void urls(void **state)
{
	static const struct {
		const char *url, *found;
	} cases[] = {
		{ "http://host/path", "" },
		{ "http://u:p@h/x", "[p]" },
		{ "http://u@h/x", "" },
		{ "", "" },
		{ "http://:p@h", "[p]" },
		{ "http://u:@h", "" },
		{ "https://h:8443/@scope/x", "" },
		{ "http://u:a:b@h", "[a:b]" },
		{ "http://u:p%40x@h", "[p%40x]" },
		{ "https://ghp_0123456789abcdef@github.com/x", "[ghp_0123456789abcdef]" },
		{ "ssh://git@host/repo", "" },
		{ "git@host:path", "" },
		{ "ssh://u:p@h:22/", "[p]" },
		{ "mysql://u:p@ss/w@h:3306/db", "[p@ss/w]" },
		{ "redis://:a?b@h", "[a?b]" },
		{ "mongodb://u:p@h1,h2/db?authSource=admin", "[p]" },
		{ "u:pw@tcp(h:3306)/db?x=1", "[pw]" },
		{ "u:p@w@tcp(h)/db", "[p@w]" },
		{ "u@tcp(h)/db", "" },
		{ "jdbc:mysql://h/db?user=x&password=y@z&k=1", "[y@z]" },
		{ "jdbc:mysql:loadbalance://h1,h2/db?password=x#f", "[x]" },
		{ "jdbc:mysql://address=(host=h)(password=p,q)/db", "[p,q]" },
		{ "jdbc:oracle:thin:scott/tiger@h:1521:x", "[tiger]" },
		{ "jdbc:sqlserver://h;user=a;password={b;c};x=y", "[b;c]" },
		{ "Server=h;Uid=u;Pwd=p w;x=y", "[p]" },
		{ "host=h password='a b' user=x", "[a b]" },
		{ "https://h/?X-Amz-Signature=1&key=2&monkey=3&access_token=4", "[1][2][4]" },
		{ "https://h/?private_token=x&a=b", "[x]" },
		{ "https://h/?password=", "" },
		{ "mailto:u:x@h", "" },
		{ "http://h/?q=a@b:c@d", "" },
		{ "http://u:p@h?token=t", "[p][t]" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		auto_buf struct buf found = BUF_INIT(SIZE_MAX);

		secrets_in_url(cases[i].url, note, &found);
		if (strcmp(buf_text(&found), cases[i].found) != 0)
			fail_msg("'%s': %s", cases[i].url, buf_text(&found));
	}
}

static void names(void **state)
{
	static const char *const sensitive[] = {
		"Authorization",
		"proxy-authorization",
		"Cookie",
		"Set-Cookie",
		"X-Auth-Token",
		"DB_PASSWORD",
		"passwd",
		"MYSQL_PWD",
		"client_secret",
		"X-Api-Key",
		"API_KEY",
		"apikey",
		"PRIVATE-TOKEN",
		"private_ssh_key",
		"AWS_SECRET_ACCESS_KEY",
		"credentials",
		"SSH_PASSPHRASE",
	};
	static const char *const open[] = {
		"",    "PWD",     "OLDPWD", "Content-Type", "HOME",
		"key", "private", "monkey", "USER",         "path",
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(sensitive); i++)
		if (!secrets_name_is_sensitive(sensitive[i]))
			fail_msg("'%s' is sensitive", sensitive[i]);
	for (i = 0; i < ARRAY_SIZE(open); i++)
		if (secrets_name_is_sensitive(open[i]))
			fail_msg("'%s' is not sensitive", open[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
		cmocka_unit_test(loading),
		cmocka_unit_test(sizes),
		cmocka_unit_test(children_do_not_inherit),
		cmocka_unit_test(child_can_have_its_own),
		cmocka_unit_test(kernel_was_asked),
		cmocka_unit_test(masking),
		cmocka_unit_test(our_own_escapes),
		cmocka_unit_test(any_bytes),
		cmocka_unit_test(masking_is_linear),
		cmocka_unit_test(urls),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
