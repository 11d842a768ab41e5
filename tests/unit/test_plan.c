/*
 * test_plan - which checks a ruleset becomes: ids, texts, values, secrets; what is not run, and
 * why.
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
#include "engine/base/clock.h"
#include "engine/base/xalloc.h"
#include "tests/unit/plan_world.h"
#include "tests/unit/ruleset_types.h"

static void items_become_ids(void **state)
{
	auto_world struct world w = { 0 };

	(void)state;
	world_make(&w,
		   CHECKS
		   "  - { id: single, port: { port: 1 } }\n"
		   "  - { id: list, for_each: { n: [ 80, 443 ] }, port: { port: \"${n}\" } }\n"
		   "  - { id: paths, title: Path, for_each: { p: [ /, a, /b ] }, port: { port: 1, "
		   "address: \"${p}\" } }\n"
		   "  - { id: both, for_each: { n: [ 1, 2 ], p: [ tcp, udp ] }, port: { port: "
		   "\"${n}\", protocol: \"${p}\" } }\n"
		   "  - id: pairs\n"
		   "    for_each: { pair: { ssh: { front: 22, back: 9997 }, web: { front: 80, "
		   "back: 8084 } } }\n"
		   "    title: { en: \"${pair.front} to ${pair.back}\", zh: \"${pair.front}\" }\n"
		   "    port: { port: \"${pair.front}\" }\n",
		   NULL, NULL);
	assert_ids(&w, "t/single t/list[80] t/list[443] t/paths[1] t/paths[a] t/paths[3] "
		       "t/both[1,tcp] t/both[1,udp] "
		       "t/both[2,tcp] t/both[2,udp] t/pairs[ssh] t/pairs[web]");
	assert_string_equal(words_in(&world_check(&w, "t/paths[1]")->title, "en"), "Path [/]");
	assert_string_equal(words_in(&world_check(&w, "t/paths[a]")->title, "zh"), "Path");
	assert_string_equal(words_in(&world_check(&w, "t/pairs[ssh]")->title, "en"), "22 to 9997");
	assert_string_equal(words_in(&world_check(&w, "t/pairs[web]")->title, "zh"), "80");
	assert_null(words_in(&world_check(&w, "t/single")->title, "en"));
	assert_int_equal(((const struct port_query *)world_check(&w, "t/pairs[web]")->query)->port,
			 80);
	assert_int_equal(
		((const struct port_query *)world_check(&w, "t/both[2,udp]")->query)->protocol, 1);
}

static void includes_stand_before_the_checks(void **state)
{
	auto_world struct world w = { 0 };

	(void)state;
	world_write("u.yaml", "format: 1\nruleset: u\napplies_when: { file: /no }\nparams: { n: { "
			      "type: port, default: 7 } }\n"
			      "checks:\n  - { id: a, port: { port: \"${n}\" } }\n  - { id: b, "
			      "needs: [ a ], port: { port: 2 } }\n");
	world_make(&w,
		   HEAD
		   "params: { mine: { type: port, default: 9 } }\n"
		   "checks:\n  - { id: c, needs: [ g.a ], port: { port: 3 } }\n"
		   "include: [ u.yaml, { file: u.yaml, as: g, params: { n: \"${mine}\" } } ]\n",
		   NULL, (const struct source[]){ { "/no", NULL, NULL }, { NULL, NULL, NULL } });
	assert_ids(&w, "t/a t/b t/g.a t/g.b t/c");
	assert_int_equal(((const struct port_query *)world_check(&w, "t/a")->query)->port, 7);
	assert_int_equal(((const struct port_query *)world_check(&w, "t/g.a")->query)->port, 9);
	assert_int_equal(world_check(&w, "t/g.b")->needs[0], world_check(&w, "t/g.a")->index);
	assert_int_equal(world_check(&w, "t/c")->needs[0], world_check(&w, "t/g.a")->index);
}

static void an_included_file_may_not_apply(void **state)
{
	auto_world struct world w = { 0 };

	(void)state;
	world_write("u.yaml", "format: 1\nruleset: u\napplies_when: { file: /no }\n"
			      "checks:\n  - { id: a, port: { port: 1 } }\n");
	world_make(&w, HEAD "include: [ u.yaml ]\nchecks:\n  - { id: b, port: { port: 3 } }\n",
		   NULL, NULL);
	assert_int_equal(world_check(&w, "t/a")->decided, DECIDED_SKIP);
	assert_true(strstr(world_check(&w, "t/a")->reason, "not applicable: ") ==
		    world_check(&w, "t/a")->reason);
	assert_int_equal(world_check(&w, "t/b")->decided, DECIDED_NOT);
	assert_true(w.book->rulesets[0]->applies);
}

static const char configured[] =
	"format: 1\nruleset: t\nparams:\n"
	"  must: { type: text }\n"
	"  may: { type: text, required: false }\n"
	"  pw: { type: secret, required: false }\n"
	"  hosts: { type: list, required: false }\n"
	"  found: { type: port, from: { env: FOUND } }\n"
	"checks:\n"
	"  - { id: uses-must, value: { of: \"${must}\" }, expect: { value: x } }\n"
	"  - { id: left-out, port: { port: 1, address: \"${may}\" } }\n"
	"  - { id: required, http: { url: \"${may}\" } }\n"
	"  - { id: part, http: { url: \"http://${may}/\" } }\n"
	"  - { id: secret, http: { url: \"http://h/\", token: \"${pw}\" } }\n"
	"  - { id: expect, value: { of: 1 }, expect: { value: \"${may}\" } }\n"
	"  - { id: title, title: \"On ${may} with ${pw}\", port: { port: 1 } }\n"
	"  - { id: each, title: \"At ${h}\", for_each: { h: \"${hosts}\" }, port: { port: 1, "
	"address: \"${h}\" } }\n"
	"  - { id: item, for_each: { h: [ \"${may}\", b ] }, port: { port: 1, address: \"${h}\" } "
	"}\n"
	"  - { id: found, port: { port: \"${found}\" } }\n";

struct decided_case {
	const char *id;
	enum decided decided;
	enum kind kind;
	const char *reason;
};

static void assert_decided(const struct world *w, const struct decided_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct check *c = world_check(w, cases[i].id);

		print_message("%s: %s\n", c->id, c->reason ? c->reason : "runs");
		assert_int_equal(c->decided, cases[i].decided);
		assert_int_equal(c->kind, cases[i].kind);
		assert_true(!c->reason == !cases[i].reason);
		if (c->reason)
			assert_string_equal(c->reason, cases[i].reason);
		assert_true(c->decided == DECIDED_NOT || !c->query);
	}
}

static void what_has_no_value_is_not_run(void **state)
{
	static const struct decided_case cases[] = {
		{ "t/uses-must", DECIDED_ERROR, KIND_PARAMETER,
		  "parameter 'must' has no value: give it one by --param must=VALUE or in a "
		  "--params file" },
		{ "t/left-out", DECIDED_NOT, KIND_NONE, NULL },
		{ "t/required", DECIDED_SKIP, KIND_NONE, "not configured: may" },
		{ "t/part", DECIDED_SKIP, KIND_NONE, "not configured: may" },
		{ "t/secret", DECIDED_SKIP, KIND_NONE, "not configured: pw" },
		{ "t/expect", DECIDED_SKIP, KIND_NONE, "not configured: may" },
		{ "t/title", DECIDED_NOT, KIND_NONE, NULL },
		{ "t/each", DECIDED_SKIP, KIND_NONE, "not configured: hosts" },
		{ "t/item[1]", DECIDED_SKIP, KIND_NONE, "not configured: may" },
		{ "t/item[b]", DECIDED_NOT, KIND_NONE, NULL },
		{ "t/found", DECIDED_ERROR, KIND_PERMISSION,
		  "parameter 'found': permission denied" },
	};
	static const struct source sources[] = { { "FOUND", NULL, "permission denied" },
						 { NULL, NULL, NULL } };
	auto_world struct world w = { 0 };

	(void)state;
	world_make(&w, configured, NULL, sources);
	assert_decided(&w, cases, ARRAY_SIZE(cases));
	assert_null(((const struct port_query *)world_check(&w, "t/left-out")->query)->address);
	assert_string_equal(words_in(&world_check(&w, "t/title")->title, "en"),
			    "On ${may} with ***");
	assert_string_equal(words_in(&world_check(&w, "t/each")->title, "en"), "At ${h}");
}

static void parameters_say_how_long_it_must_last(void **state)
{
	static const char rules[] =
		"format: 1\nruleset: t\nparams:\n"
		"  long: { type: duration, default: 5m }\n"
		"  few: { type: int, required: false }\n"
		"checks:\n"
		"  - { id: a, port: { port: 1 }, sustain: { for: \"${long}\", every: 10s } }\n"
		"  - { id: b, port: { port: 1 }, sustain: { samples: \"${few}\", every: 1s } }\n";
	auto_world struct world w = { 0 }, short_one = { 0 };
	const struct rule *rule;

	(void)state;
	world_make(&w, rules, NULL, NULL);
	rule = world_check(&w, "t/a")->rule;
	assert_int_equal(rule->sustain.samples, 31);
	assert_true(rule->sustain.every == 10 * NS_PER_S);
	assert_string_equal(world_check(&w, "t/b")->reason, "not configured: few");
	world_make(&short_one, rules, WORDS("long=20s", "few=4"), NULL);
	assert_int_equal(world_check(&short_one, "t/a")->rule->sustain.samples, 3);
	assert_int_equal(world_check(&short_one, "t/b")->rule->sustain.samples, 4);
}

static void an_empty_list_is_an_error(void **state)
{
	static const struct decided_case cases[] = {
		{ "t/each", DECIDED_ERROR, KIND_PARAMETER,
		  "for_each: the list 'hosts' has no item" },
	};
	auto_world struct world w = { 0 };

	(void)state;
	world_make(&w, configured, WORDS("hosts="), NULL);
	assert_decided(&w, cases, ARRAY_SIZE(cases));
}

static void values_are_put_in(void **state)
{
	auto_world struct world w = { 0 };
	const struct check *c;

	(void)state;
	world_make(&w, configured, WORDS("must=x", "may=a&b", "hosts=h1,h2", "found=81"), NULL);
	assert_string_equal(((const struct http_query *)world_check(&w, "t/part")->query)->url,
			    "http://a%26b/");
	assert_string_equal(
		((const struct port_query *)world_check(&w, "t/each[h2]")->query)->address, "h2");
	c = world_check(&w, "t/found");
	assert_int_equal(((const struct port_query *)c->query)->port, 81);
	assert_int_equal(json_array_size(c->params), 1);
	assert_string_equal(
		json_string_value(json_object_get(json_array_get(c->params, 0), "name")), "found");
	assert_string_equal(
		json_string_value(json_object_get(json_array_get(c->params, 0), "layer")),
		"command line");
	assert_int_equal(json_integer_value(json_object_get(json_array_get(c->params, 0), "value")),
			 81);
}

static const char refusing[] =
	"format: 1\nruleset: t\nparams: { n: { type: int, from: { env: N } } }\n"
	"checks:\n  - { id: a, port: { port: \"${n}\" } }\n";

static void a_value_that_its_field_refuses_is_a_mistake(void **state)
{
	auto_world struct world w = { 0 };
	auto_buf struct buf line = BUF_INIT(1 << 12);

	(void)state;
	world_load(&w, refusing, WORDS("n=70000"), NULL);
	world_plan(&w, NULL);
	assert_null(w.plan);
	assert_int_equal(w.d.errors, 1);
	diagnostic_print_line(&line, &w.d.items[0]);
	assert_string_equal(buf_text(&line),
			    "t.yaml:5:28: port: '70000' is not a port number from 1 to 65535");
}

/* What this machine gave is not the author's mistake. */
static void a_found_value_that_its_field_refuses_is_an_error(void **state)
{
	static const struct decided_case cases[] = {
		{ "t/a", DECIDED_ERROR, KIND_PARAMETER,
		  "port: '70000' is not a port number from 1 to 65535" },
	};
	auto_world struct world w = { 0 };

	(void)state;
	world_make(&w, refusing, NULL,
		   (const struct source[]){ { "N", "70000", NULL }, { NULL, NULL, NULL } });
	assert_decided(&w, cases, ARRAY_SIZE(cases));
}

