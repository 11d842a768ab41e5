/*
 * test_nagios - which code a monitoring system gets for which run, and that no text can break its
 * line.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/base/buf.h"
#include "engine/base/xalloc.h"
#include "engine/cli/nagios.h"
#include "engine/result/result.h"

struct row {
	const char *what;
	enum status status;
	enum severity severity, fail_on;
	bool warn_exit;
	int load_error;
	enum nagios_code code;
};

static const struct row rows[] = {
	{ "a pass", STATUS_PASS, SEVERITY_CRITICAL, SEVERITY_LOW, false, 0, NAGIOS_OK },
	{ "a critical fail", STATUS_FAIL, SEVERITY_CRITICAL, SEVERITY_LOW, false, 0,
	  NAGIOS_CRITICAL },
	{ "a high fail", STATUS_FAIL, SEVERITY_HIGH, SEVERITY_LOW, false, 0, NAGIOS_CRITICAL },
	{ "a medium fail", STATUS_FAIL, SEVERITY_MEDIUM, SEVERITY_LOW, false, 0, NAGIOS_WARNING },
	{ "a low fail", STATUS_FAIL, SEVERITY_LOW, SEVERITY_LOW, false, 0, NAGIOS_WARNING },
	{ "a fail below the gate", STATUS_FAIL, SEVERITY_LOW, SEVERITY_HIGH, false, 0, NAGIOS_OK },
	{ "the same, to be warned of", STATUS_FAIL, SEVERITY_LOW, SEVERITY_HIGH, true, 0,
	  NAGIOS_WARNING },
	{ "an error", STATUS_ERROR, SEVERITY_CRITICAL, SEVERITY_LOW, false, 0, NAGIOS_UNKNOWN },
	{ "a skip only", STATUS_SKIP, SEVERITY_CRITICAL, SEVERITY_LOW, false, 0, NAGIOS_UNKNOWN },
	{ "a broken ruleset", STATUS_ERROR, SEVERITY_CRITICAL, SEVERITY_LOW, false, 65,
	  NAGIOS_UNKNOWN },
};

static void make_run(struct run *r, const struct row *row, const char *id)
{
	const struct gate_options gate = { .fail_on = row->fail_on, .warn_exit = row->warn_exit };

	*r = (struct run){ .complete = true, .count = 1 };
	r->results = xcalloc(1, sizeof(*r->results));
	r->results[0] = (struct result){ .id = xstrdup(id),
					 .status = row->status,
					 .severity = row->severity };
	run_judge(r, &gate, row->load_error);
}

static void codes(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct run r;

		make_run(&r, &rows[i], "web/x");
		if (nagios_code(&r) != rows[i].code)
			fail_msg("%s: %d instead of %d", rows[i].what, (int)nagios_code(&r),
				 (int)rows[i].code);
		run_release(&r);
	}
}

static void no_text_breaks_the_line(void **state)
{
	auto_buf struct buf line = BUF_INIT(SIZE_MAX);
	struct run r;

	(void)state;
	make_run(&r, &rows[1], "web/a|b\nc\033[31md");
	nagios_line(&r, NAGIOS_CRITICAL, &line);
	assert_string_equal(buf_text(&line),
			    "ROUNDS CRITICAL - 1 of 1 checks failed (web/a/b cd) | "
			    "'failed'=1;;0;0 'errors'=0;;0;0 'total'=1 'duration'=0.000s\n");
	run_release(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(codes),
		cmocka_unit_test(no_text_breaks_the_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
