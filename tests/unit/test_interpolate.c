/*
 * test_interpolate - ${…} in every place where it may stand, and in those where it may not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/base/buf.h"
#include "engine/base/xalloc.h"
#include "engine/decl/field.h"
#include "engine/document/diagnostic.h"
#include "engine/document/node.h"
#include "engine/ruleset/interpolate.h"

/* Names and their values: JSON, or how the name is not there. */
static const struct {
	const char *name, *json;
	enum lookup_result result;
} values[] = {
	{ "text", "\"a b/c?d&e@f:g.h%\"", LOOKUP_FOUND },
	{ "host", "\"[::1]:80,x\"", LOOKUP_FOUND },
	{ "base", "\"http://h:1/p\"", LOOKUP_FOUND },
	{ "dots", "\"1.2+3\"", LOOKUP_FOUND },
	{ "chinese", "\"中\"", LOOKUP_FOUND },
	{ "nested", "\"${text}\"", LOOKUP_FOUND },
	{ "empty", "\"\"", LOOKUP_FOUND },
	{ "int", "5", LOOKUP_FOUND },
	{ "real", "1.5", LOOKUP_FOUND },
	{ "bool", "true", LOOKUP_FOUND },
	{ "null", "null", LOOKUP_FOUND },
	{ "list", "[\"x\", 2]", LOOKUP_FOUND },
	{ "map", "{\"k\": [1]}", LOOKUP_FOUND },
	{ "checks.x.headers[\"a}b\"]", "\"odd\"", LOOKUP_FOUND },
	{ "optional", NULL, LOOKUP_ABSENT },
	{ "password", NULL, LOOKUP_ABSENT_SECRET },
	{ "late", NULL, LOOKUP_DEFERRED },
	{ "broken", "\"/etc/x: permission denied\"", LOOKUP_PROBLEM },
	{ "required", NULL, LOOKUP_PROBLEM },
};

static enum lookup_result get(void *ctx, const char *name, json_t **value)
{
	(void)ctx;
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		if (strcmp(values[i].name, name) != 0)
			continue;
		if (values[i].json)
			*value = json_loads(values[i].json, JSON_DECODE_ANY, NULL);
		return values[i].result;
	}
	return LOOKUP_UNKNOWN;
}

static const char *const *names(void *ctx)
{
	static const char *const all[] = { "text", "host", "optional", NULL };

	(void)ctx;
	return all;
}

static const struct lookup lookup = { .get = get, .names = names };

struct query {
	char *needed, *secret, *shell, *query, *text, *url, *pattern;
	struct text_list patterns, words;
	struct text_map found, headers;
};

static const struct field fields[] = {
	FIELD_REGEX_MAP(struct query, found, .doc = "A map of patterns."),
	FIELD_MAP(struct query, headers, .doc = "A map."),
	FIELD_TEXT(struct query, needed, .required = true, .doc = "A required text."),
	FIELD_REGEX(struct query, pattern, .doc = "A pattern."),
	FIELD_REGEXES(struct query, patterns, .doc = "Patterns."),
	FIELD_(struct query, query, FIELD_KIND_QUERY, char *, .doc = "A query."),
	FIELD_SECRET(struct query, secret, .doc = "A secret."),
	FIELD_(struct query, shell, FIELD_KIND_SHELL, char *, .doc = "A shell text."),
	FIELD_TEXT(struct query, text, .doc = "A text."),
	FIELD_URL(struct query, url, .doc = "A URL."),
	FIELD_LIST(struct query, words, .doc = "Texts."),
	{ .name = NULL },
};

enum how { TREE, FIELDS, EXPECT };

struct row {
	enum how how;
	const char *yaml, *gives; /* JSON of what comes of it */
	const char *notes; /* "deferred", "absent NAME", "left out NAME", or the problem; "" */
};

