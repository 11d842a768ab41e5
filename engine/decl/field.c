/*
 * field - bind what a user wrote to the struct that a check type declared, and say all that is
 * wrong with it.
 */
#include "engine/decl/field.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/xalloc.h"
#include "engine/decl/field_kinds.h"
#include "engine/document/diagnostic.h"
#include "engine/document/node.h"

const struct field *field_find(const struct field *fields, const char *name)
{
	for (const struct field *f = fields; f && f->name; f++)
		if (*f->name == *name && !strcmp(f->name, name))
			return f;
	return NULL;
}

const char **fields_names(const struct field *fields)
{
	const char **names;
	size_t n = 0;

	while (fields[n].name)
		n++;
	names = xcalloc(n + 1, sizeof(*names));
	for (size_t i = 0; i < n; i++)
		names[i] = fields[i].name;
	return names;
}

static void field_clear(const struct field *f, void *owner)
{
	field_kind_rows[f->kind].clear(field_member(f, owner));
}

void fields_free(const struct field *fields, void *from)
{
	for (const struct field *f = fields; from && f && f->name; f++)
		field_clear(f, from);
}

int field_read(const struct field *f, void *into, const struct node *value, struct diagnostics *d)
{
	if (value->type == NODE_SCALAR && value->deferred)
		return 0;
	field_clear(f, into);
	if (f->kind != FIELD_KIND_JSON && node_is_empty(value))
		return diagnose(d, value,
				"%s: nothing is given; leave the key out or write a value",
				f->name);
	return field_kind_rows[f->kind].read(f, field_member(f, into), value, d);
}

/* Most defaults are one word: they need no YAML parser, only a node to stand in. */
static int read_default(const struct field *f, void *into, struct diagnostics *d)
{
	struct node plain = {
		.type = NODE_SCALAR, .plain = true, .line = 1, .column = 1, .width = 1
	};
	struct document *doc;
	int rc = -1;

	if (!strpbrk(f->dflt, "[]{}\"'#:&*!|>%@`") && *f->dflt) {
		auto_free char *text = xstrdup(f->dflt);

		plain.text = text;
		plain.len = strlen(text);
		return field_read(f, into, &plain, d);
	}
	doc = document_parse(f->dflt, strlen(f->dflt), f->name, d);
	if (doc)
		rc = field_read(f, into, document_root(doc), d);
	document_free(doc);
	return rc;
}

static int read_defaults(const struct field *fields, void *into, struct diagnostics *d)
{
	int rc = 0;

	for (const struct field *f = fields; f->name; f++)
		if (f->dflt && read_default(f, into, d))
			rc = -1;
	return rc;
}

static int read_pair(const struct field *fields, void *into, const struct node_pair *p,
		     const char *where, struct diagnostics *d)
{
	const struct field *f = field_find(fields, p->key->text);
	auto_free const char **names = NULL;

	if (f)
		return field_read(f, into, p->value, d);
	names = fields_names(fields);
	return diagnose_unknown(d, p->key, "key", where, p->key->text, names);
}

static int check_required(const struct field *fields, const struct node *map, const char *where,
			  struct diagnostics *d)
{
	int rc = 0;

	for (const struct field *f = fields; f->name; f++) {
		if (!f->required || (map && map->type == NODE_MAP && node_get(map, f->name)))
			continue;
		if (map)
			rc = diagnose(d, map, "missing key '%s' in %s", f->name, where);
		else
			rc = diagnose_at(d, where, 0, 0, 0, NULL, "missing key '%s' in %s",
					 f->name, where);
	}
	return rc;
}

int fields_bind(const struct field *fields, void *into, const struct node *map, const char *where,
		struct diagnostics *d)
{
	int rc = read_defaults(fields, into, d);

	if (map && map->type == NODE_SCALAR && map->deferred)
		return rc;
	if (map && map->type != NODE_MAP && !node_is_empty(map))
		return diagnose(d, map, "%s: a map of its keys is needed, not %s", where,
				node_kind(map));
	if (map && map->type == NODE_MAP)
		for (size_t i = 0; i < map->count; i++)
			if (read_pair(fields, into, &map->pairs[i], where, d))
				rc = -1;
	if (check_required(fields, map, where, d))
		rc = -1;
	return rc;
}
