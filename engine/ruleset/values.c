/*
 * values - gives every parameter of every scope its value: default, from, include, and the site's
 * layers.
 *
 * A secret goes straight into the arena of secrets; what is left of its text elsewhere is
 * overwritten.
 */
#include "engine/ruleset/values.h"

#include <stdint.h>
#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/err.h"
#include "engine/base/secret.h"
#include "engine/base/text.h"
#include "engine/base/xalloc.h"
#include "engine/document/diagnostic.h"
#include "engine/ruleset/interpolate.h"
#include "engine/ruleset/layers.h"
#include "engine/ruleset/param.h"
#include "engine/ruleset/requests.h"

struct resolving {
	struct rulebook *book;
	const struct requests *answers;
	struct secrets *secrets;
	struct diagnostics *d;
	struct givens givens;
	struct node_arena *arena; /* for the values of includes */
	char **environment;
	bool all_loaded;
};

/* Forget what a weaker layer has set. */
static void param_reset(struct param *p)
{
	p->layer = LAYER_NONE;
	free(p->origin);
	p->origin = NULL;
	json_decref(p->value);
	p->value = NULL;
	p->secret = 0;
	free(p->problem);
	p->problem = NULL;
	p->problem_kind = KIND_NONE;
}

static char *node_origin(const struct node *n)
{
	return xasprintf("%s:%u", document_name(n->document), n->line);
}

/* Parts of URLs and DSNs that are secrets, whatever the type of their parameter. */
static void keep_part(void *ctx, const char *start, size_t len)
{
	secrets_add(ctx, start, len);
}

static void keep_parts(struct secrets *secrets, const json_t *value)
{
	const json_t *item;
	size_t i;

	if (json_is_string(value))
		secrets_in_url(json_string_value(value), keep_part, secrets);
	json_array_foreach(value, i, item) keep_parts(secrets, item);
}

/* Takes value and origin over. */
static void set_value(struct resolving *r, struct param *p, enum layer layer, char *origin,
		      json_t *value)
{
	param_reset(p);
	keep_parts(r->secrets, value);
	p->layer = layer;
	p->origin = origin;
	p->value = value;
}

static void set_secret(struct resolving *r, struct param *p, enum layer layer, char *origin,
		       const char *text)
{
	param_reset(p);
	p->layer = layer;
	p->origin = origin;
	p->secret = secrets_add(r->secrets, text, strlen(text));
	secrets_in_url(text, keep_part,
		       r->secrets); /* a DSN as a whole is a secret, and so is the password in it */
}

/* A source was there, but gave nothing that can be used. */
static void set_problem(struct param *p, enum layer layer, const char *origin, enum kind kind,
			const char *text)
{
	param_reset(p);
	p->layer = layer;
	p->origin = origin ? xstrdup(origin) : NULL;
	p->problem = xstrdup(text);
	p->problem_kind = kind == KIND_NONE ? KIND_PARAMETER : kind;
}

/*
 * The ruleset's own: default and from
 */

static void take_default(struct resolving *r, struct param *p)
{
	auto_err struct err *e = NULL;
	json_t *value;

	if (!p->dflt || p->type == PARAM_SECRET)
		return; /* said at load */
	value = param_parse_node(p->type, p->dflt, &e);
	if (value)
		set_value(r, p, LAYER_DEFAULT, node_origin(p->dflt), value);
}

/* The text must not stay in our own environment, which /proc shows. */
static void wipe_variable(char **environment, const char *name)
{
	size_t n = strlen(name);

	for (char **v = environment; v && *v; v++)
		if (strncmp(*v, name, n) == 0 && (*v)[n] == '=')
			explicit_bzero(*v + n + 1, strlen(*v + n + 1));
}

static void wipe_answer(struct resolving *r, const struct request *q)
{
	if (q->text)
		explicit_bzero(q->text, strlen(q->text));
	if (q->what == REQUEST_ENV && !q->of_process)
		wipe_variable(r->environment, q->name);
}

static void take_found(struct resolving *r, struct param *p, const struct request *q)
{
	auto_err struct err *e = NULL;
	auto_free char *text = NULL;
	json_t *value;

	if (p->type == PARAM_SECRET) {
		set_secret(r, p, LAYER_FROM, xstrdup(q->origin ? q->origin : "from"), q->text);
		return;
	}
	value = param_parse(p->type, q->text, &e);
	if (value) {
		set_value(r, p, LAYER_FROM, xstrdup(q->origin ? q->origin : "from"), value);
		return;
	}
	text = xasprintf("%s: %s", q->origin ? q->origin : "from", err_text(e));
	set_problem(p, LAYER_FROM, q->origin, KIND_PARAMETER, text);
}

