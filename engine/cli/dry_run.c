#include "engine/cli/dry_run.h"

#include <stdint.h>
#include <string.h>

#include "engine/base/buf.h"
#include "engine/base/clock.h"
#include "engine/base/text.h"
#include "engine/cli/say.h"
#include "engine/ruleset/ruleset.h"

enum { ID_COLUMNS_MAX = 48 };

static size_t id_columns(const struct plan *p)
{
	size_t widest = 0;

	for (size_t i = 0; i < p->count; i++) {
		const size_t width = text_width(p->checks[i].id, strlen(p->checks[i].id));

		if (width > widest && width <= ID_COLUMNS_MAX)
			widest = width;
	}
	return widest;
}

static void check_line(const struct plan *p, const struct check *c, size_t columns, struct buf *out)
{
	char timeout[32];

	text_pad(out, c->id, columns);
	buf_printf(out, "  %-10s %-8s ", c->type->name, severity_name(c->severity));
	clock_human(c->timeout, timeout, sizeof(timeout));
	if (c->decided == DECIDED_SKIP)
		buf_printf(out, "skip: %s", c->reason ? c->reason : "");
	else if (c->decided == DECIDED_ERROR)
		buf_printf(out, "error: %s: %s", kinds[c->kind].name, c->reason ? c->reason : "");
	else
		buf_printf(out, "%s%s", timeout, c->tries > 1 ? ", retried" : "");
	for (size_t i = 0; i < c->need_count; i++)
		buf_printf(out, "%s%s", i ? ", " : "  after ", p->checks[c->needs[i]].id);
	buf_addc(out, '\n');
}

int dry_run_print(const struct plan *p, const char *lang)
{
	auto_buf struct buf out = BUF_INIT(SIZE_MAX);
	const size_t columns = id_columns(p);
	size_t runnable = 0;

	for (size_t i = 0; i < p->count; i++) {
		check_line(p, &p->checks[i], columns, &out);
		runnable += p->checks[i].decided == DECIDED_NOT;
	}
	buf_printf(&out,
		   !strcmp(lang, "zh") ? "将执行 %zu 项，共 %zu 项\n"
				       : "%zu of %zu checks would be run\n",
		   runnable, p->count);
	if (say_out(buf_text(&out)))
		return 73;
	return runnable ? 0 : 4;
}
