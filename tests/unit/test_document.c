/*
 * test_document - every hazard of YAML, with the very line that a ruleset author reads, and what
 * is accepted as the tree that comes of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "engine/base/buf.h"
#include "engine/base/xalloc.h"
#include "engine/document/diagnostic.h"
#include "engine/document/node.h"
#include "tests/unit/same_document.h"

/* A text with NULs in it: bytes and length of a literal. */
#define BYTES(s) s, sizeof(s) - 1

struct mistake {
	const char *yaml;
	size_t len;
	const char *says; /* all lines, one a mistake */
};

static const struct mistake mistakes[] = {
	/* encodings and characters */
	{ BYTES(""), "t.yaml:1:1: the file is empty\n" },
	{ BYTES("title\xef\xbc\x9a a\nb: c\n"),
	  "t.yaml:1:6: '\xef\xbc\x9a' is U+FF1A, not the ':' that ends a key\n" },
	{ BYTES("- id\xef\xbc\x9a a\n  port: 1\n"),
	  "t.yaml:1:5: '\xef\xbc\x9a' is U+FF1A, not the ':' that ends a key\n" },
	{ BYTES("- id: a\n\xc2\xa0 port: 1\n"),
	  "t.yaml:2:1: U+00A0 is no blank here: indent by spaces\n" },
	{ BYTES("- id: a\n  title: \"x\xef\xbc\x9a y\"\n   port: 1\n"),
	  "t.yaml:3:4: expected a key at the indentation of its map, or a quote or bracket is "
	  "out of place\n" },
	{ BYTES("# only a comment\n"), "t.yaml:1:1: the file is empty\n" },
	{ BYTES("---\n"), "t.yaml:1:1: the file is empty\n" },
	{ BYTES("~\n"), "t.yaml:1:1: the file is empty\n" },
	{ BYTES("\xff\xfe"
		"a\0:\0"),
	  "t.yaml:1:1: the file is not UTF-8 (it looks like UTF-16 or UTF-32); save it as "
	  "UTF-8\n" },
	{ BYTES("\xfe\xff\0a\0:"), "t.yaml:1:1: the file is not UTF-8 (it looks like UTF-16 or "
				   "UTF-32); save it as UTF-8\n" },
	{ BYTES("a\0:\0 \0b\0"), "t.yaml:1:1: the file is not UTF-8 (it looks like UTF-16 or "
				 "UTF-32); save it as UTF-8\n" },
	{ BYTES("a: x\nb: \0\n"), "t.yaml:2:4: a NUL byte; a ruleset is text\n" },
	{ BYTES("a: x\n中文: \xff\n"), "t.yaml:2:5: byte 0xff is not UTF-8; save the "
					  "file as UTF-8\n" },
	{ BYTES("a: \xc0\x80\n"), "t.yaml:1:4: byte 0xc0 is not UTF-8; save the file as UTF-8\n" },
	{ BYTES("a: \xed\xa0\x80\n"), "t.yaml:1:4: byte 0xed is not UTF-8; save the file as "
					    "UTF-8\n" },
	{ BYTES("a: x\a\n"),
	  "t.yaml:1:5: character U+0007 is not allowed; write \\x07 in double quotes\n" },
	{ BYTES("a: x\x7f\n"),
	  "t.yaml:1:5: character U+007F is not allowed; write \\x7F in double quotes\n" },
	{ BYTES("a: \xef\xbb\xbfx\n"),
	  "t.yaml:1:4: character U+FEFF is not allowed; write \\uFEFF in double quotes\n" },
	{ BYTES("a: 1\rb: 2\n"), "t.yaml:1:5: carriage return without a line feed\n" },
	{ BYTES("a: x\xc2\x85"
		"b: y\n"),
	  "t.yaml:1:5: line separator U+0085 outside quotes; write \\N in double quotes, "
	  "or a line feed\n" },
	{ BYTES("a: 1 # x\xe2\x80\xa8y\n"),
	  "t.yaml:1:9: line separator U+2028 outside quotes; write \\L in double quotes, "
	  "or a line feed\n" },
	{ BYTES("a: |\n  x\xe2\x80\xa9y\n"),
	  "t.yaml:2:4: line separator U+2029 outside quotes; write \\P in double quotes, "
	  "or a line feed\n" },
	{ BYTES("a: \"x\xe2\x80\xa8y\"\nb: 1\nb: 2\n"),
	  "t.yaml:1:6: warning: line separator U+2028 in a text\n"
	  "t.yaml:3:1: duplicate key 'b': it stands on line 2 already\n" },
	{ BYTES("a: \xe2\x80\xaex\n"),
	  "t.yaml:1:4: bidi control U+202E outside quotes; it makes the line look other than it "
	  "is\n" },
	{ BYTES("a: 1 # \xe2\x81\xa6\n"),
	  "t.yaml:1:8: bidi control U+2066 outside quotes; it makes the line look other than it "
	  "is\n" },
	{ BYTES("a: 'x\xe2\x80\xae'\n"), "t.yaml:1:6: warning: bidi control U+202E in a text\n" },
	{ BYTES("a: |\n  x\xe2\x80\xae\n"),
	  "t.yaml:2:4: warning: bidi control U+202E in a text\n" },
	{ BYTES("a: \"x\\0y\"\n"), "t.yaml:1:4: the text holds a NUL character (\\0)\n" },
	{ BYTES("\"a\\u0000\": y\n"), "t.yaml:1:1: the text holds a NUL character (\\0)\n" },
	/* tabs and indentation */
	{ BYTES("a:\n\tb: 1\n"), "t.yaml:2:1: tab used for indentation; use spaces\n" },
	{ BYTES("a: 1\n\tb: 2\n"), "t.yaml:2:1: tab used for indentation; use spaces\n" },
	{ BYTES("\ta: 1\n"), "t.yaml:1:1: tab used for indentation; use spaces\n" },
	{ BYTES("a:\n  b: 1\n \tc: 2\n"), "t.yaml:3:2: tab used for indentation; use spaces\n" },
	{ BYTES("a: |\n  \tx\n"), "t.yaml:2:3: tab used for indentation; use spaces\n" },
	{ BYTES("a: |\n  x\n  \ty\nb: c: d\n"),
	  "t.yaml:4:5: ':' cannot stand here; put the text in quotes, or mend the indentation\n" },
	{ BYTES("a:\n  b: 1\n c: 2\n"),
	  "t.yaml:3:2: expected a key at the indentation of its map, or a quote or bracket is out "
	  "of place\n" },
	{ BYTES("a:\n  - 1\n  b: 2\n"),
	  "t.yaml:3:3: expected '- ' at the indentation of the list\n" },
	{ BYTES("a: - b\n"),
	  "t.yaml:1:4: a list cannot start here; put '- ' on a line of its own\n" },
	/* keys */
	{ BYTES("a: 1\nb: 2\na: 3\n"),
	  "t.yaml:3:1: duplicate key 'a': it stands on line 1 already\n" },
	{ BYTES("x: { a: 1, \"a\": 2, 'a': 3 }\n"),
	  "t.yaml:1:12: duplicate key 'a': it stands on line 1 already\n"
	  "t.yaml:1:20: duplicate key 'a': it stands on line 1 already\n" },
	{ BYTES("a: 1\r\na: 2\r\n"),
	  "t.yaml:2:1: duplicate key 'a': it stands on line 1 already\n" },
	{ BYTES("[a]: b\n"), "t.yaml:1:1: a list cannot be a key\n" },
	{ BYTES("x: {{a}}\n"),
	  "t.yaml:1:5: a map cannot be a key; put '${…}' or '{…}' in quotes\n" },
	{ BYTES("? - a\n: b\n"), "t.yaml:1:3: a list cannot be a key\n" },
	{ BYTES("a: &x [1]\n*x : 2\n"), "t.yaml:2:1: a list cannot be a key\n" },
	{ BYTES("- &x a\n- { *x : 2, a: 3 }\n"),
	  "t.yaml:2:13: duplicate key 'a': it stands on line 2 already\n" },
	{ BYTES("{ : 1 }\n"), "t.yaml:1:3: a key or a value is missing here\n" },
	{ BYTES("?\n: 1\n"), "t.yaml:1:2: a key is missing before ':'\n" },
	{ BYTES("abc\ndef: 1\n"),
	  "t.yaml:2:4: ':' cannot stand here; put the text in quotes, or mend the indentation\n" },
	{ BYTES("a: 中文字: 1\n"),
	  "t.yaml:1:7: ':' cannot stand here; put the text in quotes, or mend the indentation\n" },
	/* anchors, aliases, merges */
	{ BYTES("a: *x\n"), "t.yaml:1:4: unknown alias '*x': no '&x' before it\n" },
	{ BYTES("a: &x [*x]\n"), "t.yaml:1:8: alias '*x' stands inside of what it names\n" },
	{ BYTES("a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\n"
		"c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\n"
		"e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e]\n"),
	  "t.yaml:5:29: aliases expand to more than 100000 nodes\n" },
	{ BYTES("x: { <<: 3 }\n"),
	  "t.yaml:1:10: '<<' takes a map or a list of maps, not a text\n" },
	{ BYTES("x: { <<: [ { a: 1 }, b ] }\n"), "t.yaml:1:22: '<<' merges maps, not a text\n" },
	{ BYTES("b: &b { a: 1 }\nx:\n  <<: *b\n  <<: *b\n"),
	  "t.yaml:4:3: duplicate key '<<': it stands on line 3 already; merge a list of maps\n" },
	/* tags, documents, syntax */
	{ BYTES("a: !!str 5\n"),
	  "t.yaml:1:4: explicit tag '!!str' is not supported: a value is read "
	  "by the type of its field\n" },
	{ BYTES("a: ! 5\n"),
	  "t.yaml:1:4: explicit tag '!' is not supported: a value is read by the "
	  "type of its field\n" },
	{ BYTES("a: !x { b: 1 }\n"), "t.yaml:1:4: explicit tag '!x' is not supported: a value is "
				     "read by the type of its field\n" },
	{ BYTES("%TAG ! tag:x,2000:\n---\na: 1\n"),
	  "t.yaml:1:1: %TAG is not supported: a value is read by the type of its field\n" },
	{ BYTES("a: 1\n---\nb: 2\n"),
	  "t.yaml:2:1: a second document starts here; one file holds one\n" },
	{ BYTES("a: x\n...\nfoo\n"), "t.yaml:3:1: nothing may follow the end of the document\n" },
	{ BYTES("a: [1,\n"), "t.yaml:1:4: the list that opens here is never closed\n" },
	{ BYTES("{a: 1"), "t.yaml:1:1: the map that opens here is never closed\n" },
	{ BYTES("a: [1, 2\nb: 3\n"), "t.yaml:2:2: expected ',' or ']'; the list opens at 1:4\n" },
	{ BYTES("a: \"x\nb: 3\n"), "t.yaml:1:4: the quote that opens here is never closed\n" },
	{ BYTES("a: 'it's'\n"),
	  "t.yaml:1:8: expected a key at the indentation of its map, or a quote or bracket is out "
	  "of place\n" },
	{ BYTES("a: @x\n"),
	  "t.yaml:1:4: a text cannot start with this character; put it in quotes\n" },
	{ BYTES("a: `x`\n"),
	  "t.yaml:1:4: a text cannot start with this character; put it in quotes\n" },
	{ BYTES("a: \"\\d\"\n"), "t.yaml:1:5: unknown escape in double quotes; write \\\\ for a "
				 "backslash, or use single quotes\n" },
};

