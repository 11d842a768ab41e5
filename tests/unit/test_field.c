/*
 * test_field - what a user writes, read into declared fields; one row a mistake, with the very line
 * that they read.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/clock.h"
#include "engine/base/xalloc.h"
#include "engine/decl/field.h"
#include "engine/document/diagnostic.h"
#include "engine/document/node.h"

struct query {
	struct text_list argv;
	bool follow;
	struct text_map env, extract;
	json_t *body;
	int64_t offset;
	struct byte_size max;
	struct file_mode mode;
	char *name, *password, *path, *pattern, *script, *url;
	struct text_list patterns;
	uint64_t percent, port;
	int protocol;
	struct duration timeout, wait;
};

static const char *const protocols[] = { "tcp", "udp", NULL };

static const struct field fields[] = {
	FIELD_LIST(struct query, argv, .doc = "x."),
	FIELD_JSON(struct query, body, .doc = "x."),
	FIELD_MAP(struct query, env, .doc = "x."),
	FIELD_REGEX_MAP(struct query, extract, .doc = "x."),
	FIELD_BOOL(struct query, follow, .dflt = "true", .doc = "x."),
	FIELD_SIZE(struct query, max, .dflt = "1M", .doc = "x."),
	FIELD_MODE(struct query, mode, .doc = "x."),
	FIELD_TEXT(struct query, name, .doc = "x."),
	FIELD_INT(struct query, offset, .min = -5, .max = 5, .doc = "x."),
	FIELD_SECRET(struct query, password, .doc = "x."),
	FIELD_PATH(struct query, path, .doc = "x."),
	FIELD_REGEX(struct query, pattern, .doc = "x."),
	FIELD_REGEXES(struct query, patterns, .dflt = "[ '^a', b ]", .doc = "x."),
	FIELD_UINT(struct query, percent, .max = 100, .doc = "x."),
	FIELD_UINT(struct query, port, .required = true, .min = 1, .max = 65535, .doc = "x."),
	FIELD_ENUM(struct query, protocol, .choices = protocols, .dflt = "udp", .doc = "x."),
	FIELD_SHELL(struct query, script, .doc = "x."),
	FIELD_DURATION(struct query, timeout, .dflt = "10s", .doc = "x."),
	FIELD_URL(struct query, url, .doc = "x."),
	FIELD_DURATION(struct query, wait, .min = NS_PER_MS, .max = 60 * NS_PER_S, .doc = "x."),
	{ .name = NULL },
};

static int bind(const char *yaml, struct query *q, struct diagnostics *d, struct document **doc)
{
	*doc = document_parse(yaml, strlen(yaml), "t.yaml", d);
	assert_non_null(*doc);
	return fields_bind(fields, q, document_root(*doc), "port", d);
}

static const struct {
	const char *yaml, *lines;
} mistakes[] = {
	{ "port: 22\nprot: tcp\n", "t.yaml:2:1: unknown key 'prot' in port; did you mean 'port'?" },
	{ "port: 22\nzzzzzz: 1\n", "t.yaml:2:1: unknown key 'zzzzzz' in port" },
	{ "{ port: 22, timeout: 5 }", "t.yaml:1:22: timeout: '5' needs a unit: ms, s, m, h or d" },
	{ "{ port: 22, timeout: soon }",
	  "t.yaml:1:22: timeout: 'soon' is not a duration, as in 300ms, 5s, 1m30s or 2h" },
	{ "{ port: 22, wait: 2m }", "t.yaml:1:19: wait: '2m' is not a duration from 1ms to 1m" },
	{ "{ port: 22, wait: 0s }", "t.yaml:1:19: wait: '0s' is not a duration from 1ms to 1m" },
	{ "port: 99999", "t.yaml:1:7: port: '99999' is not a port number from 1 to 65535" },
	{ "port: 0", "t.yaml:1:7: port: '0' is not a port number from 1 to 65535" },
	{ "port: -1", "t.yaml:1:7: port: '-1' is not a port number from 1 to 65535" },
	{ "port: 22.0", "t.yaml:1:7: port: '22.0' is not a port number from 1 to 65535" },
	{ "port: 0x16", "t.yaml:1:7: port: '0x16' is not a port number from 1 to 65535" },
	{ "port: ssh", "t.yaml:1:7: port: 'ssh' is not a port number from 1 to 65535" },
	{ "port: 18446744073709551638",
	  "t.yaml:1:7: port: '18446744073709551638' is not a port number from 1 to 65535" },
	{ "port: [ 22 ]", "t.yaml:1:7: port: a list is not a port number from 1 to 65535" },
	{ "port: { a: 1 }", "t.yaml:1:7: port: a map is not a port number from 1 to 65535" },
	{ "port:\n", "t.yaml:1:6: port: nothing is given; leave the key out or write a value" },
	{ "port: null\n",
	  "t.yaml:1:7: port: nothing is given; leave the key out or write a value" },
	{ "name: x", "t.yaml:1:1: missing key 'port' in port" },
	{ "{ port: 22, percent: 101 }",
	  "t.yaml:1:22: percent: '101' is not a whole number from 0 to 100" },
	{ "{ port: 22, offset: 6 }",
	  "t.yaml:1:21: offset: '6' is not a whole number from -5 to 5" },
	{ "{ port: 22, offset: -6 }",
	  "t.yaml:1:21: offset: '-6' is not a whole number from -5 to 5" },
	{ "{ port: 22, offset: 1e0 }",
	  "t.yaml:1:21: offset: '1e0' is not a whole number from -5 to 5" },
	{ "{ port: 22, follow: yes }",
	  "t.yaml:1:21: follow: 'yes' is not true or false; did you mean true?" },
	{ "{ port: 22, follow: Off }",
	  "t.yaml:1:21: follow: 'Off' is not true or false; did you mean false?" },
	{ "{ port: 22, follow: maybe }", "t.yaml:1:21: follow: 'maybe' is not true or false" },
	{ "{ port: 22, protocol: tpc }",
	  "t.yaml:1:23: protocol: 'tpc' is not one of tcp, udp; did you mean 'tcp'?" },
	{ "{ port: 22, protocol: TCP6 }", "t.yaml:1:23: protocol: 'TCP6' is not one of tcp, udp" },
	{ "{ port: 22, max: huge }",
	  "t.yaml:1:18: max: 'huge' is not a size, as in 512, 64K or 1.5G" },
	{ "{ port: 22, max: -1 }", "t.yaml:1:18: max: '-1' is not a size, as in 512, 64K or 1.5G" },
	{ "{ port: 22, mode: 0888 }",
	  "t.yaml:1:19: mode: '0888' is not a file mode of 3 or 4 octal digits, as in 0644" },
	{ "{ port: 22, mode: 7 }",
	  "t.yaml:1:19: mode: '7' is not a file mode of 3 or 4 octal digits, as in 0644" },
	{ "{ port: 22, mode: rwxr-xr-x }",
	  "t.yaml:1:19: mode: 'rwxr-xr-x' is not a file mode of 3 or 4 octal digits, as in 0644" },
	{ "{ port: 22, path: etc/passwd }",
	  "t.yaml:1:19: path: 'etc/passwd' is not an absolute path" },
	{ "{ port: 22, path: ~/x }",
	  "t.yaml:1:19: path: '~/x' is not an absolute path; '~' is not expanded" },
	{ "{ port: 22, path: \"\" }", "t.yaml:1:19: path: '' is not an absolute path" },
	{ "{ port: 22, url: \"http://a b/\" }", "t.yaml:1:18: url: 'http://a b/' is not a URL; it "
						"holds white space or a control character" },
	{ "{ port: 22, url: \"\" }", "t.yaml:1:18: url: must not be empty" },
	{ "{ port: 22, script: \"  \" }", "t.yaml:1:21: script: must not be empty" },
	{ "{ port: 22, pattern: \"(\" }",
	  "t.yaml:1:22: pattern: missing closing parenthesis at character 2" },
	{ "{ port: 22, pattern: \"\" }",
	  "t.yaml:1:22: pattern: an empty pattern matches everything" },
	{ "{ port: 22, patterns: [ a, \"[\" ] }",
	  "t.yaml:1:28: patterns: missing terminating ] for character class at character 2" },
	{ "{ port: 22, argv: [] }", "t.yaml:1:19: argv: the list is empty" },
	{ "{ port: 22, argv: [ a, [ b ] ] }",
	  "t.yaml:1:24: argv: each item must be a text, not a list" },
	{ "{ port: 22, argv: [ a, null ] }", "t.yaml:1:24: argv: an item is empty" },
	{ "{ port: 22, argv: { a: b } }", "t.yaml:1:19: argv: a map is not a list of texts" },
	{ "{ port: 22, env: [ a ] }", "t.yaml:1:18: env: a list is not a map of names to texts" },
	{ "{ port: 22, env: { A: [ b ] } }", "t.yaml:1:23: env.A: must be a text, not a list" },
	{ "{ port: 22, extract: { a: 'x' } }",
	  "t.yaml:1:27: extract.a: the pattern needs exactly one group in parentheses, not 0" },
	{ "{ port: 22, extract: { a: '(x)(y)' } }",
	  "t.yaml:1:27: extract.a: the pattern needs exactly one group in parentheses, not 2" },
	{ "{ port: 22, password: [ x ] }", "t.yaml:1:23: password: a list is not a secret text" },
	{ "just text", "t.yaml:1:1: port: a map of its keys is needed, not a text" },
	{ "[ 22 ]", "t.yaml:1:1: port: a map of its keys is needed, not a list" },
	/* all at once */
	{ "prot: 1\ntimeout: 5\nfollow: no\n",
	  "t.yaml:1:1: unknown key 'prot' in port; did you mean 'port'?\n"
	  "t.yaml:1:1: missing key 'port' in port\n"
	  "t.yaml:2:10: timeout: '5' needs a unit: ms, s, m, h or d\n"
	  "t.yaml:3:9: follow: 'no' is not true or false; did you mean false?" },
};

