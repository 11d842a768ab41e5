/*
 * test_diagnostic - mistakes as people see them: place, source line, caret, near misses, order.
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
#include "engine/document/diagnostic.h"
#include "engine/document/node.h"

static const struct {
	const char *yaml;
	const char *says;
} printed[] = {
	{ "a: 1\nprot: 443\n", "t.yaml:2:7: error: mind this\n"
			       "  |\n"
			       "2 | prot: 443\n"
			       "  |       ^^^\n" },
	/* a wide character is two columns, and a tab stays a tab */
	{ "名称: \"端口\" \n", "t.yaml:1:5: error: mind this\n"
			       "  |\n"
			       "1 | 名称: \"端口\" \n"
			       "  |       ^^^^^^\n" },
	{ "a:\tx\n", "t.yaml:1:4: error: mind this\n"
		     "  |\n"
		     "1 | a:\tx\n"
		     "  |   \t^\n" },
	/* a combining character has no width */
	{ "e\xcc\x81: x\n", "t.yaml:1:5: error: mind this\n"
			    "  |\n"
			    "1 | e\xcc\x81: x\n"
			    "  |    ^\n" },
	{ "a: [ b,\n  c ]\n", "t.yaml:1:4: error: mind this\n"
			      "  |\n"
			      "1 | a: [ b,\n"
			      "  |    ^\n" },
};

/* The value of the last pair. */
static const struct node *last_value(const struct document *doc)
{
	const struct node *root = document_root(doc);

	return root->pairs[root->count - 1].value;
}

static void the_caret_stands_under_the_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(printed); i++) {
		struct diagnostics d = { 0 };
		struct buf out = BUF_INIT(SIZE_MAX);
		struct document *doc =
			document_parse(printed[i].yaml, strlen(printed[i].yaml), "t.yaml", &d);

		assert_non_null(doc);
		assert_int_equal(diagnose(&d, last_value(doc), "mind %s", "this"), -1);
		diagnostic_print(&out, &d.items[0], false);
		assert_string_equal(buf_text(&out), printed[i].says);
		buf_free(&out);
		document_free(doc);
		diagnostics_free(&d);
	}
}

/* The line of a bad character alone is shown, and what follows an escape keeps its column. */
static void bad_characters_keep_their_line(void **state)
{
	static const char *const rows[][2] = {
		{ "a: caf\xe9\nb: c\n",
		  "t.yaml:1:7: error: byte 0xe9 is not UTF-8; save the file as UTF-8\n"
		  "  |\n1 | a: caf\xef\xbf\xbd\n  |       ^\n" },
		{ "a: \"x\033[31my\001\"\nb: c\n",
		  "t.yaml:1:6: error: character U+001B is not allowed; write \\x1B in double "
		  "quotes\n"
		  "  |\n1 | a: \"x\xe2\x90\x9b[31my\xe2\x90\x81\"\n  |      ^\n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct diagnostics d = { 0 };
		struct buf out = BUF_INIT(SIZE_MAX);

		assert_null(document_parse(rows[i][0], strlen(rows[i][0]), "t.yaml", &d));
		diagnostic_print(&out, &d.items[0], false);
		assert_string_equal(buf_text(&out), rows[i][1]);
		buf_free(&out);
		diagnostics_free(&d);
	}
}

static void long_lines_are_cut_around_the_place(void **state)
{
	struct diagnostics d = { 0 };
	struct buf line = BUF_INIT(SIZE_MAX), out = BUF_INIT(SIZE_MAX);
	const char *source, *caret;

	(void)state;
	for (int i = 0; i < 100000; i++)
		buf_adds(&line, i == 50000 ? "X" : "中");
	diagnose_at(&d, "t.yaml", 1, 50001, 1, buf_text(&line), "here");
	diagnostic_print(&out, &d.items[0], false);
	assert_true(out.len < 2000);
	source = strstr(buf_text(&out), "1 | …");
	assert_non_null(source);
	caret = strstr(source, "\n  | ");
	assert_non_null(caret);
	/* one column for the ellipsis, 60 wide characters before the X */
	assert_int_equal(strspn(caret + 5, " "), 1 + 60 * 2);
	assert_int_equal(strcspn(caret + 5, "\n"), 1 + 60 * 2 + 1);
	buf_free(&line);
	buf_free(&out);
	diagnostics_free(&d);
}

static void control_characters_do_not_reach_the_terminal(void **state)
{
	struct diagnostics d = { 0 };
	struct buf out = BUF_INIT(SIZE_MAX);

	(void)state;
	diagnose_at(&d, "t.yaml", 1, 2, 1, "\x1bx\x07", "a \x1b[31m\nb");
	diagnostic_print(&out, &d.items[0], false);
	assert_null(strchr(buf_text(&out), '\x1b'));
	assert_null(strchr(buf_text(&out), '\x07'));
	assert_non_null(strstr(buf_text(&out), "t.yaml:1:2: error: a  b\n"));
	buf_free(&out);
	diagnostics_free(&d);
}

static void color_is_only_added(void **state)
{
	struct diagnostics d = { 0 };
	struct buf out = BUF_INIT(SIZE_MAX);

	(void)state;
	diagnose_warning_at(&d, "t.yaml", 3, 1, 2, "abc", "hm");
	assert_int_equal(d.errors, 0);
	diagnostic_print(&out, &d.items[0], true);
	assert_string_equal(buf_text(&out), "\033[1mt.yaml:3:1: \033[33mwarning:\033[0m hm\n"
					    "  |\n3 | abc\n  | \033[33m^^\033[0m\n");
	buf_free(&out);
	diagnostics_free(&d);
}

static const struct {
	const char *what, *where, *word, *says;
} unknowns[] = {
	{ "key", "port", "prot", "unknown key 'prot' in port; did you mean 'port'?" },
	{ "key", NULL, "zebra", "unknown key 'zebra'" },
	{ "fact", "process", "prot", "unknown fact 'prot' of process; did you mean 'port'?" },
	{ "key", "file", "p\xd0\xb0th",
	  "unknown key 'p\xd0\xb0th' in file (U+0430 is not ASCII); did you mean 'path'?" },
	{ "key", "file", "路径", "unknown key '路径' in file (U+8DEF is not ASCII)" },
};

static void unknown_words_are_guessed(void **state)
{
	static const char *const known[] = { "host", "path", "port", NULL };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(unknowns); i++) {
		struct diagnostics d = { 0 };

		diagnose_unknown(&d, NULL, unknowns[i].what, unknowns[i].where, unknowns[i].word,
				 known);
		assert_string_equal(d.items[0].message, unknowns[i].says);
		diagnostics_free(&d);
	}
}