static void conditions_skip_or_are_errors(void **state)
{
	static const char yaml[] =
		"format: 1\nruleset: t\napplies_when: { file: /etc/x }\nchecks:\n"
		"  - { id: a, port: { port: 1 } }\n"
		"  - { id: b, when: { env: GO }, port: { port: 1 } }\n";
	auto_world struct world no = { 0 }, unknown = { 0 }, yes = { 0 };

	(void)state;
	world_make(&no, yaml, NULL, NULL);
	assert_false(no.book->rulesets[0]->applies);
	assert_true(strstr(no.book->rulesets[0]->inapplicable, "not applicable: ") != NULL);
	assert_int_equal(world_check(&no, "t/a")->decided, DECIDED_SKIP);
	assert_string_equal(world_check(&no, "t/b")->reason, no.book->rulesets[0]->inapplicable);

	world_make(&unknown, yaml, NULL,
		   (const struct source[]){ { "/etc/x", NULL, "permission denied" },
					    { NULL, NULL, NULL } });
	assert_int_equal(world_check(&unknown, "t/a")->decided, DECIDED_ERROR);
	assert_int_equal(world_check(&unknown, "t/b")->kind, KIND_PERMISSION);

	world_make(&yes, yaml, NULL,
		   (const struct source[]){ { "/etc/x", NULL, NULL }, { NULL, NULL, NULL } });
	assert_true(yes.book->rulesets[0]->applies);
	assert_int_equal(world_check(&yes, "t/a")->decided, DECIDED_NOT);
	assert_int_equal(world_check(&yes, "t/b")->decided, DECIDED_SKIP);
	assert_true(strstr(world_check(&yes, "t/b")->reason, "not applicable: ") ==
		    world_check(&yes, "t/b")->reason);
}

