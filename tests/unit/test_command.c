/*
 * command - real processes: how they end, what they say, and that nothing of them stays.
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "checks/command/nagios.h"
#include "checks/command/orphans.h"
#include "checks/command/window.h"
#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/clock.h"
#include "engine/base/number.h"
#include "engine/base/xalloc.h"
#include "tests/unit/harness.h"

extern const struct check_type check_command;

static struct sighting run(const char *fields, int64_t timeout)
{
	struct harness *l = harness_new();
	struct sighting s;

	harness_observe(l, &check_command, fields, timeout, &s);
	harness_free(l);
	return s;
}

/* One row a thing that a command may do: the fields, and what comes of it. */
static const struct {
	const char *fields, *exit_status, *stdout_text, *kind, *text;
} cases[] = {
	{ "argv: [true]", "0", "", "-", "-" },
	{ "argv: ['false']", "1", "", "-", "-" },
	{ "shell: 'exit 77'", "77", "", "-", "-" },
	{ "argv: [printf, '%s|', 'a b', '$HOME', '']", "0", "a b|$HOME||", "-", "-" },
	{ "shell: 'cat; echo end'\nstdin: \"one\\ntwo\\n\"", "0", "one\ntwo\nend\n", "-", "-" },
	{ "argv: [cat]", "0", "", "-", "-" },
	{ "shell: 'kill -9 $$'", "-", "", "-", "-" },
	{ "argv: [pwd]\ncwd: /usr", "0", "/usr\n", "-", "-" },
	{ "shell: 'for s in TSTP TTIN TTOU; do kill -$s $$; done; echo on'", "0", "on\n", "-",
	  "-" },
	{ "argv: [no-such-program-here]\nenv: { PATH: '/bin:/usr/bin' }", "-", "", "not_found",
	  "there is no program 'no-such-program-here' in /bin:/usr/bin" },
	{ "argv: ['true']\nenv: { PATH: '' }", "-", "", "not_found",
	  "there is no program 'true': PATH names no folder" },
	{ "argv: ['true']\nenv: { PATH: ':' }", "-", "", "not_found",
	  "there is no program 'true': PATH names no folder" },
	{ "argv: [/nowhere/x]", "-", "", "not_found", "there is no program '/nowhere/x'" },
	{ "argv: [/etc/passwd]", "-", "", "permission",
	  "'/etc/passwd' may not be executed: Permission denied" },
	{ "argv: [pwd]\ncwd: /nowhere", "-", "", "not_found",
	  "cannot go to the folder '/nowhere': No such file or directory" },
	{ "argv: [id]\nuser: no-such-user", "-", "", "not_found",
	  "there is no user 'no-such-user'" },
	{ "shell: 'echo $A; echo \"[$SECRET_OF_OURS]\"'\nenv: { A: 'x y' }", "0", "x y\n[]\n", "-",
	  "-" },
};

static void commands_end_as_they_should(void **state)
{
	(void)state;
	setenv("SECRET_OF_OURS", "x", 1);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct sighting s = run(cases[i].fields, 10 * NS_PER_S);

		print_message("%s\n", cases[i].fields);
		assert_null(s.error);
		assert_string_equal(sighting_fact(&s, "exit_status"), cases[i].exit_status);
		if (strcmp(cases[i].kind, "-") == 0)
			assert_string_equal(sighting_fact(&s, "stdout"), cases[i].stdout_text);
		assert_string_equal(sighting_fact(&s, "error.kind"), cases[i].kind);
		assert_string_equal(sighting_fact(&s, "error.text"), cases[i].text);
		sighting_free(&s);
	}
}

static void environment_is_only_what_was_given(void **state)
{
	struct sighting s = run("argv: [env]\nenv: { OWN: '1' }", 10 * NS_PER_S);
	auto_free char *text = xstrdup(sighting_fact(&s, "stdout"));

	(void)state;
	for (char *save, *line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		print_message("%s\n", line);
		assert_true(!strncmp(line, "OWN=", 4) || !strncmp(line, "PATH=", 5) ||
			    !strncmp(line, "HOME=", 5) || !strncmp(line, "LANG=", 5) ||
			    !strncmp(line, "ROUNDS_CHECK=", 13));
	}
	sighting_free(&s);
}

static void a_signal_is_told_by_name(void **state)
{
	struct sighting s = run("shell: 'kill -SEGV $$'", 10 * NS_PER_S);

	(void)state;
	assert_string_equal(sighting_fact(&s, "signal"), "SEGV");
	assert_true(sighting_tells(&s, "ended by signal SEGV"));
	sighting_free(&s);
}

