/*
 * test_values - where a parameter's value comes from, layer by layer, and what is wrong with it.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/xalloc.h"
#include "engine/ruleset/plan.h"
#include "tests/unit/values_world.h"

#define HEAD "format: 1\nruleset: t\nparams:\n"
#define TAIL "checks:\n  - { id: a, port: { port: 1 } }\n"
/* A ruleset with these parameters; the first is on line 4. */
#define PARAMS(p) HEAD p TAIL

struct row {
	const char *name;
	const char *t;           /* t.yaml */
	const char *other;       /* another file, or NULL */
	const char *site, *file; /* s.yaml as a file of the site, f.yaml as --params; or NULL */
	const char *environment, *option; /* one of each, or NULL */
	const char *gives;                /* as world_params() */
	const char *says;                 /* as world_said() */
};

static const struct row rows[] = {
	/* each layer alone, and each above the one before */
	{ "no value", PARAMS("  x: { type: text }\n"), .gives = "x\n", .says = "" },
	{ "default", PARAMS("  x: { type: text, default: d }\n"),
	  .gives = "x=\"d\" ruleset default %D/t.yaml:4\n", .says = "" },
	{ "from", PARAMS("  x: { type: text, default: d, from: { file: %D/o } }\n"),
	  .other = "o1\n", .gives = "x=\"o1\" from %D/o\n", .says = "" },
	{ "site", PARAMS("  x: { type: text, default: d, from: { file: %D/o } }\n"),
	  .other = "o1\n", .site = "# c\nx: s\n", .gives = "x=\"s\" site file %D/s.yaml:2\n",
	  .says = "" },
	{ "--params", PARAMS("  x: { type: text }\n"), .site = "x: s\n", .file = "x: f\n",
	  .gives = "x=\"f\" --params %D/f.yaml:1\n", .says = "" },
	{ "environment", PARAMS("  x: { type: text }\n"), .file = "x: f\n",
	  .environment = "ROUNDS_PARAM_x=e", .gives = "x=\"e\" environment ROUNDS_PARAM_x\n",
	  .says = "" },
	{ "--param", PARAMS("  x: { type: text }\n"), .environment = "ROUNDS_PARAM_X=e",
	  .option = "x=o=p", .gives = "x=\"o=p\" command line --param\n", .says = "" },
	{ "for one ruleset", PARAMS("  x: { type: text }\n  y: { type: text }\n"),
	  .site = "rulesets: { t: { x: one }, other: { x: two, zebra: 1 } }\nx: all\ny: all\n",
	  .gives = "x=\"one\" site file %D/s.yaml:1\ny=\"all\" site file %D/s.yaml:3\n",
	  .says = "" },
	{ "for one ruleset, but weaker than a layer above", PARAMS("  x: { type: text }\n"),
	  .site = "rulesets: { t: { x: one } }\n", .file = "x: f\n",
	  .gives = "x=\"f\" --params %D/f.yaml:1\n", .says = "" },
	/* left blank is as good as not given */
	{ "blank", PARAMS("  x: { type: text, default: d }\n"), .site = "x:\n", .file = "x: ~\n",
	  .environment = "ROUNDS_PARAM_X=", .gives = "x=\"d\" ruleset default %D/t.yaml:4\n",
	  .says = "" },
	{ "empty, where a value is optional", PARAMS("  x: { type: text, required: false }\n"),
	  .site = "x: s\n", .file = "x: ''\n", .gives = "x\n", .says = "" },
	{ "empty on the command line", PARAMS("  x: { type: text, required: false }\n"),
	  .file = "x: f\n", .option = "x=", .gives = "x\n", .says = "" },
	{ "empty, where a default can be overridden",
	  PARAMS("  x: { type: text, required: false, default: d }\n"), .option = "x=",
	  .gives = "x=\"\" command line --param\n", .says = "" },
	{ "empty, where a value is required", PARAMS("  x: { type: text }\n"), .option = "x=",
	  .gives = "x=\"\" command line --param\n", .says = "" },
	{ "an empty file of the site", PARAMS("  x: { type: text, default: d }\n"), .site = "{}\n",
	  .gives = "x=\"d\" ruleset default %D/t.yaml:4\n", .says = "" },
	/* types */
	{ "typed",
	  PARAMS("  i: { type: int }\n  n: { type: number }\n  b: { type: bool }\n  p: { type: "
		 "port }\n"
		 "  u: { type: url }\n  f: { type: path }\n  d: { type: duration }\n  s: { type: "
		 "size }\n"
		 "  l: { type: list }\n  t: { type: text }\n"),
	  .site = "{ i: -5, n: 1.5, b: true, p: 80, u: 'http://h/', f: /x, d: 5s, s: 64K, l: [a, "
		  "2],"
		  " t: 0644 }\n",
	  .gives = "i=-5 site file %D/s.yaml:1\nn=1.5 site file %D/s.yaml:1\nb=true site file "
		   "%D/s.yaml:1\n"
		   "p=80 site file %D/s.yaml:1\nu=\"http://h/\" site file %D/s.yaml:1\n"
		   "f=\"/x\" site file %D/s.yaml:1\nd=\"5s\" site file %D/s.yaml:1\n"
		   "s=\"64K\" site file %D/s.yaml:1\nl=[\"a\",\"2\"] site file %D/s.yaml:1\n"
		   "t=\"0644\" site file %D/s.yaml:1\n",
	  .says = "" },
	{ "refused by type",
	  PARAMS("  i: { type: int }\n  b: { type: bool }\n  p: { type: port }\n  f: { type: path "
		 "}\n"
		 "  d: { type: duration }\n  s: { type: size }\n  t: { type: text }\n"),
	  .site = "i: 5x\nb: yes\np: 70000\nf: x\nd: 5\ns: big\nt: [a]\n",
	  .gives = "i\nb\np\nf\nd\ns\nt\n",
	  .says = "%D/s.yaml:1:4: i: '5x' is not an integer\n"
		  "%D/s.yaml:2:4: b: 'yes' is not true or false\n"
		  "%D/s.yaml:3:4: p: '70000' is not a port number from 1 to 65535\n"
		  "%D/s.yaml:4:4: f: 'x' is not an absolute path\n"
		  "%D/s.yaml:5:4: d: '5' needs a unit: ms, s, m, h or d\n"
		  "%D/s.yaml:6:4: s: 'big' is not a size such as 512, 64K or 1.5G\n"
		  "%D/s.yaml:7:4: t: a text is needed, not a list\n" },
	{ "refused by type, on the command line and in the environment",
	  PARAMS("  p: { type: port }\n  i: { type: int }\n"), .environment = "ROUNDS_PARAM_I=x",
	  .option = "p=x", .gives = "p\ni\n",
	  .says = "--param p: 'x' is not a port number from 1 to 65535\n"
		  "ROUNDS_PARAM_I: 'x' is not an integer\n" },
	/* nobody declares it */
	{ "undeclared", PARAMS("  port: { type: port, required: false }\n"), .site = "prot: 1\n",
	  .file = "prt: 1\nrulesets: { t: { pott: 1 } }\n", .environment = "ROUNDS_PARAM_ZEBRA=1",
	  .option = "porr=1", .gives = "port\n",
	  .says = "%D/s.yaml:1:7: warning: no ruleset declares a parameter 'prot'; did you mean "
		  "'port'?\n"
		  "%D/f.yaml:1:6: no ruleset declares a parameter 'prt'; did you mean 'port'?\n"
		  "%D/f.yaml:2:24: ruleset 't' declares no parameter 'pott'; did you mean 'port'?\n"
		  "ROUNDS_PARAM_ZEBRA: no ruleset declares a parameter 'ZEBRA'\n"
		  "--param porr: no ruleset declares a parameter 'porr'; did you mean 'port'?\n" },
	{ "no NAME=value", PARAMS("  x: { type: text }\n"), .option = "hunter2", .gives = "x\n",
	  .says = "--param: number 1 is not NAME=value\n" },
	{ "not a map", PARAMS("  x: { type: text }\n"), .site = "- x\n", .file = "rulesets: 1\n",
	  .gives = "x\n",
	  .says = "%D/s.yaml:1:1: a map of parameters and values is needed\n"
		  "%D/f.yaml:1:11: rulesets: a map of ruleset names is needed\n" },
	{ "broken file", PARAMS("  x: { type: text }\n"), .file = "x: [\n", .gives = "x\n",
	  .says = "%D/f.yaml:1:4: the list that opens here is never closed\n" },
	/* secrets */
	{ "secret by file", PARAMS("  x: { type: secret }\n"), .other = "hunter2\n",
	  .site = "x: { file: %D/o }\n", .gives = "x=(secret hunter2) site file %D/s.yaml:1\n",
	  .says = "" },
	{ "secret by variable", PARAMS("  x: { type: secret }\n"),
	  .site = "x: { env: TEST_SECRET }\n",
	  .gives = "x=(secret hunter3) site file %D/s.yaml:1\n", .says = "" },
	{ "secret as it is", PARAMS("  x: { type: secret }\n"), .file = "x: hunter2\n",
	  .gives = "x=(secret hunter2) --params %D/f.yaml:1\n", .says = "" },
	{ "secret in the environment", PARAMS("  x: { type: secret }\n"),
	  .environment = "ROUNDS_PARAM_X=hunter2",
	  .gives = "x=(secret hunter2) environment ROUNDS_PARAM_X\n", .says = "" },
	{ "secret by option", PARAMS("  x: { type: secret }\n"), .other = "hunter2",
	  .option = "x=@%D/o", .gives = "x=(secret hunter2) command line --param\n", .says = "" },
	{ "secret in argv", PARAMS("  x: { type: secret }\n"), .option = "x=hunter2",
	  .gives = "x\n",
	  .says = "--param x: a secret cannot stand on the command line, which everybody can read; "
		  "write x=@FILE\n" },
	{ "no secret there", PARAMS("  x: { type: secret }\n  z: { type: secret }\n"),
	  .site = "x: { file: %D/none }\nz: [ hunter2 ]\n",
	  .gives = "x? parameter there is no file '%D/none'\nz\n",
	  .says = "%D/s.yaml:2:4: a secret is a text, { file: PATH } or { env: NAME }\n" },
	{ "no secret where the command line says", PARAMS("  x: { type: secret }\n"),
	  .option = "x=@%D/none", .gives = "x\n",
	  .says = "--param x: there is no file '%D/none'\n" },
	{ "empty secret", PARAMS("  x: { type: secret }\n"), .other = "\n", .option = "x=@%D/o",
	  .gives = "x\n", .says = "--param x: the secret is empty\n" },
	{ "secret from a pipe", PARAMS("  x: { type: secret }\n"), .option = "x=@/dev/zero",
	  .gives = "x\n", .says = "--param x: '/dev/zero' is a device, not a regular file\n" },
	/* an @ means a file for secrets only */
	{ "not a secret", PARAMS("  x: { type: text }\n"), .option = "x=@/etc/passwd",
	  .gives = "x=\"@/etc/passwd\" command line --param\n", .says = "" },
	/* from */
	{ "first source",
	  PARAMS("  x: { type: text, from: [ { env: NO_SUCH_VARIABLE }, { env: TEST_EMPTY }, "
		 "{ file: %D/none }, { file: %D/o, match: '^k=(.*)$' }, { file: %D/o } ] }\n"),
	  .other = "a=1\nk=v\n", .gives = "x=\"v\" from %D/o:2\n", .says = "" },
	{ "from the environment", PARAMS("  x: { type: text, from: { env: TEST_TEXT } }\n"),
	  .gives = "x=\"words\" from environment\n", .says = "" },
	{ "no source has it",
	  PARAMS("  x: { type: text, default: d, from: { file: %D/o, match: '^z=(.*)$' } }\n"),
	  .other = "a=1\n", .gives = "x=\"d\" ruleset default %D/t.yaml:4\n", .says = "" },
	{ "properties",
	  PARAMS("  x: { type: text, from: { file: %D/o, format: properties, key: [ no.such, a.b ] "
		 "} }\n"),
	  .other = "# c\na.b = ${c:none}/${test.text:x}/x${e}\nc=1\ne=${f}\nf=2\n",
	  .gives = "x=\"1/words/x2\" from %D/o:2\n", .says = "" },
	{ "placeholder from the environment",
	  PARAMS("  x: { type: text, from: { file: %D/o, format: properties, key: a } }\n"),
	  .other = "a=${test.text}\n", .gives = "x=\"words\" from %D/o:1\n", .says = "" },
	{ "yaml", PARAMS("  x: { type: port, from: { file: %D/o, format: yaml, key: 's.p' } }\n"),
	  .other = "s:\n  p: 80\n", .gives = "x=80 from %D/o:2\n", .says = "" },
	{ "list", PARAMS("  x: { type: list, from: { file: %D/o, format: json, key: 'l' } }\n"),
	  .other = "{\"l\": [\"a\", 2]}", .gives = "x=[\"a\",\"2\"] from %D/o:1\n", .says = "" },
	{ "no placeholders elsewhere",
	  PARAMS("  x: { type: text, from: { file: %D/o, format: ini, key: 's.p' } }\n"),
	  .other = "[s]\np=${x}\n", .gives = "x=\"${x}\" from %D/o:2\n", .says = "" },
	{ "secret from a file",
	  PARAMS("  x: { type: secret, from: { file: %D/o, match: "
		 "'^requirepass\\s+\"?([^\"\\s]+)' } }\n"),
	  .other = "port 1\nrequirepass \"hunter2\"\n", .gives = "x=(secret hunter2) from %D/o:2\n",
	  .says = "" },
	{ "encrypted",
	  PARAMS("  x: { type: secret, from: { file: %D/o, format: properties, key: a.b } }\n"),
	  .other = "\na.b=ENC(abcdef)\n",
	  .gives = "x? parameter %D/o:2: 'a.b' is encrypted (ENC(…)); give the parameter itself\n",
	  .says = "" },
	{ "encrypted, but given",
	  PARAMS("  x: { type: text, from: { file: %D/o, format: properties, key: a } }\n"),
	  .other = "a=ENC(abcdef)\n", .option = "x=o", .gives = "x=\"o\" command line --param\n",
	  .says = "" },
	{ "circle",
	  PARAMS("  x: { type: text, from: { file: %D/o, format: properties, key: a } }\n"),
	  .other = "a=${b}\nb=${a}\n",
	  .gives = "x? parameter %D/o:1: 'a': placeholders name each other in a circle\n",
	  .says = "" },
	{ "flood of placeholders",
	  PARAMS("  x: { type: text, from: { file: %D/o, format: properties, key: a } }\n"),
	  .other =
		  "a=${b}${b}${b}${b}${b}${b}${b}${b}${b}\nb=${c}${c}${c}${c}${c}${c}${c}${c}${c}\n"
		  "c=${d}${d}${d}${d}${d}${d}${d}${d}${d}\nd=${e}${e}${e}${e}${e}${e}${e}${e}${e}\n"
		  "e=${f}${f}${f}${f}${f}${f}${f}${f}${f}\nf=${g}${g}${g}${g}${g}${g}${g}${g}${g}\n"
		  "g=0123456789\n",
	  .gives = "x? parameter %D/o:1: 'a': placeholders make it longer than 64 KiB\n",
	  .says = "" },
	{ "refused by type, from", PARAMS("  x: { type: port, from: { file: %D/o } }\n"),
	  .other = "eighty\n",
	  .gives = "x? parameter %D/o: 'eighty' is not a port number from 1 to 65535\n",
	  .says = "" },
	{ "a map is no text",
	  PARAMS("  x: { type: text, from: { file: %D/o, format: yaml, key: a } }\n"),
	  .other = "a: { b: 1 }\n", .gives = "x? parameter %D/o:1: 'a' is a map, not a text\n",
	  .says = "" },
	{ "null is no value",
	  PARAMS("  x: { type: text, from: { file: %D/o, format: yaml, key: [ a, b ] } }\n"),
	  .other = "a: ~\nb: 1\n", .gives = "x=\"1\" from %D/o:2\n", .says = "" },
	{ "a broken source",
	  PARAMS("  x: { type: text, from: { file: %D/o, format: json, key: a } }\n"),
	  .other = "{\"a\": hunter2}", .gives = "x? parameter '%D/o': line 1: invalid token\n",
	  .says = "" },
	{ "a device as a source", PARAMS("  x: { type: text, from: { file: /dev/zero } }\n"),
	  .gives = "x? parameter '/dev/zero' is a device, not a regular file\n", .says = "" },
	{ "a folder as a source", PARAMS("  x: { type: text, from: { file: / } }\n"),
	  .gives = "x? parameter '/' is a directory, not a regular file\n", .says = "" },
	{ "no such process",
	  PARAMS("  x: { type: text, from: { env: X, of_process: no-such-process } }\n"),
	  .gives = "x? parameter no process 'no-such-process' is running\n", .says = "" },
	{ "a source that works behind one that does not",
	  PARAMS("  x: { type: text, from: [ { file: /dev/zero }, { file: %D/o } ] }\n"),
	  .other = "v\n", .gives = "x=\"v\" from %D/o\n", .says = "" },
};