static const struct row rows[] = {
	/* nothing to do, and the escape */
	{ TREE, "{ a: [ b, 5 ], c: 'd' }", "{\"a\":[\"b\",5],\"c\":\"d\"}", "" },
	{ TREE, "{ a: '$${text}', b: 'x$${y', c: '$$$${', d: '$text $ {', e: 'a}' }",
	  "{\"a\":\"${text}\",\"b\":\"x${y\",\"c\":\"$$${\",\"d\":\"$text $ {\",\"e\":\"a}\"}",
	  "" },
	{ TREE, "a: '$${text} is ${int}'", "{\"a\":\"${text} is 5\"}", "" },
	/* one whole ${…} keeps its type, a part is text */
	{ TREE, "[ '${int}', '${real}', '${bool}', '${null}', '${dots}', '${list}', '${map}' ]",
	  "[5,1.5,true,null,\"1.2+3\",[\"x\",2],{\"k\":[1]}]", "" },
	{ TREE, "[ 'x${int}', '${real}x', '${bool} ', '-${null}', '${int}${int}' ]",
	  "[\"x5\",\"1.5x\",\"true \",\"-null\",\"55\"]", "" },
	{ TREE, "a: '${empty}'\nb: 'x${empty}'", "{\"a\":\"\",\"b\":\"x\"}", "" },
	/* what a value holds is not looked through again */
	{ TREE, "[ '${nested}', 'x${nested}' ]", "[\"${text}\",\"x${text}\"]", "" },
	{ TREE, "a: '${checks.x.headers[\"a}b\"]}'", "{\"a\":\"odd\"}", "" },
	{ TREE, "a: |\n  x ${chinese}\n  y\n", "{\"a\":\"x 中\\ny\\n\"}", "" },
	/* not there, not yet there */
	{ TREE, "{ a: '${optional}', b: 1 }", "{\"b\":1}", "left out optional" },
	{ TREE, "{ a: 'x${optional}' }", "{\"a\":\"x\"}", "absent optional" },
	{ TREE, "[ '${optional}', b ]", "[\"${optional}\",\"b\"]", "absent optional" },
	{ TREE, "a: '${password}'", "{\"a\":\"${password}\"}", "absent password" },
	{ TREE, "a: 'x ${late} ${int}'", "{\"a\":\"x ${late} ${int}\"}", "deferred" },
	{ TREE, "a: '${broken}'", "{\"a\":\"${broken}\"}",
	  "parameter 'broken': /etc/x: permission denied" },
	{ TREE, "a: 'x${required}'", "{\"a\":\"x\"}", "parameter 'required' has no value" },
	/* fields: a whole absent one is left out, unless the check would then mean something else
	 */
	{ FIELDS, "{ needed: a, text: '${optional}' }", "{\"needed\":\"a\"}", "left out optional" },
	{ FIELDS, "{ needed: '${optional}' }", "{\"needed\":\"${optional}\"}", "absent optional" },
	{ FIELDS, "{ secret: '${optional}' }", "{\"secret\":\"${optional}\"}", "absent optional" },
	{ FIELDS, "{ text: '${password}' }", "{\"text\":\"${password}\"}", "absent password" },
	{ FIELDS, "{ headers: { a: '${optional}' } }", "{\"headers\":{\"a\":\"${optional}\"}}",
	  "absent optional" },
	{ FIELDS, "{ words: [ '${optional}' ] }", "{\"words\":[\"${optional}\"]}",
	  "absent optional" },
	{ FIELDS, "{ words: '${list}' }", "{\"words\":[\"x\",2]}", "" },
	{ FIELDS, "{ text: '${late}' }", "{\"text\":\"${late}\"}", "deferred" },
	{ FIELDS, "{ unknown: '${int}' }", "{\"unknown\":5}", "" },
	/* patterns */
	{ FIELDS, "{ pattern: '^${dots}$' }", "{\"pattern\":\"^1\\\\.2\\\\+3$\"}", "" },
	{ FIELDS, "{ pattern: '${dots}' }", "{\"pattern\":\"1.2+3\"}", "" },
	{ FIELDS, "{ patterns: [ 'x${dots}' ], found: { n: '(${dots})' } }",
	  "{\"patterns\":[\"x1\\\\.2\\\\+3\"],\"found\":{\"n\":\"(1\\\\.2\\\\+3)\"}}", "" },
	{ FIELDS, "{ text: 'x${dots}' }", "{\"text\":\"x1.2+3\"}", "" },
	/* the parts of a URL */
	{ FIELDS, "{ url: '${text}' }", "{\"url\":\"a b/c?d&e@f:g.h%\"}", "" },
	{ FIELDS, "{ url: '${base}/x' }", "{\"url\":\"http://h:1/p/x\"}", "" },
	{ FIELDS, "{ url: '${base}/${text}' }",
	  "{\"url\":\"http://h:1/p/a%20b/c%3Fd%26e%40f%3Ag.h%25\"}", "" },
	{ FIELDS, "{ url: 'http://u:${text}@h/' }",
	  "{\"url\":\"http://u:a%20b%2Fc%3Fd%26e%40f%3Ag.h%25@h/\"}", "" },
	{ FIELDS, "{ url: 'http://${text}:${text}@h/' }",
	  "{\"url\":\"http://a%20b%2Fc%3Fd%26e%40f%3Ag.h%25:a%20b%2Fc%3Fd%26e%40f%3Ag.h%25@h/\"}",
	  "" },
	{ FIELDS, "{ url: 'http://${host}/' }", "{\"url\":\"http://[::1]:80,x/\"}", "" },
	{ FIELDS, "{ url: 'http://${text}' }", "{\"url\":\"http://a%20b%2Fc%3Fd%26e%40f:g.h%25\"}",
	  "" },
	{ FIELDS, "{ url: 'http://h/${text}' }",
	  "{\"url\":\"http://h/a%20b/c%3Fd%26e%40f%3Ag.h%25\"}", "" },
	{ FIELDS, "{ url: 'http://h/?q=${text}' }",
	  "{\"url\":\"http://h/?q=a%20b%2Fc%3Fd%26e%40f%3Ag.h%25\"}", "" },
	{ FIELDS, "{ url: 'http://h?q=${chinese}#${text}' }",
	  "{\"url\":\"http://h?q=%E4%B8%AD#a%20b%2Fc%3Fd%26e%40f%3Ag.h%25\"}", "" },
	{ FIELDS, "{ url: 'jdbc:mysql://${host}/d?password=${text}' }",
	  "{\"url\":\"jdbc:mysql://[::1]:80,x/d?password=a%20b%2Fc%3Fd%26e%40f%3Ag.h%25\"}", "" },
	{ FIELDS, "{ url: 'http://h:${int}/' }", "{\"url\":\"http://h:5/\"}", "" },
	/* no scheme, nobody would decode */
	{ FIELDS, "{ url: 'git@${host}:${text}' }", "{\"url\":\"git@[::1]:80,x:a b/c?d&e@f:g.h%\"}",
	  "" },
	/* expectations */
	{ EXPECT, "{ body: { matches: '^${dots}$', contains: '${dots}!' }, n: '${int}' }",
	  "{\"body\":{\"matches\":\"^1\\\\.2\\\\+3$\",\"contains\":\"1.2+3!\"},\"n\":5}", "" },
	{ EXPECT, "{ body: { not: { not_matches: 'a${dots}' } } }",
	  "{\"body\":{\"not\":{\"not_matches\":\"a1\\\\.2\\\\+3\"}}}", "" },
	/* never a vacuous pass: what is expected is not left out */
	{ EXPECT, "{ status: '${optional}' }", "{\"status\":\"${optional}\"}", "absent optional" },
	{ EXPECT, "[ { status: '${late}' } ]", "[{\"status\":\"${late}\"}]", "deferred" },
	{ EXPECT, "{ x: { in: '${list}' } }", "{\"x\":{\"in\":[\"x\",2]}}", "" },
};