static char *lines_of(struct diagnostics *d)
{
	struct buf out = BUF_INIT(SIZE_MAX);

	diagnostics_sort(d);
	for (size_t i = 0; i < d->count; i++) {
		diagnostic_print_line(&out, &d->items[i]);
		buf_adds(&out, "\n");
	}
	return buf_take(&out);
}

/* What is said of these bytes; the caller's. */
static char *said_of(const char *bytes, size_t len)
{
	struct diagnostics d = { 0 };
	struct document *doc = document_parse(bytes, len, "t.yaml", &d);
	char *lines = lines_of(&d);

	if (!doc)
		assert_true(d.errors > 0);
	document_free(doc);
	diagnostics_free(&d);
	return lines;
}

static void mistakes_say_what_is_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(mistakes); i++) {
		char *said = said_of(mistakes[i].yaml, mistakes[i].len);

		assert_string_equal(said, mistakes[i].says);
		free(said);
	}
}

/* JSON of what a file means; NULL with a mistake. The caller's. */
static char *meaning_of(const char *bytes, size_t len)
{
	struct diagnostics d = { 0 };
	struct document *doc = document_parse(bytes, len, "t.yaml", &d);
	char *text = NULL;

	if (doc && !d.errors) {
		json_t *v = node_to_json(document_root(doc));

		text = json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);
		json_decref(v);
	}
	document_free(doc);
	diagnostics_free(&d);
	return text;
}