static void resolve_row(struct world *w, const struct row *row)
{
	auto_free char *option = row->option ? world_expand(w, row->option) : NULL;
	auto_free char *variable = row->environment ? xstrdup(row->environment) : NULL;
	char *environment[] = { variable, NULL };
	const char *options[] = { option, NULL };

	world_write(w, "t.yaml", row->t);
	if (row->other)
		world_write(w, "o", row->other);
	if (row->site)
		world_write(w, "s.yaml", row->site);
	if (row->file)
		world_write(w, "f.yaml", row->file);
	world_resolve(w, row->site ? "s.yaml" : NULL, row->file ? "f.yaml" : NULL, environment,
		      options);
}

static void set_environment(void)
{
	setenv("TEST_TEXT", "words", 1);
	setenv("TEST_EMPTY", "", 1);
	setenv("TEST_SECRET", "hunter3", 1);
}

static void layers_follow_from_weak_to_strong(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct world w;
		char *params, *said;

		set_environment();
		world_init(&w);
		resolve_row(&w, &rows[i]);
		params = world_params(&w);
		said = world_said(&w);
		if (strcmp(said, rows[i].says) != 0 || strcmp(params, rows[i].gives) != 0)
			print_error("in '%s':\n", rows[i].name);
		assert_string_equal(said, rows[i].says);
		assert_string_equal(params, rows[i].gives);
		assert_int_equal(w.rc, w.said.errors ? -1 : 0);
		free(params);
		free(said);
		world_release(&w);
	}
}

