/*
 * items - reads the forms of for_each: lists, every combination, label: value, a whole ${list}, a
 * capture.
 */
#include "engine/ruleset/items.h"

#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/text.h"
#include "engine/base/xalloc.h"
#include "engine/document/diagnostic.h"
#include "engine/ruleset/keys.h"

#define ITEMS_MAX 100000

/* One list of a for_each. */
struct axis {
	const char *name;
	char **labels; /* each may be NULL: counted */
	json_t **values;
	const char **absent; /* names of parameters without value, or NULL */
	const struct param **problems;
	size_t count, cap;
};

struct making {
	const struct rule *rule;
	struct names *names;
	struct items *out;
	struct diagnostics *d;
};

char *item_shown(const json_t *v)
{
	char *dumped;

	if (json_is_string(v))
		return xstrdup(json_string_value(v));
	dumped = json_dumps(v, JSON_ENCODE_ANY | JSON_COMPACT | JSON_SORT_KEYS);
	return dumped ? dumped : xstrdup("?");
}

char *item_label(const json_t *v)
{
	char *shown;

	if (!v || json_is_object(v) || json_is_array(v))
		return NULL;
	shown = item_shown(v);
	if (text_is_label(shown))
		return shown;
	free(shown);
	return NULL;
}

static void axis_release(struct axis *a)
{
	for (size_t i = 0; i < a->count; i++) {
		free(a->labels[i]);
		json_decref(a->values[i]);
	}
	free(a->labels);
	free(a->values);
	free(a->absent);
	free(a->problems);
}

/* Takes the label and the value. */
static void axis_add(struct axis *a, char *label, json_t *value)
{
	if (a->count == a->cap) {
		a->cap = a->cap ? a->cap * 2 : 8;
		a->labels = xrealloc(a->labels, a->cap, sizeof(*a->labels));
		a->values = xrealloc(a->values, a->cap, sizeof(*a->values));
		a->absent = xrealloc(a->absent, a->cap, sizeof(*a->absent));
		a->problems = xrealloc(a->problems, a->cap, sizeof(*a->problems));
	}
	a->labels[a->count] = label ? label : item_label(value);
	a->values[a->count] = value;
	a->absent[a->count] = NULL;
	a->problems[a->count] = NULL;
	a->count++;
}

/* Items are text, whatever they look like. */
static json_t *plain_value(const struct node *n)
{
	json_t *v;

	if (node_typed(n))
		return json_incref(node_typed(n));
	if (n->type == NODE_SCALAR)
		return json_stringn(n->text, n->len);
	v = n->type == NODE_LIST ? json_array() : json_object();
	for (size_t i = 0; i < n->count; i++) {
		if (n->type == NODE_LIST)
			json_array_append_new(v, plain_value(n->items[i]));
		else
			json_object_set_new(v, n->pairs[i].key->text,
					    plain_value(n->pairs[i].value));
	}
	return v;
}

/* One item, with its ${…} put in. */
static int add_item(struct making *m, struct axis *a, const char *label, const struct node *n)
{
	struct interpolation seen = { 0 };
	struct node_arena *arena;
	struct lookup lookup;
	struct node *made;
	int rc = 0;

	if (n->type == NODE_SCALAR && !n->len)
		return diagnose(m->d, n, "for_each: an item is empty");
	if (!node_varies(n)) {
		axis_add(a, label ? xstrdup(label) : NULL, plain_value(n));
		return 0;
	}
	arena = node_arena_new();
	lookup = names_lookup(m->names);
	m->names->absent = m->names->problem = NULL;
	made = interpolate_tree(arena, n, &lookup, QUOTE_NONE, &seen, m->d);
	axis_add(a, label ? xstrdup(label) : NULL,
		 made ? plain_value(made) : json_string(n->type == NODE_SCALAR ? n->text : ""));
	a->problems[a->count - 1] = m->names->problem;
	if (m->names->absent)
		a->absent[a->count - 1] = m->names->absent->name;
	if (seen.deferred && m->names->stage == STAGE_LINT)
		m->out->unknown = true;
	else if (seen.deferred)
		rc = diagnose(m->d, n,
			      "for_each: a secret or a capture cannot be an item of a list");
	interpolation_clear(&seen);
	node_arena_free(arena);
	return rc;
}

