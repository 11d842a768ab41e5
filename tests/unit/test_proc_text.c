/*
 * What files of /proc say: names with blanks and ')', cut names, scripts, titles, mount options.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "checks/snapshot/proc_args.h"
#include "checks/snapshot/proc_text.h"
#include "checks/snapshot/processes.h"
#include "engine/base/auto.h"
#include "engine/base/xalloc.h"

#define TAIL                                                                                       \
	" S 41 42 43 0 -1 4194560 1 2 3 4 150 50 7 8 20 0 3 0 12345 1000000 777 "                  \
	"18446744073709551615 1 2\n"

static void stat_is_read(void **state)
{
	static const struct {
		const char *text, *comm;
	} rows[] = {
		{ "40 (nginx)" TAIL, "nginx" },
		{ "40 (a b)" TAIL, "a b" },
		{ "40 (x) R 1 (y)" TAIL, "x) R 1 (y" },
		{ "40 ())" TAIL, ")" },
		{ "40 ()" TAIL, "" },
		{ "40 (two\nlines)" TAIL, "two\nlines" },
	};
	struct proc_stat st;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(proc_parse_stat(rows[i].text, strlen(rows[i].text), &st), 0);
		assert_string_equal(st.comm, rows[i].comm);
		assert_int_equal(st.pid, 40);
		assert_int_equal(st.state, 'S');
		assert_int_equal(st.ppid, 41);
		assert_int_equal(st.cpu_ticks, 200);
		assert_int_equal(st.threads, 3);
		assert_int_equal(st.start_ticks, 12345);
		assert_int_equal(st.rss_pages, 777);
		assert_false(st.kernel_thread);
	}
}

static void kernel_threads_are_told(void **state)
{
	static const char text[] =
		"2 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0 0 0 0 0 0 20 0 1 0 1 0 0 1\n";
	struct proc_stat st;

	(void)state;
	assert_int_equal(proc_parse_stat(text, strlen(text), &st), 0);
	assert_true(st.kernel_thread);
}

static void broken_stat_is_refused(void **state)
{
	static const char *const rows[] = {
		"",        "40",       "40 ",          "40 (x",      "40 (x)",
		"40 (x) ", "40 (x) S", "40 (x) S 1 2", "x (x)" TAIL, "40 (x) S 1 2 3 0 -1 12 x"
	};
	struct proc_stat st;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		/* a copy of its own length, so that a read past the end is seen */
		auto_free char *copy = xstrdup(rows[i]);

		assert_int_equal(proc_parse_stat(copy, strlen(copy), &st), -1);
	}
}

static void status_is_read(void **state)
{
	static const char text[] =
		"Name:\tx\nNSpid:\t812\t15\t1\nCapEff:\t000001ffffffffff\n";

	(void)state;
	assert_int_equal(proc_status_depth(text), 3);
	assert_int_equal(proc_status_depth("Name:\tNSpid: 1\n"), 0);
}

static void hidepid_is_read(void **state)
{
	static const struct {
		const char *text;
		unsigned hidden;
		uint64_t gid;
	} rows[] = {
		{ "22 1 0:20 / /proc rw,nosuid - proc proc rw\n", 0, 0 },
		{ "22 1 0:20 / /proc rw - proc proc rw,hidepid=2\n", 2, 0 },
		{ "22 1 0:20 / /proc rw - proc proc rw,gid=27,hidepid=invisible\n", 2, 27 },
		{ "22 1 0:20 / /proc rw - proc proc rw,hidepid=noaccess", 1, 0 },
		{ "22 1 0:20 / /proc rw - proc proc rw,hidepid=ptraceable\n", 4, 0 },
		{ "22 1 0:20 / /proc rw - proc proc rw,hidepid=off\n", 0, 0 },
		/* the mount on top counts; another path does not */
		{ "1 1 0:2 / /proc rw - proc p rw,hidepid=2\n2 1 0:3 / /proc rw - proc p rw\n", 0,
		  0 },
		{ "1 1 0:2 / /proc rw - proc p rw\n2 1 0:3 / /x/proc rw - proc p rw,hidepid=2\n", 0,
		  0 },
		{ "1 1 0:2 / /proc rw - proc p rw,hidepid=2\n2 1 8:1 /proc /mnt rw - ext4 d rw\n",
		  2, 0 },
		{ "", 0, 0 },
	};
	uint64_t gid;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(proc_mount_hidepid(rows[i].text, &gid), rows[i].hidden);
		assert_true(gid == rows[i].gid);
	}
}