static const struct {
	const char *yaml, *json;
} meanings[] = {
	/* no guessing of types, but for what is exactly JSON */
	{ "{ no: yes, y: n, off: on, t: 22:22, m: 0644, v: 1.10.2, d: 2026-01-02, s: 12e03 }",
	  "{\"no\":\"yes\",\"y\":\"n\",\"off\":\"on\",\"t\":\"22:22\",\"m\":\"0644\",\"v\":\"1.10."
	  "2\","
	  "\"d\":\"2026-01-02\",\"s\":12000.0}" },
	{ "[ 5, -1, 1.5, true, false, null, '5', \"true\", 01, +1, .5, 0x10, ~, True ]",
	  "[5,-1,1.5,true,false,null,\"5\",\"true\",\"01\",\"+1\",\".5\",\"0x10\",\"~\","
	  "\"True\"]" },
	/* an integer that does not fit is not rounded */
	{ "[ 9223372036854775807, 12345678901234567890 ]",
	  "[9223372036854775807,\"12345678901234567890\"]" },
	{ "\xef\xbb\xbf"
	  "a: 1\n",
	  "{\"a\":1}" },
	{ "--- \na: 1\n...\n", "{\"a\":1}" },
	{ "%YAML 1.2\n---\na: 1\n", "{\"a\":1}" },
	{ "a: \"\\u4e2d\\x41\"\n", "{\"a\":\"中A\"}" },
	{ "a: |\n  x\n  y\nb: >-\n  x\n  y\n", "{\"a\":\"x\\ny\\n\",\"b\":\"x y\"}" },
	{ "a: \"x\xe2\x80\xa8y\"\n", "{\"a\":\"x\xe2\x80\xa8y\"}" },
	/* a map of the file wins over what it merges, the first of a list over the later ones */
	{ "b: &b { a: 1, b: 1 }\nc: &c { b: 2, c: 2 }\nx: { <<: [ *b, *c ], a: 0 }\n",
	  "{\"b\":{\"a\":1,\"b\":1},\"c\":{\"b\":2,\"c\":2},\"x\":{\"b\":1,\"c\":2,\"a\":0}}" },
	{ "b: &b { a: 1 }\nx:\n  z: 1\n  <<: *b\n", "{\"b\":{\"a\":1},\"x\":{\"z\":1,\"a\":1}}" },
	{ "b: &b { a: 1 }\nc: &c { <<: *b, c: 2 }\nx: { <<: *c }\n",
	  "{\"b\":{\"a\":1},\"c\":{\"a\":1,\"c\":2},\"x\":{\"a\":1,\"c\":2}}" },
	{ "x: { <<: { a: 1 }, b: 2 }", "{\"x\":{\"a\":1,\"b\":2}}" },
	{ "x: { '<<': 1 }", "{\"x\":{\"<<\":1}}" },
	/* the later of two anchors of one name wins */
	{ "[ &a 1, *a, &a 2, *a ]", "[1,1,2,2]" },
	{ "[ &a x, { *a : 1 } ]", "[\"x\",{\"x\":1}]" },
};