static void times_come_from_the_nearest_word(void **state)
{
	auto_world struct world w = { 0 };

	(void)state;
	world_make(&w,
		   HEAD
		   "defaults: { timeout: 5s, retry: { times: 1 }, http: { timeout: 9s, severity: "
		   "low } }\n"
		   "checks:\n"
		   "  - { id: general, port: { port: 1 } }\n"
		   "  - { id: type, http: { url: \"http://h/\" } }\n"
		   "  - { id: own, timeout: 300ms, retry: { times: 2, every: 10ms }, http: { url: "
		   "\"http://h/\" } }\n",
		   NULL, NULL);
	assert_int_equal(world_check(&w, "t/general")->timeout, 5 * NS_PER_S);
	assert_int_equal(world_check(&w, "t/general")->tries, 2);
	assert_int_equal(world_check(&w, "t/general")->retry_every, NS_PER_S);
	assert_int_equal(world_check(&w, "t/type")->timeout, 9 * NS_PER_S);
	assert_int_equal(world_check(&w, "t/type")->severity, SEVERITY_LOW);
	assert_int_equal(world_check(&w, "t/own")->timeout, 300 * NS_PER_MS);
	assert_int_equal(world_check(&w, "t/own")->tries, 3);
	assert_int_equal(world_check(&w, "t/own")->retry_every, 10 * NS_PER_MS);
}