/* The values of an include are read in the scope of the file that includes. */
static void includes_pass_values_on(void **state)
{
	static const char t[] =
		"format: 1\nruleset: t\nparams:\n"
		"  base: { type: url, default: 'http://h' }\n  pw: { type: secret }\n"
		"  opt: { type: text, required: false }\n  ports: { type: list, default: [a, b] }\n"
		"include:\n  - { file: i.yaml, as: i, params: { url: '${base}/x', word: 'b "
		"${base}',\n"
		"      key: '${pw}', none: '${opt}', many: '${ports}' } }\n";
	static const char i[] = "format: 1\nruleset: i\nparams:\n"
				"  url: { type: url }\n  word: { type: text, default: d }\n"
				"  key: { type: secret }\n  none: { type: text, default: own }\n"
				"  many: { type: list }\n" TAIL;
	const char *options[] = { "word=o", NULL };
	char variable[] = "ROUNDS_PARAM_PW=hunter2";
	char *environment[] = { variable, NULL };
	struct world w;
	char *params, *said;

	(void)state;
	world_init(&w);
	world_write(&w, "t.yaml", t);
	world_write(&w, "i.yaml", i);
	world_resolve(&w, NULL, NULL, environment, options);
	params = world_params(&w);
	said = world_said(&w);
	assert_string_equal(said, "");
	assert_string_equal(params, "base=\"http://h\" ruleset default %D/t.yaml:4\n"
				    "pw=(secret hunter2) environment ROUNDS_PARAM_PW\n"
				    "opt\n"
				    "ports=[\"a\",\"b\"] ruleset default %D/t.yaml:7\n"
				    "url=\"http://h/x\" include %D/t.yaml:9\n"
				    "word=\"o\" command line --param\n"
				    "key=(secret hunter2) include ROUNDS_PARAM_PW\n"
				    "none=\"own\" ruleset default %D/i.yaml:7\n"
				    "many=[\"a\",\"b\"] include %D/t.yaml:10\n");
	free(params);
	free(said);
	world_release(&w);
}

