/*
 * http_answer - what a server has answered so far, in bounded memory, and as facts. Judges nothing.
 */
#include "checks/modules/http_answer.h"

#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/text.h"
#include "engine/base/xalloc.h"
#include "engine/decl/observer.h"

/* Of a body that nobody judges: enough to see what is wrong. */
#define EVIDENCE_MAX ((size_t)8 * 1024)

void answer_free(struct answer *a)
{
	json_decref(a->headers);
	buf_free(&a->body);
	*a = (struct answer){ 0 };
}

void answer_begin(struct answer *a, const struct observer *o)
{
	answer_free(a);
	a->wanted = observer_wants(o, "body") || observer_wants(o, "json") ||
		    observer_wants(o, "found");
	a->headers = observer_wants(o, "headers") ? json_object() : NULL;
	a->body = BUF_INIT(a->wanted ? BODY_MAX : EVIDENCE_MAX);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static char *header_name(const char *line, size_t len)
{
	char *name = xmemdup0(line, len);

	for (char *c = name; *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	return name;
}

/* Several lines of one name count as one, joined by commas: RFC 9110, section 5.2. */
static void header_add(json_t *headers, const char *name, const char *value, size_t len)
{
	auto_buf struct buf text = BUF_INIT(HEADERS_MAX);
	const char *before = json_string_value(json_object_get(headers, name));

	if (before) {
		buf_adds(&text, before);
		buf_adds(&text, ", ");
	}
	text_clean(&text, value, len);
	json_object_set_new(headers, name, json_stringn(buf_text(&text), text.len));
}

bool answer_header(struct answer *a, const char *line, size_t len)
{
	const char *colon = memchr(line, ':', len);
	const char *value, *end = line + len;
	auto_free char *name = NULL;

	a->header_bytes += len;
	if (a->header_bytes > HEADERS_MAX) {
		a->headers_too_large = true;
		return false;
	}
	if (!a->headers)
		return true;
	if (len >= 5 &&
	    !memcmp(line, "HTTP/", 5)) { /* the head of another answer: after 100 Continue, say */
		json_object_clear(a->headers);
		return true;
	}
	if (!colon || colon == line)
		return true;
	name = header_name(line, (size_t)(colon - line));
	for (value = colon + 1; value < end && is_blank(*value); value++)
		;
	while (end > value && is_blank(end[-1]))
		end--;
	if (text_valid(name, strlen(name)) == strlen(name))
		header_add(a->headers, name, value, (size_t)(end - value));
	return true;
}

bool answer_body(struct answer *a, const char *bytes, size_t len)
{
	a->body_bytes += len;
	buf_add(&a->body, bytes, len);
	a->body_too_large = a->body_bytes > BODY_MAX;
	return !a->body_too_large;
}

static void record_json(const struct answer *a, struct observer *o)
{
	json_error_t error;
	json_t *value = json_loadb(buf_text(&a->body), a->body.len, JSON_DECODE_ANY, &error);
	auto_free char *why = NULL;

	if (value) {
		observer_set(o, "json", value);
		return;
	}
	why = xasprintf("the body is not JSON: %s (line %d, column %d)", error.text, error.line,
			error.column);
	observer_evidence(o, "json", why, strlen(why));
}

void answer_record(const struct answer *a, struct observer *o, long status, bool whole)
{
	if (status > 0)
		observer_set_int(o, "status", status);
	if (status > 0 && a->headers)
		observer_set(o, "headers", json_incref(a->headers));
	if (a->wanted && status > 0)
		observer_set_text(o, "body", buf_text(&a->body), a->body.len);
	if (whole && observer_wants(o, "json"))
		record_json(a, o);
	if (a->body.len)
		observer_evidence(o, "body", buf_text(&a->body), a->body.len);
}