static void what_is_the_same_is_shared(void **state)
{
	auto_world struct world w = { 0 };
	const struct check *a, *b;

	(void)state;
	world_make(&w,
		   CHECKS
		   "  - { id: a, title: T, causes: [ x ], for_each: { n: [ 1, 2 ] }, port: { "
		   "port: \"${n}\" } }\n",
		   NULL, NULL);
	a = world_check(&w, "t/a[1]");
	b = world_check(&w, "t/a[2]");
	assert_ptr_equal(a->expect, b->expect);
	assert_ptr_equal(a->title.en, b->title.en);
	assert_ptr_equal(a->guidance, b->guidance);
	assert_ptr_not_equal(a->query, b->query);
	assert_string_equal(a->wants[0], "listening");
	assert_int_equal(a->want_count, 1);
}

static const char late[] =
	"format: 1\nruleset: t\nparams: { pw: { type: secret, from: { env: PW } }, plain: { type: "
	"text, default: p } }\n"
	"checks:\n"
	"  - { id: src, process: { exe: x }, expect: { count: 1 } }\n"
	"  - { id: secret, http: { url: \"http://h/\", token: \"${pw}\", headers: { A: \"x "
	"${plain}\" } } }\n"
	"  - { id: cap, process: { exe: \"p${checks.src.count}\" }, expect: { pids: { contains: "
	"\"${checks.src.pids[0]}\" } } }\n"
	"  - { id: self, process: { exe: x }, expect: { pids: { length: \"${self.count}\" } } }\n"
	"  - { id: each, title: \"No. ${n}\", for_each: { n: \"${checks.src.pids}\" }, port: { "
	"port: \"${n}\" } }\n";

