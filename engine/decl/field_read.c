/*
 * field_read - one reader for each kind of field: from what was written to a C value, or one line
 * for the user.
 */
#include "engine/decl/field_kinds.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/err.h"
#include "engine/base/number.h"
#include "engine/base/regex.h"
#include "engine/base/text.h"
#include "engine/base/xalloc.h"
#include "engine/document/diagnostic.h"
#include "engine/document/node.h"

#define DESCRIPTION_MAX 1024

/* "port: '99999' is not a port number from 1 to 65535" */
static int refuse(const struct field *f, const struct node *value, const char *hint,
		  struct diagnostics *d)
{
	auto_buf struct buf wanted = BUF_INIT(DESCRIPTION_MAX);
	auto_buf struct buf got = BUF_INIT(DESCRIPTION_MAX);

	field_describe(f, &wanted);
	if (value->type == NODE_SCALAR && f->kind != FIELD_KIND_SECRET)
		text_quote(&got, value->text, value->len);
	else
		buf_adds(&got, value->type == NODE_SCALAR ? "the value" : node_kind(value));
	return diagnose(d, value, "%s: %s is not %s%s", f->name, buf_text(&got), buf_text(&wanted),
			hint);
}

/* The text of a scalar; NULL and a diagnostic for a list or a map. */
static const char *scalar(const struct field *f, const struct node *value, struct diagnostics *d)
{
	if (value->type == NODE_SCALAR)
		return value->text;
	refuse(f, value, "", d);
	return NULL;
}

static int read_text(const struct field *f, void *member, const struct node *value,
		     struct diagnostics *d)
{
	const char *s = scalar(f, value, d);

	if (!s)
		return -1;
	if (f->filled && !s[strspn(s, " \t\r\n")])
		return diagnose(d, value, "%s: must not be empty", f->name);
	*(char **)member = xstrdup(s);
	return 0;
}

/* What must not be empty: a path, a script, a query. */
static int read_filled(const struct field *f, void *member, const struct node *value,
		       struct diagnostics *d)
{
	const char *s = scalar(f, value, d);

	if (!s)
		return -1;
	if (!s[strspn(s, " \t\r\n")])
		return diagnose(d, value, "%s: must not be empty", f->name);
	return read_text(f, member, value, d);
}

static int read_path(const struct field *f, void *member, const struct node *value,
		     struct diagnostics *d)
{
	const char *s = scalar(f, value, d);

	if (!s)
		return -1;
	if (*s != '/')
		return refuse(f, value, s[0] == '~' ? "; '~' is not expanded" : "", d);
	return read_text(f, member, value, d);
}

static int read_url(const struct field *f, void *member, const struct node *value,
		    struct diagnostics *d)
{
	const char *s = scalar(f, value, d);

	if (!s)
		return -1;
	for (const char *p = s; *p; p++)
		if ((unsigned char)*p <= ' ' || *p == 0x7f)
			return refuse(f, value, "; it holds white space or a control character", d);
	return read_filled(f, member, value, d);
}

static int read_uint(const struct field *f, void *member, const struct node *value,
		     struct diagnostics *d)
{
	const char *s = scalar(f, value, d);
	uint64_t n;

	if (!s)
		return -1;
	if (number_uint(s, &n) || (f->min > 0 && n < (uint64_t)f->min) ||
	    (f->max > 0 && n > (uint64_t)f->max))
		return refuse(f, value, "", d);
	*(uint64_t *)member = n;
	return 0;
}

static int read_int(const struct field *f, void *member, const struct node *value,
		    struct diagnostics *d)
{
	const char *s = scalar(f, value, d);
	bool bounded = f->min || f->max;
	int64_t n;

	if (!s)
		return -1;
	if (number_int(s, &n) || (bounded && (n < f->min || n > f->max)))
		return refuse(f, value, "", d);
	*(int64_t *)member = n;
	return 0;
}

const char *field_meant_bool(const char *s)
{
	static const char *const yes[] = { "yes", "Yes", "YES",  "y",    "Y", "on",
					   "On",  "ON",  "True", "TRUE", "1" };
	static const char *const no[] = { "no",  "No",  "NO",    "n",     "N", "off",
					  "Off", "OFF", "False", "FALSE", "0" };

	for (size_t i = 0; i < ARRAY_SIZE(yes); i++)
		if (!strcmp(s, yes[i]))
			return "; did you mean true?";
	for (size_t i = 0; i < ARRAY_SIZE(no); i++)
		if (!strcmp(s, no[i]))
			return "; did you mean false?";
	return "";
}

