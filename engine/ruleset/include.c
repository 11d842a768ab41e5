/*
 * include - the files of `include`: each is read in a scope of its own, its checks go to the
 * including ruleset.
 */
#include <errno.h>
#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/err.h"
#include "engine/base/xalloc.h"
#include "engine/document/diagnostic.h"
#include "engine/ruleset/interpolate.h"
#include "engine/ruleset/keys.h"
#include "engine/ruleset/library.h"
#include "engine/ruleset/param.h"
#include "engine/ruleset/rule.h"

#define INCLUDE_DEPTH_MAX 16

/* One entry of `include` while it is read. */
struct inclusion {
	struct reading *r;
	const struct node *file, *as, *params;
};

static void read_file(void *ctx, const struct node_pair *pair)
{
	((struct inclusion *)ctx)->file = pair->value;
}

static void read_as(void *ctx, const struct node_pair *pair)
{
	struct inclusion *c = ctx;

	if (is_check_id(pair->value->text))
		c->as = pair->value;
	else
		diagnose(c->r->d, pair->value,
			 "as: '%s' must be of a-z 0-9 _ - and start with a letter or digit",
			 pair->value->text);
}

static void read_params(void *ctx, const struct node_pair *pair)
{
	((struct inclusion *)ctx)->params = pair->value;
}

const struct key include_keys[] = {
	{ "as", KEY_TEXT, .pattern = "^[a-z0-9][a-z0-9_-]*$",
	  .doc = "A prefix for the ids of its checks.", .read = read_as },
	{ "file", KEY_TEXT, .required = true, .doc = "The file, relative to this one.",
	  .read = read_file },
	{ "params", KEY_MAP, .doc = "Values for its parameters.", .read = read_params },
	{ .name = NULL },
};

/* "a/b/../c" as "a/c": only for people. */
static char *short_name(const char *path)
{
	char *name = xstrdup(path), *up;

	while ((up = strstr(name, "/../"))) {
		char *from = up;

		while (from > name && from[-1] != '/')
			from--;
		if (from == up || !strncmp(from, "../", 3) || !strncmp(from, "./", 2))
			break;
		memmove(from, up + 4, strlen(up + 4) + 1);
	}
	return name;
}

static char *beside(const struct document *doc, const char *file)
{
	const char *name = document_name(doc), *slash = strrchr(name, '/');

	if (*file == '/' || !slash)
		return xstrdup(file);
	return xasprintf("%.*s/%s", (int)(slash - name), name, file);
}

static bool is_open(const struct reading *r, const struct document *doc)
{
	for (; r; r = r->parent)
		if (r->scope->document == doc)
			return true;
	return false;
}

static void add_chain(struct buf *out, const struct reading *r)
{
	if (r->parent)
		add_chain(out, r->parent);
	buf_printf(out, "%s -> ", document_name(r->scope->document));
}

static void check_params(const struct inclusion *c, const struct scope *inner)
{
	const char **names = xcalloc(inner->param_count + 1, sizeof(*names));

	for (size_t i = 0; i < inner->param_count; i++)
		names[i] = inner->params[i].name;
	for (size_t i = 0; c->params && i < c->params->count; i++) {
		const struct node_pair *p = &c->params->pairs[i];
		const struct param *param = scope_param(inner, p->key->text);
		auto_err struct err *e = NULL;

		if (!param) {
			diagnose_unknown(c->r->d, p->key, "parameter",
					 document_name(inner->document), p->key->text, names);
		} else if (param->type == PARAM_SECRET && !node_varies(p->value)) {
			diagnose(c->r->d, p->value,
				 "%s: a secret is not written into a ruleset; pass a secret "
				 "parameter as ${name}",
				 param->name);
		} else if (!node_varies(p->value)) {
			json_t *value = param_parse_node(param->type, p->value, &e);

			if (!value)
				diagnose(c->r->d, p->value, "%s: %s", param->name, err_text(e));
			json_decref(value);
		}
	}
	free(names);
}

