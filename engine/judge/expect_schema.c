/*
 * expect_schema - the JSON Schema (draft-07) of an expectation, from the tables of facts and
 * operators.
 */
#include "engine/judge/expect.h"

#include <stdint.h>
#include <string.h>

#include "engine/judge/ops.h"
#include "engine/judge/sustain.h"

static json_t *scalar(void)
{
	return json_pack("{s:[s,s,s,s]}", "type", "string", "number", "boolean", "null");
}

/* What stands after an operator. An expectation inside is left open: the loader checks it. */
static json_t *operand_schema(const struct operator *op)
{
	switch (op->takes) {
	case TAKES_VALUES:
		return json_pack("{s:[s,s], s:i}", "type", "array", "string", "minItems", 1);
	case TAKES_RANGE:
		return json_pack("{s:s, s:i, s:i}", "type", "array", "minItems", 2, "maxItems", 2);
	case TAKES_BOOL:
		return json_pack("{s:[s,s]}", "type", "boolean", "string");
	case TAKES_TRUE:
		return json_pack("{s:[b]}", "enum", 1);
	case TAKES_TEXT:
		return json_pack("{s:[s,s,s]}", "type", "string", "number", "boolean");
	case TAKES_EXPECTATIONS:
		return json_pack("{s:s, s:i}", "type", "array", "minItems", 1);
	case TAKES_COUNT:
		return json_pack("{s:s, s:[s,s], s:b}", "type", "object", "required", count_keys[0],
				 count_keys[1], "additionalProperties", 1);
	default:
		return json_object();
	}
}

static json_t *type_schema(void)
{
	json_t *names = json_array();

	for (size_t i = 0; convert_names[i]; i++)
		json_array_append_new(names, json_string(convert_names[i]));
	return json_pack("{s:o}", "enum", names);
}

static json_t *operators_schema(enum fact_type type)
{
	json_t *properties = json_object();

	for (size_t i = 0; operators[i]; i++) {
		const struct operator *op = operators[i];
		json_t *one;

		if (type != FACT_OPEN && type != FACT_TEXT && !(op->fits & FITS(type)))
			continue;
		one = op->takes == TAKES_TYPE ? type_schema() : operand_schema(op);
		json_object_set_new(one, "description", json_string(op->doc));
		json_object_set_new(properties, op->name, one);
	}
	return json_pack("{s:s, s:o, s:b, s:i}", "type", "object", "properties", properties,
			 "additionalProperties", 0, "minProperties", 1);
}

static json_t *fact_schema(const struct fact *f)
{
	json_t *s;

	if (f->type == FACT_OPEN || f->type == FACT_MAP)
		s = json_object();
	else if (f->type == FACT_LIST)
		s = json_pack("{s:[{s:s},{s:s,s:s},o]}", "anyOf", "type", "array", "type", "string",
			      "pattern", "\\$\\{", operators_schema(f->type));
	else
		s = json_pack("{s:[o,o]}", "anyOf", scalar(), operators_schema(f->type));
	json_object_set_new(s, "description", json_string(f->doc));
	return s;
}

static void add_facts(json_t *properties, json_t *patterns, const struct fact *facts)
{
	for (const struct fact *f = facts; f && f->name; f++) {
		json_t *path = json_sprintf("^%s[.\\[]", f->name);

		json_object_set_new(properties, f->name, fact_schema(f));
		json_object_set_new(patterns, json_string_value(path), json_object());
		json_decref(path);
	}
}

static void add_logic(json_t *properties)
{
	static const struct operator *const logic[] = { &op_all_of, &op_any_of, &op_not };

	for (size_t i = 0; i < sizeof(logic) / sizeof(logic[0]); i++) {
		json_t *one = operand_schema(logic[i]);

		json_object_set_new(one, "description", json_string(logic[i]->doc));
		json_object_set_new(properties, logic[i]->name, one);
	}
}

static json_t *map_schema(const struct fact *facts, bool entry)
{
	json_t *properties = json_object(), *patterns = json_object(), *names = json_array();

	add_facts(properties, patterns, facts);
	add_facts(properties, patterns, common_facts);
	add_logic(properties);
	for (size_t i = 0; severity_names[i]; i++)
		json_array_append_new(names, json_string(severity_names[i]));
	if (entry)
		json_object_set_new(properties, "severity", json_pack("{s:O}", "enum", names));
	if (entry)
		json_object_set_new(properties, "sustain", sustain_schema());
	json_decref(names);
	return json_pack("{s:s, s:o, s:o, s:b, s:i}", "type", "object", "properties", properties,
			 "patternProperties", patterns, "additionalProperties", 0, "minProperties",
			 1);
}

json_t *expect_schema(const struct fact *facts)
{
	return json_pack("{s:[o,{s:s,s:i,s:o}]}", "anyOf", map_schema(facts, false), "type",
			 "array", "minItems", 1, "items", map_schema(facts, true));
}