static void order_is_that_of_the_files(void **state)
{
	struct diagnostics d = { 0 };
	struct buf out = BUF_INIT(SIZE_MAX);

	(void)state;
	diagnose_at(&d, "b.yaml", 9, 1, 1, NULL, "late");
	diagnose_at(&d, "a.yaml", 1, 1, 1, NULL, "other");
	diagnose_at(&d, "b.yaml", 2, 5, 1, NULL, "right");
	diagnose_at(&d, "b.yaml", 2, 3, 1, NULL, "left");
	diagnose_at(&d, "b.yaml", 2, 5, 1, NULL, "also right");
	diagnose_at(&d, "b.yaml", 2, 5, 1, NULL, "right");
	diagnose_warning_at(&d, "b.yaml", 2, 5, 1, NULL, "right");
	diagnose_at(&d, "b.yaml", 0, 0, 0, NULL, "whole");
	assert_int_equal(d.errors, 7);
	diagnostics_sort(&d);
	assert_int_equal(d.errors, 6);
	for (size_t i = 0; i < d.count; i++) {
		diagnostic_print_line(&out, &d.items[i]);
		buf_adds(&out, "\n");
	}
	assert_string_equal(buf_text(&out), "b.yaml: whole\nb.yaml:2:3: left\nb.yaml:2:5: right\n"
					    "b.yaml:2:5: also right\nb.yaml:2:5: warning: right\n"
					    "b.yaml:9:1: late\na.yaml:1:1: other\n");
	buf_free(&out);
	diagnostics_free(&d);
}

static void what_is_kept_is_bounded(void **state)
{
	struct diagnostics d = { 0 };

	(void)state;
	for (int i = 0; i < 5000; i++)
		diagnose_at(&d, "t.yaml", 1, 1, 1, NULL, "again %d", i);
	assert_int_equal(d.errors, 5000);
	assert_int_equal(d.count + d.dropped, 5000);
	assert_true(d.dropped > 0);
	diagnostics_free(&d);
	assert_int_equal(d.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_caret_stands_under_the_place),
		cmocka_unit_test(bad_characters_keep_their_line),
		cmocka_unit_test(long_lines_are_cut_around_the_place),
		cmocka_unit_test(control_characters_do_not_reach_the_terminal),
		cmocka_unit_test(color_is_only_added),
		cmocka_unit_test(unknown_words_are_guessed),
		cmocka_unit_test(order_is_that_of_the_files),
		cmocka_unit_test(what_is_kept_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
