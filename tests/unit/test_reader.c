/*
 * test_reader - other people's formats: what comes of a file, where a key stands, and what is
 * refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/base/buf.h"
#include "engine/base/err.h"
#include "engine/base/xalloc.h"
#include "engine/document/reader.h"

#define BYTES(s) s, sizeof(s) - 1

struct row {
	const char *format, *bytes;
	size_t len;
	const char *gives; /* JSON, or the error */
};

static const struct row accepted[] = {
	/* properties, as java.util.Properties.load() has it */
	{ "properties", BYTES(""), "{}" },
	{ "properties", BYTES("# a\n! b\n\n  a = b \nc:d\ne f g\n"),
	  "{\"a\":\"b \",\"c\":\"d\",\"e\":\"f g\"}" },
	{ "properties", BYTES("a.b=jdbc:mysql://h/d?x=y&z=1\n"),
	  "{\"a.b\":\"jdbc:mysql://h/d?x=y&z=1\"}" },
	{ "properties", BYTES("a\\ b\\:c=1\n"), "{\"a b:c\":\"1\"}" },
	{ "properties", BYTES("a=x,\\\n   y,\\\r\n\tz\n"), "{\"a\":\"x,y,z\"}" },
	{ "properties", BYTES("a=1\na=2\n"), "{\"a\":\"2\"}" },
	{ "properties", BYTES("a\nb=\n=c\n"), "{\"a\":\"\",\"b\":\"\",\"\":\"c\"}" },
	{ "properties", BYTES("a=\\u4e2d\\ud83d\\ude00\\t\\q\n"), "{\"a\":\"中😀\\tq\"}" },
	{ "properties", BYTES("a=\\ud83dx\n"), "{\"a\":\"\xef\xbf\xbdx\"}" },
	{ "properties", BYTES("a=caf\xe9\n"), "{\"a\":\"café\"}" },
	{ "properties", BYTES("a=中\n"), "{\"a\":\"中\"}" },
	{ "properties", BYTES("a=x\\"), "{\"a\":\"x\"}" },
	{ "properties", BYTES("a=1\rb=2\r\nc=3"), "{\"a\":\"1\",\"b\":\"2\",\"c\":\"3\"}" },
	{ "properties",
	  BYTES("\xef\xbb\xbf"
		"a=1"),
	  "{\"a\":\"1\"}" },
	/* ini */
	{ "ini", BYTES("a=1\n[s]\nb = 2 ; c\n;x\n#y\nc: 3\nflag\n"),
	  "{\"a\":\"1\",\"s\":{\"b\":\"2\",\"c\":\"3\",\"flag\":\"\"}}" },
	{ "ini", BYTES("[s]\na = \"x # y\" # z\nb='p;q'\nc=\"a\" b\nd=a#b\n"),
	  "{\"s\":{\"a\":\"x # y\",\"b\":\"p;q\",\"c\":\"\\\"a\\\" b\",\"d\":\"a#b\"}}" },
	{ "ini", BYTES("[p:x]\nenvironment=A=\"1\",\n  B=\"2\"\ncommand=/x --y=z\n"),
	  "{\"p:x\":{\"environment\":\"A=\\\"1\\\",\\nB=\\\"2\\\"\",\"command\":\"/x --y=z\"}}" },
	{ "ini", BYTES("[remote \"o\"]\n\turl = u\n\tfetch = f\n"),
	  "{\"remote \\\"o\\\"\":{\"url\":\"u\",\"fetch\":\"f\"}}" },
	{ "ini", BYTES("[a]\nx=1\n[b]\n[a]\ny=2\nx=3\r\n"),
	  "{\"a\":{\"x\":\"3\",\"y\":\"2\"},\"b\":{}}" },
	/* toml */
	{ "toml", BYTES("a = 1\n\"b c\".d = 'x'\n[t]\ne = [1, 2, # z\n 3,]\n"),
	  "{\"a\":1,\"b c\":{\"d\":\"x\"},\"t\":{\"e\":[1,2,3]}}" },
	{ "toml", BYTES("[[p]]\nn=1\n[p.s]\nx=1\n[[p]]\nn=2\n"),
	  "{\"p\":[{\"n\":1,\"s\":{\"x\":1}},{\"n\":2}]}" },
	{ "toml", BYTES("a={b=1,c.d=\"x\"}\nf=1_0.5e1\ng=0xff\nh=0o17\ni=0b101\nj=+3\nk=-0\n"),
	  "{\"a\":{\"b\":1,\"c\":{\"d\":\"x\"}},\"f\":105.0,\"g\":255,\"h\":15,\"i\":5,\"j\":3,"
	  "\"k\":0}" },
	{ "toml",
	  BYTES("d=1979-05-27T07:32:00.5+08:00\ne=1979-05-27 "
		"07:32:00Z\nf=07:32:00\ng=1979-05-27\n"),
	  "{\"d\":\"1979-05-27T07:32:00.5+08:00\",\"e\":\"1979-05-27 "
	  "07:32:00Z\",\"f\":\"07:32:00\","
	  "\"g\":\"1979-05-27\"}" },
	{ "toml", BYTES("a=\"\"\"\nx \\\n   y\"\"z\"\"\"\"\"\nb='''\nl\\n'''\nc=\"\\u4e2d\\t\"\n"),
	  "{\"a\":\"x y\\\"\\\"z\\\"\\\"\",\"b\":\"l\\\\n\",\"c\":\"中\\t\"}" },
	{ "toml", BYTES("a=true\nb=false\nc=inf\nd=-nan\r\n"),
	  "{\"a\":true,\"b\":false,\"c\":\"inf\",\"d\":\"-nan\"}" },
	{ "toml", BYTES("[a.b]\nx=1\n[a]\ny=2\n"), "{\"a\":{\"b\":{\"x\":1},\"y\":2}}" },
	/* yaml */
	{ "yaml", BYTES("a:\n  b.c: ~\n  d: [1, x, '1']\nyes: no\ne:\n"),
	  "{\"a\":{\"b.c\":null,\"d\":[1,\"x\",\"1\"]},\"yes\":\"no\",\"e\":null}" },
	/* json */
	{ "json", BYTES("\xef\xbb\xbf[1, 1.5, null, \"\\u4e2d\"]"), "[1,1.5,null,\"中\"]" },
	{ "json", BYTES("5"), "5" },
};

