/*
 * observer - where a check puts what it saw. Judges nothing, masks nothing.
 */
#include "engine/decl/observer.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/err.h"
#include "engine/base/text.h"
#include "engine/base/xalloc.h"
#include "engine/decl/table_cache.h"

#define LINE_MAX_BYTES 4096
#define EVIDENCE_MAX_BYTES ((size_t)64 * 1024)
#define TRACES_MAX 256

/* Evidence as it was given: most of it is of checks that pass, and never told. */
struct evidence {
	char *name, *text;
	size_t len;
};

struct observer {
	const char *const *wants;
	json_t *facts;
	struct evidence *seen;
	size_t seen_count, seen_cap;
	json_t *evidences; /* of what was seen; made when it is asked for */
	char **lines; /* traces, as they were given */
	size_t line_count, line_cap;
	json_t *traces; /* of the lines; made when it is asked for */
	enum kind kind;
	int64_t deadline;
	struct table_cache *cache;
	bool own_cache;
	const json_t *state;
	json_t *kept;
	const char *phase; /* NULL: none is told, or it has been */
	char *target;
	char *inapplicable;
};

struct observer *observer_new(const char *const *wants)
{
	struct observer *o = xcalloc(1, sizeof(*o));

	o->wants = wants;
	o->deadline = INT64_MAX;
	o->facts = json_object();
	return o;
}

/* Nothing that was seen may be left in memory: workers inherit it. */
static void seen_free(struct observer *o)
{
	for (size_t i = 0; i < o->seen_count; i++) {
		explicit_bzero(o->seen[i].text, o->seen[i].len);
		free(o->seen[i].text);
		free(o->seen[i].name);
	}
	free(o->seen);
	for (size_t i = 0; i < o->line_count; i++) {
		explicit_bzero(o->lines[i], strlen(o->lines[i]));
		free(o->lines[i]);
	}
	free(o->lines);
}

void observer_free(struct observer *o)
{
	if (!o)
		return;
	seen_free(o);
	json_decref(o->facts);
	json_decref(o->evidences);
	json_decref(o->traces);
	json_decref(o->kept);
	free(o->target);
	free(o->inapplicable);
	if (o->own_cache)
		table_cache_free(o->cache);
	free(o);
}

int64_t observer_deadline(const struct observer *o)
{
	return o->deadline;
}

void observer_set_deadline(struct observer *o, int64_t deadline)
{
	o->deadline = deadline;
}

const json_t *observer_state(const struct observer *o)
{
	return o->state;
}

void observer_set_state(struct observer *o, const json_t *state)
{
	o->state = state;
}

void observer_keep(struct observer *o, json_t *state)
{
	json_decref(o->kept);
	o->kept = state;
}

const json_t *observer_kept(const struct observer *o)
{
	return o->kept;
}

bool observer_wants(const struct observer *o, const char *fact)
{
	if (!o->wants)
		return true;
	/* most differ in the first letters */
	for (const char *const *w = o->wants; *w; w++) {
		const char *a = *w, *b = fact;

		while (*a && *a == *b)
			a++, b++;
		if (!*a && (!*b || *b == '.' || *b == '['))
			return true;
	}
	return false;
}

void observer_set(struct observer *o, const char *fact, json_t *value)
{
	json_object_set_new_nocheck(o->facts, fact, value);
}

void observer_set_bool(struct observer *o, const char *fact, bool value)
{
	if (observer_wants(o, fact))
		observer_set(o, fact, json_boolean(value));
}

void observer_set_int(struct observer *o, const char *fact, int64_t value)
{
	if (observer_wants(o, fact))
		observer_set(o, fact, json_integer(value));
}

void observer_set_real(struct observer *o, const char *fact, double value)
{
	if (observer_wants(o, fact))
		observer_set(o, fact, json_real(value));
}

/* What is not UTF-8 becomes U+FFFD, NUL U+2400: nothing that was seen is left out. */
static void repair(struct buf *out, const char *bytes, size_t len)
{
	uint32_t c;

	for (size_t i = 0; i < len;) {
		size_t n = text_decode(bytes + i, len - i, &c);

		if (!n)
			buf_adds(out, "\xef\xbf\xbd");
		else if (!c)
			buf_adds(out, "\xe2\x90\x80");
		else
			buf_add(out, bytes + i, n);
		i += n ? n : 1;
	}
}