static void json_is_read_when_it_is_some(void **state)
{
	struct sighting s = run("argv: [echo, '{\"a\": [1, true]}']", 10 * NS_PER_S);

	(void)state;
	assert_string_equal(sighting_fact(&s, "json.a"), "[1,true]");
	sighting_free(&s);
	s = run("argv: [echo, '{a']", 10 * NS_PER_S);
	assert_string_equal(sighting_fact(&s, "json"), "-");
	assert_true(sighting_tells(&s, "not JSON: "));
	sighting_free(&s);
}

static void a_gigabyte_is_drained_in_bounded_memory(void **state)
{
	static const char *const status_only[] = { "exit_status", NULL };
	struct harness *l = harness_new();
	struct sighting s;

	(void)state;
	harness_start(l, &check_command,
		      "shell: 'echo begin; head -c 100000000 /dev/zero; echo end'", status_only,
		      60 * NS_PER_S, &s);
	harness_wait(l);
	assert_string_equal(sighting_fact(&s, "exit_status"), "0");
	assert_string_equal(sighting_fact(&s, "error.kind"), "-");
	assert_true(sighting_tells(&s, "begin"));
	assert_true(sighting_tells(&s, "bytes cut"));
	sighting_free(&s);
	/* who asks for the text is told that it is not whole */
	harness_observe(l, &check_command, "shell: 'head -c 100000 /dev/zero'", 60 * NS_PER_S, &s);
	assert_string_equal(sighting_fact(&s, "error.kind"), "too_large");
	assert_string_equal(sighting_fact(&s, "error.text"),
			    "stdout is 100000 bytes long, more than the 64 KiB that are kept");
	sighting_free(&s);
	harness_free(l);
}

/* Whether the process of this number lives (a zombie does not). */
static bool lives(const char *digits)
{
	auto_free char *path = xasprintf("/proc/%s/stat", digits);
	auto_file FILE *f = fopen(path, "re");
	char line[512] = "";
	const char *at;

	if (!f || !fgets(line, sizeof(line), f))
		return false;
	at = strrchr(line, ')');
	return at && at[2] != 'Z' && at[2] != 'X';
}

/* What it prints are the numbers of all processes that it leaves behind: none may live afterwards.
 */
static void assert_all_gone(const struct sighting *s)
{
	auto_free char *text = xstrdup(sighting_fact(s, "stdout"));
	int seen = 0;

	for (char *save, *pid = strtok_r(text, "\n ", &save); pid;
	     pid = strtok_r(NULL, "\n ", &save)) {
		assert_false(lives(pid));
		seen++;
	}
	assert_true(seen > 0);
}

static const char *const leavers[] = {
	/* in its group, holding its output */
	"sleep 1000 & echo $!",
	/* in a session of its own, holding its output */
	"setsid sh -c 'echo $$; exec sleep 1000' & sleep 0.1",
	/* a daemon: output closed, a session of its own, its parent gone */
	"setsid sh -c 'sleep 1000 >/dev/null 2>&1 </dev/null & echo $!' & sleep 0.1",
	/* the same without its mark */
	"setsid env -i sh -c 'sleep 1000 >/dev/null 2>&1 </dev/null & echo $!' & sleep 0.1",
	/* in a group of its own, without its mark */
	"perl -e 'setpgrp; exec qw(env -i sleep 1000)' >/dev/null 2>&1 </dev/null & echo $!",
	/* a tree of sessions */
	("setsid sh -c 'echo $$; setsid sleep 1000 & echo $!; setsid sleep 1000 & echo $!; wait' &"
	 " sleep 0.1"),
};

static void nothing_is_left_behind(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(leavers); i++) {
		auto_buf struct buf fields = BUF_INIT(4096);
		struct sighting s;

		buf_adds(&fields, "shell: |\n ");
		buf_adds(&fields, leavers[i]);
		print_message("%s\n", leavers[i]);
		s = run(buf_text(&fields), 20 * NS_PER_S);
		assert_string_equal(sighting_fact(&s, "exit_status"), "0");
		assert_all_gone(&s);
		sighting_free(&s);
	}
}

static void who_ignores_term_is_killed(void **state)
{
	struct sighting s = run("shell: |\n trap '' TERM\n echo $$\n sleep 1000 & echo $!\n setsid "
				"sleep 1000 & echo $!\n"
				" while :; do sleep 1; done\n",
				300 * NS_PER_MS);

	(void)state;
	assert_false(s.timed_out); /* it ends itself */
	assert_string_equal(sighting_fact(&s, "error.kind"), "timeout");
	assert_string_equal(sighting_fact(&s, "exit_status"), "-");
	assert_all_gone(&s);
	sighting_free(&s);
}

static void who_listens_to_term_has_its_time(void **state)
{
	char path[] = "/tmp/rounds-test-XXXXXX";
	int fd = mkstemp(path);
	auto_free char *fields = xasprintf(
		"shell: |\n trap 'echo tidy > %s; exit 0' TERM\n while :; do sleep 0.02; done\n",
		path);
	struct sighting s = run(fields, NS_PER_S);
	char text[16] = "";

	(void)state;
	assert_false(s.timed_out); /* it ends itself */
	assert_int_equal(read(fd, text, sizeof(text) - 1), 5);
	assert_string_equal(text, "tidy\n");
	close(fd);
	unlink(path);
	sighting_free(&s);
}

