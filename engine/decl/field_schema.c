/*
 * field_schema - a field for readers: in words for messages and `explain`, as JSON Schema for
 * editors.
 */
#include "engine/decl/field_kinds.h"

#include <inttypes.h>
#include <string.h>

#include "engine/base/buf.h"
#include "engine/base/clock.h"
#include "engine/document/diagnostic.h"
#include "engine/document/node.h"

void field_print_duration(struct buf *out, int64_t ns)
{
	static const struct {
		int64_t ns;
		const char *unit;
	} units[] = {
		{ 86400 * NS_PER_S, "d" },
		{ 3600 * NS_PER_S, "h" },
		{ 60 * NS_PER_S, "m" },
		{ NS_PER_S, "s" },
	};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (ns && ns % units[i].ns == 0) {
			buf_printf(out, "%" PRId64 "%s", ns / units[i].ns, units[i].unit);
			return;
		}
	buf_printf(out, "%" PRId64 "ms", ns / NS_PER_MS);
}

static void describe_number(const struct field *f, struct buf *out)
{
	if (f->kind == FIELD_KIND_UINT && f->min == 1 && f->max == 65535)
		buf_adds(out, "a port number from 1 to 65535");
	else if (!f->min && !f->max)
		buf_adds(out, f->kind == FIELD_KIND_UINT ? "a whole number, 0 or more"
							 : "a whole number");
	else if (f->kind == FIELD_KIND_UINT && f->max <= 0)
		buf_printf(out, "a whole number, %" PRId64 " or more", f->min);
	else
		buf_printf(out, "a whole number from %" PRId64 " to %" PRId64, f->min, f->max);
}

static void describe_choices(const struct field *f, struct buf *out)
{
	buf_adds(out, "one of ");
	for (size_t i = 0; f->choices[i]; i++)
		buf_printf(out, "%s%s", i ? ", " : "", f->choices[i]);
}

static void describe_duration(const struct field *f, struct buf *out)
{
	buf_adds(out, "a duration");
	if (!f->min && !f->max) {
		buf_adds(out, ", as in 300ms, 5s, 1m30s or 2h");
		return;
	}
	buf_adds(out, f->max > 0 ? " from " : " of at least ");
	field_print_duration(out, f->min);
	if (f->max > 0) {
		buf_adds(out, " to ");
		field_print_duration(out, f->max);
	}
}

void field_describe(const struct field *f, struct buf *out)
{
	if (f->kind == FIELD_KIND_UINT || f->kind == FIELD_KIND_INT)
		describe_number(f, out);
	else if (f->kind == FIELD_KIND_ENUM)
		describe_choices(f, out);
	else if (f->kind == FIELD_KIND_DURATION)
		describe_duration(f, out);
	else
		buf_adds(out, field_kind_rows[f->kind].noun);
}

/* One whole ${…} stands for any value. */
static json_t *placeholder(void)
{
	return json_pack("{s:s, s:s}", "type", "string", "pattern", "\\$\\{");
}

static json_t *schema_number(const struct field *f)
{
	json_t *s = json_pack("{s:s}", "type", "integer");

	if (f->kind == FIELD_KIND_UINT || f->min || f->max)
		json_object_set_new(s, "minimum", json_integer(f->min));
	if (f->max > 0 || (f->max && f->kind == FIELD_KIND_INT))
		json_object_set_new(s, "maximum", json_integer(f->max));
	return s;
}

/* A number in quotes is read as well. */
static json_t *schema_numbers(const struct field *f)
{
	return json_pack("{s:[o,{s:s,s:s},o]}", "anyOf", schema_number(f), "type", "string",
			 "pattern", f->kind == FIELD_KIND_UINT ? "^[0-9]+$" : "^-?[0-9]+$",
			 placeholder());
}

/* An editor's YAML takes a plain true or false for a boolean: among choices, both forms hold. */
static json_t *schema_choices(const struct field *f)
{
	json_t *names = json_array();

	for (size_t i = 0; f->choices[i]; i++) {
		const bool yes = !strcmp(f->choices[i], "true");

		json_array_append_new(names, json_string(f->choices[i]));
		if (yes || !strcmp(f->choices[i], "false"))
			json_array_append_new(names, json_boolean(yes));
	}
	return json_pack("{s:[{s:o},o]}", "anyOf", "enum", names, placeholder());
}

/* Scalars keep their text whatever YAML takes them for, so an editor must not complain of `user:
 * 0`. */
static json_t *schema_scalar(void)
{
	return json_pack("{s:[s,s,s]}", "type", "string", "number", "boolean");
}

static json_t *schema_of_kind(const struct field *f)
{
	switch (f->kind) {
	case FIELD_KIND_UINT:
	case FIELD_KIND_INT:
		return schema_numbers(f);
	case FIELD_KIND_BOOL:
		return json_pack("{s:[{s:[b,b,s,s]},o]}", "anyOf", "enum", true, false, "true",
				 "false", placeholder());
	case FIELD_KIND_ENUM:
		return schema_choices(f);
	case FIELD_KIND_DURATION:
		return json_pack("{s:s, s:s}", "type", "string", "pattern",
				 "^([0-9]+(\\.[0-9]+)?(ms|s|m|h|d))+$|\\$\\{");
	case FIELD_KIND_SIZE:
	case FIELD_KIND_MODE:
		return json_pack("{s:[s,s]}", "type", "string", "integer");
	case FIELD_KIND_LIST:
	case FIELD_KIND_REGEXES:
		return json_pack("{s:[o,{s:s,s:o,s:i}]}", "anyOf", schema_scalar(), "type", "array",
				 "items", schema_scalar(), "minItems", 1);
	case FIELD_KIND_MAP:
	case FIELD_KIND_REGEX_MAP:
		return json_pack("{s:s, s:o}", "type", "object", "additionalProperties",
				 schema_scalar());
	case FIELD_KIND_JSON:
		return json_object();
	default:
		return schema_scalar();
	}
}

/* The default as a value, for editors; NULL where there is none. */
static json_t *default_value(const struct field *f)
{
	auto_diagnostics struct diagnostics d = { 0 };
	struct document *doc = f->dflt ? document_parse(f->dflt, strlen(f->dflt), f->name, &d)
				       : NULL;
	json_t *value = doc ? node_to_json(document_root(doc)) : NULL;

	document_free(doc);
	return value;
}

json_t *field_schema(const struct field *f)
{
	json_t *s = schema_of_kind(f);
	json_t *dflt = default_value(f);

	if (f->doc)
		json_object_set_new(s, "description", json_string(f->doc));
	if (dflt)
		json_object_set_new(s, "default", dflt);
	return s;
}
