/*
 * reader_yaml - YAML as document reads it. Unlike in rulesets nothing declares the types here: what
 * is left empty is null.
 */
#include <stdint.h>
#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/err.h"
#include "engine/base/number.h"
#include "engine/document/diagnostic.h"
#include "engine/document/node.h"
#include "engine/document/readers.h"

static json_t *to_json(const struct node *n)
{
	json_t *v;

	if (n->type == NODE_SCALAR)
		return node_is_empty(n) ? json_null() : node_to_json(n);
	v = n->type == NODE_LIST ? json_array() : json_object();
	for (size_t i = 0; i < n->count; i++) {
		if (n->type == NODE_LIST)
			json_array_append_new(v, to_json(n->items[i]));
		else
			json_object_set_new(v, n->pairs[i].key->text, to_json(n->pairs[i].value));
	}
	return v;
}

static int first_error(const struct diagnostics *d, struct err **e)
{
	for (size_t i = 0; i < d->count; i++) {
		const struct diagnostic *x = &d->items[i];

		if (!x->warning && x->line)
			return err_set(e, ERR_DATA, "line %u: %s", x->line, x->message);
		if (!x->warning)
			return err_set(e, ERR_DATA, "%s", x->message);
	}
	return err_set(e, ERR_DATA, "not readable as YAML");
}

json_t *yaml_read(const char *bytes, size_t len, struct err **e)
{
	auto_diagnostics struct diagnostics d = { 0 };
	struct document *doc = document_parse(bytes, len, "", &d);
	json_t *v = NULL;

	if (doc && !d.errors)
		v = to_json(document_root(doc));
	else if (!document_lacked_parser(e))
		first_error(&d, e);
	document_free(doc);
	return v;
}

/* As reader_lookup, but over nodes, to learn the line of the key. 0: not there. */
static unsigned line_in(const struct node *n, const char *rest)
{
	uint64_t index;
	const char *end;

	if (!*rest)
		return n->line;
	if (n->type == NODE_LIST && *rest == '[') {
		end = number_scan(rest + 1, &index);
		if (!end || *end != ']' || index >= n->count)
			return 0;
		return line_in(n->items[index], end[1] == '.' ? end + 2 : end + 1);
	}
	for (size_t i = 0; n->type == NODE_MAP && i < n->count; i++) {
		const struct node *key = n->pairs[i].key;
		char next = strncmp(rest, key->text, key->len) == 0 ? rest[key->len] : 'x';
		unsigned line = 0;

		if (next == '\0')
			return key->line;
		if (next == '.' || next == '[')
			line = line_in(n->pairs[i].value, rest + key->len + (next == '.'));
		if (line)
			return line;
	}
	return 0;
}

unsigned yaml_line_of(const char *bytes, size_t len, const char *key)
{
	auto_diagnostics struct diagnostics d = { 0 };
	struct document *doc = document_parse(bytes, len, "", &d);
	unsigned line = doc ? line_in(document_root(doc), key) : 0;

	document_free(doc);
	return line;
}