static void print_lines(struct diagnostics *d, struct buf *out)
{
	diagnostics_sort(d);
	for (size_t i = 0; i < d->count; i++) {
		if (i)
			buf_addc(out, '\n');
		diagnostic_print_line(out, &d->items[i]);
	}
}

static void mistakes_have_their_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(mistakes); i++) {
		struct diagnostics d = { 0 };
		struct query q = { 0 };
		struct document *doc;
		auto_buf struct buf out = BUF_INIT(65536);

		assert_int_equal(bind(mistakes[i].yaml, &q, &d, &doc), -1);
		print_lines(&d, &out);
		assert_string_equal(buf_text(&out), mistakes[i].lines);
		fields_free(fields, &q);
		document_free(doc);
		diagnostics_free(&d);
	}
}

/* A secret is not repeated in a message, whatever is wrong with it. */
static void secrets_stay_out_of_messages(void **state)
{
	static const struct field only[] = {
		FIELD_SECRET(struct query, password, .doc = "x."),
		{ .name = NULL },
	};
	static const char yaml[] = "{ password: { hunter2: hunter2 } }";
	struct diagnostics d = { 0 };
	struct document *doc = document_parse(yaml, strlen(yaml), "t.yaml", &d);
	struct query q = { 0 };

	(void)state;
	assert_int_equal(fields_bind(only, &q, document_root(doc), "x", &d), -1);
	assert_null(strstr(d.items[0].message, "hunter2"));
	fields_free(only, &q);
	document_free(doc);
	diagnostics_free(&d);
}