static void secrets_are_put_in_by_the_worker(void **state)
{
	auto_world struct world w = { 0 };
	struct instance i;
	enum kind kind = KIND_NONE;
	const struct check *c;
	struct secrets *none = secrets_new();

	(void)state;
	world_make(&w, late, NULL,
		   (const struct source[]){ { "PW", "hunter2!", NULL }, { NULL, NULL, NULL } });
	c = world_check(&w, "t/secret");
	assert_true(c->late);
	assert_null(c->query);
	assert_int_equal(c->secret_count, 1);
	assert_string_equal(secrets_text(w.secrets, c->secrets[0], NULL), "hunter2!");
	assert_int_equal(instance_make(c, NULL, NULL, w.secrets, &i, &kind, NULL), 0);
	assert_string_equal(((const struct http_query *)i.query)->token, "hunter2!");
	assert_string_equal(((const struct http_query *)i.query)->headers.values[0], "x p");
	assert_non_null(i.expect);
	instance_free(&i);
	/* a worker that was not given it cannot make the check */
	assert_int_equal(instance_make(c, NULL, NULL, none, &i, &kind, NULL), -1);
	assert_int_equal(kind, KIND_PARAMETER);
	secrets_free(none);
	assert_int_equal(world_check(&w, "t/src")->secret_count, 0);
	assert_false(world_check(&w, "t/src")->late);
}

static void captures_are_put_in_by_the_worker(void **state)
{
	auto_world struct world w = { 0 };
	struct err *e = NULL;
	struct instance i;
	enum kind kind = KIND_NONE;
	json_t *captures = json_pack("{s:i, s:i}", "checks.src.count", 2, "checks.src.pids[0]", 77);
	json_t *facts = json_pack("{s:i, s:[i,i]}", "count", 2, "pids", 77, 78);
	struct verdict v;
	const struct check *c;

	(void)state;
	world_make(&w, late, WORDS("plain=q"),
		   (const struct source[]){ { "PW", "x", NULL }, { NULL, NULL, NULL } });
	c = world_check(&w, "t/cap");
	assert_int_equal(c->capture_count, 2);
	assert_int_equal(instance_make(c, captures, NULL, w.secrets, &i, &kind, &e), 0);
	assert_string_equal(((const struct process_query *)i.query)->exe, "p2");
	assert_int_equal(expect_judge(instance_expect(&i, facts, &kind, &e), facts, &v, &e), 0);
	assert_true(v.pass);
	verdict_free(&v);
	instance_free(&i);

	json_object_del(captures, "checks.src.count");
	assert_int_equal(instance_make(c, captures, NULL, w.secrets, &i, &kind, &e), -1);
	assert_int_equal(kind, KIND_CAPTURE);
	assert_string_equal(err_text(e), "${checks.src.count}: no such value was observed");
	err_free(e);
	json_decref(captures);
	json_decref(facts);
}

