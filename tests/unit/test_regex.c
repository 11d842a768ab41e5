/*
 * test_regex - patterns, their mistakes, subjects of any bytes; and what the log makes of a line.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/err.h"
#include "engine/base/io.h"
#include "engine/base/log.h"
#include "engine/base/regex.h"
#include "engine/base/secret.h"
#include "engine/base/xalloc.h"

static void matching(void **state)
{
	static const struct {
		const char *pattern, *subject;
		size_t len; /* 0: strlen */
		int result;
		size_t from, to;
	} cases[] = {
		{ "b+", "abbbc", 0, 1, 1, 4 },
		{ "^b", "ab", 0, 0, 0, 0 },
		{ "", "abc", 0, 1, 0, 0 },
		{ "x", "", 0, 0, 0, 0 },
		{ "^OK$", "ERROR\nOK", 0, 0, 0, 0 },
		{ "(?m)^OK$", "ERROR\nOK", 0, 1, 6, 8 },
		{ "^.$", "中", 0, 1, 0, 3 },
		{ "检", "巡检", 0, 1, 3, 6 },
		{ "a.b", "a\0b", 3, 1, 0, 3 },
		/* not UTF-8: what is around it is still found, a dot does not match it */
		{ "ok", "\xff\xfeok", 0, 1, 2, 4 },
		{ "^a.b$",
		  "a\xff"
		  "b",
		  0, 0, 0, 0 },
		{ "b$",
		  "a\xed\xa0\x80"
		  "b",
		  0, 1, 4, 5 },
		{ "(?i)É", "é", 0, 1, 0, 2 },
		{ "OK$", "OK\n", 0, 1, 0, 2 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		auto_regex struct regex *r = regex_compile(cases[i].pattern, NULL);
		size_t len = cases[i].len ? cases[i].len : strlen(cases[i].subject), from = 0,
		       to = 0;

		assert_non_null(r);
		if (regex_match(r, cases[i].subject, len, 0, 0, &from, &to, NULL) !=
			    cases[i].result ||
		    from != cases[i].from || to != cases[i].to)
			fail_msg("'%s' in '%s': %zu to %zu", cases[i].pattern, cases[i].subject,
				 from, to);
		assert_int_equal(regex_test(r, cases[i].subject, len, NULL), cases[i].result);
	}
}

static void mistakes(void **state)
{
	static const struct {
		const char *pattern, *text;
	} cases[] = {
		{ "(abc", "missing closing parenthesis at character 5" },
		{ "巡检(", "missing closing parenthesis at character 4" },
		{ "a**", NULL },
		{ "*a", "quantifier does not follow a repeatable item at character 1" },
		{ "[z-a]", "range out of order in character class at character 4" },
		{ "[abc", "missing terminating ] for character class at character 5" },
		{ "\\", "\\ at end of pattern at character 2" },
		{ "a\xff", NULL },
		{ "\\C", NULL },
		{ "(?<n>a)(?<n>b)", NULL },
		{ "\\p{Nope}", NULL },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		auto_err struct err *e = NULL;
		auto_regex struct regex *r = regex_compile(cases[i].pattern, &e);

		if (!strcmp(cases[i].pattern, "a**")) {
			assert_null(r);
			continue;
		}
		assert_null(r);
		assert_int_equal(err_code(e), ERR_DATA);
		assert_non_null(strstr(err_text(e), " at character "));
		if (cases[i].text)
			assert_string_equal(err_text(e), cases[i].text);
	}
}