/* One that leaves processes behind must not take those of another that still runs. */
static void leftovers_are_told_apart(void **state)
{
	struct harness *l = harness_new();
	struct sighting one, other;

	(void)state;
	harness_start(l, &check_command,
		      "shell: \"(setsid sh -c 'sleep 0.6; echo alive' &) ; sleep 1\"", NULL,
		      20 * NS_PER_S, &one);
	harness_start(l, &check_command, "shell: '(setsid sleep 1000 &) ; sleep 0.2; echo done'",
		      NULL, 20 * NS_PER_S, &other);
	harness_wait(l);
	assert_string_equal(sighting_fact(&one, "stdout"), "alive\n");
	assert_string_equal(sighting_fact(&other, "stdout"), "done\n");
	sighting_free(&one);
	sighting_free(&other);
	harness_free(l);
}

static void many_at_once(void **state)
{
	struct harness *l = harness_new();
	struct sighting s[50];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(s); i++)
		harness_start(l, &check_command, i % 2 ? "argv: ['true']" : "argv: ['false']", NULL,
			      20 * NS_PER_S, &s[i]);
	harness_wait(l);
	for (size_t i = 0; i < ARRAY_SIZE(s); i++) {
		assert_string_equal(sighting_fact(&s[i], "exit_status"), i % 2 ? "0" : "1");
		sighting_free(&s[i]);
	}
	harness_free(l);
}

/* Where a program was found is remembered for a second; but PATH may be another then, or the
 * program gone. */
static void programs_are_found_again(void **state)
{
	static const struct {
		const char *before, *path, *says;
	} steps[] = {
		{ ("shell: 'for i in b c; do mkdir $i; printf \"#!/bin/sh\\necho $i\\n\" > $i/prog;"
		   " chmod 755 $i/prog; done'"),
		  "a:b:c", "b\n" },
		{ "shell: ':'", "a:b:c", "b\n" },
		{ "shell: ':'", "c:b:a", "c\n" },
		{ "shell: 'rm b/prog'", "a:b:c", "c\n" },
		{ "shell: 'sleep 1.1; mkdir a; sed s/c$/a/ c/prog > a/prog; chmod 755 a/prog'",
		  "a:b:c", "a\n" },
		{ "shell: 'rm -r a'", "a:b:c", "c\n" },
		{ "shell: 'mv c/prog prog'", "a:b:c", "-" },
		{ "shell: 'cp prog b; cp prog c; sed -i s/c$/b/ b/prog'", "a:b:c", "b\n" },
		{ "shell: 'rm -r b c prog'", "a:b:c", "-" },
	};
	char folder[] = "/tmp/rounds-test-XXXXXX";
	struct harness *l = harness_new();

	(void)state;
	assert_non_null(mkdtemp(folder));
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		auto_free char *before = xasprintf("%s\ncwd: %s", steps[i].before, folder);
		auto_free char *fields = xasprintf("argv: [prog]\ncwd: %s\nenv: { PATH: '%s' }",
						   folder, steps[i].path);
		struct sighting s;

		harness_observe(l, &check_command, before, 20 * NS_PER_S, &s);
		assert_string_equal(sighting_fact(&s, "exit_status"), "0");
		sighting_free(&s);
		harness_observe(l, &check_command, fields, 20 * NS_PER_S, &s);
		assert_string_equal(sighting_fact(&s, "stdout"), steps[i].says);
		sighting_free(&s);
	}
	harness_free(l);
	rmdir(folder);
}

static void a_long_standard_input_does_not_block(void **state)
{
	auto_buf struct buf fields = BUF_INIT(SIZE_MAX);
	struct sighting s;

	(void)state;
	buf_adds(&fields, "shell: 'sleep 0.1; wc -c'\nstdin: ");
	for (int i = 0; i < 300000; i++)
		buf_addc(&fields, 'x');
	s = run(buf_text(&fields), 20 * NS_PER_S);
	assert_string_equal(sighting_fact(&s, "stdout"), "300000\n");
	sighting_free(&s);
	/* nor one that nobody reads */
	buf_shift(&fields, strlen("shell: 'sleep 0.1; wc -c'"));
	auto_free char *unread = xasprintf("argv: ['true']%s", buf_text(&fields));
	s = run(unread, 20 * NS_PER_S);
	assert_string_equal(sighting_fact(&s, "exit_status"), "0");
	sighting_free(&s);
}

