#include "engine/run/details.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/secret.h"
#include "engine/base/text.h"
#include "engine/base/xalloc.h"
#include "engine/ruleset/ruleset.h"

#define TEXT_MAX ((size_t)1024)
#define OBSERVED_MAX ((size_t)8 * 1024)
#define EVIDENCE_MAX ((size_t)8 * 1024)
#define TRACE_MAX ((size_t)8 * 1024)
#define LINE_COLUMNS 500
#define CUT "\xe2\x80\xa6"

/* What became of a text on its way. */
struct told {
	size_t bytes; /* before */
	bool cut, lossy;
};

/* Masked before it is cleaned (what is cleaned away could have split a secret's copy) and before it
 * is cut. */
static void text_masked_clean(const struct secrets *secrets, const char *text, size_t len,
			      struct buf *out, struct told *told)
{
	auto_buf struct buf masked = BUF_INIT(SIZE_MAX);

	told->bytes = len;
	if (secrets && secrets_mask(secrets, &masked, text, len) > 0) {
		text = buf_text(&masked);
		len = masked.len;
	}
	told->lossy = text_clean(out, text, len) > 0;
}

static char *text_told(const struct secrets *secrets, const char *text, size_t len, size_t max,
		       struct told *told)
{
	auto_buf struct buf clean = BUF_INIT(SIZE_MAX);
	auto_buf struct buf out = BUF_INIT(SIZE_MAX);

	text_masked_clean(secrets, text, len, &clean, told);
	/* cleaning may have made new secrets out of pieces: an escape sequence in the middle of one
	 * is gone now */
	if (secrets && told->lossy) {
		auto_buf struct buf again = BUF_INIT(SIZE_MAX);

		secrets_mask(secrets, &again, buf_text(&clean), clean.len);
		told->cut = text_head_tail(&out, buf_text(&again), again.len, max);
	} else {
		told->cut = text_head_tail(&out, buf_text(&clean), clean.len, max);
	}
	return buf_take(&out);
}

char *tell_text(const struct secrets *secrets, const char *text, size_t max)
{
	struct told told = { 0 };

	return text_told(secrets, text, strlen(text), max, &told);
}

char *tell_line(const struct secrets *secrets, const char *text)
{
	auto_free char *told = tell_text(secrets, text, 16 * TEXT_MAX);
	auto_buf struct buf line = BUF_INIT(SIZE_MAX);

	text_clean_line(&line, told, strlen(told), LINE_COLUMNS);
	return buf_take(&line);
}

struct copying {
	const struct secrets *secrets;
	size_t left; /* bytes that may still be told */
};

static json_t *copy_value(struct copying *c, const json_t *value);

static void spend(struct copying *c, size_t bytes)
{
	c->left = bytes < c->left ? c->left - bytes : 0;
}

static json_t *copy_text(struct copying *c, const json_t *value)
{
	struct told told = { 0 };
	size_t max = c->left < TEXT_MAX ? c->left : TEXT_MAX;
	auto_free char *text = text_told(c->secrets, json_string_value(value),
					 json_string_length(value), max, &told);

	spend(c, strlen(text) + 2);
	return json_string(text);
}

static json_t *copy_list(struct copying *c, const json_t *list)
{
	json_t *copy = json_array();

	for (size_t i = 0; i < json_array_size(list); i++) {
		if (!c->left) {
			json_array_append_new(copy, json_string(CUT));
			break;
		}
		spend(c, 2);
		json_array_append_new(copy, copy_value(c, json_array_get(list, i)));
	}
	return copy;
}

static json_t *copy_map(struct copying *c, const json_t *map)
{
	json_t *copy = json_object();
	json_t *value;
	const char *key;

	/* jansson wants a writable object for iterating, though it writes nothing */
	json_object_foreach(json_incref((json_t *)(uintptr_t)map), key, value)
	{
		auto_free char *told = tell_text(c->secrets, key, TEXT_MAX);

		if (!c->left) {
			json_object_set_new(copy, CUT, json_null());
			break;
		}
		spend(c, strlen(told) + 4);
		json_object_set_new(copy, told, copy_value(c, value));
	}
	json_decref((json_t *)(uintptr_t)map);
	return copy;
}

static json_t *copy_value(struct copying *c, const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_STRING:
		return copy_text(c, value);
	case JSON_ARRAY:
		return copy_list(c, value);
	case JSON_OBJECT:
		return copy_map(c, value);
	default:
		spend(c, 8);
		return json_deep_copy(value);
	}
}

