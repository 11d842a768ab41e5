/*
 * values_world - a folder with a ruleset and a site's files, and what becomes of its parameters.
 */
#include "tests/unit/values_world.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "engine/base/auto.h"
#include "engine/base/err.h"
#include "engine/base/xalloc.h"
#include "tests/unit/ruleset_types.h"

void world_init(struct world *w)
{
	*w = (struct world){ .folder = "/tmp/rounds-values-XXXXXX" };
	assert_non_null(mkdtemp(w->folder));
	w->secrets = secrets_new();
}

static void remove_folder(const char *folder)
{
	auto_dir DIR *d = opendir(folder);
	const struct dirent *entry;

	while (d && (entry = readdir(d)))
		if (entry->d_name[0] != '.')
			unlinkat(dirfd(d), entry->d_name, 0);
	rmdir(folder);
}

void world_release(struct world *w)
{
	remove_folder(w->folder);
	rulebook_free(w->book);
	requests_free(&w->requests);
	secrets_free(w->secrets);
	diagnostics_free(&w->said);
}

static char *replace(const char *text, const char *from, const char *to)
{
	struct buf b = BUF_INIT(SIZE_MAX);
	const char *hit;

	for (; (hit = strstr(text, from)); text = hit + strlen(from)) {
		buf_add(&b, text, (size_t)(hit - text));
		buf_adds(&b, to);
	}
	buf_adds(&b, text);
	return buf_take(&b);
}

char *world_expand(const struct world *w, const char *text)
{
	return replace(text, "%D", w->folder);
}

char *world_shorten(const struct world *w, const char *text)
{
	return replace(text, w->folder, "%D");
}

static char *path_of(const struct world *w, const char *name)
{
	return xasprintf("%s/%s", w->folder, name);
}

void world_write(const struct world *w, const char *name, const char *text)
{
	auto_free char *path = path_of(w, name), *whole = world_expand(w, text);
	auto_file FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(whole, f) >= 0);
}

static void load(struct world *w)
{
	auto_free char *t = path_of(w, "t.yaml"), *u = path_of(w, "u.yaml");
	const char *paths[] = { t, u };

	w->book = rulebook_load(paths, access(u, F_OK) == 0 ? 2 : 1, fake_types, &w->said);
}

/* As a worker and the supervisor do it: the answer goes over the wire as JSON. */
static void carry_out(struct request *r)
{
	struct err *e = NULL;
	json_t *answer;

	request_answer(r);
	answer = request_answer_json(r);
	r->answer = ANSWER_NONE;
	assert_int_equal(request_answer_take(r, answer, &e), 0);
	json_decref(answer);
}

void world_resolve(struct world *w, const char *site, const char *file, char **environment,
		   const char *const *options)
{
	auto_free char *site_path = site ? path_of(w, site) : NULL;
	auto_free char *file_path = file ? path_of(w, file) : NULL;
	const char *site_files[] = { site_path }, *files[] = { file_path };
	struct layers layers = { .site_files = site_files,
				 .site_file_count = site != NULL,
				 .all_loaded = true,
				 .files = files,
				 .file_count = file != NULL,
				 .options = options,
				 .environ = environment };

	while (options && options[layers.option_count])
		layers.option_count++;
	load(w);
	values_requests(w->book, &w->requests);
	for (size_t i = 0; i < w->requests.count; i++)
		carry_out(&w->requests.items[i]);
	w->rc = values_resolve(w->book, &layers, &w->requests, w->secrets, &w->said);
}

static void put_param(const struct world *w, struct buf *out, const struct param *p)
{
	auto_free char *value =
		p->value ? json_dumps(p->value, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;

	if (p->problem)
		buf_printf(out, "%s? %s %s\n", p->name, kinds[p->problem_kind].name, p->problem);
	else if (p->layer == LAYER_NONE)
		buf_printf(out, "%s\n", p->name);
	else if (p->secret)
		buf_printf(out, "%s=(secret %s) %s %s\n", p->name,
			   secrets_text(w->secrets, p->secret, NULL), layer_name(p->layer),
			   p->origin);
	else
		buf_printf(out, "%s=%s %s %s\n", p->name, value, layer_name(p->layer), p->origin);
}

char *world_params(const struct world *w)
{
	auto_buf struct buf out = BUF_INIT(SIZE_MAX);

	for (size_t i = 0; i < w->book->scope_count; i++)
		for (size_t j = 0; j < w->book->scopes[i]->param_count; j++)
			put_param(w, &out, &w->book->scopes[i]->params[j]);
	return world_shorten(w, buf_text(&out));
}

char *world_said(struct world *w)
{
	auto_buf struct buf out = BUF_INIT(SIZE_MAX);

	diagnostics_sort(&w->said);
	for (size_t i = 0; i < w->said.count; i++) {
		diagnostic_print_line(&out, &w->said.items[i]);
		buf_adds(&out, "\n");
	}
	return world_shorten(w, buf_text(&out));
}