/* Arguments are written with '|' for NUL; a copy of the exact length lets a sanitizer see a read
 * past the end. */
static char *arguments(const char *text, size_t *len)
{
	char *copy = xstrdup(text);

	*len = strlen(copy);
	for (char *p = copy; *p; p++)
		if (*p == '|')
			*p = '\0';
	return copy;
}

static void assert_span(struct span s, const char *expected, const char *args)
{
	auto_free char *found = s.at ? xmemdup0(s.at, s.len) : xstrdup("-");

	if (strcmp(found, expected))
		fail_msg("%s: '%s' and not '%s'", args, found, expected);
}

static void scripts_are_found(void **state)
{
	static const struct {
		const char *program, *args, *script;
	} rows[] = {
		{ "bash", "bash|/opt/run.sh|x|", "run.sh" },
		{ "bash", "/bin/bash|-eu|/opt/run.sh|", "run.sh" },
		{ "bash", "bash|-euo|pipefail|run.sh|", "run.sh" },
		{ "bash", "bash|--rcfile|x|run.sh|", "run.sh" },
		{ "bash", "bash|--norc|run.sh|", "run.sh" },
		{ "bash", "bash|-c|run.sh|", "-" },
		{ "bash", "bash|-lc|run.sh|", "-" },
		{ "bash", "bash|--|run.sh|", "run.sh" },
		{ "bash", "bash|/dev/fd/3|", "-" },
		{ "bash", "-bash|", "-" },
		{ "bash", "bash|-|", "-" },
		{ "dash", "/bin/sh|./a b.sh|", "a b.sh" },
		{ "python3.11", "python3|/opt/app.py|", "app.py" },
		{ "python3.11", "python3|-u|-W|ignore|app.py|", "app.py" },
		{ "python3.11", "python3|-Wignore|app.py|", "app.py" },
		{ "python3.11", "python3|-m|http.server|", "-" },
		{ "python3.11", "python3|-c|import x|", "-" },
		{ "perl", "perl|-w|-Ilib/e|x.pl|", "x.pl" },
		{ "perl", "perl|-i.bake|x.pl|", "x.pl" },
		{ "perl", "perl|-ne|print|x.pl|", "-" },
		{ "ruby", "ruby|-I|lib|x.rb|", "lib" },
		{ "node", "node|--require|./a.js|srv.js|", "srv.js" },
		{ "node", "node|--eval|1|", "-" },
		{ "java", "java|-jar|x.jar|", "-" },
		{ "bashful", "bashful|x.sh|", "-" },
		{ "python", "", "-" },
		{ "sh", "sh", "-" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		size_t len;
		auto_free char *args = arguments(rows[i].args, &len);

		assert_span(args_script(rows[i].program, args, len), rows[i].script, rows[i].args);
	}
}

static void own_names_are_found(void **state)
{
	static const struct {
		const char *comm, *args, *name;
	} rows[] = {
		{ "sleep", "/bin/sleep|10|", "sleep" },
		{ "bash", "-bash|", "bash" },
		{ "nginx", "nginx: master process /usr/sbin/nginx -g daemon off;|", "nginx" },
		{ "nginx", "nginx: worker process|||||", "nginx" },
		{ "redis-server", "/usr/bin/redis-server 127.0.0.1:6379|", "redis-server" },
		{ "my prog", "/opt/my app/my prog|", "my prog" },
		{ "my prog", "/opt/my app/my prog|arg|", "my prog" },
		{ "x", "|", "-" },
		{ "x", "", "-" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		size_t len;
		auto_free char *args = arguments(rows[i].args, &len);

		assert_span(args_name(rows[i].comm, args, len), rows[i].name, rows[i].args);
	}
}

static void cut_names_are_completed(void **state)
{
	static const struct {
		const char *comm, *program, *args, *name;
	} rows[] = {
		{ "a-very-long-nam", "a-very-long-name-indeed", "./a-very-long-name-indeed|x|",
		  "a-very-long-name-indeed" },
		{ "a-very-long-nam", "bash", "/bin/bash|/opt/a-very-long-name.sh|",
		  "a-very-long-name.sh" },
		{ "a-very-long-nam", "a-very-long-name", "lies|", "a-very-long-name" },
		{ "a-very-long-nam", "other", "lies|", "a-very-long-nam" },
		{ "exactly-15-byte", "exactly-15-byte", "exactly-15-byte|", "exactly-15-byte" },
		{ "short", "short-of-it", "short-of-it|", "short" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		size_t len;
		auto_free char *args = arguments(rows[i].args, &len);

		assert_span(args_full_name(rows[i].comm, rows[i].program, args, len), rows[i].name,
			    rows[i].args);
	}
}

static void arguments_are_joined(void **state)
{
	static const struct {
		const char *args, *command;
	} rows[] = {
		{ "a|b|c|", "a b c" },
		{ "a||c|", "a  c" },
		{ "nginx: worker  ||||", "nginx: worker" },
		{ "", "" },
		{ "|", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		size_t len;
		auto_free char *args = arguments(rows[i].args, &len);

		assert_int_equal(args_join(args, len), strlen(rows[i].command));
		assert_string_equal(args, rows[i].command);
	}
}

static void carriers_are_known(void **state)
{
	static const char own[] = "/usr/bin/rounds|run|x-linkc.yaml|";
	static const struct {
		const char *carrier;
		bool program, arguments;
	} rows[] = {
		{ "sh -c rounds run x-linkc.yaml", true, true },
		{ "sh -c cd /opt && ./rounds run 'x-linkc.yaml' | tee log", true, true },
		{ "sudo -u admin /usr/bin/rounds run x-linkc.yaml", true, true },
		{ "timeout 9 inspect run x-linkc.yaml", false, true },
		{ "sh -c for f in x-*.yaml; do rounds run $f; done", true, false },
		{ "vi x-linkc.yaml", false, false },
		{ "linkc run", false, false },
		{ "tail -f /var/log/rounds.log", false, false },
		{ "java -jar /opt/rounds/linkc.jar", false, false },
		{ "sh -c x-linkc.yaml run", false, false },
		{ "", false, false },
	};
	size_t len;
	auto_free char *args = arguments(own, &len);
	const struct span ours = { args, len };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct span carrier = { rows[i].carrier, strlen(rows[i].carrier) };

		if (command_has_program(carrier, ours) != rows[i].program ||
		    command_has_arguments(carrier, ours) != rows[i].arguments)
			fail_msg("%s", rows[i].carrier);
	}
}

static void one_argument_proves_nothing(void **state)
{
	size_t len;
	auto_free char *args = arguments("rounds|run|", &len);
	const char *carrier = "/sbin/supervisord run";

	(void)state;
	assert_false(command_has_arguments((struct span){ carrier, strlen(carrier) },
					   (struct span){ args, len }));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stat_is_read),
		cmocka_unit_test(kernel_threads_are_told),
		cmocka_unit_test(broken_stat_is_refused),
		cmocka_unit_test(status_is_read),
		cmocka_unit_test(hidepid_is_read),
		cmocka_unit_test(scripts_are_found),
		cmocka_unit_test(own_names_are_found),
		cmocka_unit_test(cut_names_are_completed),
		cmocka_unit_test(arguments_are_joined),
		cmocka_unit_test(carriers_are_known),
		cmocka_unit_test(one_argument_proves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