static void what_is_accepted_means_what_it_looks_like(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(meanings); i++) {
		char *json = meaning_of(meanings[i].yaml, strlen(meanings[i].yaml));

		assert_non_null(json);
		assert_string_equal(json, meanings[i].json);
		free(json);
	}
}

/* `times` copies of a piece between two ends; the caller's. */
static char *repeat(const char *before, const char *piece, size_t times, const char *after)
{
	struct buf b = BUF_INIT(SIZE_MAX);

	buf_adds(&b, before);
	for (size_t i = 0; i < times; i++)
		buf_adds(&b, piece);
	buf_adds(&b, after);
	return buf_take(&b);
}

static const struct {
	const char *before, *piece;
	size_t times;
	const char *after, *says;
} floods[] = {
	{ "", "[", 200000, "", "t.yaml:1:33: nested more than 32 deep\n" },
	{ "", "{a: ", 200000, "", "t.yaml:1:129: nested more than 32 deep\n" },
	{ "", "- ", 200000, "x\n", "t.yaml:1:65: nested more than 32 deep\n" },
	{ "", "[\n", 200000, "", "t.yaml:33:1: nested more than 32 deep\n" },
	{ "", "? ", 200000, "", "t.yaml:1:3: a map cannot be a key\n" },
	{ "", "k", 1025, ": 1\n", "t.yaml:1:1: key longer than 1024 characters\n" },
	{ "a: 1\n\"", "k", 1025, "\": 1\n", "t.yaml:2:2: key longer than 1024 characters\n" },
	{ "{ ", "k", 1100, ": 1 }\n", "t.yaml:1:3: key longer than 1024 characters\n" },
	{ "{ ? ", "k", 1100, " : 1 }\n", "t.yaml:1:5: key longer than 1024 characters\n" },
	{ "a: x", "x", 4 * 1024 * 1024, "", "t.yaml: larger than 4 MiB\n" },
	{ "a: '", "\xe2\x80\xa8", 257, "'\n",
	  "t.yaml:1:261: more than 256 line separators or bidi controls (U+2028)\n" },
	{ "a: &a [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]\nb: [[", "*a", 1,
	  "]]\n", "t.yaml:2:6: nested more than 32 deep, with the aliases\n" },
};