static void groups(void **state)
{
	auto_regex struct regex *r = regex_compile("(\\d+)-(x)?(?:y)", NULL);
	size_t from = 0, to = 0;

	(void)state;
	assert_int_equal(regex_groups(r), 2);
	assert_int_equal(regex_match(r, "a 12-y", 6, 0, 1, &from, &to, NULL), 1);
	assert_int_equal(from, 2);
	assert_int_equal(to, 4);
	assert_int_equal(regex_match(r, "a 12-y", 6, 0, 2, &from, &to, NULL), 1);
	assert_true(from == SIZE_MAX && to == SIZE_MAX);
	assert_int_equal(regex_match(r, "a 12-y", 6, 0, 9, &from, &to, NULL), 1);
	assert_true(from == SIZE_MAX);
	assert_int_equal(regex_match(r, "a 12-y", 6, 3, 1, &from, &to, NULL), 1);
	assert_int_equal(from, 3);
	assert_int_equal(regex_match(r, "a 12-y", 6, 4, 0, NULL, NULL, NULL), 0);
	assert_int_equal(regex_match(r, "a 12-y", 6, 7, 0, NULL, NULL, NULL), 0);
	regex_free(NULL);
}

/* The library gives up by its own limits on this one: that is no "no". */
static void limits_are_no_answer(void **state)
{
	auto_regex struct regex *r = regex_compile("(a+)+$", NULL);
	auto_err struct err *e = NULL;

	(void)state;
	assert_int_equal(regex_test(r, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", 31, &e), -1);
	assert_string_equal(err_text(e), "the pattern could not be matched: match limit exceeded");
}

/* Enough bytes to have it compiled; the answers stay, also where the machine code's stack is too
 * small. */
static void answers_stay_when_compiled(void **state)
{
	auto_regex struct regex *r = regex_compile("(?:a|b)*c", NULL);
	auto_buf struct buf s = BUF_INIT(SIZE_MAX);
	size_t i, to = 0;

	(void)state;
	for (i = 0; i < 200000; i++)
		buf_addc(&s, i % 2 ? 'a' : 'b');
	buf_addc(&s, 'c');
	for (i = 0; i < 5; i++) {
		assert_int_equal(regex_match(r, s.data, s.len, 0, 0, NULL, &to, NULL), 1);
		assert_int_equal(to, s.len);
		assert_int_equal(regex_test(r, "x\xff", 2, NULL), 0);
	}
}

static void logging(void **state)
{
	struct secrets *secrets = secrets_new();
	auto_buf struct buf got = BUF_INIT(1 << 20);
	struct log *l;
	int ends[2];

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	secrets_add(secrets, "hunter2", 7);
	l = log_new(ends[1], LOG_WARNING, secrets);
	log_say(l, LOG_ERROR, "worker %d: %s", 3, "bad\npassword hunter2 \033[31mhun\033[0mter2");
	log_say(l, LOG_WARNING, "w");
	log_say(l, LOG_INFO, "not this");
	log_say(NULL, LOG_ERROR, "nor this");
	log_free(l);
	l = log_new(ends[1], LOG_DEBUG, NULL);
	log_say(l, LOG_INFO, "information");
	log_say(l, LOG_DEBUG, "more");
	log_free(l);
	close(ends[1]);
	assert_int_equal(io_read_all(ends[0], &got, NULL), 0);
	close(ends[0]);
	assert_string_equal(buf_text(&got), "rounds: error: worker 3: bad password *** ***\n"
					    "rounds: warning: w\n"
					    "rounds: information\n"
					    "rounds: debug: more\n");
	secrets_free(secrets);
}

/* A reader that is gone, or full, is no reason to wait or to die. */
static void log_never_waits(void **state)
{
	auto_buf struct buf huge = BUF_INIT(SIZE_MAX);
	struct log *l;
	int ends[2], i;

	(void)state;
	while (huge.len < 100000)
		buf_adds(&huge, "0123456789");
	assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
	l = log_new(ends[1], LOG_ERROR, NULL);
	for (i = 0; i < 20; i++)
		log_say(l, LOG_ERROR, "%s", huge.data);
	log_free(l);
	close(ends[0]);
	close(ends[1]);
	l = log_new(-1, LOG_ERROR, NULL);
	log_say(l, LOG_ERROR, "x");
	log_free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(matching),
		cmocka_unit_test(mistakes),
		cmocka_unit_test(groups),
		cmocka_unit_test(limits_are_no_answer),
		cmocka_unit_test(answers_stay_when_compiled),
		cmocka_unit_test(logging),
		cmocka_unit_test(log_never_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
