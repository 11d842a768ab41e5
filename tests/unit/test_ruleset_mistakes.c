/*
 * test_ruleset_mistakes - what the author of a ruleset reads: each mistake with its very line.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/xalloc.h"
#include "engine/document/diagnostic.h"
#include "engine/ruleset/keys.h"
#include "engine/ruleset/load.h"
#include "tests/unit/mistakes_of_checks.h"
#include "tests/unit/mistakes_of_files.h"
#include "tests/unit/mistakes_of_habit.h"
#include "tests/unit/mistakes_of_links.h"
#include "tests/unit/ruleset_types.h"

static int enter_folder(void **state)
{
	static char folder[] = "/tmp/rounds-test-XXXXXX";

	*state = mkdtemp(folder);
	return *state && !chdir(*state) ? 0 : -1;
}

static int leave_folder(void **state)
{
	unlink("t.yaml");
	unlink("u.yaml");
	return chdir("/") || rmdir(*state);
}

static void write_file(const char *name, const char *text)
{
	auto_file FILE *f = fopen(name, "we");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
}

static char *lint(const char *const *paths, size_t count)
{
	auto_diagnostics struct diagnostics d = { 0 };
	auto_buf struct buf out = BUF_INIT(1 << 20);
	struct rulebook *book = rulebook_load(paths, count, fake_types, &d);

	for (size_t i = 0; i < d.count; i++) {
		diagnostic_print_line(&out, &d.items[i]);
		buf_addc(&out, '\n');
	}
	rulebook_free(book);
	return buf_take(&out);
}

/* Whether a file with this mistake is told it in these very lines. */
static bool is_said(const struct mistake *m)
{
	static const char *const paths[] = { "t.yaml" };
	auto_free char *says = NULL;

	unlink("u.yaml");
	write_file("t.yaml", m->text);
	if (m->other)
		write_file("u.yaml", m->other);
	says = lint(paths, 1);
	if (!strcmp(says, m->says))
		return true;
	print_error("%s:\n--- expected\n%s--- said\n%s", m->name, m->says, says);
	return false;
}

static void all_are_said(const struct mistake *rows, size_t count)
{
	size_t wrong = 0;

	for (size_t i = 0; i < count; i++)
		wrong += !is_said(&rows[i]);
	assert_int_equal(wrong, 0);
}

static void mistakes_in_checks_are_said(void **state)
{
	(void)state;
	all_are_said(mistakes_of_checks, ARRAY_SIZE(mistakes_of_checks));
}

static void mistakes_in_links_are_said(void **state)
{
	(void)state;
	all_are_said(mistakes_of_links, ARRAY_SIZE(mistakes_of_links));
}

static void mistakes_in_files_are_said(void **state)
{
	(void)state;
	all_are_said(mistakes_of_files, ARRAY_SIZE(mistakes_of_files));
}

static void mistakes_of_habit_are_said(void **state)
{
	(void)state;
	all_are_said(mistakes_of_habit, ARRAY_SIZE(mistakes_of_habit));
}

static void names_of_rulesets_are_unique(void **state)
{
	static const char *const paths[] = { "t.yaml", "u.yaml" };
	auto_free char *says = NULL;

	(void)state;
	write_file("t.yaml", CHECKS "  - { id: a, port: { port: 1 } }\n");
	write_file("u.yaml", CHECKS "  - { id: a, port: { port: 1 } }\n");
	says = lint(paths, 2);
	assert_string_equal(says, "u.yaml:2:10: ruleset 't' is also the name of t.yaml:2:10\n");
}

static void a_file_is_read_once(void **state)
{
	static const char *const paths[] = { "t.yaml", "./t.yaml", "t.yaml" };
	auto_diagnostics struct diagnostics d = { 0 };
	struct rulebook *book;

	(void)state;
	write_file("t.yaml", CHECKS "  - { id: a, port: { port: 1 } }\n");
	book = rulebook_load(paths, 3, fake_types, &d);
	assert_int_equal(book->count, 1);
	assert_int_equal(d.count, 0);
	rulebook_free(book);
}

static void a_missing_file_is_named(void **state)
{
	static const char *const paths[] = { "nowhere.yaml" };
	auto_free char *says = lint(paths, 1);

	(void)state;
	assert_string_equal(says, "nowhere.yaml: No such file or directory\n");
}

/* Others' mistakes do not hide ours: a folder of which one file is broken. */
static void mistakes_of_all_files_at_once(void **state)
{
	static const char *const paths[] = { "t.yaml", "u.yaml" };
	auto_free char *says = NULL;

	(void)state;
	write_file("t.yaml", "format: 1\nruleset: [\n");
	write_file("u.yaml", CHECKS "  - { id: a, port: { port: 0 } }\n");
	says = lint(paths, 2);
	assert_true(strstr(says, "t.yaml:") == says);
	assert_non_null(
		strstr(says, "u.yaml:4:28: port: '0' is not a port number from 1 to 65535\n"));
}