static void floods_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(floods); i++) {
		char *yaml =
			repeat(floods[i].before, floods[i].piece, floods[i].times, floods[i].after);
		char *said = said_of(yaml, strlen(yaml));

		assert_string_equal(said, floods[i].says);
		free(said);
		free(yaml);
	}
}

/* What is large but harmless is read: 32 levels, a map of many keys, many aliases. */
static void what_is_just_within_bounds_is_read(void **state)
{
	char *deep = repeat("", "[", 32, "");
	char *whole = repeat(deep, "]", 32, "\n");
	char *said = said_of(whole, strlen(whole));
	struct buf many = BUF_INIT(SIZE_MAX);

	(void)state;
	assert_string_equal(said, "");
	free(said);
	for (int i = 0; i < 20000; i++)
		buf_printf(&many, "key%d: &a%d [x]\n", i, i);
	buf_adds(&many, "same: [ *a0, *a19999 ]\nkey77: again\n");
	said = said_of(buf_text(&many), many.len);
	assert_string_equal(said, "t.yaml:20002:1: duplicate key 'key77': it stands on line 78 "
				  "already\n");
	free(said);
	buf_free(&many);
	free(deep);
	free(whole);
}

/* All mistakes but those of syntax are told at once, and the document is still there. */
static void mistakes_are_collected(void **state)
{
	static const char yaml[] = "a: 1\na: 2\nb: { <<: x }\nc: { d: 1, d: 2 }\n";
	struct diagnostics d = { 0 };
	struct document *doc = document_parse(yaml, strlen(yaml), "t.yaml", &d);

	(void)state;
	assert_non_null(doc);
	assert_int_equal(d.errors, 3);
	assert_string_equal(node_get(document_root(doc), "a")->text, "1");
	document_free(doc);
	diagnostics_free(&d);
}

