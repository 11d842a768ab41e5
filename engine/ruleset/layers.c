/*
 * layers - what the site, the environment and the command line say of parameters, weakest first.
 *
 * Source lines of these files are never put into diagnostics: they may hold secrets.
 */
#include "engine/ruleset/layers.h"

#include <stdarg.h>
#include <string.h>
#include <strings.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/err.h"
#include "engine/base/io.h"
#include "engine/base/xalloc.h"
#include "engine/document/diagnostic.h"

#define FILE_MAX (4 * 1024 * 1024)
#define ENVIRONMENT_PREFIX "ROUNDS_PARAM_"

static int compare_givens(const void *pa, const void *pb)
{
	const struct given *const *a = pa, *const *b = pb;

	if ((*a)->layer != (*b)->layer)
		return (*a)->layer < (*b)->layer ? -1 : 1;
	if (!(*a)->ruleset != !(*b)->ruleset)
		return (*a)->ruleset ? 1 : -1;
	return *a < *b ? -1 : *a > *b;
}

/* By layer; in one layer what is said of a ruleset is stronger than what is said of all, and the
 * later stronger than the earlier. */
static void sort(struct givens *g)
{
	auto_free const struct given **order = xcalloc(g->count + 1, sizeof(*order));
	struct given *sorted = xcalloc(g->count + 1, sizeof(*sorted));

	for (size_t i = 0; i < g->count; i++)
		order[i] = &g->items[i];
	qsort(order, g->count, sizeof(*order), compare_givens);
	for (size_t i = 0; i < g->count; i++)
		sorted[i] = *order[i];
	free(g->items);
	g->items = sorted;
	g->cap = g->count + 1;
}

static void add(struct givens *g, struct given x)
{
	array_grow(g->items, g->count, g->cap);
	g->items[g->count++] = x;
}

/* A mistake in a file, without its source line. */
static int say(struct diagnostics *d, const struct node *at, const char *text)
{
	return diagnose_at(d, document_name(at->document), at->line, at->column, at->width, NULL,
			   "%s", text);
}

static void add_pair(struct givens *g, enum layer layer, const char *ruleset,
		     const struct node_pair *p)
{
	if (!node_is_empty(p->value))
		add(g, (struct given){ .layer = layer,
				       .name = p->key->text,
				       .ruleset = ruleset,
				       .node = p->value });
}

static void add_rulesets(struct givens *g, enum layer layer, const struct node *map,
			 struct diagnostics *d)
{
	if (map->type != NODE_MAP) {
		say(d, map, "rulesets: a map of ruleset names is needed");
		return;
	}
	for (size_t i = 0; i < map->count; i++) {
		const struct node *values = map->pairs[i].value;

		if (values->type != NODE_MAP && !node_is_empty(values))
			say(d, values,
			    "rulesets: a map of parameters and values is needed below a ruleset");
		for (size_t j = 0; values->type == NODE_MAP && j < values->count; j++)
			add_pair(g, layer, map->pairs[i].key->text, &values->pairs[j]);
	}
}

static void drop_sources(struct diagnostics *d, size_t from)
{
	for (size_t i = from; i < d->count; i++) {
		free(d->items[i].source);
		d->items[i].source = NULL;
	}
}

/* Parse without leaving copies of the text behind. NULL: d says why. */
static struct document *parse_file(const char *path, struct diagnostics *d)
{
	auto_buf struct buf bytes = BUF_SECRET(FILE_MAX);
	auto_err struct err *e = NULL;
	struct document *doc;
	size_t before = d->count;

	if (io_read_file(path, &bytes, &e)) {
		diagnose_at(d, path, 0, 0, 0, NULL, "%s", err_text(e));
		return NULL;
	}
	doc = document_parse(buf_text(&bytes), bytes.len, path, d);
	drop_sources(d, before);
	if (bytes.data)
		explicit_bzero(bytes.data, bytes.len);
	return doc;
}

static void read_file(struct givens *g, enum layer layer, const char *path, struct diagnostics *d)
{
	struct document *doc = parse_file(path, d);
	const struct node *root = doc ? document_root(doc) : NULL;

	if (!doc)
		return;
	array_grow(g->documents, g->document_count, g->document_cap);
	g->documents[g->document_count++] = doc;
	if (root->type != NODE_MAP) {
		say(d, root, "a map of parameters and values is needed");
		return;
	}
	for (size_t i = 0; i < root->count; i++) {
		if (strcmp(root->pairs[i].key->text, "rulesets") == 0)
			add_rulesets(g, layer, root->pairs[i].value, d);
		else
			add_pair(g, layer, NULL, &root->pairs[i]);
	}
}