/* 2 to the 15 readings of 16 small files; and a million items of three short lists. */
static void bombs_are_refused(void **state)
{
	static const char *const bomb[] = { "b0.yaml" }, *const items[] = { "t.yaml" };
	auto_free char *says = NULL, *list = NULL;
	auto_buf struct buf numbers = BUF_INIT(1 << 16);

	(void)state;
	for (unsigned i = 0; i < 16; i++) {
		auto_free char *name = xasprintf("b%u.yaml", i);
		auto_free char *next =
			xasprintf("include: [ { file: b%u.yaml, as: x }, { file: b%u.yaml, "
				  "as: y } ]\n",
				  i + 1, i + 1);
		auto_free char *text =
			xasprintf("format: 1\nruleset: b%u\n%schecks: [ { id: a, port: "
				  "{ port: 1 } } ]\n",
				  i, i < 15 ? next : "");

		write_file(name, text);
	}
	says = lint(bomb, 1);
	assert_non_null(strstr(says, "include: too many files are included\n"));
	for (unsigned i = 0; i < 16; i++) {
		auto_free char *name = xasprintf("b%u.yaml", i);

		unlink(name);
	}
	for (unsigned i = 0; i < 100; i++)
		buf_printf(&numbers, "%s%u", i ? "," : "", i);
	list = xasprintf(CHECKS "  - id: a\n    for_each: { x: [%s], y: [%s], z: [%s] }\n"
				"    port: { port: 1 }\n",
			 buf_text(&numbers), buf_text(&numbers), buf_text(&numbers));
	write_file("t.yaml", list);
	free(says);
	says = lint(items, 1);
	assert_string_equal(says, "t.yaml:5:15: for_each: more than 100000 items\n");
}

static const char whole[] =
	"format: 1\n"
	"ruleset: whole\n"
	"version: 1.43.0\n"
	"product: P\n"
	"component: c\n"
	"title: { en: Whole, zh: x }\n"
	"applies_when:\n"
	"  any_of:\n"
	"    - { env: { A: \"true\" } }\n"
	"    - { all_of: [ { not: { env: A } }, { file: /x }, { host: \"web-*\" }, { set: [ slb ] "
	"} ] }\n"
	"params:\n"
	"  ports: { type: list, default: [ 80, 443 ], title: { en: Ports, zh: x } }\n"
	"  slb: { type: text, required: false }\n"
	"  pw: { type: secret, from: [ { env: PW }, { file: /c, match: '^pw (.*)$' } ] }\n"
	"  url: { type: url, from: { file: /c, format: properties, key: [ a, b ] } }\n"
	"  wait: { type: duration, default: 7s }\n"
	"defaults: { timeout: 5s, severity: high, tags: [ daily ], http: { timeout: 9s, method: "
	"HEAD } }\n"
	"checks:\n"
	"  - id: ports\n"
	"    title: { en: \"Port ${port}\", zh: x }\n"
	"    for_each: { port: \"${ports}\" }\n"
	"    port: { port: \"${port}\" }\n"
	"  - id: web\n"
	"    needs: [ \"ports[80]\", ports ]\n"
	"    timeout: \"${wait}\"\n"
	"    retry: { times: 2, every: 10ms }\n"
	"    http: { url: \"${url}/x\", headers: { Host: \"${slb}\" }, token: \"${pw}\" }\n"
	"    extract: { version: 'v(\\d+)' }\n"
	"    expect:\n"
	"      - { severity: low, status: 401 }\n"
	"      - { severity: critical, found.version: { length: { ge: 1 } } }\n"
	"    impact: { en: x, zh: y }\n"
	"    causes: [ x, { en: y } ]\n"
	"    remedy: [ { text: { en: x }, command: ls, risk: G3 } ]\n"
	"    verify: z\n"
	"    doc: d\n"
	"  - id: pairs\n"
	"    for_each: { pair: { ssh: { front: 22, back: 9997 } }, proto: [ tcp, udp ] }\n"
	"    port: { port: \"${pair.front}\", protocol: \"${proto}\" }\n"
	"  - id: late\n"
	"    when: { any_set: [ slb, pw ] }\n"
	"    for_each: { p: \"${checks.web.json.list[*].port}\" }\n"
	"    port: { port: \"${p}\" }\n"
	"  - id: sum\n"
	"    value: { of: [ \"${checks.ports[*].listening}\", \"${checks.late[*].listening}\", "
	"\"${host.name}\", \"$${x}\" ] }\n"
	"    expect: { value: { length: \"${self.value[0]}\" } }\n";

static void a_whole_ruleset_has_none(void **state)
{
	static const char *const paths[] = { "t.yaml" };
	auto_free char *says = NULL;

	(void)state;
	write_file("t.yaml", whole);
	says = lint(paths, 1);
	assert_string_equal(says, "");
}

static void check_table(const struct key *keys)
{
	for (const struct key *k = keys; k->name; k++) {
		assert_non_null(k->doc);
		assert_int_equal(k->doc[strlen(k->doc) - 1], '.');
		assert_true(!k[1].name || strcmp(k->name, k[1].name) < 0);
		assert_true(k->shape != KEY_CHOICE || k->choices);
		assert_true((k->shape != KEY_SECTION && k->shape != KEY_ONE_OR_SECTIONS) || k->of);
	}
}

static void tables_are_sorted_and_documented(void **state)
{
	static const struct key *const tables[] = {
		ruleset_keys,  check_keys,         param_keys, include_keys,
		retry_keys,    step_keys,          from_keys,  condition_keys,
		defaults_keys, type_defaults_keys, words_keys,
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(tables); i++)
		check_table(tables[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mistakes_in_checks_are_said),
		cmocka_unit_test(mistakes_in_links_are_said),
		cmocka_unit_test(mistakes_in_files_are_said),
		cmocka_unit_test(mistakes_of_habit_are_said),
		cmocka_unit_test(names_of_rulesets_are_unique),
		cmocka_unit_test(a_file_is_read_once),
		cmocka_unit_test(a_missing_file_is_named),
		cmocka_unit_test(mistakes_of_all_files_at_once),
		cmocka_unit_test(bombs_are_refused),
		cmocka_unit_test(a_whole_ruleset_has_none),
		cmocka_unit_test(tables_are_sorted_and_documented),
	};

	return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