static int read_bool(const struct field *f, void *member, const struct node *value,
		     struct diagnostics *d)
{
	const char *s = scalar(f, value, d);

	if (!s)
		return -1;
	if (strcmp(s, "true") && strcmp(s, "false"))
		return refuse(f, value, field_meant_bool(s), d);
	*(bool *)member = *s == 't';
	return 0;
}

static int read_enum(const struct field *f, void *member, const struct node *value,
		     struct diagnostics *d)
{
	const char *s = scalar(f, value, d);
	const char *near;
	auto_free char *hint = NULL;

	if (!s)
		return -1;
	for (int i = 0; f->choices[i]; i++)
		if (!strcmp(s, f->choices[i])) {
			*(int *)member = i;
			return 0;
		}
	near = text_nearest(s, f->choices);
	if (near)
		hint = xasprintf("; did you mean '%s'?", near);
	return refuse(f, value, hint ? hint : "", d);
}

static int read_duration(const struct field *f, void *member, const struct node *value,
			 struct diagnostics *d)
{
	const char *s = scalar(f, value, d);
	bool bounded = f->min || f->max;
	int64_t ns;
	int rc;

	if (!s)
		return -1;
	rc = number_duration(s, &ns);
	if (rc == -2)
		return diagnose(d, value, "%s: '%s' needs a unit: ms, s, m, h or d", f->name, s);
	if (rc || (bounded && (ns < f->min || (f->max > 0 && ns > f->max))))
		return refuse(f, value, "", d);
	((struct duration *)member)->ns = ns;
	return 0;
}

static int read_size(const struct field *f, void *member, const struct node *value,
		     struct diagnostics *d)
{
	const char *s = scalar(f, value, d);

	if (!s)
		return -1;
	if (number_size(s, &((struct byte_size *)member)->bytes))
		return refuse(f, value, "", d);
	return 0;
}

static int read_mode(const struct field *f, void *member, const struct node *value,
		     struct diagnostics *d)
{
	const char *s = scalar(f, value, d);
	struct file_mode mode = { .set = true };
	size_t len;

	if (!s)
		return -1;
	if (s[0] == '0' && s[1] == 'o')
		s += 2;
	len = strlen(s);
	if (len < 3 || len > 4 || number_octal(s, &mode.bits))
		return refuse(f, value, "", d);
	*(struct file_mode *)member = mode;
	return 0;
}

/* Prove a pattern; `groups` is how many it must have, or -1. `label` names it in messages. */
static int prove_regex(const char *label, const struct node *value, int groups,
		       struct diagnostics *d)
{
	auto_err struct err *e = NULL;
	auto_regex struct regex *r = NULL;

	if (!value->len)
		return diagnose(d, value, "%s: an empty pattern matches everything", label);
	r = regex_compile(value->text, &e);
	if (!r)
		return diagnose(d, value, "%s: %s", label, err_text(e));
	if (groups >= 0 && regex_groups(r) != (unsigned)groups)
		return diagnose(d, value,
				"%s: the pattern needs exactly one group in parentheses, not %u",
				label, regex_groups(r));
	return 0;
}

static int read_regex(const struct field *f, void *member, const struct node *value,
		      struct diagnostics *d)
{
	if (!scalar(f, value, d) || prove_regex(f->name, value, -1, d))
		return -1;
	return read_text(f, member, value, d);
}

static int list_item(const struct field *f, struct text_list *list, const struct node *item,
		     struct diagnostics *d)
{
	if (item->type == NODE_SCALAR && item->deferred)
		return 0;
	if (item->type != NODE_SCALAR)
		return diagnose(d, item, "%s: each item must be a text, not %s", f->name,
				node_kind(item));
	if (node_is_empty(item))
		return diagnose(d, item, "%s: an item is empty", f->name);
	if (f->kind == FIELD_KIND_REGEXES && prove_regex(f->name, item, -1, d))
		return -1;
	list->items[list->count++] = xstrdup(item->text);
	return 0;
}

static int read_list(const struct field *f, void *member, const struct node *value,
		     struct diagnostics *d)
{
	struct text_list *list = member;
	struct node *one = (struct node *)(uintptr_t)value;
	struct node **items = value->type == NODE_LIST ? value->items : &one;
	size_t count = value->type == NODE_LIST ? value->count : 1;
	int rc = 0;

	if (value->type == NODE_MAP)
		return refuse(f, value, "", d);
	if (!count)
		return diagnose(d, value, "%s: the list is empty", f->name);
	list->items = xcalloc(count + 1, sizeof(*list->items));
	for (size_t i = 0; i < count; i++)
		if (list_item(f, list, items[i], d))
			rc = -1;
	return rc;
}

