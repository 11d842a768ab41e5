/*
 * plan_world - loads, resolves and plans a ruleset for the tests of the plan.
 */
#include "tests/unit/plan_world.h"

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
#include "tests/unit/ruleset_types.h"

void world_free(struct world *w)
{
	plan_free(w->plan);
	rulebook_free(w->book);
	requests_free(&w->requests);
	secrets_free(w->secrets);
	diagnostics_free(&w->d);
}

int world_enter(void **state)
{
	static char folder[] = "/tmp/rounds-test-XXXXXX";

	*state = mkdtemp(folder);
	return *state && !chdir(*state) ? 0 : -1;
}

int world_leave(void **state)
{
	unlink("t.yaml");
	unlink("u.yaml");
	return chdir("/") || rmdir(*state);
}

void world_write(const char *name, const char *text)
{
	auto_file FILE *f = fopen(name, "we");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
}

static void print_mistakes(const struct world *w)
{
	auto_buf struct buf out = BUF_INIT(1 << 20);

	for (size_t i = 0; i < w->d.count; i++)
		diagnostic_print(&out, &w->d.items[i], false);
	if (w->d.count)
		print_error("%s", buf_text(&out));
}

static void answer(struct request *r, const struct source *sources)
{
	const char *name = r->name ? r->name : r->path;

	r->answer = ANSWER_ABSENT;
	for (const struct source *s = sources; s && s->name; s++) {
		if (strcmp(s->name, name))
			continue;
		r->answer = s->problem ? ANSWER_PROBLEM : ANSWER_FOUND;
		r->text = s->text ? xstrdup(s->text) : NULL;
		r->problem = s->problem ? xstrdup(s->problem) : NULL;
		r->kind = s->problem ? KIND_PERMISSION : KIND_NONE;
		r->origin = xstrdup(name);
	}
}

void world_load(struct world *w, const char *yaml, const char *const *params,
		const struct source *sources)
{
	static const char *const paths[] = { "t.yaml" };
	struct layers layers = { .options = params };

	while (params && params[layers.option_count])
		layers.option_count++;
	world_write("t.yaml", yaml);
	w->secrets = secrets_new();
	w->book = rulebook_load(paths, 1, fake_types, &w->d);
	print_mistakes(w);
	assert_int_equal(w->d.errors, 0);
	values_requests(w->book, &w->requests);
	for (size_t i = 0; i < w->requests.count; i++)
		answer(&w->requests.items[i], sources);
	assert_int_equal(values_resolve(w->book, &layers, &w->requests, w->secrets, &w->d), 0);
}

void world_plan(struct world *w, const struct selection *select)
{
	struct plan_options options = { .run_id = "run-1" };

	if (select)
		options.select = *select;
	w->plan = plan_make(w->book, &w->requests, &options, w->secrets, &w->d);
}

void world_make(struct world *w, const char *yaml, const char *const *params,
		const struct source *sources)
{
	world_load(w, yaml, params, sources);
	world_plan(w, NULL);
	if (!w->plan)
		print_mistakes(w);
	assert_non_null(w->plan);
}

const struct check *world_check(const struct world *w, const char *id)
{
	for (size_t i = 0; i < w->plan->count; i++)
		if (!strcmp(w->plan->checks[i].id, id))
			return &w->plan->checks[i];
	print_error("no check %s\n", id);
	fail();
	return NULL;
}

char *world_ids(const struct world *w)
{
	struct buf out = BUF_INIT(1 << 16);

	for (size_t i = 0; i < w->plan->count; i++) {
		assert_int_equal(w->plan->checks[i].index, i);
		buf_printf(&out, "%s%s", i ? " " : "", w->plan->checks[i].id);
	}
	return buf_take(&out);
}