/* One run: what came of it as JSON, notes and diagnostics as text. */
struct outcome {
	struct buf json, notes, said;
};

static struct node *run(enum how how, struct node_arena *arena, const struct node *n,
			struct interpolation *x, struct diagnostics *d)
{
	if (how == FIELDS)
		return interpolate_fields(arena, n, fields, &lookup, x, d);
	if (how == EXPECT)
		return interpolate_expect(arena, n, &lookup, x, d);
	return interpolate_tree(arena, n, &lookup, QUOTE_NONE, x, d);
}

static void note(struct buf *out, const struct interpolation *x)
{
	if (x->deferred)
		buf_adds(out, "deferred");
	if (x->absent)
		buf_printf(out, "absent %s", x->absent_name);
	if (x->left_out_name)
		buf_printf(out, "left out %s", x->left_out_name);
	if (x->problem)
		buf_adds(out, x->problem);
}

static void interpolate(struct outcome *o, enum how how, const char *yaml)
{
	struct diagnostics d = { 0 };
	struct document *doc = document_parse(yaml, strlen(yaml), "t.yaml", &d);
	struct node_arena *arena = node_arena_new();
	struct interpolation x = { 0 };
	json_t *v;
	char *text;

	*o = (struct outcome){ BUF_INIT(SIZE_MAX), BUF_INIT(SIZE_MAX), BUF_INIT(SIZE_MAX) };
	assert_non_null(doc);
	v = node_to_json(run(how, arena, document_root(doc), &x, &d));
	text = json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);
	buf_adds(&o->json, text);
	note(&o->notes, &x);
	diagnostics_sort(&d);
	for (size_t i = 0; i < d.count; i++) {
		diagnostic_print_line(&o->said, &d.items[i]);
		buf_adds(&o->said, "\n");
	}
	free(text);
	json_decref(v);
	interpolation_clear(&x);
	node_arena_free(arena);
	document_free(doc);
	diagnostics_free(&d);
}