static const struct row refused[] = {
	{ "properties", BYTES("a=1\nb=\\u12\n"), "line 2: '\\u' without four hexadecimal digits" },
	{ "properties", BYTES("a=1\nb=\\u0000\n"), "line 2: a NUL character (\\u0000)" },
	{ "properties", BYTES("a=1\nb=\0\n"), "line 2: a NUL byte" },
	{ "ini", BYTES("a=1\n[s\n"), "line 2: '[' without ']'" },
	{ "ini", BYTES("a=1\n= 2\n"), "line 2: no key before '='" },
	{ "ini", BYTES("a=1\nb=\xff\n"), "line 2: byte 0xff is not UTF-8" },
	{ "ini", BYTES("a=\0\n"), "line 1: a NUL byte" },
	{ "toml", BYTES("a=1\na=2\n"), "line 2: a key is defined twice" },
	{ "toml", BYTES("[a]\n[a]\n"), "line 2: a table is defined twice" },
	{ "toml", BYTES("a={}\n[a]\n"), "line 2: a table is defined twice" },
	{ "toml", BYTES("a={}\na.b=1\n"), "line 2: a table is defined twice" },
	{ "toml", BYTES("a=1\n[a.b]\n"), "line 2: a key is a value and a table at once" },
	{ "toml", BYTES("a=[]\n[[a]]\n"),
	  "line 2: a key is a value and an array of tables at once" },
	{ "toml", BYTES("a=\n"), "line 1: not a value: texts need quotes" },
	{ "toml", BYTES("a=x\n"), "line 1: not a value: texts need quotes" },
	{ "toml", BYTES("a=01\n"), "line 1: not a value: texts need quotes" },
	{ "toml", BYTES("a=1 b=2\n"), "line 1: something follows the value on its line" },
	{ "toml", BYTES("a=[1 2]\n"), "line 1: expected ',' or ']'" },
	{ "toml", BYTES("a={b=1\n}\n"), "line 1: expected ',' or '}'" },
	{ "toml", BYTES("a={b=1,}\n"), "line 1: expected a key" },
	{ "toml", BYTES("\na=\"x\n"), "line 2: the text is never closed" },
	{ "toml", BYTES("a='''x\n"), "line 2: the text is never closed" },
	{ "toml", BYTES("a=\"\\"), "line 1: the text is never closed" },
	{ "toml", BYTES("a=\"\\q\"\n"), "line 1: unknown escape in a text" },
	{ "toml", BYTES("a=\"\\u00\"\n"), "line 1: an escape is no character" },
	{ "toml", BYTES("a=\"\\ud800\"\n"), "line 1: an escape is no character" },
	{ "toml", BYTES("a=\"\\U00"), "line 1: an escape is cut off" },
	{ "toml", BYTES("a=99999999999999999999\n"), "line 1: not a number that fits in 64 bits" },
	{ "toml", BYTES("a=0xffffffffffffffff\n"), "line 1: not a number that fits in 64 bits" },
	{ "toml", BYTES("a=0b2\n"), "line 1: not a number that fits in 64 bits" },
	{ "toml", BYTES("a=0x\n"), "line 1: a number without digits" },
	{ "toml", BYTES("a=1__0\n"), "line 1: '_' must stand between digits" },
	{ "toml", BYTES("= 1\n"), "line 1: expected a key" },
	{ "toml", BYTES("a 1\n"), "line 1: expected '=' after a key" },
	{ "toml", BYTES("[a\n"), "line 1: expected ']'" },
	{ "toml", BYTES("[[a]\n"), "line 1: expected ']]'" },
	{ "toml", BYTES("a=1\0\n"), "line 1: a NUL byte" },
	{ "yaml", BYTES("a: 1\na: 2\n"), "line 2: duplicate key 'a': it stands on line 1 already" },
	{ "yaml", BYTES("a: !!int 5\n"),
	  "line 1: explicit tag '!!int' is not supported: a value is "
	  "read by the type of its field" },
	{ "yaml", BYTES(""), "line 1: the file is empty" },
	{ "json", BYTES("{\"a\": 1,\n \"a\": 2}"), "line 2: duplicate object key" },
	/* what jansson quotes may be a secret */
	{ "json", BYTES("{\"a\": hunter2}"), "line 1: invalid token" },
	{ "json", BYTES("{\"a\": \"hunter2"), "line 1: premature end of input" },
	{ "json", BYTES("[1] hunter2"), "line 1: end of file expected" },
	{ "json", BYTES(""), "line 1: unexpected token near end of file" },
};