static void another_user(void **state)
{
	struct sighting s;

	(void)state;
	if (geteuid() != 0)
		skip();
	s = run("shell: 'id -un; id -G; echo $HOME'\nuser: nobody", 10 * NS_PER_S);
	assert_string_equal(sighting_fact(&s, "stdout"), "nobody\n65534\n/nonexistent\n");
	sighting_free(&s);
}

static void window_keeps_head_and_tail(void **state)
{
	static const struct {
		const char *text;
		const char *kept;
	} rows[] = {
		{ "", "" },
		{ "abc", "abc" },
		{ "abcd", "abcd" },
		{ "abcdefg", "abcdefg" },
		{ "abcdefgh", "abcdefgh" },
		{ "abcdefghi", "abcd\n[… 1 bytes cut …]\nfghi" },
		{ "abcdefghijklmnopqrstuvwxyz", "abcd\n[… 18 bytes cut …]\nwxyz" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		for (size_t step = 1; step < 30; step++) {
			struct window w = WINDOW_INIT(8);
			auto_buf struct buf out = BUF_INIT(SIZE_MAX);

			for (size_t at = 0; at < strlen(rows[i].text); at += step)
				window_add(&w, rows[i].text + at,
					   step < strlen(rows[i].text + at)
						   ? step
						   : strlen(rows[i].text + at));
			window_print(&w, &out);
			assert_string_equal(buf_text(&out), rows[i].kept);
			assert_int_equal(window_cut(&w), strlen(rows[i].text) > 8);
			window_free(&w);
		}
}

static void plugins_are_read(void **state)
{
	static const struct {
		int exit_status;
		const char *output, *json;
	} rows[] = {
		{ 0, "", "{\"message\":\"\",\"perfdata\":{},\"state\":\"ok\"}" },
		{ 1, "DISK WARNING - 5% free\nmore\n",
		  "{\"message\":\"DISK WARNING - 5% "
		  "free\",\"perfdata\":{},\"state\":\"warning\"}" },
		{ 2, "X | 'a b'=1.5s;2;3:4;0;10 c=3%\n",
		  "{\"message\":\"X\",\"perfdata\":{\"a "
		  "b\":{\"crit\":\"3:4\",\"max\":10.0,\"min\":0.0,\"unit\":\"s\",\"value\":1.5,"
		  "\"warn\":\"2\"},"
		  "\"c\":{\"unit\":\"%\",\"value\":3.0}},\"state\":\"critical\"}" },
		{ 3, "U|=1 x=U 'open y=2 z='",
		  "{\"message\":\"U\",\"perfdata\":{},\"state\":\"unknown\"}" },
		{ -1, "A\nlong | l=7\n",
		  "{\"message\":\"A\",\"perfdata\":{\"l\":{\"value\":7.0}},\"state\":"
		  "\"unknown\"}" },
		{ 9, "it''s|'it''s'=1",
		  "{\"message\":\"it''s\",\"perfdata\":{\"it's\":{\"value\":1.0}},\"state\":"
		  "\"unknown\"}" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		json_t *facts =
			nagios_read(rows[i].exit_status, rows[i].output, strlen(rows[i].output));
		auto_free char *text = json_dumps(facts, JSON_COMPACT | JSON_SORT_KEYS);

		assert_string_equal(text, rows[i].json);
		json_decref(facts);
	}
}

static void marks_are_read(void **state)
{
	static const char block[] =
		"A=1\0XROUNDS_CHECK=7.9.x\0ROUNDS_CHECK=8.3.x\0ROUNDS_CHECK=7.5.a/b[c]";
	static const char cut[] = "ROUNDS_CHECK=7.5";

	(void)state;
	assert_int_equal(orphan_mark(block, sizeof(block), 7), 5);
	assert_int_equal(orphan_mark(block, sizeof(block), 8), 3);
	assert_int_equal(orphan_mark(block, sizeof(block), 9), 0);
	assert_int_equal(orphan_mark("", 0, 7), 0);
	assert_int_equal(orphan_mark(cut, strlen(cut), 7), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commands_end_as_they_should),
		cmocka_unit_test(environment_is_only_what_was_given),
		cmocka_unit_test(a_signal_is_told_by_name),
		cmocka_unit_test(json_is_read_when_it_is_some),
		cmocka_unit_test(a_gigabyte_is_drained_in_bounded_memory),
		cmocka_unit_test(nothing_is_left_behind),
		cmocka_unit_test(who_ignores_term_is_killed),
		cmocka_unit_test(who_listens_to_term_has_its_time),
		cmocka_unit_test(leftovers_are_told_apart),
		cmocka_unit_test(many_at_once),
		cmocka_unit_test(programs_are_found_again),
		cmocka_unit_test(a_long_standard_input_does_not_block),
		cmocka_unit_test(another_user),
		cmocka_unit_test(window_keeps_head_and_tail),
		cmocka_unit_test(plugins_are_read),
		cmocka_unit_test(marks_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