/* An empty variable is as good as none: containers set them so. */
static void read_environment(struct givens *g, char **environment)
{
	size_t n = strlen(ENVIRONMENT_PREFIX);

	for (char **v = environment; v && *v; v++) {
		char *equals = strncmp(*v, ENVIRONMENT_PREFIX, n) == 0 ? strchr(*v, '=') : NULL;

		if (equals && equals[1])
			add(g, (struct given){ .layer = LAYER_ENVIRONMENT,
					       .name = *v,
					       .text = equals + 1 });
	}
}

static void read_options(struct givens *g, const struct layers *layers, struct diagnostics *d)
{
	for (size_t i = 0; i < layers->option_count; i++) {
		const char *option = layers->options[i], *equals = strchr(option, '=');

		if (!equals || equals == option) {
			/* it may be a value that somebody forgot the name of: not repeated */
			diagnose_at(d, "--param", 0, 0, 0, NULL, "number %zu is not NAME=value",
				    i + 1);
			continue;
		}
		add(g, (struct given){ .layer = LAYER_COMMAND_LINE,
				       .name = option,
				       .text = strchr(layers->options[i], '=') + 1 });
	}
}

void givens_read(struct givens *g, const struct layers *layers, struct diagnostics *d)
{
	for (size_t i = 0; i < layers->site_file_count; i++)
		read_file(g, LAYER_SITE, layers->site_files[i], d);
	for (size_t i = 0; i < layers->file_count; i++)
		read_file(g, LAYER_FILE, layers->files[i], d);
	read_environment(g, layers->environ);
	read_options(g, layers, d);
	sort(g);
}

void givens_free(struct givens *g)
{
	for (size_t i = 0; i < g->document_count; i++)
		document_free_wiping(g->documents[i]);
	free(g->documents);
	free(g->items);
	*g = (struct givens){ 0 };
}

/* The name of the parameter: behind the prefix, before the '='. */
static const char *name_of(const struct given *g, size_t *len)
{
	const char *name = g->name;

	if (g->layer == LAYER_ENVIRONMENT)
		name += strlen(ENVIRONMENT_PREFIX);
	*len = g->node ? strlen(name) : strcspn(name, "=");
	return name;
}

bool given_is_for(const struct given *g, const struct param *p, const struct scope *s)
{
	size_t len;
	const char *name = name_of(g, &len);

	if (g->ruleset &&
	    (!s->ruleset || !s->ruleset->name || strcmp(g->ruleset, s->ruleset->name) != 0))
		return false;
	if (len != strlen(p->name))
		return false;
	/* variables are usually written in capitals */
	return (g->layer == LAYER_ENVIRONMENT ? strncasecmp(name, p->name, len)
					      : strncmp(name, p->name, len)) == 0;
}

char *given_name(const struct given *g)
{
	size_t len;
	const char *name = name_of(g, &len);

	return xmemdup0(name, len);
}

char *given_origin(const struct given *g)
{
	size_t len;
	const char *name;

	if (g->node)
		return xasprintf("%s:%u", document_name(g->node->document), g->node->line);
	name = name_of(g, &len);
	if (g->layer == LAYER_ENVIRONMENT)
		return xasprintf(ENVIRONMENT_PREFIX "%.*s", (int)len, name);
	return xstrdup("--param");
}

static int put(const struct given *g, struct diagnostics *d, bool warning, const char *text)
{
	int (*fn)(struct diagnostics *, const char *, unsigned, unsigned, unsigned, const char *,
		  const char *, ...) = warning ? diagnose_warning_at : diagnose_at;
	auto_free char *where = NULL;
	size_t len;
	const char *name = name_of(g, &len);

	if (g->node)
		return fn(d, document_name(g->node->document), g->node->line, g->node->column,
			  g->node->width, NULL, "%s", text);
	where = g->layer == LAYER_ENVIRONMENT ? given_origin(g)
					      : xasprintf("--param %.*s", (int)len, name);
	return fn(d, where, 0, 0, 0, NULL, "%s", text);
}

int given_diagnose(const struct given *g, struct diagnostics *d, const char *fmt, ...)
{
	auto_free char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	return put(g, d, false, text);
}

int given_warn(const struct given *g, struct diagnostics *d, const char *fmt, ...)
{
	auto_free char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	return put(g, d, true, text);
}
