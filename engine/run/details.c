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

	if (secrets && secrets_mask(secrets, &masked, text, len) > 0) {
		text = buf_text(&masked);
		len = masked.len;
	}
	told->lossy = text_clean(out, text, len) > 0;
}

static void text_told(const struct secrets *secrets, const char *text, size_t len, size_t max,
		      struct buf *out, struct told *told)
{
	auto_buf struct buf clean = BUF_INIT(SIZE_MAX);

	*told = (struct told){ .bytes = len };
	if (!secrets && len <= max && text_is_plain(text, len)) {
		buf_add(out, text, len); /* as most are */
		return;
	}
	text_masked_clean(secrets, text, len, &clean, told);
	/* cleaning may have made new secrets out of pieces: an escape sequence in the middle of one
	 * is gone now */
	if (secrets && told->lossy) {
		auto_buf struct buf again = BUF_INIT(SIZE_MAX);

		secrets_mask(secrets, &again, buf_text(&clean), clean.len);
		told->cut = text_head_tail(out, buf_text(&again), again.len, max);
	} else {
		told->cut = text_head_tail(out, buf_text(&clean), clean.len, max);
	}
}

char *tell_text(const struct secrets *secrets, const char *text, size_t max)
{
	struct buf out = BUF_INIT(SIZE_MAX);
	struct told told;

	text_told(secrets, text, strlen(text), max, &out, &told);
	return buf_take(&out);
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

static void tell_copied(struct copying *c, const json_t *value, struct buf *out)
{
	size_t max = c->left < TEXT_MAX ? c->left : TEXT_MAX;
	struct told told;

	text_told(c->secrets, json_string_value(value), json_string_length(value), max, out, &told);
	spend(c, out->len + 2);
}

static json_t *copy_text(struct copying *c, const json_t *value)
{
	auto_buf struct buf text = BUF_INIT(SIZE_MAX);

	tell_copied(c, value, &text);
	return json_string(buf_text(&text));
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

/*
 * JSON text, written as it is found: a tree of it costs more than most checks.
 */

static void put_string(struct buf *out, const char *text, size_t len)
{
	buf_addc(out, '"');
	text_json(out, text, len);
	buf_addc(out, '"');
}

static void put_comma(struct buf *out)
{
	const char last = out->data[out->len - 1];

	if (last != '{' && last != '[')
		buf_addc(out, ',');
}

/* The name is one of ours, or a fact's: it needs no escapes. */
static void put_name(struct buf *out, const char *name)
{
	put_comma(out);
	buf_addc(out, '"');
	buf_adds(out, name);
	buf_adds(out, "\":");
}

static void put_member(struct buf *out, const char *name, const char *text)
{
	put_name(out, name);
	put_string(out, text, strlen(text));
}

static void put_number(struct buf *out, const char *name, int64_t value)
{
	put_name(out, name);
	buf_add_int(out, value);
}

static void put_bool(struct buf *out, const char *name, bool value)
{
	put_name(out, name);
	buf_adds(out, value ? "true" : "false");
}

static void put_text(const struct telling *t, struct buf *out, const char *name, const char *text)
{
	auto_buf struct buf told = BUF_INIT(SIZE_MAX);
	struct told how;

	if (!text)
		return;
	text_told(t->secrets, text, strlen(text), TEXT_MAX, &told, &how);
	put_member(out, name, buf_text(&told));
}

/* What holds others is copied first: its keys may have become alike by masking. */
static void put_copy(struct copying *c, struct buf *out, const json_t *value)
{
	json_t *copy = copy_value(c, value);
	auto_free char *text = json_dumps(copy, JSON_COMPACT | JSON_ENCODE_ANY);

	buf_adds(out, text ? text : "null");
	json_decref(copy);
}

static void put_value(struct copying *c, struct buf *out, const json_t *value)
{
	auto_buf struct buf told = BUF_INIT(SIZE_MAX);

	switch (json_typeof(value)) {
	case JSON_STRING:
		tell_copied(c, value, &told);
		put_string(out, buf_text(&told), told.len);
		break;
	case JSON_INTEGER:
		spend(c, 8);
		buf_add_int(out, json_integer_value(value));
		break;
	case JSON_TRUE:
	case JSON_FALSE:
		spend(c, 8);
		buf_adds(out, json_is_true(value) ? "true" : "false");
		break;
	default:
		put_copy(c, out, value);
	}
}

static bool wanted_before(const struct check *c, char **w)
{
	for (char **x = c->wants; x < w; x++)
		if (!strcmp(*x, *w))
			return true;
	return false;
}

static void put_observed(const struct telling *t, struct buf *out)
{
	struct copying c = { .secrets = t->secrets, .left = OBSERVED_MAX };
	bool any = false;

	for (char **w = t->check->wants; w && *w; w++) {
		const json_t *value = json_object_get(t->facts, *w);

		if (!value || wanted_before(t->check, w))
			continue;
		if (!any) {
			put_name(out, "observed");
			buf_addc(out, '{');
		}
		any = true;
		put_name(out, *w);
		if (c.left)
			put_value(&c, out, value);
		else
			put_string(out, CUT, strlen(CUT));
	}
	if (any)
		buf_addc(out, '}');
}

static void put_failure(const struct telling *t, struct buf *out, const struct failure *f)
{
	put_comma(out);
	buf_addc(out, '{');
	put_text(t, out, "path", f->path);
	put_text(t, out, "expected", f->expected);
	put_text(t, out, "actual", f->actual);
	if (f->severity != SEVERITY_NONE)
		put_member(out, "severity", severity_name(f->severity));
	if (t->check->rule && t->check->rule->entry_count) /* the supervisor takes it out again */
		put_number(out, "entry", (int64_t)f->entry);
	if (f->line) {
		put_number(out, "line", f->line);
		put_number(out, "column", f->column);
	}
	buf_addc(out, '}');
}

/* Nothing empty is told. */
static void put_failures(const struct telling *t, struct buf *out)
{
	if (!t->verdict || !t->verdict->count)
		return;
	put_name(out, "failures");
	buf_addc(out, '[');
	for (size_t i = 0; i < t->verdict->count; i++)
		put_failure(t, out, &t->verdict->failures[i]);
	buf_addc(out, ']');
}

static void put_evidence(const struct telling *t, struct buf *out, const json_t *row, size_t *left)
{
	const json_t *text = json_object_get(row, "text");
	auto_buf struct buf cut = BUF_INIT(SIZE_MAX);
	struct told told;

	text_told(t->secrets, json_string_value(text), json_string_length(text), *left, &cut,
		  &told);
	put_comma(out);
	buf_addc(out, '{');
	put_text(t, out, "name", json_string_value(json_object_get(row, "name")));
	put_name(out, "text");
	put_string(out, buf_text(&cut), cut.len);
	put_number(out, "bytes", (int64_t)told.bytes);
	put_bool(out, "truncated", told.cut);
	put_bool(out, "lossy", told.lossy);
	buf_addc(out, '}');
	*left -= cut.len < *left ? cut.len : *left;
}

static bool is_evidence(const json_t *row)
{
	return json_is_string(json_object_get(row, "text"));
}

static void put_evidences(const struct telling *t, struct buf *out)
{
	size_t left = EVIDENCE_MAX, count = json_array_size(t->evidences), i = 0;

	while (i < count && !is_evidence(json_array_get(t->evidences, i)))
		i++;
	if (i == count)
		return;
	put_name(out, "evidence");
	buf_addc(out, '[');
	for (; i < count; i++)
		if (is_evidence(json_array_get(t->evidences, i)))
			put_evidence(t, out, json_array_get(t->evidences, i), &left);
	buf_addc(out, ']');
}

static void put_traces(const struct telling *t, struct buf *out)
{
	const size_t count = json_array_size(t->traces);
	size_t left = TRACE_MAX;

	if (!count)
		return;
	put_name(out, "trace");
	buf_addc(out, '[');
	for (size_t i = 0; i < count && left; i++) {
		const char *text = json_string_value(json_array_get(t->traces, i));
		auto_free char *line = tell_line(t->secrets, text ? text : "");
		const size_t len = strlen(line);

		put_comma(out);
		put_string(out, line, len);
		left -= len < left ? len : left;
	}
	buf_addc(out, ']');
}

static void put_error(const struct telling *t, struct buf *out)
{
	const json_t *error = json_object_get(t->facts, "error");
	const char *kind = json_string_value(json_object_get(error, "kind"));
	const char *text = json_string_value(json_object_get(error, "text"));
	auto_free char *line = error ? tell_line(t->secrets, text ? text : "") : NULL;

	if (!error)
		return;
	put_name(out, "error");
	buf_addc(out, '{');
	if (kind)
		put_member(out, "kind", kind);
	put_member(out, "text", line);
	buf_addc(out, '}');
}

char *details_make(const struct telling *t)
{
	struct buf out = BUF_INIT(SIZE_MAX);

	buf_addc(&out, '{');
	if (t->message)
		put_member(&out, "message", t->message);
	put_text(t, &out, "expected", t->expected);
	put_text(t, &out, "actual", t->actual);
	put_failures(t, &out);
	put_error(t, &out);
	put_observed(t, &out);
	put_evidences(t, &out);
	put_traces(t, &out);
	put_text(t, &out, "target", t->target);
	buf_addc(&out, '}');
	return buf_take(&out);
}