static bool masks(const struct world *w, const char *text)
{
	struct buf out = BUF_INIT(SIZE_MAX);
	bool masked = secrets_mask(w->secrets, &out, text, strlen(text)) > 0;

	buf_free(&out);
	return masked;
}

/* A password inside of a URL is a secret, whatever the parameter's type and layer. */
static void passwords_in_urls_are_masked(void **state)
{
	static const char t[] = PARAMS("  u: { type: url }\n  d: { type: text, default: "
				       "'jdbc:mysql://h/x?user=me&password=hunter4' }\n"
				       "  l: { type: list, default: [ 'redis://:hunter5@h' ] }\n"
				       "  p: { type: port }\n");
	const char *options[] = { "u=http://me:hunter6@h/", "p=http://me:hunter7@h/", NULL };
	struct world w;

	(void)state;
	world_init(&w);
	world_write(&w, "t.yaml", t);
	world_resolve(&w, NULL, NULL, NULL, options);
	assert_true(masks(&w, "x hunter4 y"));
	assert_true(masks(&w, "x hunter5 y"));
	assert_true(masks(&w, "x hunter6 y"));
	assert_non_null(strstr(w.said.items[0].message, "'http://me:***@h/' is not a port"));
	assert_false(masks(&w, "user me of h"));
	world_release(&w);
}