static void release(struct outcome *o)
{
	buf_free(&o->json);
	buf_free(&o->notes);
	buf_free(&o->said);
}

static void values_are_put_in(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct outcome o;

		interpolate(&o, rows[i].how, rows[i].yaml);
		assert_string_equal(buf_text(&o.json), rows[i].gives);
		assert_string_equal(buf_text(&o.notes), rows[i].notes);
		assert_string_equal(buf_text(&o.said), "");
		release(&o);
	}
}

static const struct {
	enum how how;
	const char *yaml, *says;
} mistakes[] = {
	{ TREE, "a: 'x ${txet}'\n",
	  "t.yaml:1:7: unknown parameter 'txet'; did you mean 'text'?\n" },
	{ TREE, "a: ${zebra}\n", "t.yaml:1:4: unknown parameter 'zebra'\n" },
	{ TREE, "a: ${checks.x.y}\n", "t.yaml:1:4: unknown name 'checks.x.y'\n" },
	{ TREE, "a: 中 ${x}${y}\n",
	  "t.yaml:1:6: unknown parameter 'x'\n"
	  "t.yaml:1:10: unknown parameter 'y'\n" },
	{ TREE, "a: ${ text }\n",
	  "t.yaml:1:4: unknown parameter ' text '; did you mean 'text'?\n" },
	{ TREE, "a: x ${}\n",
	  "t.yaml:1:6: '${}' names nothing (a literal '${' is written '$${')\n" },
	{ TREE, "a: \"x ${text\"\n",
	  "t.yaml:1:7: '${' without '}' (a literal '${' is written '$${')\n" },
	{ TREE, "a: x${list}\n",
	  "t.yaml:1:5: '${list}' is a list and cannot stand inside of a text\n" },
	{ TREE, "a: x${map}\n",
	  "t.yaml:1:5: '${map}' is a map and cannot stand inside of a text\n" },
	{ TREE, "{ 'x${text}': 1, a: '${text}' }", "t.yaml:1:3: '${…}' cannot stand in a key\n" },
	{ EXPECT, "{ '${text}': 1 }", "t.yaml:1:3: '${…}' cannot stand in a key\n" },
	{ FIELDS, "{ 'x${text}': 1 }", "t.yaml:1:3: '${…}' cannot stand in a key\n" },
	{ FIELDS, "{ shell: 'echo ${text}' }",
	  "t.yaml:1:16: '${text}' cannot stand in shell: pass it in 'env' (a literal '${' is "
	  "written '$${')\n" },
	{ FIELDS, "{ shell: '${text}' }",
	  "t.yaml:1:11: '${text}' cannot stand in shell: pass it in 'env' (a literal '${' is "
	  "written '$${')\n" },
	{ FIELDS, "{ query: \"SELECT '${late}'\" }",
	  "t.yaml:1:19: '${late}' cannot stand in query: write a placeholder and use 'args' (a "
	  "literal '${' is written '$${')\n" },
};

