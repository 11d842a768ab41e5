/*
 * schema - the JSON Schema (draft-07) of ruleset files, made from the tables of keys, fields and
 * facts.
 *
 * Editors type YAML by their own guess, so a text may also be written as a number or a boolean.
 */
#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/xalloc.h"
#include "engine/ruleset/keys.h"
#include "engine/ruleset/load.h"
#include "engine/ruleset/rule.h"

static json_t *keys_schema(const struct key *keys);

static json_t *text_schema(const struct key *k)
{
	json_t *s = json_pack("{s:[s,s,s]}", "type", "string", "number", "boolean");

	if (k->pattern)
		json_object_set_new(s, "pattern", json_string(k->pattern));
	return s;
}

static json_t *plain_text(void)
{
	return json_pack("{s:[s,s,s]}", "type", "string", "number", "boolean");
}

static json_t *choice_schema(const struct key *k)
{
	json_t *list = json_array();

	for (size_t i = 0; k->choices[i]; i++)
		json_array_append_new(list, json_string(k->choices[i]));
	return json_pack("{s:o}", "enum", list);
}

static json_t *list_of(json_t *items)
{
	return json_pack("{s:s, s:i, s:o}", "type", "array", "minItems", 1, "items", items);
}

static json_t *reference(const char *name)
{
	return json_pack("{s:o}", "$ref", json_sprintf("#/definitions/%s", name));
}

static json_t *either(json_t *one, json_t *other)
{
	return json_pack("{s:[o,o]}", "anyOf", one, other);
}

static json_t *shape_schema(const struct key *k)
{
	switch (k->shape) {
	case KEY_ANY:
	case KEY_EXPECT:
		return json_object();
	case KEY_TEXT:
		return text_schema(k);
	case KEY_DURATION:
		return json_pack("{s:s, s:s}", "type", "string", "pattern",
				 "^([0-9]+(ms|s|m|h|d))+$|\\$\\{");
	case KEY_NUMBER:
		return json_pack("{s:[s,s], s:s}", "type", "integer", "string", "pattern",
				 "^[0-9]+$");
	case KEY_BOOL:
		return json_pack("{s:[b,b,s,s]}", "enum", 1, 0, "true", "false");
	case KEY_CHOICE:
		return choice_schema(k);
	case KEY_WORDS:
		return reference("words");
	case KEY_WORDS_LIST:
		return list_of(reference("words"));
	case KEY_TEXTS:
		return list_of(plain_text());
	case KEY_ONE_OR_TEXTS:
		return either(plain_text(), list_of(plain_text()));
	case KEY_MAP:
		return json_pack("{s:s}", "type", "object");
	case KEY_LIST:
		return json_pack("{s:s, s:i}", "type", "array", "minItems", 1);
	case KEY_SECTION:
		return keys_schema(k->of);
	case KEY_ONE_OR_SECTIONS:
		return either(keys_schema(k->of), list_of(keys_schema(k->of)));
	case KEY_CONDITION:
		return reference("condition");
	case KEY_CONDITIONS:
		return list_of(reference("condition"));
	}
	return json_object();
}

static json_t *described(json_t *schema, const char *doc)
{
	json_object_set_new(schema, "description", json_string(doc));
	return schema;
}

static json_t *keys_schema(const struct key *keys)
{
	json_t *properties = json_object(), *required = json_array();
	json_t *s = json_pack("{s:s, s:b, s:o}", "type", "object", "additionalProperties", 0,
			      "properties", properties);

	for (const struct key *k = keys; k->name; k++) {
		json_object_set_new(properties, k->name, described(shape_schema(k), k->doc));
		if (k->required)
			json_array_append_new(required, json_string(k->name));
	}
	if (json_array_size(required))
		json_object_set(s, "required", required);
	json_decref(required);
	return s;
}

static void set_property(json_t *schema, const char *name, json_t *value)
{
	json_t *properties = json_object_get(schema, "properties"),
	       *old = json_object_get(properties, name);
	const char *doc = json_string_value(json_object_get(old, "description"));

	if (doc)
		described(value, doc);
	json_object_set_new(properties, name, value);
}

/* The fields of a type; none is required here, since defaults may give it. */
static json_t *type_schema(const struct check_type *t, const struct key *besides)
{
	json_t *s = besides ? keys_schema(besides)
			    : keys_schema((const struct key[]){ { .name = NULL } });
	json_t *properties = json_object_get(s, "properties");

	json_object_set_new(s, "type", json_pack("[s,s]", "object", "null"));
	for (const struct field *f = t->fields; f->name; f++)
		json_object_set_new(properties, f->name, described(field_schema(f), f->doc));
	if (t->extract_from && !json_object_get(properties, "extract"))
		json_object_set_new(properties, "extract",
				    described(json_pack("{s:s}", "type", "object"),
					      key_find(check_keys, "extract")->doc));
	return described(s, t->summary);
}