static void nowhere(const char *text)
{
	if (text)
		assert_null(strstr(text, "hunter"));
}

/* Nor are they in what reports are made of: parameters, texts for people, mistakes. */
static void passwords_in_urls_are_not_in_plans(void **state)
{
	static const char t[] = HEAD
		"  u: { type: url, default: 'http://me:hunter4@h/' }\n"
		"checks:\n  - id: a\n    title: 'look at ${u}'\n    impact: { en: 'no ${u}' }\n"
		"    causes: [ '${u}' ]\n    remedy: [ { text: x, command: 'curl ${u}' } ]\n"
		"    http: { url: '${u}x' }\n";
	const struct plan_options options = { .run_id = "r" };
	const char *given[] = { "u=nonsense", NULL };
	struct world w;
	struct plan *plan;
	char *params;

	(void)state;
	world_init(&w);
	world_write(&w, "t.yaml", t);
	world_resolve(&w, NULL, NULL, NULL, NULL);
	plan = plan_make(w.book, &w.requests, &options, w.secrets, &w.said);
	assert_non_null(plan);
	assert_string_equal(plan->checks[0].title.en, "look at http://me:***@h/");
	params = json_dumps(plan->checks[0].params, 0);
	assert_non_null(strstr(params, "http://me:***@h/"));
	nowhere(params);
	nowhere(plan->checks[0].guidance->impact.en);
	nowhere(plan->checks[0].guidance->causes[0].en);
	assert_string_equal(plan->checks[0].guidance->steps[0].command, "curl http://me:***@h/");
	free(params);
	plan_free(plan);
	world_release(&w);

	world_init(&w);
	world_write(&w, "t.yaml", t);
	world_resolve(&w, NULL, NULL, NULL, given);
	assert_int_equal(w.rc, -1);
	for (size_t i = 0; i < w.said.count; i++) {
		nowhere(w.said.items[i].message);
		nowhere(w.said.items[i].source);
	}
	world_release(&w);
}