static void mistakes_say_what_is_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(mistakes); i++) {
		struct outcome o;

		interpolate(&o, mistakes[i].how, mistakes[i].yaml);
		assert_string_equal(buf_text(&o.said), mistakes[i].says);
		release(&o);
	}
}

static void shell_may_write_its_own(void **state)
{
	struct outcome o;

	(void)state;
	interpolate(&o, FIELDS, "{ shell: 'echo $${HOME} $x' }");
	assert_string_equal(buf_text(&o.json), "{\"shell\":\"echo ${HOME} $x\"}");
	assert_string_equal(buf_text(&o.said), "");
	release(&o);
}

static void add_name(void *ctx, const struct node *at, const char *name)
{
	buf_printf(ctx, "%u:%s ", at->line, name);
}

static void names_are_told(void **state)
{
	static const char yaml[] = "a: x${one}${two.x[0]}\nb: [ '$${no}', { c: '${three}' } ]\n"
				   "d: '${broken'\n";
	struct diagnostics d = { 0 };
	struct document *doc = document_parse(yaml, strlen(yaml), "t.yaml", &d);
	struct buf out = BUF_INIT(SIZE_MAX);

	(void)state;
	interpolate_names(document_root(doc), add_name, &out);
	assert_string_equal(buf_text(&out), "1:one 1:two.x[0] 2:three ");
	interpolate_names(NULL, add_name, &out);
	buf_free(&out);
	document_free(doc);
	diagnostics_free(&d);
}

/* What holds no ${…} is not copied, and the document never changes. */
static void documents_are_left_alone(void **state)
{
	static const char yaml[] = "{ a: '${int}', b: { c: 1 } }";
	struct diagnostics d = { 0 };
	struct document *doc = document_parse(yaml, strlen(yaml), "t.yaml", &d);
	struct node_arena *arena = node_arena_new();
	struct interpolation x = { 0 };
	const struct node *root = document_root(doc);
	const struct node *copy = interpolate_tree(arena, root, &lookup, QUOTE_NONE, &x, &d);

	(void)state;
	assert_ptr_not_equal(copy, root);
	assert_ptr_equal(node_get(copy, "b"), node_get(root, "b"));
	assert_string_equal(node_get(root, "a")->text, "${int}");
	assert_null(node_typed(node_get(root, "a")));
	assert_int_equal(node_get(copy, "a")->line, 1);
	assert_int_equal(node_get(copy, "a")->column, 6);
	assert_string_equal(node_get(copy, "a")->text, "5");
	node_arena_free(arena);
	document_free(doc);
	diagnostics_free(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_put_in),
		cmocka_unit_test(mistakes_say_what_is_wrong),
		cmocka_unit_test(shell_may_write_its_own),
		cmocka_unit_test(names_are_told),
		cmocka_unit_test(documents_are_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
