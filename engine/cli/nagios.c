#include "engine/cli/nagios.h"

#include <stdint.h>
#include <string.h>

#include "engine/base/buf.h"
#include "engine/base/clock.h"
#include "engine/base/text.h"
#include "engine/result/result.h"

/* NRPE cuts long output; the names of the first checks are enough to start from. */
enum { NAMED_CHECKS = 5, NAME_COLUMNS = 80 };

static const char *const words[] = {
	[NAGIOS_OK] = "OK",
	[NAGIOS_WARNING] = "WARNING",
	[NAGIOS_CRITICAL] = "CRITICAL",
	[NAGIOS_UNKNOWN] = "UNKNOWN",
};

static enum severity worst_failure(const struct run *r)
{
	enum severity worst = SEVERITY_NONE;

	for (size_t i = 0; i < r->count; i++) {
		const struct result *x = &r->results[i];

		if (x->status == STATUS_FAIL && !x->below_gate && x->severity > worst)
			worst = x->severity;
	}
	return worst;
}

enum nagios_code nagios_code(const struct run *r)
{
	const enum severity worst = worst_failure(r);

	if (worst >= SEVERITY_HIGH)
		return NAGIOS_CRITICAL;
	if (r->exit_code == 2 || r->exit_code >= 4)
		return NAGIOS_UNKNOWN;
	if (worst != SEVERITY_NONE || r->exit_code == 3)
		return NAGIOS_WARNING;
	return NAGIOS_OK;
}

/* A '|' would start the performance data. */
static void add_plain(struct buf *out, const char *text, size_t columns)
{
	auto_buf struct buf clean = BUF_INIT(SIZE_MAX);

	text_clean_line(&clean, text, strlen(text), columns);
	for (size_t i = 0; i < clean.len; i++)
		buf_addc(out, clean.data[i] == '|' ? '/' : clean.data[i]);
}

static void add_names(const struct run *r, struct buf *out)
{
	size_t named = 0, bad = 0;

	for (size_t i = 0; i < r->count; i++) {
		const struct result *x = &r->results[i];

		if (x->status != STATUS_FAIL && x->status != STATUS_ERROR)
			continue;
		if (++bad > NAMED_CHECKS)
			continue;
		buf_adds(out, named++ ? ", " : " (");
		add_plain(out, x->id, NAME_COLUMNS);
	}
	if (bad > NAMED_CHECKS)
		buf_printf(out, ", %zu more", bad - NAMED_CHECKS);
	if (named)
		buf_addc(out, ')');
}

void nagios_line(const struct run *r, enum nagios_code code, struct buf *out)
{
	const struct summary *s = &r->summary;

	buf_printf(out, "ROUNDS %s - ", words[code]);
	if (s->count[STATUS_FAIL] || s->count[STATUS_ERROR]) {
		buf_printf(out, "%zu of %zu checks failed", s->count[STATUS_FAIL], s->total);
		if (s->count[STATUS_ERROR])
			buf_printf(out, ", %zu without a verdict", s->count[STATUS_ERROR]);
	} else if (r->gate == GATE_NOTHING) {
		buf_adds(out, "nothing was inspected");
	} else if (r->cut_short) {
		buf_printf(out, "cut short by %s", r->cut_short);
	} else {
		buf_printf(out, "%zu of %zu checks passed", s->count[STATUS_PASS], s->total);
	}
	add_names(r, out);
	buf_printf(out, " | 'failed'=%zu;;0;0 'errors'=%zu;;0;0 'total'=%zu 'duration'=%.3fs\n",
		   s->count[STATUS_FAIL], s->count[STATUS_ERROR], s->total,
		   (double)(r->finished - r->started) / (double)NS_PER_S);
}