/* Nothing of a secret stays where others may read it. */
static void secrets_are_wiped(void **state)
{
	char prefixed[] = "ROUNDS_PARAM_X=hunter2", own[] = "TEST_SECRET=hunter3",
	     text[] = "TEST_TEXT=words";
	char *environment[] = { prefixed, own, text, NULL };
	struct world w;

	(void)state;
	set_environment();
	world_init(&w);
	world_write(
		&w, "t.yaml",
		PARAMS("  x: { type: secret }\n  y: { type: secret, from: { env: TEST_SECRET } }\n"
		       "  z: { type: text, from: { env: TEST_TEXT } }\n"));
	world_resolve(&w, NULL, NULL, environment, NULL);
	assert_int_equal(w.rc, 0);
	assert_string_equal(prefixed, "ROUNDS_PARAM_X=");
	assert_string_equal(own, "TEST_SECRET=");
	assert_string_equal(text, "TEST_TEXT=words");
	for (size_t i = 0; i < w.requests.count; i++)
		if (w.requests.items[i].secret)
			assert_string_equal(w.requests.items[i].text, "");
	for (size_t i = 0; i < w.said.count; i++)
		assert_null(w.said.items[i].source);
	world_release(&w);
}

/* What the site's files hold is never shown with a mistake. */
static void source_lines_of_the_site_are_not_shown(void **state)
{
	struct world w;

	(void)state;
	world_init(&w);
	world_write(&w, "t.yaml", PARAMS("  x: { type: text, required: false }\n"));
	world_write(&w, "f.yaml", "xx: hunter2\nx: [ hunter2 ]\nx: hunter2\n");
	world_resolve(&w, NULL, "f.yaml", NULL, NULL);
	assert_true(w.said.errors >= 2);
	for (size_t i = 0; i < w.said.count; i++) {
		assert_null(w.said.items[i].source);
		assert_null(strstr(w.said.items[i].message, "hunter2"));
	}
	world_release(&w);
}