static json_t *read_row(const struct row *row, struct err **e)
{
	/* a copy of its very size, so that the sanitizer sees what reads behind it */
	char *copy = xmalloc(row->len ? row->len : 1);
	json_t *v;

	memcpy(copy, row->bytes, row->len);
	v = reader_find(row->format)->read(copy, row->len, e);
	free(copy);
	return v;
}

static void files_give_values(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(accepted); i++) {
		struct err *e = NULL;
		json_t *v = read_row(&accepted[i], &e);
		char *text;

		assert_string_equal(err_text(e), "");
		assert_non_null(v);
		text = json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);
		assert_string_equal(text, accepted[i].gives);
		free(text);
		json_decref(v);
	}
}

static void mistakes_say_what_is_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		struct err *e = NULL;

		json_t *v = read_row(&refused[i], &e);

		assert_string_equal(err_text(e), refused[i].gives);
		assert_null(v);
		err_free(e);
	}
}

static const struct {
	const char *format, *piece;
	const char *gives; /* the error; NULL: it is read */
} floods[] = {
	{ "toml", "[", "line 1: expected a key" },
	{ "toml", "a=[", "line 1: not a value: texts need quotes" },
	{ "toml", "a=[[", "line 1: not a value: texts need quotes" },
	{ "toml", "a.", "line 1: nested too deep" },
	{ "json", "[", "line 1: maximum parsing depth reached" },
	{ "json", "{\"a\":", "line 1: maximum parsing depth reached" },
	{ "yaml", "[", "line 1: nested more than 32 deep" },
	{ "ini", "a=1\n b\n", NULL },
	{ "ini", " b\n", NULL },
	{ "ini", "[s]\n", NULL },
	{ "properties", "a\\\n", NULL },
	{ "properties", "\\", NULL },
};

static void floods_end(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(floods); i++) {
		struct buf b = BUF_INIT(SIZE_MAX);
		struct err *e = NULL;
		json_t *v;

		for (int n = 0; n < 100000; n++)
			buf_adds(&b, floods[i].piece);
		v = reader_find(floods[i].format)->read(buf_text(&b), b.len, &e);
		assert_string_equal(err_text(e), floods[i].gives ? floods[i].gives : "");
		json_decref(v);
		err_free(e);
		buf_free(&b);
	}
}