static void put_text(const struct telling *t, json_t *into, const char *name, const char *text)
{
	auto_free char *told = text ? tell_text(t->secrets, text, TEXT_MAX) : NULL;

	if (told)
		json_object_set_new(into, name, json_string(told));
}

static json_t *tell_observed(const struct telling *t)
{
	struct copying c = { .secrets = t->secrets, .left = OBSERVED_MAX };
	json_t *observed = json_object();

	for (char **w = t->check->wants; w && *w; w++) {
		const json_t *value = json_object_get(t->facts, *w);

		if (value && !json_object_get(observed, *w))
			json_object_set_new(observed, *w,
					    c.left ? copy_value(&c, value) : json_string(CUT));
	}
	return observed;
}

static json_t *tell_failure(const struct telling *t, const struct failure *f)
{
	json_t *row = json_object();

	put_text(t, row, "path", f->path);
	put_text(t, row, "expected", f->expected);
	put_text(t, row, "actual", f->actual);
	if (f->severity != SEVERITY_NONE)
		json_object_set_new(row, "severity", json_string(severity_name(f->severity)));
	if (t->check->rule && t->check->rule->entry_count) /* the supervisor takes it out again */
		json_object_set_new(row, "entry", json_integer((json_int_t)f->entry));
	if (f->line) {
		json_object_set_new(row, "line", json_integer(f->line));
		json_object_set_new(row, "column", json_integer(f->column));
	}
	return row;
}

static json_t *tell_failures(const struct telling *t)
{
	json_t *rows = json_array();

	for (size_t i = 0; i < t->verdict->count; i++)
		json_array_append_new(rows, tell_failure(t, &t->verdict->failures[i]));
	return rows;
}

static json_t *tell_evidence(const struct telling *t, const json_t *row, size_t *left)
{
	const json_t *text = json_object_get(row, "text");
	struct told told = { 0 };
	auto_free char *cut = text_told(t->secrets, json_string_value(text),
					json_string_length(text), *left, &told);
	json_t *out = json_object();

	put_text(t, out, "name", json_string_value(json_object_get(row, "name")));
	json_object_set_new(out, "text", json_string(cut));
	json_object_set_new(out, "bytes", json_integer((json_int_t)told.bytes));
	json_object_set_new(out, "truncated", json_boolean(told.cut));
	json_object_set_new(out, "lossy", json_boolean(told.lossy));
	*left -= strlen(cut) < *left ? strlen(cut) : *left;
	return out;
}

static json_t *tell_evidences(const struct telling *t)
{
	json_t *rows = json_array();
	size_t left = EVIDENCE_MAX;

	for (size_t i = 0; i < json_array_size(t->evidences); i++)
		if (json_is_string(json_object_get(json_array_get(t->evidences, i), "text")))
			json_array_append_new(
				rows, tell_evidence(t, json_array_get(t->evidences, i), &left));
	return rows;
}

static json_t *tell_traces(const struct telling *t)
{
	json_t *lines = json_array();
	size_t left = TRACE_MAX;

	for (size_t i = 0; i < json_array_size(t->traces) && left; i++) {
		const char *text = json_string_value(json_array_get(t->traces, i));
		auto_free char *line = tell_line(t->secrets, text ? text : "");

		json_array_append_new(lines, json_string(line));
		left -= strlen(line) < left ? strlen(line) : left;
	}
	return lines;
}

static json_t *tell_error(const struct telling *t, const json_t *error)
{
	json_t *out = json_object();
	const char *text = json_string_value(json_object_get(error, "text"));
	auto_free char *line = tell_line(t->secrets, text ? text : "");

	json_object_set(out, "kind", json_object_get(error, "kind"));
	json_object_set_new(out, "text", json_string(line));
	return out;
}

/* Nothing empty is told. */
static void put_rows(json_t *into, const char *name, json_t *rows)
{
	if (json_array_size(rows) || json_object_size(rows))
		json_object_set(into, name, rows);
	json_decref(rows);
}

char *details_make(const struct telling *t)
{
	const json_t *error = json_object_get(t->facts, "error");
	json_t *details = json_object();
	char *text;

	if (t->message)
		json_object_set_new(details, "message", json_string(t->message));
	put_text(t, details, "expected", t->expected);
	put_text(t, details, "actual", t->actual);
	if (t->verdict)
		put_rows(details, "failures", tell_failures(t));
	if (error)
		json_object_set_new(details, "error", tell_error(t, error));
	put_rows(details, "observed", tell_observed(t));
	put_rows(details, "evidence", tell_evidences(t));
	put_rows(details, "trace", tell_traces(t));
	put_text(t, details, "target", t->target);
	text = json_dumps(details, JSON_COMPACT);
	json_decref(details);
	return text;
}
