#include "checks/modules/supervisor/xmlrpc.h"

#include <stdlib.h>
#include <string.h>

#include <expat.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/err.h"
#include "engine/base/number.h"
#include "engine/base/xalloc.h"
#include "engine/decl/observer.h"

#define DEPTH_MAX 64
#define VALUES_MAX 100000
#define TEXT_MAX ((size_t)1024 * 1024)

/* A <value> that is open. */
struct open_value {
	json_t *made;       /* NULL so far: its text may be the value */
	const char *scalar; /* the element that says what the text is; NULL: a string */
	char *member;       /* name of the struct's member that comes next */
};

struct reader {
	XML_Parser parser;
	struct open_value stack[DEPTH_MAX];
	size_t depth, values;
	struct buf text;
	json_t *result;
	bool fault;
	const char *wrong;
};

static void stop(struct reader *r, const char *wrong)
{
	if (!r->wrong)
		r->wrong = wrong;
	XML_StopParser(r->parser, XML_FALSE);
}

static const char *const scalars[] = { "base64", "boolean", "dateTime.iso8601", "double",
				       "i4",     "i8",      "int",              "string" };

static const char *scalar_of(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(scalars); i++)
		if (!strcmp(scalars[i], name))
			return scalars[i];
	return NULL;
}

static void on_start(void *ctx, const char *name, const char **attributes)
{
	struct reader *r = ctx;
	struct open_value *v = r->depth ? &r->stack[r->depth - 1] : NULL;

	(void)attributes;
	buf_clear(&r->text);
	if (!strcmp(name, "value")) {
		if (r->depth == DEPTH_MAX || ++r->values > VALUES_MAX)
			stop(r, "it is nested too deeply or has too many values");
		else
			r->stack[r->depth++] = (struct open_value){ 0 };
	} else if (!strcmp(name, "fault")) {
		r->fault = true;
	} else if (v && !v->made && !strcmp(name, "struct")) {
		v->made = json_object();
	} else if (v && !v->made && !strcmp(name, "array")) {
		v->made = json_array();
	} else if (v && scalar_of(name)) {
		v->scalar = scalar_of(name);
	}
}

/* What the text of a scalar is; texts that are no such number stay texts. */
static json_t *scalar(const struct open_value *v, const struct buf *text)
{
	const char *s = buf_text(text);
	int64_t whole;
	double real;

	if (v->scalar && strchr("i", *v->scalar) && number_int(s, &whole) == 0)
		return json_integer(whole);
	if (v->scalar && !strcmp(v->scalar, "boolean"))
		return json_boolean(*s == '1');
	if (v->scalar && !strcmp(v->scalar, "double") && number_real(s, &real) == 0)
		return json_real(real);
	return observer_text(s, text->len);
}

/* Into what it is in. */
static void place(struct reader *r, json_t *value)
{
	struct open_value *in = r->depth ? &r->stack[r->depth - 1] : NULL;

	if (!in && !r->result)
		r->result = value;
	else if (in && json_is_array(in->made))
		json_array_append_new(in->made, value);
	else if (in && json_is_object(in->made) && in->member)
		json_object_set_new(in->made, in->member, value);
	else
		json_decref(value);
}

static void on_end(void *ctx, const char *name)
{
	struct reader *r = ctx;
	struct open_value *v = r->depth ? &r->stack[r->depth - 1] : NULL;

	if (v && !strcmp(name, "name")) {
		json_t *text = observer_text(buf_text(&r->text), r->text.len);

		free(v->member);
		v->member = xstrdup(json_string_value(text));
		json_decref(text);
	} else if (v && scalar_of(name) && !v->made) {
		v->made = scalar(v, &r->text);
	} else if (v && !strcmp(name, "value")) {
		json_t *value = v->made ? v->made : scalar(v, &r->text);

		free(v->member);
		r->depth--;
		place(r, value);
	}
	buf_clear(&r->text);
}

static void on_text(void *ctx, const char *bytes, int len)
{
	struct reader *r = ctx;

	if (!buf_add(&r->text, bytes, (size_t)len))
		stop(r, "a text is longer than 1 MiB");
}

/* Entities could be bombs; XML-RPC has none. */
static void on_doctype(void *ctx, const char *name, const char *system, const char *public,
		       int internal)
{
	(void)name;
	(void)system;
	(void)public;
	(void)internal;
	stop(ctx, "it has a document type");
}

static int parse(struct reader *r, const char *bytes, size_t len, struct err **e)
{
	XML_SetUserData(r->parser, r);
	XML_SetElementHandler(r->parser, on_start, on_end);
	XML_SetCharacterDataHandler(r->parser, on_text);
	XML_SetStartDoctypeDeclHandler(r->parser, on_doctype);
	if (XML_Parse(r->parser, bytes, (int)len, 1) == XML_STATUS_ERROR)
		return err_set(e, ERR_DATA, "the answer cannot be read: %s",
			       r->wrong ? r->wrong
					: XML_ErrorString(XML_GetErrorCode(r->parser)));
	if (!r->result)
		return err_set(e, ERR_DATA, "the answer holds no value");
	return 0;
}

json_t *xmlrpc_read(const char *bytes, size_t len, bool *fault, struct err **e)
{
	struct reader r = { .text = BUF_INIT(TEXT_MAX) };
	int failed;

	r.parser = XML_ParserCreate(NULL);
	if (!r.parser)
		xalloc_failed();
	failed = parse(&r, bytes, len, e);
	XML_ParserFree(r.parser);
	buf_free(&r.text);
	while (r.depth) {
		json_decref(r.stack[--r.depth].made);
		free(r.stack[r.depth].member);
	}
	*fault = r.fault;
	if (!failed)
		return r.result;
	json_decref(r.result);
	return NULL;
}
