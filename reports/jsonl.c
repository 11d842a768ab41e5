/*
 * jsonl - a line as soon as something ends: run.start, result, run.end.
 *
 * A stream without run.end is incomplete. One write a line, so that a reader never sees half of one
 * that is shorter than the pipe's atomic size.
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdlib.h>

#include <jansson.h>

#include "engine/base/buf.h"
#include "engine/base/err.h"
#include "engine/base/xalloc.h"
#include "engine/result/report_format.h"
#include "engine/result/result.h"
#include "reports/model.h"

static int add_text(const char *bytes, size_t len, void *ctx)
{
	return buf_add(ctx, bytes, len) ? 0 : -1;
}

/* Releases the object. */
static int put_line(struct sink *s, json_t *o, struct err **e)
{
	auto_buf struct buf line = BUF_INIT(SIZE_MAX);
	const int bad = json_dump_callback(o, add_text, &line, JSON_COMPACT);

	json_decref(o);
	if (bad)
		return err_set(e, ERR_BUG, "a line of the jsonl report could not be made");
	buf_addc(&line, '\n');
	return s->write(s, buf_text(&line), line.len, e);
}

static void *jsonl_begin(const struct run *r, size_t planned, struct sink *s, struct err **e)
{
	json_t *o = json_pack("{s:s, s:s, s:o, s:o, s:I, s:o}", "event", "run.start", "schema",
			      REPORT_SCHEMA, "tool", model_tool(), "run", model_run(r), "planned",
			      (json_int_t)planned, "rulesets", model_rulesets(r));

	/* The state only says that begin succeeded. */
	return put_line(s, o, e) ? NULL : xcalloc(1, 1);
}

static int jsonl_result(void *state, const struct run *r, const struct result *x, struct sink *s,
			struct err **e)
{
	auto_buf struct buf line = BUF_INIT(SIZE_MAX);

	(void)state;
	buf_printf(&line, "{\"event\":\"result\",\"seq\":%" PRIu64 ",", x->seq);
	model_result(r, x, false, JSON_COMPACT, &line);
	buf_adds(&line, "}\n");
	return s->write(s, buf_text(&line), line.len, e);
}

static int jsonl_end(void *state, const struct run *r, struct sink *s, struct err **e)
{
	json_t *o = json_pack("{s:s, s:o, s:o, s:o}", "event", "run.end", "run", model_run(r),
			      "gate", model_gate(r), "summary", model_summary(r));

	free(state);
	return put_line(s, o, e);
}

const struct report_format report_jsonl = {
	.name = "jsonl",
	.summary = "JSON Lines, one as soon as a check has ended",
	.streams = true,
	.begin = jsonl_begin,
	.result = jsonl_result,
	.end = jsonl_end,
};
