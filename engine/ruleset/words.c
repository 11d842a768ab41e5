/*
 * words - texts for people, in the languages that a ruleset speaks; and the names of the model's
 * enums.
 */
#include "engine/ruleset/words.h"

#include <string.h>

#include "engine/base/xalloc.h"
#include "engine/document/node.h"
#include "engine/ruleset/keys.h"

const struct key words_keys[] = {
	{ "en", KEY_TEXT, .doc = "English." },
	{ "zh", KEY_TEXT, .doc = "Chinese." },
	{ .name = NULL },
};

const char *words_in(const struct words *w, const char *lang)
{
	bool zh = lang && !strncmp(lang, "zh", 2);
	const char *first = zh ? w->zh : w->en;

	return first ? first : zh ? w->en : w->zh;
}

struct words words_of(const struct node *n)
{
	struct words w = { NULL, NULL };
	struct node *en, *zh;

	if (!n)
		return w;
	if (n->type == NODE_SCALAR) {
		w.en = w.zh = n->text;
	} else if (n->type == NODE_MAP) {
		en = node_get(n, "en");
		zh = node_get(n, "zh");
		w.en = en && en->type == NODE_SCALAR ? en->text : NULL;
		w.zh = zh && zh->type == NODE_SCALAR ? zh->text : NULL;
	}
	return w;
}

const char *const param_types[] = {
	"text", "int",      "number", "bool", "port",   "url",
	"path", "duration", "size",   "list", "secret", NULL,
};

const char *param_type_name(enum param_type t)
{
	return (size_t)t < ARRAY_SIZE(param_types) - 1 ? param_types[t] : "?";
}

const char *layer_name(enum layer l)
{
	static const char *const names[] = {
		[LAYER_NONE] = "none",
		[LAYER_DEFAULT] = "ruleset default",
		[LAYER_FROM] = "from",
		[LAYER_INCLUDE] = "include",
		[LAYER_SITE] = "site file",
		[LAYER_FILE] = "--params",
		[LAYER_ENVIRONMENT] = "environment",
		[LAYER_COMMAND_LINE] = "command line",
	};

	return (size_t)l < ARRAY_SIZE(names) ? names[l] : "?";
}

struct param *scope_param(const struct scope *s, const char *name)
{
	for (size_t i = 0; s && i < s->param_count; i++)
		if (!strcmp(s->params[i].name, name))
			return &s->params[i];
	return NULL;
}