static int map_pair(const struct field *f, struct text_map *map, const struct node_pair *p,
		    struct diagnostics *d)
{
	auto_free char *label = xasprintf("%s.%s", f->name, p->key->text);

	if (p->value->type == NODE_SCALAR && p->value->deferred)
		return 0;
	if (p->value->type != NODE_SCALAR)
		return diagnose(d, p->value, "%s: must be a text, not %s", label,
				node_kind(p->value));
	if (f->kind == FIELD_KIND_REGEX_MAP && prove_regex(label, p->value, 1, d))
		return -1;
	map->keys[map->count] = xstrdup(p->key->text);
	map->values[map->count++] = xstrdup(p->value->text);
	return 0;
}

static int read_map(const struct field *f, void *member, const struct node *value,
		    struct diagnostics *d)
{
	struct text_map *map = member;
	int rc = 0;

	if (value->type != NODE_MAP)
		return refuse(f, value, "", d);
	map->keys = xcalloc(value->count + 1, sizeof(*map->keys));
	map->values = xcalloc(value->count + 1, sizeof(*map->values));
	for (size_t i = 0; i < value->count; i++)
		if (map_pair(f, map, &value->pairs[i], d))
			rc = -1;
	return rc;
}

static int read_json(const struct field *f, void *member, const struct node *value,
		     struct diagnostics *d)
{
	(void)f;
	(void)d;
	*(json_t **)member = node_to_json(value);
	return 0;
}

static void clear_text(void *member)
{
	free(*(char **)member);
	*(char **)member = NULL;
}

static void clear_secret(void *member)
{
	char **s = member;

	if (*s)
		explicit_bzero(*s, strlen(*s));
	clear_text(member);
}

static void clear_list(void *member)
{
	struct text_list *list = member;

	for (size_t i = 0; i < list->count; i++)
		free(list->items[i]);
	free(list->items);
	*list = (struct text_list){ 0 };
}

static void clear_map(void *member)
{
	struct text_map *map = member;

	for (size_t i = 0; i < map->count; i++) {
		free(map->keys[i]);
		clear_secret(&map->values[i]);
	}
	free(map->keys);
	free(map->values);
	*map = (struct text_map){ 0 };
}

static void clear_json(void *member)
{
	json_decref(*(json_t **)member);
	*(json_t **)member = NULL;
}

static void clear_uint(void *member)
{
	*(uint64_t *)member = 0;
}

static void clear_bool(void *member)
{
	*(bool *)member = false;
}

static void clear_enum(void *member)
{
	*(int *)member = 0;
}

static void clear_mode(void *member)
{
	*(struct file_mode *)member = (struct file_mode){ 0 };
}

const struct field_kind_row field_kind_rows[] = {
	[FIELD_KIND_TEXT] = { read_text, clear_text, "a text" },
	[FIELD_KIND_PATH] = { read_path, clear_text, "an absolute path" },
	[FIELD_KIND_URL] = { read_url, clear_text, "a URL" },
	[FIELD_KIND_REGEX] = { read_regex, clear_text, "a pattern" },
	[FIELD_KIND_SECRET] = { read_text, clear_secret, "a secret text" },
	[FIELD_KIND_SHELL] = { read_filled, clear_text, "a shell script" },
	[FIELD_KIND_QUERY] = { read_filled, clear_text, "a query" },
	[FIELD_KIND_UINT] = { read_uint, clear_uint, NULL },
	[FIELD_KIND_INT] = { read_int, clear_uint, NULL },
	[FIELD_KIND_BOOL] = { read_bool, clear_bool, "true or false" },
	[FIELD_KIND_ENUM] = { read_enum, clear_enum, NULL },
	[FIELD_KIND_DURATION] = { read_duration, clear_uint, NULL },
	[FIELD_KIND_SIZE] = { read_size, clear_uint, "a size, as in 512, 64K or 1.5G" },
	[FIELD_KIND_MODE] = { read_mode, clear_mode,
			      "a file mode of 3 or 4 octal digits, as in 0644" },
	[FIELD_KIND_LIST] = { read_list, clear_list, "a list of texts" },
	[FIELD_KIND_REGEXES] = { read_list, clear_list, "a list of patterns" },
	[FIELD_KIND_MAP] = { read_map, clear_map, "a map of names to texts" },
	[FIELD_KIND_REGEX_MAP] = { read_map, clear_map,
				   "a map of names to patterns with one group each" },
	[FIELD_KIND_JSON] = { read_json, clear_json, "any value" },
};