static void self_is_put_in_after_the_observation(void **state)
{
	auto_world struct world w = { 0 };
	struct err *e = NULL;
	struct instance i;
	enum kind kind = KIND_NONE;
	json_t *same = json_pack("{s:i, s:[i,i]}", "count", 2, "pids", 1, 2);
	json_t *other = json_pack("{s:i, s:[i]}", "count", 2, "pids", 1),
	       *nothing = json_pack("{s:[i]}", "pids", 1);
	struct verdict v;

	(void)state;
	world_make(&w, late, NULL,
		   (const struct source[]){ { "PW", "x", NULL }, { NULL, NULL, NULL } });
	assert_int_equal(
		instance_make(world_check(&w, "t/self"), NULL, NULL, w.secrets, &i, &kind, &e), 0);
	assert_int_equal(expect_judge(instance_expect(&i, same, &kind, &e), same, &v, &e), 0);
	assert_true(v.pass);
	verdict_free(&v);
	assert_int_equal(expect_judge(instance_expect(&i, other, &kind, &e), other, &v, &e), 0);
	assert_false(v.pass);
	verdict_free(&v);
	assert_null(instance_expect(&i, nothing, &kind, &e));
	assert_int_equal(kind, KIND_CAPTURE);
	err_free(e);
	instance_free(&i);
	assert_string_equal(world_check(&w, "t/self")->wants[0], "pids");
	assert_string_equal(world_check(&w, "t/self")->wants[1], "count");
	json_decref(same);
	json_decref(other);
	json_decref(nothing);
}

static void runtime_items_have_ids_and_titles(void **state)
{
	auto_world struct world w = { 0 };
	auto_free char *id = NULL, *counted = NULL, *en = NULL, *zh = NULL;
	struct instance i;
	enum kind kind = KIND_NONE;
	json_t *item = json_integer(8080), *text = json_string("a/b");
	const struct check *c;

	(void)state;
	world_make(&w, late, NULL,
		   (const struct source[]){ { "PW", "x", NULL }, { NULL, NULL, NULL } });
	c = world_check(&w, "t/each");
	assert_non_null(c->item_source);
	assert_true(c->late);
	assert_string_equal(c->item_name, "n");
	assert_string_equal(c->item_source->path, "pids");
	assert_int_equal(c->item_source->first, world_check(&w, "t/src")->index);
	assert_int_equal(c->capture_count, 0);
	assert_int_equal(instance_make(c, NULL, item, w.secrets, &i, &kind, NULL), 0);
	assert_int_equal(((const struct port_query *)i.query)->port, 8080);
	instance_free(&i);
	assert_int_equal(instance_make(c, NULL, text, w.secrets, &i, &kind, NULL), -1);
	assert_int_equal(kind, KIND_CAPTURE);
	id = check_item_id(c, 1, item);
	counted = check_item_id(c, 2, text);
	check_item_title(c, item, &en, &zh);
	assert_string_equal(id, "t/each[8080]");
	assert_string_equal(counted, "t/each[2]");
	assert_string_equal(en, "No. 8080");
	assert_string_equal(words_in(&c->title, "en"), "No. ${n}");
	json_decref(item);
	json_decref(text);
}

static void what_others_capture_is_wanted(void **state)
{
	auto_world struct world w = { 0 };
	const struct check *c;
	bool pids = false;

	(void)state;
	world_make(&w, late, NULL,
		   (const struct source[]){ { "PW", "x", NULL }, { NULL, NULL, NULL } });
	c = world_check(&w, "t/src");
	for (size_t i = 0; i < c->want_count; i++)
		pids = pids || !strcmp(c->wants[i], "pids");
	assert_true(pids);
	assert_null(c->wants[c->want_count]);
}

