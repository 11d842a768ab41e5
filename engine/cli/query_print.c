#include "engine/cli/query_print.h"

#include <inttypes.h>
#include <stdint.h>
#include <string.h>

#include <jansson.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/clock.h"
#include "engine/base/text.h"
#include "engine/decl/field.h"

static int print_text(const char *s, struct buf *out)
{
	if (s)
		text_clean_line(out, s, strlen(s), 0);
	return s != NULL;
}

static int print_list(const struct text_list *l, struct buf *out)
{
	buf_addc(out, '[');
	for (size_t i = 0; i < l->count; i++) {
		buf_adds(out, i ? ", " : "");
		print_text(l->items[i], out);
	}
	buf_addc(out, ']');
	return l->count > 0;
}

static int print_map(const struct text_map *m, struct buf *out)
{
	buf_adds(out, "{ ");
	for (size_t i = 0; i < m->count; i++) {
		buf_printf(out, "%s%s: ", i ? ", " : "", m->keys[i]);
		print_text(m->values[i], out);
	}
	buf_adds(out, " }");
	return m->count > 0;
}

static int print_json(const json_t *value, struct buf *out)
{
	auto_free char *text = value ? json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;

	return print_text(text, out);
}

static int print_enum(const struct field *f, int choice, struct buf *out)
{
	buf_adds(out, f->choices[choice]);
	return 1;
}

static int print_duration(int64_t ns, struct buf *out)
{
	char text[32];

	clock_human(ns, text, sizeof(text));
	buf_adds(out, text);
	return ns != 0;
}

int query_print_field(const struct field *f, const void *query, struct buf *out)
{
	const void *at = (const char *)query + f->offset;

	switch (f->kind) {
	case FIELD_KIND_TEXT:
	case FIELD_KIND_PATH:
	case FIELD_KIND_URL:
	case FIELD_KIND_REGEX:
	case FIELD_KIND_SHELL:
	case FIELD_KIND_QUERY:
		return print_text(*(char *const *)at, out);
	case FIELD_KIND_SECRET:
		return print_text(*(char *const *)at ? "***" : NULL, out);
	case FIELD_KIND_UINT:
		buf_printf(out, "%" PRIu64, *(const uint64_t *)at);
		return f->dflt || f->required || *(const uint64_t *)at;
	case FIELD_KIND_INT:
		buf_printf(out, "%" PRId64, *(const int64_t *)at);
		return f->dflt || f->required || *(const int64_t *)at;
	case FIELD_KIND_BOOL:
		buf_adds(out, *(const bool *)at ? "true" : "false");
		return f->dflt || *(const bool *)at;
	case FIELD_KIND_ENUM:
		return print_enum(f, *(const int *)at, out);
	case FIELD_KIND_DURATION:
		return print_duration(((const struct duration *)at)->ns, out);
	case FIELD_KIND_SIZE:
		buf_printf(out, "%" PRIu64, ((const struct byte_size *)at)->bytes);
		return f->dflt || ((const struct byte_size *)at)->bytes;
	case FIELD_KIND_MODE:
		buf_printf(out, "%04o", (unsigned)((const struct file_mode *)at)->bits);
		return ((const struct file_mode *)at)->set;
	case FIELD_KIND_LIST:
	case FIELD_KIND_REGEXES:
		return print_list(at, out);
	case FIELD_KIND_MAP:
	case FIELD_KIND_REGEX_MAP:
		return print_map(at, out);
	case FIELD_KIND_JSON:
		return print_json(*(json_t *const *)at, out);
	}
	return 0;
}
