/*
 * expect_print - what holds in the end, one line for each fact: for `explain`, `show` and reports.
 */
#include "engine/judge/expect.h"

#include <stdlib.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/xalloc.h"
#include "engine/judge/expect_entry.h"
#include "engine/judge/ops.h"
#include "engine/judge/path.h"

#define LINE_LOOK ((size_t)256 * 1024)

static void print_line(const struct test *t, enum severity severity, const struct secrets *secrets,
		       struct buf *out)
{
	auto_buf struct buf line = BUF_INIT(LINE_LOOK);
	struct speech s = { .out = &line, .secrets = secrets };
	auto_free char *text = NULL;

	test_print(t, &s);
	text = speech_take(&s);
	buf_adds(out, text);
	if (severity != SEVERITY_NONE)
		buf_printf(out, " (%s)", severity_name(severity));
	buf_addc(out, '\n');
}

void expect_print_masked(const struct expect *x, const struct secrets *secrets, struct buf *out)
{
	for (size_t i = 0; i < x->form->count; i++) {
		const struct expect_entry *entry = &x->form->entries[i];

		if (entry->test->op != &op_every || !entry->test->count)
			print_line(entry->test, entry->severity, secrets, out);
		else
			for (size_t k = 0; k < entry->test->count; k++)
				print_line(entry->test->subs[k], entry->severity, secrets, out);
	}
}

void expect_print(const struct expect *x, struct buf *out)
{
	expect_print_masked(x, NULL, out);
}
