/*
 * operand - expected values, read by the declared type of the fact, never by YAML's guess.
 */
#include "engine/judge/compiler.h"

#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/clock.h"
#include "engine/base/number.h"
#include "engine/base/text.h"
#include "engine/decl/field.h"
#include "engine/document/diagnostic.h"
#include "engine/document/node.h"
#include "engine/judge/moment.h"

#define QUOTE_MAX 1024

bool operand_is_deferred(const struct node *n)
{
	return n->type == NODE_SCALAR && n->deferred;
}

bool operand_has_deferred(const struct node *n)
{
	if (operand_is_deferred(n))
		return true;
	for (size_t i = 0; n->type == NODE_LIST && i < n->count; i++)
		if (operand_has_deferred(n->items[i]))
			return true;
	for (size_t i = 0; n->type == NODE_MAP && i < n->count; i++)
		if (operand_has_deferred(n->pairs[i].value))
			return true;
	return false;
}

/* "count: 'abc' is not a whole number" */
static json_t *refuse_hint(struct compiler *c, const struct node *n, const char *label,
			   const char *wanted, const char *hint)
{
	auto_buf struct buf got = BUF_INIT(QUOTE_MAX);

	if (n->type == NODE_SCALAR)
		text_quote(&got, n->text, n->len);
	else
		buf_adds(&got, node_kind(n));
	diagnose(c->d, n, "%s: %s is not %s%s", label, buf_text(&got), wanted, hint);
	return NULL;
}

static json_t *refuse(struct compiler *c, const struct node *n, const char *label,
		      const char *wanted)
{
	return refuse_hint(c, n, label, wanted, "");
}

int operand_bool(struct compiler *c, const struct node *n, const char *label, bool *out)
{
	if (n->type == NODE_SCALAR && (!strcmp(n->text, "true") || !strcmp(n->text, "false"))) {
		*out = n->text[0] == 't';
		return 0;
	}
	refuse_hint(c, n, label, "true or false",
		    n->type == NODE_SCALAR ? field_meant_bool(n->text) : "");
	return -1;
}

static json_t *read_bool(struct compiler *c, const struct node *n, const char *label)
{
	bool value;

	return operand_bool(c, n, label, &value) ? NULL : json_boolean(value);
}

static json_t *read_number(struct compiler *c, const struct node *n, enum fact_type type,
			   const char *label)
{
	int64_t whole;
	double real;

	if (!number_int(n->text, &whole) && number_is_json(n->text))
		return json_integer(whole);
	if (!number_real(n->text, &real))
		return json_real(real);
	return refuse(c, n, label, fact_type_name(type));
}

static json_t *read_duration(struct compiler *c, const struct node *n, const char *label)
{
	int64_t ns;
	int rc = number_duration(n->text, &ns);

	if (rc == -2) {
		diagnose(c->d, n, "%s: '%s' needs a unit: ms, s, m, h or d", label, n->text);
		return NULL;
	}
	if (rc)
		return refuse(c, n, label, "a duration, as in 300ms, 5s, 1m30s or 2h");
	return json_real((double)ns / (double)NS_PER_S);
}

static json_t *read_size(struct compiler *c, const struct node *n, const char *label)
{
	uint64_t bytes;

	if (number_size(n->text, &bytes) || bytes > INT64_MAX)
		return refuse(c, n, label, "a size, as in 512, 64K or 1.5G");
	return json_integer((json_int_t)bytes);
}

static json_t *read_mode(struct compiler *c, const struct node *n, const char *label)
{
	const char *s = n->text[0] == '0' && n->text[1] == 'o' ? n->text + 2 : n->text;
	size_t len = strlen(s);
	uint32_t bits;

	if (len < 3 || len > 4 || number_octal(s, &bits))
		return refuse(c, n, label, "a file mode of 3 or 4 octal digits, as in 0644");
	return json_sprintf("%04o", bits);
}

static json_t *read_time(struct compiler *c, const struct node *n, const char *label)
{
	int64_t ticks;

	if (moment_parse(n->text, &ticks))
		return refuse(c, n, label, "a time, as in 2026-01-02T03:04:05Z");
	return json_stringn(n->text, n->len);
}

static json_t *read_version(struct compiler *c, const struct node *n, const char *label)
{
	if (!number_is_version(n->text))
		return refuse(c, n, label, "a version, as in 1.10.2");
	return json_stringn(n->text, n->len);
}

static json_t *read_list(struct compiler *c, const struct node *n, const struct shape *shape,
			 const char *label)
{
	const struct shape item = shape_of_items(shape);
	json_t *list = json_array();

	for (size_t i = 0; i < n->count; i++) {
		json_t *one = operand_is_deferred(n->items[i])
				      ? json_null()
				      : operand_read(c, n->items[i], &item, label);

		if (!one) {
			json_decref(list);
			return NULL;
		}
		json_array_append_new(list, one);
	}
	return list;
}

static json_t *read_scalar(struct compiler *c, const struct node *n, enum fact_type type,
			   const char *label)
{
	/* a capture of another check brings a number of seconds or bytes along */
	if (json_is_number(node_typed(n)) && (FITS(type) & FITS_ORDERED) &&
	    type != FACT_TIME && type != FACT_VERSION)
		return json_incref(node_typed(n));
	switch (type) {
	case FACT_BOOL:
		return read_bool(c, n, label);
	case FACT_INT:
	case FACT_NUMBER:
		return read_number(c, n, type, label);
	case FACT_DURATION:
		return read_duration(c, n, label);
	case FACT_SIZE:
		return read_size(c, n, label);
	case FACT_MODE:
		return read_mode(c, n, label);
	case FACT_TIME:
		return read_time(c, n, label);
	case FACT_VERSION:
		return read_version(c, n, label);
	default:
		return json_stringn(n->text, n->len);
	}
}

json_t *operand_read(struct compiler *c, const struct node *n, const struct shape *shape,
		     const char *label)
{
	if (shape->type == FACT_OPEN)
		return node_to_json(n);
	if (shape->type == FACT_LIST)
		return n->type == NODE_LIST ? read_list(c, n, shape, label)
					    : refuse(c, n, label, "a list");
	if (shape->type == FACT_MAP)
		return n->type == NODE_MAP ? node_to_json(n) : refuse(c, n, label, "a map");
	if (n->type != NODE_SCALAR || (n->plain && !n->len))
		return refuse(c, n, label, fact_type_name(shape->type));
	return read_scalar(c, n, shape->type, label);
}