static void places_count_as_editors_do(void **state)
{
	static const char yaml[] =
		"\"中\": [ 文字, { k: v } ]\r\nb: |\r\n  x\r\nc:\r\n  dd: 'q q'\r\n";
	struct diagnostics d = { 0 };
	struct document *doc = document_parse(yaml, strlen(yaml), "t.yaml", &d);
	const struct node *root, *list, *c;
	size_t len;

	(void)state;
	assert_non_null(doc);
	root = document_root(doc);
	list = root->pairs[0].value;
	assert_int_equal(root->width, 3); /* of a block map its first key */
	assert_int_equal(list->line, 1);
	assert_int_equal(list->column, 6);
	assert_int_equal(list->width, 16);
	assert_int_equal(list->items[0]->column, 8);
	assert_int_equal(list->items[0]->width, 2);
	assert_int_equal(list->items[1]->column, 12);
	assert_int_equal(list->items[1]->width, 8);
	assert_int_equal(root->pairs[1].value->line, 2);
	assert_false(root->pairs[1].value->plain);
	c = node_get(node_get(root, "c"), "dd");
	assert_int_equal(c->line, 5);
	assert_int_equal(c->column, 7);
	assert_int_equal(c->width, 5);
	assert_string_equal(c->text, "q q");
	assert_memory_equal(document_line(doc, 5, &len), "  dd: 'q q'", 11);
	assert_int_equal(len, 11);
	assert_string_equal(document_line(doc, 99, &len), "");
	assert_int_equal(len, 0);
	document_free(doc);
	diagnostics_free(&d);
}

static void kinds_and_emptiness(void **state)
{
	static const char yaml[] = "a:\nb: ~\nc: null\nd: ''\ne: 'null'\nf: []\ng: {}\nh: x\n";
	static const struct {
		const char *key, *kind;
		bool empty;
	} rows[] = {
		{ "a", "nothing", true }, { "b", "nothing", true }, { "c", "nothing", true },
		{ "d", "a text", false }, { "e", "a text", false }, { "f", "a list", false },
		{ "g", "a map", false },  { "h", "a text", false },
	};
	struct diagnostics d = { 0 };
	struct document *doc = document_parse(yaml, strlen(yaml), "t.yaml", &d);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct node *n = node_get(document_root(doc), rows[i].key);

		assert_string_equal(node_kind(n), rows[i].kind);
		assert_true(node_is_empty(n) == rows[i].empty);
	}
	assert_null(node_get(document_root(doc), "z"));
	assert_null(node_get(NULL, "z"));
	assert_string_equal(node_kind(NULL), "nothing");
	document_free(doc);
	diagnostics_free(&d);
}

/* What rulesets are made of: the quick reader must take it, not only agree. */
static const char *const plain_texts[] = {
	"format: 1\nruleset: web\n# a comment\nchecks:\n  - { id: a, port: { port: 80 } }\n",
	"a:\n- b\n- c: d\n  e:\n  - f\n-   g: 'it''s'\n    h: \"x\\n\\\"y\\\"\"\ni: j # k\n",
	"\n\n# head\na: { }   # none\nb: []\nc: [ d, 'e', \"f\" ,{ g: h, i: [ j ] } ]\n"
	"k: l#m n:o\n",
	"a:\nb:   # nothing\nc:\n  d:\n    e: f\n  g: -1\nh: http://x:80/?a=b#c\n",
	"\xe4\xb8\xad\xe6\x96\x87: { \xe5\x90\x8d: \xe5\x80\xbc, b: '\xc3\xa9' } # \xc3\xa9\n"
	"x: \xc3\xa9 y\n",
	"a: {\n  b: c, # d\n\n  e: [\n    f,\n    g\n  ] }\nh:\n  - - i\n    - j\n  -\n    k\n",
	"- a: b\n  c: d\n- e\n-\n  - f\n",
};