/* Nothing that a mutation of a good file makes may crash a reader. */
static void mutations_never_crash(void **state)
{
	static const char junk[] = "\0\n\\\"'[]{}=.:#$\xff";
	unsigned seed = 1;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(accepted) * 200; i++) {
		struct row row = accepted[i % ARRAY_SIZE(accepted)];
		char copy[256];
		struct err *e = NULL;

		if (!row.len || row.len > sizeof(copy))
			continue;
		memcpy(copy, row.bytes, row.len);
		seed = seed * 1103515245 + 12345;
		copy[(seed >> 8) % row.len] = junk[(seed >> 20) % (sizeof(junk) - 1)];
		row.bytes = copy;
		if (seed & 0x40000)
			row.len = (seed >> 4) % row.len;
		json_decref(read_row(&row, &e));
		err_free(e);
	}
}

static const struct {
	const char *format, *bytes, *key;
	const char *gives; /* JSON; NULL: nothing */
	unsigned line;
} lookups[] = {
	{ "properties", "x=0\na.b=1\na.b=2\n", "a.b", "\"2\"", 3 },
	{ "properties", "a.b=1\n", "a", NULL, 0 },
	{ "ini", "[s]\nx=0\na.b = 1\n", "s.a.b", "\"1\"", 3 },
	{ "ini", "[p:x]\ncommand = 1\n", "p:x.command", "\"1\"", 2 },
	{ "ini", "a=1\n[s]\na=2\n", "a", "\"1\"", 1 },
	{ "yaml", "a:\n  b:\n    c: 1\n", "a.b.c", "1", 3 },
	{ "yaml", "a:\n  b.c: 1\n  b: { c: 2 }\n", "a.b.c", "1", 2 },
	{ "yaml", "a.b: { c: 1 }\n", "a.b.c", "1", 1 },
	{ "yaml", "a:\n - x: 1\n - x: 2\n", "a[1].x", "2", 3 },
	{ "yaml", "a: [ [ 1, 2 ] ]\n", "a[0][1]", "2", 1 },
	{ "yaml", "a: 1\n", "a.b", NULL, 0 },
	{ "yaml", "a: [ 1 ]\n", "a[1]", NULL, 0 },
	{ "yaml", "a: [ 1 ]\n", "a[x]", NULL, 0 },
	{ "yaml", "a: [ 1 ]\n", "a[0", NULL, 0 },
	{ "yaml", "a: 1\n", "", NULL, 0 },
	{ "json", "{\n \"a\": {\n \"b\": 1 } }", "a.b", "1", 3 },
	{ "json", "{\n \"a\": [ { \"b\": 1 } ] }", "a[0].b", "1", 0 },
	{ "json", "{ \"b\": 0, \"a\":\n { \"b\" : 1 } }", "a.b", "1", 2 },
	{ "toml", "x=1\n[a.b]\nc = 1\n", "a.b.c", "1", 3 },
	{ "toml", "a.b = 1\n", "a.b", "1", 1 },
};

static void keys_are_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lookups); i++) {
		const char *bytes = lookups[i].bytes;
		json_t *root = reader_find(lookups[i].format)->read(bytes, strlen(bytes), NULL);
		json_t *v = reader_lookup(root, lookups[i].key);
		char *text = v ? json_dumps(v, JSON_ENCODE_ANY) : NULL;

		assert_non_null(root);
		if (lookups[i].gives)
			assert_string_equal(text, lookups[i].gives);
		else
			assert_null(v);
		assert_int_equal(
			reader_line_of(bytes, strlen(bytes), lookups[i].format, lookups[i].key),
			lookups[i].line);
		free(text);
		json_decref(root);
	}
}

static void the_registry_is_sorted_and_said(void **state)
{
	(void)state;
	for (const struct reader *r = readers; r->name; r++) {
		assert_true(r[1].name == NULL || strcmp(r->name, r[1].name) < 0);
		assert_true(r->doc && *r->doc && r->doc[strlen(r->doc) - 1] == '.');
		assert_ptr_equal(reader_find(r->name), r);
	}
	assert_null(reader_find("xml"));
	assert_int_equal(reader_line_of("a", 1, "xml", "a"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_give_values),
		cmocka_unit_test(mistakes_say_what_is_wrong),
		cmocka_unit_test(floods_end),
		cmocka_unit_test(mutations_never_crash),
		cmocka_unit_test(keys_are_found),
		cmocka_unit_test(the_registry_is_sorted_and_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