static void values_are_read_by_their_type(void **state)
{
	struct diagnostics d = { 0 };
	struct query q = { 0 };
	struct document *doc;

	(void)state;
	assert_int_equal(
		bind("port: \"22\"\nname: no\nmode: 644\nfollow: false\nprotocol: tcp\nmax: 1.5K\n"
		     "timeout: 1m30s\noffset: -5\nargv: single\nenv: { A: 0644, B: yes }\n"
		     "extract: { n: 'x(\\d+)' }\nbody: { a: [ 1, \"1\", yes, null ] }\npassword: "
		     "p\n"
		     "path: /etc/\nurl: git@host:a/b\npattern: '^a'\nscript: 'a b'\npercent: "
		     "0\nwait: 1m\n",
		     &q, &d, &doc),
		0);
	assert_int_equal(q.port, 22);
	assert_string_equal(q.name, "no");
	assert_int_equal(q.mode.bits, 0644);
	assert_true(q.mode.set);
	assert_false(q.follow);
	assert_int_equal(q.protocol, 0);
	assert_int_equal(q.max.bytes, 1536);
	assert_int_equal(q.timeout.ns, 90 * NS_PER_S);
	assert_int_equal(q.offset, -5);
	assert_int_equal(q.argv.count, 1);
	assert_string_equal(q.argv.items[0], "single");
	assert_string_equal(q.env.values[0], "0644");
	assert_string_equal(q.env.values[1], "yes");
	assert_string_equal(q.extract.keys[0], "n");
	assert_true(json_is_integer(json_array_get(json_object_get(q.body, "a"), 0)));
	assert_true(json_is_string(json_array_get(json_object_get(q.body, "a"), 1)));
	assert_true(json_is_string(json_array_get(json_object_get(q.body, "a"), 2)));
	assert_true(json_is_null(json_array_get(json_object_get(q.body, "a"), 3)));
	fields_free(fields, &q);
	assert_null(q.name);
	assert_int_equal(q.argv.count, 0);
	document_free(doc);
	diagnostics_free(&d);
}