static void add_type(json_t *check, json_t *definitions, const struct check_type *t)
{
	auto_free char *fields = xasprintf("fields-%s", t->name),
		       *expect = xasprintf("expect-%s", t->name);

	json_object_set_new(definitions, fields, type_schema(t, NULL));
	json_object_set_new(definitions, expect, expect_schema(t->facts));
	json_object_set_new(json_object_get(check, "properties"), t->name, reference(fields));
	json_array_append_new(json_object_get(check, "oneOf"),
			      json_pack("{s:[s]}", "required", t->name));
	json_array_append_new(json_object_get(check, "allOf"),
			      json_pack("{s:{s:[s]}, s:{s:{s:o}}}", "if", "required", t->name,
					"then", "properties", "expect", reference(expect)));
}

static json_t *check_schema(const struct check_type *const *types, json_t *definitions)
{
	json_t *check = keys_schema(check_keys);

	json_object_set_new(check, "oneOf", json_array());
	json_object_set_new(check, "allOf", json_array());
	set_property(check, "sustain", sustain_schema());
	for (size_t i = 0; types[i]; i++)
		add_type(check, definitions, types[i]);
	return check;
}

static json_t *defaults_schema(const struct check_type *const *types)
{
	json_t *s = keys_schema(defaults_keys);

	for (size_t i = 0; types[i]; i++)
		json_object_set_new(json_object_get(s, "properties"), types[i]->name,
				    type_schema(types[i], type_defaults_keys));
	return s;
}

static json_t *words_schema(void)
{
	json_t *languages = keys_schema(words_keys);

	json_object_set_new(languages, "minProperties", json_integer(1));
	return either(plain_text(), languages);
}

/* What the facts of one type may be held against is the same wherever it stands: one definition
 * each. `known`: text to name. */
static void hoist(json_t *alternatives, json_t *definitions, json_t *known)
{
	json_t *one;
	size_t i;

	json_array_foreach(alternatives, i, one)
	{
		auto_free char *text = NULL, *name = NULL;

		if (!json_object_get(one, "properties"))
			continue;
		text = json_dumps(one, JSON_COMPACT | JSON_SORT_KEYS);
		if (!json_object_get(known, text)) {
			name = xasprintf("operators-%zu", json_object_size(known) + 1);
			json_object_set(definitions, name, one);
			json_object_set_new(known, text, json_string(name));
		}
		json_array_set_new(alternatives, i,
				   reference(json_string_value(json_object_get(known, text))));
	}
}

static void hoist_facts(json_t *expectation, json_t *definitions, json_t *known)
{
	const char *name;
	json_t *fact;

	json_object_foreach(json_object_get(expectation, "properties"), name, fact)
		hoist(json_object_get(fact, "anyOf"), definitions, known);
}

/* An expectation, or a list of such: what expect_schema() made. */
static void hoist_all(json_t *definitions, const struct check_type *const *types)
{
	json_t *known = json_object();

	for (size_t i = 0; types[i]; i++) {
		auto_free char *name = xasprintf("expect-%s", types[i]->name);
		json_t *both = json_object_get(json_object_get(definitions, name), "anyOf");

		hoist_facts(json_array_get(both, 0), definitions, known);
		hoist_facts(json_object_get(json_array_get(both, 1), "items"), definitions, known);
	}
	json_decref(known);
}

json_t *ruleset_schema(const struct check_type *const *types)
{
	json_t *definitions = json_object();
	json_t *s = json_pack("{s:s, s:s}", "$schema", "http://json-schema.org/draft-07/schema#",
			      "title", "A ruleset of rounds, format 1");

	json_object_update_new(s, keys_schema(ruleset_keys));
	json_object_set_new(definitions, "words", words_schema());
	json_object_set_new(definitions, "condition", keys_schema(condition_keys));
	json_object_set_new(definitions, "param", keys_schema(param_keys));
	json_object_set_new(definitions, "check", check_schema(types, definitions));
	set_property(s, "params",
		     json_pack("{s:s, s:o}", "type", "object", "additionalProperties",
			       reference("param")));
	set_property(s, "include", list_of(either(plain_text(), keys_schema(include_keys))));
	set_property(s, "defaults", defaults_schema(types));
	set_property(s, "checks", list_of(reference("check")));
	hoist_all(definitions, types);
	json_object_set_new(s, "definitions", definitions);
	return s;
}