static void add_list_value(struct axis *a, const json_t *list)
{
	size_t i;
	json_t *v;

	json_array_foreach(list, i, v) axis_add(a, NULL, json_incref(v));
}

/* for_each: { x: "${list}" } where the list is a parameter or a built-in. */
static int add_named(struct making *m, struct axis *a, const struct node *n, const char *name)
{
	struct lookup lookup = names_lookup(m->names);
	const struct param *p = scope_param(m->rule->scope, name);
	json_t *value = NULL;
	int rc = 0;

	if (p && p->type != PARAM_LIST)
		return diagnose(m->d, n, "for_each: parameter '%s' is of type %s, not list", name,
				param_type_name(p->type));
	switch (lookup.get(lookup.ctx, name, &value)) {
	case LOOKUP_FOUND:
		if (json_is_array(value))
			add_list_value(a, value);
		else
			rc = diagnose(m->d, n, "for_each: '%s' is not a list", name);
		json_decref(value);
		break;
	case LOOKUP_UNKNOWN:
		rc = diagnose_unknown(m->d, n, "parameter", NULL, name, lookup.names(lookup.ctx));
		break;
	case LOOKUP_DEFERRED:
		m->out->unknown = true;
		break;
	case LOOKUP_ABSENT:
	case LOOKUP_ABSENT_SECRET:
		m->out->decided = DECIDED_SKIP;
		m->out->reason = xasprintf("not configured: %s", name);
		break;
	case LOOKUP_PROBLEM:
		m->out->decided = DECIDED_ERROR;
		m->out->kind = p && p->problem ? p->problem_kind : KIND_PARAMETER;
		m->out->reason = p ? param_problem(p) : xasprintf("'%s' has no value", name);
		break;
	}
	if (!rc && !a->count && !m->out->unknown && !m->out->reason) {
		m->out->decided = DECIDED_ERROR;
		m->out->kind = KIND_PARAMETER;
		m->out->reason = xasprintf("for_each: the list '%s' has no item", name);
	}
	return rc;
}

static int add_scalar(struct making *m, struct axis *a, const struct node *n)
{
	auto_free char *name = node_whole_name(n);

	if (!name)
		return diagnose(
			m->d, n,
			"for_each: a list, a map of label: value or one whole ${…} is needed");
	if (!text_starts_with(name, "checks."))
		return add_named(m, a, n, name);
	if (m->rule->for_each->count > 1)
		return diagnose(m->d, n, "for_each: a capture cannot be combined with other lists");
	m->out->runtime = a->name;
	m->out->source = n->text + 2;
	m->out->source_len = n->len - 3;
	return 0;
}