/* ${…} in the params of an include are parameters of the including file. */
static void check_name(void *ctx, const struct node *at, const char *name)
{
	const struct inclusion *c = ctx;
	const struct scope *outer = c->r->scope;
	const char **names;

	if (scope_param(outer, name) || !strncmp(name, "host.", 5) || !strcmp(name, "run.id"))
		return;
	names = xcalloc(outer->param_count + 1, sizeof(*names));
	for (size_t i = 0; i < outer->param_count; i++)
		names[i] = outer->params[i].name;
	diagnose_unknown(c->r->d, at, "parameter", NULL, name, names);
	free(names);
}

static size_t depth(const struct reading *r)
{
	size_t n = 0;

	for (; r->parent; r = r->parent)
		n++;
	return n;
}

static void read_document(struct inclusion *c, struct document *doc, const struct node *at)
{
	struct reading *outer = c->r;
	struct reading r = { .book = outer->book,
			     .library = outer->library,
			     .d = outer->d,
			     .ruleset = outer->ruleset,
			     .parent = outer,
			     .prefix = outer->prefix,
			     .applies_when = outer->applies_when };
	auto_buf struct buf chain = BUF_INIT(SIZE_MAX);

	if (is_open(outer, doc)) {
		add_chain(&chain, outer);
		diagnose(outer->d, at, "include loop: %s%s", buf_text(&chain), document_name(doc));
		return;
	}
	if (depth(outer) >= INCLUDE_DEPTH_MAX) {
		diagnose(outer->d, at, "include: more than %d files deep", INCLUDE_DEPTH_MAX);
		return;
	}
	if (rulebook_is_full(outer->book)) {
		diagnose(outer->d, at, "include: too many files are included");
		return;
	}
	if (c->as)
		r.prefix =
			rulebook_keep(outer->book, xasprintf("%s%s.", outer->prefix, c->as->text));
	r.scope = rulebook_add_scope(outer->book, doc, outer->scope, outer->ruleset);
	r.scope->include_params = c->params;
	r.root = document_root(doc);
	ruleset_read(&r);
	check_params(c, r.scope);
	if (c->params)
		interpolate_names(c->params, check_name, c);
}

static void include_one(struct inclusion *c)
{
	auto_free char *path = beside(c->r->scope->document, c->file->text),
		       *name = short_name(path);
	auto_diagnostics struct diagnostics own = { 0 };
	struct document *doc;
	bool there = false;

	doc = library_open(c->r->library, path, name, &there, &own);
	if (!there)
		diagnose(c->r->d, c->file, "include: '%s': %s", name, strerror(errno));
	/* What is wrong with the file as a whole is a mistake of the line that names it. */
	else if (own.count && !own.items[0].line)
		diagnose(c->r->d, c->file, "include: %s", own.items[0].message);
	else
		diagnostics_move(c->r->d, &own);
	if (doc)
		read_document(c, doc, c->file);
}

/* The same prefix twice would make the same ids. */
static void check_as(const struct reading *r, const struct node *list, size_t at,
		     const struct node *as)
{
	for (size_t i = 0; as && i < at; i++) {
		const struct node *other =
			list->items[i]->type == NODE_MAP ? node_get(list->items[i], "as") : NULL;

		if (other && other->type == NODE_SCALAR && !strcmp(other->text, as->text))
			diagnose(r->d, as, "as: '%s' is already used in line %u", as->text,
				 other->line);
	}
}

void includes_read(struct reading *r, const struct node *list)
{
	for (size_t i = 0; i < list->count; i++) {
		struct inclusion c = { .r = r };
		const struct node *n = list->items[i];

		if (n->type == NODE_SCALAR) {
			c.file = n;
		} else if (n->type != NODE_MAP) {
			diagnose(r->d, n,
				 "include: a file or { file, as, params } is needed, not %s",
				 node_kind(n));
			continue;
		} else {
			keys_read(include_keys, n, "include", &c, NULL, r->d);
		}
		check_as(r, list, i, c.as);
		if (c.file && c.file->len)
			include_one(&c);
		else if (c.file)
			diagnose(r->d, c.file, "include: the name of the file is empty");
	}
}