static void defaults_come_first(void **state)
{
	struct diagnostics d = { 0 };
	struct query q = { 0 };
	struct document *doc;

	(void)state;
	assert_int_equal(bind("port: 22", &q, &d, &doc), 0);
	assert_true(q.follow);
	assert_int_equal(q.protocol, 1);
	assert_int_equal(q.max.bytes, 1048576);
	assert_int_equal(q.timeout.ns, 10 * NS_PER_S);
	assert_int_equal(q.patterns.count, 2);
	assert_string_equal(q.patterns.items[0], "^a");
	assert_null(q.name);
	assert_false(q.mode.set);
	fields_free(fields, &q);
	document_free(doc);
	diagnostics_free(&d);
}

static void deferred_values_are_left_alone(void **state)
{
	static const char yaml[] = "{ port: x, timeout: x, argv: [ a, x ] }";
	struct diagnostics d = { 0 };
	struct document *doc = document_parse(yaml, strlen(yaml), "t.yaml", &d);
	struct node *root = document_root(doc);
	struct query q = { 0 };

	(void)state;
	node_get(root, "port")->deferred = true;
	node_get(root, "timeout")->deferred = true;
	node_get(root, "argv")->items[1]->deferred = true;
	assert_int_equal(fields_bind(fields, &q, root, "port", &d), 0);
	assert_int_equal(q.port, 0);
	assert_int_equal(q.timeout.ns, 10 * NS_PER_S);
	assert_int_equal(q.argv.count, 1);
	fields_free(fields, &q);
	document_free(doc);
	diagnostics_free(&d);
}

static void empty_maps_bind_defaults(void **state)
{
	struct diagnostics d = { 0 };
	struct query q = { 0 };

	(void)state;
	assert_int_equal(fields_bind(fields, &q, NULL, "port", &d), -1);
	assert_int_equal(d.errors, 1);
	assert_string_equal(d.items[0].message, "missing key 'port' in port");
	assert_true(q.follow);
	fields_free(fields, &q);
	diagnostics_free(&d);
}

static void schemas_and_words_are_made_from_the_table(void **state)
{
	(void)state;
	for (const struct field *f = fields; f->name; f++) {
		auto_buf struct buf words = BUF_INIT(1024);
		json_t *schema = field_schema(f);

		field_describe(f, &words);
		assert_true(words.len > 3);
		assert_string_equal(json_string_value(json_object_get(schema, "description")),
				    "x.");
		assert_int_equal(json_object_get(schema, "default") != NULL, f->dflt != NULL);
		json_decref(schema);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mistakes_have_their_line),
		cmocka_unit_test(secrets_stay_out_of_messages),
		cmocka_unit_test(values_are_read_by_their_type),
		cmocka_unit_test(defaults_come_first),
		cmocka_unit_test(deferred_values_are_left_alone),
		cmocka_unit_test(empty_maps_bind_defaults),
		cmocka_unit_test(schemas_and_words_are_made_from_the_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
