/*
 * quote - a value as text, quoted by where it stands: regex, the part of a URL, or not at all.
 */
#include "engine/ruleset/quote.h"

#include <stdint.h>
#include <string.h>

#include "engine/base/buf.h"
#include "engine/base/number.h"
#include "engine/base/text.h"
#include "engine/ruleset/hole.h"

void value_add_text(struct buf *out, const json_t *v)
{
	char number[64];

	switch (json_typeof(v)) {
	case JSON_STRING:
		buf_add(out, json_string_value(v), json_string_length(v));
		break;
	case JSON_INTEGER:
		buf_printf(out, "%lld", (long long)json_integer_value(v));
		break;
	case JSON_REAL:
		number_format(json_real_value(v), number, sizeof(number));
		buf_adds(out, number);
		break;
	case JSON_TRUE:
		buf_adds(out, "true");
		break;
	case JSON_FALSE:
		buf_adds(out, "false");
		break;
	case JSON_NULL:
		buf_adds(out, "null");
		break;
	case JSON_ARRAY:
	case JSON_OBJECT:
		break;
	}
}

/* The part of a URL that the next character after `before` belongs to; `after` is the rest of the
 * text, with its ${…}. */
enum url_part { URL_OPAQUE, URL_USERINFO, URL_HOST, URL_PATH, URL_QUERY };

/* Whether the authority goes on to an '@': then we stand in the userinfo. */
static bool user_follows(const char *after)
{
	for (const char *s = after; *s && !strchr("/?#", *s); s++) {
		if (*s == '@')
			return true;
		if (strncmp(s, "${", 2) == 0 && hole_name_end(s + 2))
			s = hole_name_end(s + 2);
	}
	return false;
}

static enum url_part url_part(const char *before, const char *after)
{
	const char *authority = strstr(before, "://");

	if (!authority)
		return URL_OPAQUE;
	authority += 3;
	if (strpbrk(authority, "?#"))
		return URL_QUERY;
	if (strchr(authority, '/'))
		return URL_PATH;
	return user_follows(after) ? URL_USERINFO : URL_HOST;
}

/* Percent-encode all but the unreserved and `keep`. */
static void add_percent(struct buf *out, const char *s, const char *keep)
{
	while (*s) {
		size_t n = strcspn(s, keep);

		text_percent(out, s, n);
		s += n;
		if (*s)
			buf_addc(out, *s++);
	}
}

static void add_url_value(struct buf *out, const char *value, const char *after)
{
	/* a host may be an address in brackets with a port, or several with commas (mongodb://,
	 * loadbalance:) */
	static const char *const keep[] = {
		[URL_USERINFO] = "",
		[URL_HOST] = ":[],",
		[URL_PATH] = "/",
		[URL_QUERY] = "",
	};
	enum url_part part = url_part(buf_text(out), after);

	if (!out->len || part == URL_OPAQUE)
		buf_adds(out, value);
	else
		add_percent(out, value, keep[part]);
}

void value_add_quoted(struct buf *out, const json_t *v, enum quoting quoting, const char *after)
{
	auto_buf struct buf text = BUF_INIT(SIZE_MAX);

	value_add_text(&text, v);
	if (quoting == QUOTE_REGEX)
		text_regex_quote(out, buf_text(&text), text.len);
	else if (quoting == QUOTE_URL)
		add_url_value(out, buf_text(&text), after);
	else
		buf_add(out, buf_text(&text), text.len);
}
