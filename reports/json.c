/*
 * json - the whole run as one document, rounds-report/1 (reports/rounds-report-1.schema.json).
 *
 * Results are made and written one at a time, so that a large run needs little memory.
 */
#include <stdint.h>

#include <jansson.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/err.h"
#include "engine/result/report_format.h"
#include "engine/result/result.h"
#include "reports/model.h"

/* Writes `prefix` and the value, which it releases. */
static int put(struct sink *s, const char *prefix, json_t *value, size_t flags, struct err **e)
{
	auto_free char *text = value ? json_dumps(value, flags) : NULL;

	json_decref(value);
	if (!text)
		return err_set(e, ERR_BUG, "a part of the json report could not be made");
	return sink_puts(s, prefix, e) || sink_puts(s, text, e) ? -1 : 0;
}

static int put_head(const struct run *r, struct sink *s, struct err **e)
{
	const size_t flags = JSON_INDENT(1);

	return put(s, "{\n\"schema\": ", json_string(REPORT_SCHEMA), JSON_ENCODE_ANY, e) ||
			       put(s, ",\n\"tool\": ", model_tool(), 0, e) ||
			       put(s, ",\n\"run\": ", model_run(r), flags, e) ||
			       put(s, ",\n\"rulesets\": ", model_rulesets(r), flags, e) ||
			       put(s, ",\n\"gate\": ", model_gate(r), flags, e) ||
			       put(s, ",\n\"summary\": ", model_summary(r), flags, e)
		       ? -1
		       : 0;
}

static int json_end(void *state, const struct run *r, struct sink *s, struct err **e)
{
	auto_buf struct buf b = BUF_INIT(SIZE_MAX);

	(void)state;
	if (put_head(r, s, e) || sink_puts(s, ",\n\"results\": [", e))
		return -1;
	for (size_t i = 0; i < r->count; i++) {
		buf_clear(&b);
		buf_adds(&b, i ? ",\n{" : "\n{");
		model_result(r, &r->results[i], true, 0, &b);
		buf_addc(&b, '}');
		if (s->write(s, buf_text(&b), b.len, e))
			return -1;
	}
	return sink_puts(s, "\n]\n}\n", e);
}

const struct report_format report_json = {
	.name = "json",
	.summary = "one JSON document, rounds-report/1",
	.end = json_end,
};