json_t *observer_text(const char *bytes, size_t len)
{
	auto_buf struct buf fixed = BUF_INIT(SIZE_MAX);

	if (!len)
		return json_string("");
	if (text_valid(bytes, len) == len && !memchr(bytes, '\0', len))
		return json_stringn_nocheck(bytes, len);
	repair(&fixed, bytes, len);
	return json_stringn_nocheck(buf_text(&fixed), fixed.len);
}

void observer_set_text(struct observer *o, const char *fact, const char *bytes, size_t len)
{
	observer_set(o, fact, observer_text(bytes, len));
}

void observer_set_string(struct observer *o, const char *fact, const char *text)
{
	observer_set_text(o, fact, text, strlen(text));
}

void observer_trouble(struct observer *o, enum kind kind, const char *fmt, ...)
{
	auto_buf struct buf line = BUF_INIT(LINE_MAX_BYTES);
	json_t *error;
	va_list ap;

	if (o->kind != KIND_NONE || kind == KIND_NONE)
		return;
	va_start(ap, fmt);
	buf_vprintf(&line, fmt, ap);
	va_end(ap);
	o->kind = kind;
	error = json_object();
	json_object_set_new_nocheck(error, "kind", json_string(kinds[kind].name));
	json_object_set_new_nocheck(error, "text", observer_text(buf_text(&line), line.len));
	observer_set(o, "error", error);
}

enum kind observer_kind(const struct observer *o)
{
	return o->kind;
}

void observer_evidence(struct observer *o, const char *name, const char *bytes, size_t len)
{
	const size_t kept = len < EVIDENCE_MAX_BYTES ? len : EVIDENCE_MAX_BYTES;

	array_grow(o->seen, o->seen_count, o->seen_cap);
	o->seen[o->seen_count++] =
		(struct evidence){ xstrdup(name), xmemdup0(bytes, kept), kept };
}

void observer_trace(struct observer *o, const char *fmt, ...)
{
	auto_buf struct buf line = BUF_INIT(LINE_MAX_BYTES);
	va_list ap;

	if (o->line_count >= TRACES_MAX)
		return;
	va_start(ap, fmt);
	buf_vprintf(&line, fmt, ap);
	va_end(ap);
	array_grow(o->lines, o->line_count, o->line_cap);
	o->lines[o->line_count++] = xstrdup(buf_text(&line));
}

void observer_phase(struct observer *o, const char *phase)
{
	o->phase = phase;
}

void observer_target(struct observer *o, const char *host, unsigned port)
{
	const bool v6 = strchr(host, ':') && *host != '[';

	if (!o->target)
		o->target = xasprintf("%s%s%s:%u", v6 ? "[" : "", host, v6 ? "]" : "", port);
}

void observer_inapplicable(struct observer *o, const char *fmt, ...)
{
	va_list ap;

	if (o->inapplicable)
		return;
	va_start(ap, fmt);
	o->inapplicable = xvasprintf(fmt, ap);
	va_end(ap);
}

const char *observer_inapplicable_text(const struct observer *o)
{
	return o->inapplicable;
}

const char *observer_target_text(const struct observer *o)
{
	return o->target;
}

void observer_use_cache(struct observer *o, struct table_cache *c)
{
	if (o->own_cache)
		table_cache_free(o->cache);
	o->own_cache = false;
	o->cache = c;
}

const void *observer_table(struct observer *o, const struct shared_table *type, struct err **e)
{
	if (!o->cache) {
		o->cache = table_cache_new();
		o->own_cache = true;
	}
	return table_cache_get(o->cache, type, e);
}

const struct root *observer_root(const struct observer *o)
{
	return o->cache ? table_cache_root(o->cache) : NULL;
}

json_t *observer_facts(struct observer *o)
{
	return o->facts;
}

json_t *observer_evidences(struct observer *o)
{
	if (!o->evidences)
		o->evidences = json_array();
	for (size_t i = json_array_size(o->evidences); i < o->seen_count; i++) {
		const struct evidence *x = &o->seen[i];
		json_t *row = json_object();

		json_object_set_new_nocheck(row, "name", observer_text(x->name, strlen(x->name)));
		json_object_set_new_nocheck(row, "text", observer_text(x->text, x->len));
		json_array_append_new(o->evidences, row);
	}
	return o->evidences;
}

json_t *observer_traces(struct observer *o)
{
	if (o->kind != KIND_NONE && o->phase)
		observer_trace(o, "stopped in phase %s", o->phase);
	o->phase = NULL;
	if (!o->traces)
		o->traces = json_array();
	for (size_t i = json_array_size(o->traces); i < o->line_count; i++)
		json_array_append_new(o->traces, observer_text(o->lines[i], strlen(o->lines[i])));
	return o->traces;
}