static void what_cannot_be_read_is_permission(void **state)
{
	struct world w;
	char *params, *path;

	(void)state;
	if (geteuid() == 0 && seteuid(65534))
		skip();
	world_init(&w);
	world_write(&w, "t.yaml",
		    PARAMS("  x: { type: text, default: d, from: { file: %D/o } }\n"));
	world_write(&w, "o", "v\n");
	path = world_expand(&w, "%D/o");
	assert_int_equal(chmod(path, 0), 0);
	world_resolve(&w, NULL, NULL, NULL, NULL);
	params = world_params(&w);
	assert_string_equal(params, "x? permission '%D/o': Permission denied\n");
	free(params);
	free(path);
	world_release(&w);
	if (getuid() == 0)
		assert_int_equal(seteuid(0), 0);
}

static bool pid_1_is_readable(void)
{
	int fd = open("/proc/1/environ", O_RDONLY | O_CLOEXEC);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* A variable that is not set is looked for in PID 1's environment too, which we may be forbidden to
 * read. */
static void variables_are_looked_for_in_pid_1(void **state)
{
	bool readable = pid_1_is_readable();
	struct world w;
	char *params;

	(void)state;
	world_init(&w);
	world_write(&w, "t.yaml",
		    PARAMS("  x: { type: text, default: d, from: { env: NO_SUCH_VARIABLE } }\n"));
	world_resolve(&w, NULL, NULL, NULL, NULL);
	params = world_params(&w);
	assert_string_equal(params,
			    readable ? "x=\"d\" ruleset default %D/t.yaml:4\n"
				     : "x? permission the variable 'NO_SUCH_VARIABLE' is not set "
				       "here, and PID 1's cannot be read: '/proc/1/environ': "
				       "Permission denied\n");
	free(params);
	world_release(&w);
}

/* The file's own default is taken also when PID 1 hides its environment, and the origin says so. */
static void defaults_of_placeholders(void **state)
{
	struct world w;
	char *params;

	(void)state;
	world_init(&w);
	world_write(
		&w, "t.yaml",
		PARAMS("  x: { type: text, from: { file: %D/o, format: properties, key: a } }\n"));
	world_write(&w, "o", "a=${no.such:x${c:y}}${no.such:}\nc=1\n");
	world_resolve(&w, NULL, NULL, NULL, NULL);
	params = world_params(&w);
	assert_string_equal(
		params,
		pid_1_is_readable()
			? "x=\"x1\" from %D/o:1\n"
			: "x=\"x1\" from %D/o:1 (by a default: the environment of PID 1 cannot "
			  "be read)\n");
	free(params);
	world_release(&w);
}

/* The same thing is looked at once, whoever asks. */
static void requests_are_made_once(void **state)
{
	static const char t[] =
		"format: 1\nruleset: t\napplies_when: { any_of: [ { file: /a }, { not: { env: E } "
		"} ] }\n"
		"params:\n  x: { type: text, from: [ { env: E }, { env: E, of_process: p } ] }\n"
		"  y: { type: secret, from: { env: E } }\n"
		"checks:\n  - { id: a, when: { file: /a, env: { F: x, G: y } }, port: { port: 1 } "
		"}\n";
	struct world w;

	(void)state;
	world_init(&w);
	world_write(&w, "t.yaml", t);
	world_resolve(&w, NULL, NULL, NULL, NULL);
	assert_int_equal(w.requests.count, 5);
	assert_string_equal(w.requests.items[0].name, "E");
	assert_true(w.requests.items[0].secret);
	assert_string_equal(w.requests.items[1].of_process, "p");
	assert_string_equal(w.requests.items[2].path, "/a");
	assert_string_equal(w.requests.items[3].name, "F");
	assert_string_equal(w.requests.items[4].name, "G");
	world_release(&w);
}

static void answers_that_are_none_are_refused(void **state)
{
	static const char *const bad[] = {
		"{}",
		"[]",
		"{\"answer\": \"maybe\"}",
		"{\"answer\": 1}",
		"{\"answer\": \"problem\", \"kind\": \"zebra\"}",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct request r = { 0 };
		json_t *v = json_loads(bad[i], 0, NULL);

		assert_int_equal(request_answer_take(&r, v, NULL), -1);
		json_decref(v);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(layers_follow_from_weak_to_strong),
		cmocka_unit_test(includes_pass_values_on),
		cmocka_unit_test(passwords_in_urls_are_masked),
		cmocka_unit_test(passwords_in_urls_are_not_in_plans),
		cmocka_unit_test(secrets_are_wiped),
		cmocka_unit_test(source_lines_of_the_site_are_not_shown),
		cmocka_unit_test(what_cannot_be_read_is_permission),
		cmocka_unit_test(variables_are_looked_for_in_pid_1),
		cmocka_unit_test(defaults_of_placeholders),
		cmocka_unit_test(requests_are_made_once),
		cmocka_unit_test(answers_that_are_none_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