static int read_axis(struct making *m, struct axis *a, const struct node_pair *p)
{
	const struct node *n = p->value;
	int rc = 0;

	a->name = p->key->text;
	if (strspn(a->name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") !=
	    p->key->len)
		return diagnose(m->d, p->key, "for_each: the name '%s' must be of A-Z a-z 0-9 _",
				a->name);
	if (n->type == NODE_SCALAR)
		return add_scalar(m, a, n);
	if (!n->count)
		return diagnose(m->d, n, "for_each: '%s' has no item", a->name);
	for (size_t i = 0; i < n->count; i++)
		if (add_item(m, a, n->type == NODE_MAP ? n->pairs[i].key->text : NULL,
			     n->type == NODE_MAP ? n->pairs[i].value : n->items[i]))
			rc = -1;
	return rc;
}

/* The parts of one combination: which item of each list. */
static void make_item(const struct axis *axes, size_t count, size_t number, struct item *out)
{
	auto_buf struct buf suffix = BUF_INIT(SIZE_MAX), shown = BUF_INIT(SIZE_MAX);
	size_t rest = number, stride = 1;
	bool counted = false;

	for (size_t i = 0; i < count; i++)
		stride *= axes[i].count;
	out->vars = json_object();
	for (size_t i = 0; i < count; i++) {
		const struct axis *a = &axes[i];
		size_t k;
		auto_free char *value = NULL;

		stride /= a->count;
		k = rest / stride;
		rest %= stride;
		json_object_set_new(out->vars, a->name, json_incref(a->values[k]));
		if (a->labels[k] && text_is_label(a->labels[k])) {
			buf_printf(&suffix, "%s%s", i ? "," : "", a->labels[k]);
		} else {
			buf_printf(&suffix, "%s%zu", i ? "," : "", k + 1);
			counted = true;
		}
		value = a->labels[k] ? xstrdup(a->labels[k]) : item_shown(a->values[k]);
		buf_printf(&shown, "%s%s", i ? ", " : "", value);
		if (!out->reason && a->problems[k]) {
			out->decided = DECIDED_ERROR;
			out->kind = a->problems[k]->problem ? a->problems[k]->problem_kind
							    : KIND_PARAMETER;
			out->reason = param_problem(a->problems[k]);
		} else if (!out->reason && a->absent[k]) {
			out->decided = DECIDED_SKIP;
			out->reason = xasprintf("not configured: %s", a->absent[k]);
		}
	}
	out->suffix = buf_take(&suffix);
	out->shown = counted ? buf_take(&shown) : NULL;
}

/* Two checks of one id cannot be told apart. */
static int check_distinct(const struct making *m)
{
	json_t *seen = json_object();
	int rc = 0;

	for (size_t i = 0; i < m->out->count && !rc; i++) {
		const struct item *x = &m->out->items[i];

		if (json_object_get(seen, x->suffix))
			rc = diagnose(m->d, m->rule->for_each,
				      "for_each: the item '%s' is there twice", x->suffix);
		json_object_set_new_nocheck(seen, x->suffix, json_true());
	}
	json_decref(seen);
	return rc;
}

static int combine(struct making *m, const struct axis *axes, size_t count)
{
	size_t total = 1;

	for (size_t i = 0; i < count; i++) {
		total *= axes[i].count;
		if (total > ITEMS_MAX)
			return diagnose(m->d, m->rule->for_each, "for_each: more than %d items",
					ITEMS_MAX);
	}
	m->out->items = xcalloc(total ? total : 1, sizeof(*m->out->items));
	m->out->count = total;
	for (size_t i = 0; i < total; i++)
		make_item(axes, count, i, &m->out->items[i]);
	return check_distinct(m);
}

int items_make(const struct rule *rule, struct names *names, struct items *out,
	       struct diagnostics *d)
{
	struct making m = { rule, names, out, d };
	const struct node *each = rule->for_each;
	struct axis *axes;
	int rc = 0;

	*out = (struct items){ .each = each != NULL };
	if (!each)
		return 0;
	if (each->type != NODE_MAP || !each->count)
		return diagnose(d, each,
				"for_each: a map of a name and its list is needed, such as { path: "
				"[ /, /data ] }");
	axes = xcalloc(each->count, sizeof(*axes));
	for (size_t i = 0; i < each->count; i++)
		if (read_axis(&m, &axes[i], &each->pairs[i]))
			rc = -1;
	if (!rc && !out->unknown && !out->runtime && !out->reason)
		rc = combine(&m, axes, each->count);
	for (size_t i = 0; i < each->count; i++)
		axis_release(&axes[i]);
	free(axes);
	return rc;
}

void items_release(struct items *items)
{
	for (size_t i = 0; i < items->count; i++) {
		free(items->items[i].suffix);
		free(items->items[i].shown);
		free(items->items[i].reason);
		json_decref(items->items[i].vars);
	}
	free(items->items);
	free(items->reason);
	*items = (struct items){ 0 };
}

/* Whether the values of an item are this text. */
static bool item_is(const struct item *x, const char *word)
{
	const char *key;
	json_t *value;

	if (json_object_size(x->vars) != 1)
		return x->shown && !strcmp(x->shown, word);
	json_object_foreach(x->vars, key, value)
	{
		auto_free char *shown = item_shown(value);

		return !strcmp(shown, word);
	}
	return false;
}

const struct item *items_find(const struct items *items, const char *word)
{
	for (size_t i = 0; i < items->count; i++)
		if (!strcmp(items->items[i].suffix, word))
			return &items->items[i];
	for (size_t i = 0; i < items->count; i++)
		if (item_is(&items->items[i], word))
			return &items->items[i];
	return NULL;
}