static void secrets_that_are_written_out_are_masked(void **state)
{
	static const char *const texts[] = { "tok-12345", "s3cr3t-pw", "Bearer abcdef99",
					     "abcdef99", "key-in-env" };
	auto_world struct world w = { 0 };
	auto_buf struct buf out = BUF_INIT(1 << 12);

	(void)state;
	world_make(&w,
		   CHECKS
		   "  - id: a\n"
		   "    http: { url: \"http://u:s3cr3t-pw@h/\", token: tok-12345, headers: { "
		   "Authorization: \"Bearer abcdef99\" } }\n"
		   "  - id: b\n"
		   "    command: { argv: [ x ], env: { API_TOKEN: key-in-env, LANG: C } }\n",
		   NULL, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		buf_clear(&out);
		assert_true(secrets_mask(w.secrets, &out, texts[i], strlen(texts[i])) > 0);
		assert_null(strstr(buf_text(&out), texts[i]));
	}
	assert_int_equal(world_check(&w, "t/a")->secret_count, 4);
	assert_int_equal(world_check(&w, "t/b")->secret_count, 1);
}

static void extract_finds_all(void **state)
{
	auto_world struct world w = { 0 };
	json_t *facts = json_pack("{s:s}", "stdout", "v1 x v22 v"), *found;
	const struct check *c;

	(void)state;
	world_make(&w,
		   CHECKS
		   "  - { id: a, command: { argv: [ x ] }, extract: { n: 'v(\\d+)' }, expect: { "
		   "found.n: { length: 2 } } }\n",
		   NULL, NULL);
	c = world_check(&w, "t/a");
	assert_true(c->has_pattern);
	assert_int_equal(extract_found(c->extract, c->type->extract_from, facts, NULL), 0);
	found = json_object_get(json_object_get(facts, "found"), "n");
	assert_int_equal(json_array_size(found), 2);
	assert_string_equal(json_string_value(json_array_get(found, 1)), "22");
	json_decref(facts);
}

static void built_in_names_are_known(void **state)
{
	auto_world struct world w = { 0 };
	char host[256] = "";
	const struct check *c;

	(void)state;
	world_make(&w,
		   CHECKS "  - { id: a, command: { argv: [ \"${run.id}\", \"${host.name}\", "
			  "\"$${x}\" ] } }\n",
		   NULL, NULL);
	c = world_check(&w, "t/a");
	assert_false(c->late);
	gethostname(host, sizeof(host) - 1);
	assert_string_equal(((const struct command_query *)c->query)->argv.items[0], "run-1");
	assert_string_equal(((const struct command_query *)c->query)->argv.items[1], host);
	assert_string_equal(((const struct command_query *)c->query)->argv.items[2], "${x}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(items_become_ids),
		cmocka_unit_test(includes_stand_before_the_checks),
		cmocka_unit_test(an_included_file_may_not_apply),
		cmocka_unit_test(what_has_no_value_is_not_run),
		cmocka_unit_test(parameters_say_how_long_it_must_last),
		cmocka_unit_test(an_empty_list_is_an_error),
		cmocka_unit_test(values_are_put_in),
		cmocka_unit_test(a_value_that_its_field_refuses_is_a_mistake),
		cmocka_unit_test(a_found_value_that_its_field_refuses_is_an_error),
		cmocka_unit_test(conditions_skip_or_are_errors),
		cmocka_unit_test(times_come_from_the_nearest_word),
		cmocka_unit_test(what_is_the_same_is_shared),
		cmocka_unit_test(secrets_are_put_in_by_the_worker),
		cmocka_unit_test(captures_are_put_in_by_the_worker),
		cmocka_unit_test(self_is_put_in_after_the_observation),
		cmocka_unit_test(runtime_items_have_ids_and_titles),
		cmocka_unit_test(what_others_capture_is_wanted),
		cmocka_unit_test(secrets_that_are_written_out_are_masked),
		cmocka_unit_test(extract_finds_all),
		cmocka_unit_test(built_in_names_are_known),
	};

	return cmocka_run_group_tests(tests, world_enter, world_leave);
}