/* One source. Returns whether it gave a value. */
static bool take_source(struct resolving *r, struct param *p, const struct node *source)
{
	struct request wanted = { 0 };
	const struct request *q;

	if (request_of_source(&wanted, source))
		return false;
	q = requests_find(r->answers, &wanted);
	request_clear(&wanted);
	if (!q || q->answer == ANSWER_NONE) {
		if (!p->problem)
			set_problem(p, LAYER_FROM, NULL, KIND_INTERNAL,
				    "its source was not looked at");
		return false;
	}
	if (q->answer == ANSWER_PROBLEM && !p->problem)
		set_problem(p, LAYER_FROM, NULL, q->kind,
			    q->problem ? q->problem : "its source could not be read");
	if (q->answer != ANSWER_FOUND || !q->text || !*q->text)
		return false;
	take_found(r, p, q);
	return true;
}

/* The first that has a value wins; one that could not be read counts only when no other has one. */
static void take_from(struct resolving *r, struct param *p)
{
	if (!p->from)
		return;
	if (p->from->type == NODE_MAP)
		take_source(r, p, p->from);
	for (size_t i = 0; p->from->type == NODE_LIST && i < p->from->count; i++)
		if (take_source(r, p, p->from->items[i]))
			return;
}

/*
 * The params of an include, read in the scope of the file that includes
 */

static enum lookup_result look_in_parent(void *ctx, const char *name, json_t **value)
{
	const struct param *p = scope_param(ctx, name);

	if (!p)
		return LOOKUP_UNKNOWN;
	if (p->problem) {
		*value = json_string(p->problem);
		return LOOKUP_PROBLEM;
	}
	if (p->layer == LAYER_NONE)
		return p->type == PARAM_SECRET ? LOOKUP_ABSENT_SECRET
		       : p->required           ? LOOKUP_PROBLEM
					       : LOOKUP_ABSENT;
	if (p->type == PARAM_SECRET)
		return LOOKUP_DEFERRED;
	*value = json_incref(p->value);
	return LOOKUP_FOUND;
}

/* The parent's parameter that this node is, as a whole; NULL. */
static const struct param *whole_param(const struct node *n, const struct scope *parent)
{
	auto_free char *name = NULL;

	if (n->type != NODE_SCALAR || n->len < 4 || strncmp(n->text, "${", 2) != 0 ||
	    strchr(n->text, '}') != n->text + n->len - 1)
		return NULL;
	name = xmemdup0(n->text + 2, n->len - 3);
	return scope_param(parent, name);
}

/* Secret to secret. -1: a mistake was said. */
static int pass_secret(struct resolving *r, struct param *p, const struct node *n,
		       const struct param *outer)
{
	if (!outer || outer->type != PARAM_SECRET || p->type != PARAM_SECRET)
		return diagnose(r->d, n,
				"%s: a secret can only be passed on as a whole, to a parameter of "
				"type secret",
				p->name);
	if (outer->layer == LAYER_NONE)
		return 0;
	param_reset(p);
	p->layer = LAYER_INCLUDE;
	p->origin = outer->origin ? xstrdup(outer->origin) : node_origin(n);
	p->secret = outer->secret;
	p->problem = outer->problem ? xstrdup(outer->problem) : NULL;
	p->problem_kind = outer->problem_kind;
	return 0;
}

static json_t *node_value(const struct param *p, const struct node *n, struct err **e)
{
	if (p->type == PARAM_LIST && json_is_array(node_typed(n)))
		return json_incref(node_typed(n));
	return param_parse_node(p->type, n, e);
}

static void take_included(struct resolving *r, struct param *p, const struct node *n,
			  const struct scope *parent)
{
	struct lookup lookup = { .get = look_in_parent, .ctx = (void *)(uintptr_t)parent };
	struct interpolation found = { 0 };
	const struct param *outer = whole_param(n, parent);
	auto_err struct err *e = NULL;
	const struct node *filled;
	json_t *value;

	if (p->type == PARAM_SECRET || (outer && outer->type == PARAM_SECRET)) {
		pass_secret(r, p, n, outer);
		return;
	}
	filled = interpolate_tree(r->arena, n, &lookup,
				  p->type == PARAM_URL ? QUOTE_URL : QUOTE_NONE, &found, r->d);
	if (found.deferred) {
		pass_secret(r, p, n, NULL);
	} else if (found.problem) {
		set_problem(p, LAYER_INCLUDE, NULL, outer ? outer->problem_kind : KIND_PARAMETER,
			    found.problem);
	} else if (!found.absent && !node_is_empty(filled)) {
		value = node_value(p, filled, &e);
		if (value)
			set_value(r, p, LAYER_INCLUDE, node_origin(n), value);
		else
			diagnose(r->d, n, "%s: %s", p->name, err_text(e));
	}
	interpolation_clear(&found);
}

