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

/* A value that goes on with the one before (RFC 9112, 5.2) is kept with a blank before it, which no
 * other one begins with. */
static void header_add(struct answer *a, const char *value, size_t len, bool folded)
{
	auto_buf struct buf text = BUF_INIT(HEADERS_MAX);

	if (folded)
		buf_addc(&text, ' ');
	text_clean(&text, value, len);
	json_array_append_new(a->last, json_stringn(buf_text(&text), text.len));
}

/* Point a->last at the list of a header. */
static void header_begin(struct answer *a, const char *line, size_t len)
{
	auto_free char *name = header_name(line, len);

	a->last = NULL;
	if (!len || text_valid(name, strlen(name)) != strlen(name))
		return;
	a->last = json_object_get(a->headers, name);
	if (a->last)
		return;
	a->last = json_array();
	json_object_set_new(a->headers, name, a->last);
}

static void header_take(struct answer *a, const char *line, size_t len)
{
	const char *colon = memchr(line, ':', len);
	const char *value = line, *end = line + len;
	const bool folded = is_blank(*line);

	if (!folded && !colon)
		return;
	if (!folded) {
		header_begin(a, line, (size_t)(colon - line));
		value = colon + 1;
	}
	while (value < end && is_blank(*value))
		value++;
	while (end > value && is_blank(end[-1]))
		end--;
	if (a->last)
		header_add(a, value, (size_t)(end - value), folded);
}

/* The head of an answer begins, the first or another one: after 100 Continue, say. */
static void head_begin(struct answer *a, const char *line, size_t len)
{
	static const char status[] = "HTTP/1.1 101";

	a->switching = len >= strlen(status) && !memcmp(line, status, strlen(status));
	a->head_ended = false;
	a->last = NULL;
	if (a->headers)
		json_object_clear(a->headers);
}

bool answer_header(struct answer *a, const char *line, size_t len)
{
	a->header_bytes += len;
	if (a->header_bytes > HEADERS_MAX) {
		a->headers_too_large = true;
		return false;
	}
	if (len >= 5 && !memcmp(line, "HTTP/", 5))
		head_begin(a, line, len);
	else if (len && (*line == '\n' || (*line == '\r' && len == 2)))
		a->head_ended = true;
	else if (len && a->headers && !a->head_ended) /* trailers are no headers: RFC 9110, 6.5.1 */
		header_take(a, line, len);
	return !(a->switching && a->head_ended);
}

/* Several lines of one name count as one, joined by commas: RFC 9110, section 5.2. */
static json_t *header_joined(const json_t *values)
{
	auto_buf struct buf text = BUF_INIT(2 * HEADERS_MAX);
	const json_t *value;
	size_t i;

	json_array_foreach(values, i, value) {
		if (i && *json_string_value(value) != ' ')
			buf_adds(&text, ", ");
		buf_add(&text, json_string_value(value), json_string_length(value));
	}
	return json_stringn(buf_text(&text), text.len);
}

static json_t *headers_joined(const json_t *headers)
{
	json_t *map = json_object();
	const char *name;
	json_t *values;

	json_object_foreach((json_t *)(uintptr_t)headers, name, values)
		json_object_set_new(map, name, header_joined(values));
	return map;
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
	static const char mark[] = "\xef\xbb\xbf"; /* some servers begin with it: RFC 8259, 8.1 */
	const char *text = buf_text(&a->body);
	const size_t skip = strncmp(text, mark, strlen(mark)) ? 0 : strlen(mark);
	json_error_t error;
	/* of a name that stands twice one reader takes the first and another one the last */
	json_t *value = json_loadb(text + skip, a->body.len - skip,
				   JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &error);
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
		observer_set(o, "headers", headers_joined(a->headers));
	if (a->wanted && status > 0)
		observer_set_text(o, "body", buf_text(&a->body), a->body.len);
	if (whole && observer_wants(o, "json"))
		record_json(a, o);
	if (a->body.len)
		observer_evidence(o, "body", buf_text(&a->body), a->body.len);
}
