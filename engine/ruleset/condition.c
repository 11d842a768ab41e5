/*
 * condition - the static shape of applies_when and when; what they say of this machine is decided
 * in values.c.
 */
#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/xalloc.h"
#include "engine/document/diagnostic.h"
#include "engine/ruleset/keys.h"
#include "engine/ruleset/rule.h"

struct checking {
	const struct scope *scope;
	const char *where;
	struct diagnostics *d;
};

static void read_all(void *ctx, const struct node_pair *pair)
{
	const struct checking *c = ctx;

	for (size_t i = 0; i < pair->value->count; i++)
		condition_check(pair->value->items[i], c->scope, pair->key->text, c->d);
}

static void read_not(void *ctx, const struct node_pair *pair)
{
	const struct checking *c = ctx;

	condition_check(pair->value, c->scope, pair->key->text, c->d);
}

/* "A=b" is nobody's name: the condition would never hold, and nobody would know why. */
static void check_env_name(const struct checking *c, const struct node *name)
{
	if (name->text[strcspn(name->text, "= \t")])
		diagnose(c->d, name,
			 "env: '%s' cannot be the name of a variable; for a value write "
			 "{ NAME: \"value\" }",
			 name->text);
}

static void read_env(void *ctx, const struct node_pair *pair)
{
	const struct checking *c = ctx;
	const struct node *v = pair->value;

	if (v->type == NODE_LIST || (v->type == NODE_SCALAR && !v->len) ||
	    (v->type == NODE_MAP && !v->count)) {
		diagnose(c->d, v,
			 "env: a name, or a map of a name and what is expected of it, is needed");
		return;
	}
	if (v->type == NODE_SCALAR)
		check_env_name(c, v);
	for (size_t i = 0; v->type == NODE_MAP && i < v->count; i++) {
		check_env_name(c, v->pairs[i].key);
		expect_free(expect_compile_value(v->pairs[i].value, c->d));
	}
}

static void read_file(void *ctx, const struct node_pair *pair)
{
	const struct checking *c = ctx;

	if (pair->value->text[0] != '/')
		diagnose(c->d, pair->value, "file: '%s' is not an absolute path",
			 pair->value->text);
}

static void check_param(const struct checking *c, const struct node *name)
{
	const char **names;

	if (name->type != NODE_SCALAR || scope_param(c->scope, name->text))
		return;
	names = xcalloc(c->scope->param_count + 1, sizeof(*names));
	for (size_t i = 0; i < c->scope->param_count; i++)
		names[i] = c->scope->params[i].name;
	diagnose_unknown(c->d, name, "parameter", NULL, name->text, names);
	free(names);
}

static void read_set(void *ctx, const struct node_pair *pair)
{
	const struct checking *c = ctx;

	if (pair->value->type == NODE_SCALAR)
		check_param(c, pair->value);
	for (size_t i = 0; pair->value->type == NODE_LIST && i < pair->value->count; i++)
		check_param(c, pair->value->items[i]);
}

const struct key condition_keys[] = {
	{ "all_of", KEY_CONDITIONS, .doc = "All of these conditions hold.", .read = read_all },
	{ "any_of", KEY_CONDITIONS, .doc = "At least one of these conditions holds.",
	  .read = read_all },
	{ "any_set", KEY_ONE_OR_TEXTS, .doc = "At least one of these parameters has a value.",
	  .read = read_set },
	{ "env", KEY_ANY, .doc = "An environment variable is set, or fits an expectation.",
	  .read = read_env },
	{ "file", KEY_TEXT, .doc = "There is something at this path.", .read = read_file },
	{ "host", KEY_TEXT, .doc = "The name of the host fits this pattern." },
	{ "not", KEY_CONDITION, .doc = "This condition does not hold.", .read = read_not },
	{ "of_process", KEY_TEXT,
	  .doc = "With env: in the environment of the process of this name." },
	{ "set", KEY_ONE_OR_TEXTS, .doc = "All of these parameters have a value.",
	  .read = read_set },
	{ .name = NULL },
};

static void refuse_varying(const struct node *n, const char *where, struct diagnostics *d)
{
	if (n->type == NODE_SCALAR && n->text && strstr(n->text, "${"))
		diagnose(d, n, "%s: ${…} cannot stand here; use set: [NAME] to ask for a parameter",
			 where);
	for (size_t i = 0; n->type != NODE_SCALAR && i < n->count; i++)
		refuse_varying(n->type == NODE_LIST ? n->items[i] : n->pairs[i].value, where, d);
}

void condition_check(const struct node *when, const struct scope *scope, const char *where,
		     struct diagnostics *d)
{
	struct checking c = { scope, where, d };

	if (when->type != NODE_MAP || !when->count) {
		diagnose(d, when,
			 "%s: a condition is needed: file, env, host, set, any_set, all_of, any_of "
			 "or not",
			 where);
		return;
	}
	if (!strcmp(where, "applies_when") || !strcmp(where, "when"))
		refuse_varying(when, where, d);
	keys_read(condition_keys, when, where, &c, NULL, d);
	if (node_get(when, "of_process") && !node_get(when, "env"))
		diagnose(d, when, "%s: 'of_process' belongs to 'env'", where);
}