static void take_include(struct resolving *r, struct scope *s, struct param *p)
{
	const struct node *n = s->include_params ? node_get(s->include_params, p->name) : NULL;

	if (n && s->parent)
		take_included(r, p, n, s->parent);
}

/*
 * The site's layers
 */

/* Why there is no secret where the site says that one is; the caller's. NULL: there is one. */
static char *why_no_secret(const struct request *q)
{
	if (q->answer == ANSWER_ABSENT && q->what == REQUEST_ENV)
		return xasprintf("the variable '%s' is not set", q->name);
	if (q->answer == ANSWER_ABSENT)
		return xasprintf("there is no file '%s'", q->path);
	if (q->answer != ANSWER_FOUND)
		return xstrdup(q->problem ? q->problem : "could not be read");
	return *q->text ? NULL : xstrdup("the secret is empty");
}

/* The text of a file or a variable that the site names for a secret; the caller's, to be wiped.
 * NULL: there is none. What somebody types is a mistake then; what a file of the site points to
 * makes the checks that use it errors, and no others. */
static char *named_secret(struct resolving *r, struct param *p, const struct given *g,
			  struct request *q)
{
	auto_free char *why = NULL, *origin = given_origin(g), *text = NULL;

	request_answer(q);
	why = why_no_secret(q);
	if (!why)
		text = xstrdup(q->text);
	else if (!g->node)
		given_diagnose(g, r->d, "%s", why);
	else
		set_problem(p, g->layer, origin,
			    q->answer == ANSWER_PROBLEM ? q->kind : KIND_PARAMETER, why);
	wipe_answer(r, q);
	return TAKE(text);
}

/* { file: PATH } or { env: NAME }. */
static char *secret_of_map(struct resolving *r, struct param *p, const struct given *g)
{
	struct request q = { 0 };
	char *text = NULL;

	if (g->node->count != 1 || request_of_source(&q, g->node))
		given_diagnose(g, r->d, "a secret is a text, { file: PATH } or { env: NAME }");
	else
		text = named_secret(r, p, g, &q);
	request_clear(&q);
	return text;
}

/* NAME=@PATH; what stands there otherwise is not repeated. */
static char *secret_of_option(struct resolving *r, struct param *p, const struct given *g)
{
	struct request q = { .what = REQUEST_FILE_TEXT };
	char *text;

	if (g->text[0] != '@' || !g->text[1]) {
		given_diagnose(g, r->d,
			       "a secret cannot stand on the command line, which everybody can "
			       "read; write %s=@FILE",
			       p->name);
		return NULL;
	}
	q.path = xstrdup(g->text + 1);
	text = named_secret(r, p, g, &q);
	request_clear(&q);
	return text;
}

static char *secret_of_node(struct resolving *r, struct param *p, const struct given *g)
{
	if (g->node->type == NODE_MAP)
		return secret_of_map(r, p, g);
	if (g->node->type == NODE_SCALAR && g->node->len)
		return xstrdup(g->node->text);
	given_diagnose(g, r->d, "a secret is a text, { file: PATH } or { env: NAME }");
	return NULL;
}

static void take_given_secret(struct resolving *r, struct param *p, const struct given *g)
{
	char *text;

	if (g->node)
		text = secret_of_node(r, p, g);
	else if (g->layer == LAYER_COMMAND_LINE)
		text = secret_of_option(r, p, g);
	else
		text = xstrdup(g->text);
	if (!text)
		return;
	set_secret(r, p, g->layer, given_origin(g), text);
	explicit_bzero(text, strlen(text));
	free(text);
}

static void take_given_value(struct resolving *r, struct param *p, const struct given *g)
{
	auto_err struct err *e = NULL;
	const char *text =
		g->node ? (g->node->type == NODE_SCALAR ? g->node->text : NULL) : g->text;
	json_t *value;

	if (text) /* before a message can show it */
		secrets_in_url(text, keep_part, r->secrets);
	value = g->node ? param_parse_node(p->type, g->node, &e)
			: param_parse(p->type, g->text, &e);
	if (value)
		set_value(r, p, g->layer, given_origin(g), value);
	else if (g->node)
		given_diagnose(g, r->d, "%s: %s", p->name, err_text(e));
	else
		given_diagnose(g, r->d, "%s", err_text(e));
}

static bool is_empty_text(const struct param *p)
{
	return json_is_string(p->value) && !json_string_length(p->value);
}