/* Bytes that mean something to YAML. */
static const char alphabet[] = "  \n\n:#-,[]{}'\"\\ab1?&*!|>%~.\xc3\xa9\t";

static unsigned draw(uint64_t *state, unsigned below)
{
	*state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(*state >> 33) % below;
}

/* One byte exchanged, added or taken away. */
static size_t damage(char *text, size_t len, uint64_t *seed)
{
	const size_t at = draw(seed, (unsigned)len);
	const char c = alphabet[draw(seed, sizeof(alphabet) - 1)];

	switch (draw(seed, 3)) {
	case 0:
		text[at] = c;
		return len;
	case 1:
		memmove(text + at, text + at + 1, len - at - 1);
		return len - 1;
	default:
		memmove(text + at + 1, text + at, len - at);
		text[at] = c;
		return len + 1;
	}
}

static void assert_same_document(const char *text, size_t len)
{
	char *found = document_difference(text, len);

	if (found)
		print_error("%.*s\n%s\n", (int)len, text, found);
	assert_null(found);
}

/* The quick reader makes what libyaml's events make, or leaves it to them. */
static void quick_and_thorough_agree(void **state)
{
	uint64_t seed = 1;
	char text[2048];

	(void)state;
	/* libyaml forgets a key that its ':' does not follow soon */
	for (int blanks = 900; blanks < 1100; blanks += 20) {
		snprintf(text, sizeof(text), "a%*s: b", blanks, "");
		assert_same_document(text, strlen(text));
	}
	for (size_t i = 0; i < ARRAY_SIZE(mistakes); i++)
		assert_same_document(mistakes[i].yaml, mistakes[i].len);
	for (size_t i = 0; i < ARRAY_SIZE(plain_texts); i++) {
		const size_t whole = strlen(plain_texts[i]);

		assert_true(document_is_plain(plain_texts[i], whole));
		assert_same_document(plain_texts[i], whole);
		for (int n = 0; n < 3000; n++) {
			size_t len = whole;

			memcpy(text, plain_texts[i], whole);
			for (unsigned k = draw(&seed, 3) + 1; k; k--)
				len = damage(text, len, &seed);
			assert_same_document(text, len);
		}
	}
}

static void files_are_loaded(void **state)
{
	char path[] = "/tmp/rounds-document-XXXXXX";
	int fd = mkstemp(path);
	struct diagnostics d = { 0 };
	struct document *doc;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "abc", 3), 3);
	close(fd);
	doc = document_load(path, "t.yaml", &d);
	assert_non_null(doc);
	assert_string_equal(document_name(doc), "t.yaml");
	assert_string_equal(document_sha256(doc),
			    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	document_free_wiping(doc);
	unlink(path);
	assert_null(document_load(path, "t.yaml", &d));
	assert_null(document_load("/dev/zero", "zero.yaml", &d));
	assert_int_equal(d.errors, 2);
	assert_string_equal(d.items[1].message, "'/dev/zero' is a device, not a regular file");
	diagnostics_free(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mistakes_say_what_is_wrong),
		cmocka_unit_test(what_is_accepted_means_what_it_looks_like),
		cmocka_unit_test(floods_are_refused),
		cmocka_unit_test(what_is_just_within_bounds_is_read),
		cmocka_unit_test(mistakes_are_collected),
		cmocka_unit_test(places_count_as_editors_do),
		cmocka_unit_test(kinds_and_emptiness),
		cmocka_unit_test(quick_and_thorough_agree),
		cmocka_unit_test(files_are_loaded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