static void take_layers(struct resolving *r, const struct scope *s, struct param *p)
{
	const struct given *strongest = NULL;

	for (size_t i = 0; i < r->givens.count; i++) {
		struct given *g = &r->givens.items[i];

		if (!given_is_for(g, p, s))
			continue;
		g->used = true;
		strongest = g;
		if (p->type != PARAM_SECRET)
			take_given_value(r, p, g);
	}
	if (strongest && p->type == PARAM_SECRET)
		take_given_secret(r, p, strongest);
	/* A site that writes "" for what it need not give gives nothing. */
	if (strongest && !p->required && !p->dflt && is_empty_text(p))
		param_reset(p);
}

/* Secrets that came by the environment are in the arena now: several scopes may have asked for the
 * same. */
static void wipe_givens(const struct resolving *r)
{
	for (size_t i = 0; i < r->book->scope_count; i++) {
		const struct scope *s = r->book->scopes[i];

		for (size_t j = 0; j < s->param_count; j++) {
			for (size_t k = 0; s->params[j].type == PARAM_SECRET && k < r->givens.count;
			     k++) {
				const struct given *g = &r->givens.items[k];

				if (g->layer == LAYER_ENVIRONMENT &&
				    given_is_for(g, &s->params[j], s))
					explicit_bzero(g->text, strlen(g->text));
			}
		}
	}
}

static void wipe_answers(struct resolving *r)
{
	for (size_t i = 0; r->answers && i < r->answers->count; i++)
		if (r->answers->items[i].secret)
			wipe_answer(r, &r->answers->items[i]);
}

static bool is_loaded(const struct rulebook *book, const char *ruleset)
{
	for (size_t i = 0; i < book->count; i++)
		if (book->rulesets[i]->name && strcmp(book->rulesets[i]->name, ruleset) == 0)
			return true;
	return false;
}

/* The nearest declared name, for did-you-mean. */
static char *near_name(const struct rulebook *book, const char *name)
{
	const char **names;
	const char *near;
	size_t count = 0;
	char *copy;

	for (size_t i = 0; i < book->scope_count; i++)
		count += book->scopes[i]->param_count;
	names = xcalloc(count + 1, sizeof(*names));
	count = 0;
	for (size_t i = 0; i < book->scope_count; i++)
		for (size_t j = 0; j < book->scopes[i]->param_count; j++)
			names[count++] = book->scopes[i]->params[j].name;
	near = text_nearest(name, names);
	copy = near ? xasprintf("; did you mean '%s'?", near) : xstrdup("");
	free(names);
	return copy;
}

/* Nobody declares it. The site's files speak to every ruleset of the machine, also to those that
 * are not loaded now. */
static void say_undeclared(struct resolving *r, const struct given *g)
{
	auto_free char *name = given_name(g);
	auto_free char *near = near_name(r->book, name);

	if (g->ruleset && !is_loaded(r->book, g->ruleset))
		return;
	if (g->ruleset)
		given_diagnose(g, r->d, "ruleset '%s' declares no parameter '%s'%s", g->ruleset,
			       name, near);
	else if (g->layer == LAYER_SITE && r->all_loaded)
		given_warn(g, r->d, "no ruleset declares a parameter '%s'%s", name, near);
	else if (g->layer != LAYER_SITE)
		given_diagnose(g, r->d, "no ruleset declares a parameter '%s'%s", name, near);
}

static void resolve_scope(struct resolving *r, struct scope *s)
{
	for (size_t i = 0; i < s->param_count; i++) {
		struct param *p = &s->params[i];

		take_default(r, p);
		take_from(r, p);
		take_include(r, s, p);
		take_layers(r, s, p);
	}
}

int values_resolve(struct rulebook *book, const struct layers *layers,
		   const struct requests *answers, struct secrets *secrets, struct diagnostics *d)
{
	struct resolving r = { .book = book,
			       .answers = answers,
			       .secrets = secrets,
			       .d = d,
			       .environment = layers->environ,
			       .all_loaded = layers->all_loaded };
	size_t before = d->errors;

	r.arena = node_arena_new();
	givens_read(&r.givens, layers, d);
	for (size_t i = 0; i < book->scope_count; i++) /* a parent stands before its children */
		resolve_scope(&r, book->scopes[i]);
	for (size_t i = 0; i < r.givens.count; i++)
		if (!r.givens.items[i].used)
			say_undeclared(&r, &r.givens.items[i]);
	diagnostics_mask(d, secrets);
	wipe_givens(&r);
	wipe_answers(&r);
	givens_free(&r.givens);
	node_arena_free(r.arena);
	return d->errors > before ? -1 : 0;
}
