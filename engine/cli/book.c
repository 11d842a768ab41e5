#include "engine/cli/book.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "checks/registry.h"
#include "engine/base/auto.h"
#include "engine/base/err.h"
#include "engine/base/secret.h"
#include "engine/cli/option.h"
#include "engine/cli/spill.h"
#include "engine/ruleset/load.h"
#include "engine/run/place.h"
#include "engine/run/run.h"

void book_init(struct book *b)
{
	*b = (struct book){ 0 };
	home_find(&b->home);
	b->secrets = secrets_new();
}

/* Thousands of small blocks that the end of the process gives back at once. After a fork each of
 * their pages would be copied before something in it can be freed, so only builds that look for
 * leaks take the trouble. */
static void free_model(const struct book *b)
{
#ifdef ROUNDS_SANITIZERS
	plan_free(b->plan);
	rulebook_free(b->rulebook);
#else
	(void)b;
#endif
}

void book_release(struct book *b)
{
	free_model(b);
	requests_free(&b->requests);
	diagnostics_free(&b->mistakes);
	text_list_release(&b->paths);
	text_list_release(&b->named);
	secrets_free(b->secrets);
	home_release(&b->home);
	*b = (struct book){ 0 };
}

static bool is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool text_list_has(const struct text_list *l, const char *text)
{
	for (size_t i = 0; i < l->count; i++)
		if (!strcmp(l->items[i], text))
			return true;
	return false;
}

/* A file that is reached twice is read once. */
static void paths_add(struct book *b, const struct text_list *found, bool named)
{
	for (size_t i = 0; i < found->count; i++) {
		if (!text_list_has(&b->paths, found->items[i]))
			text_list_add(&b->paths, found->items[i]);
		if (named && !text_list_has(&b->named, found->items[i]))
			text_list_add(&b->named, found->items[i]);
	}
}

static int find_one(struct book *b, const char *what, bool named, struct err **e)
{
	struct text_list found = { 0 };
	const int rc = ruleset_find(what, &b->home.folders, &found, e);

	if (!rc)
		paths_add(b, &found, named);
	text_list_release(&found);
	return rc;
}

int book_find(struct book *b, const char *const *operands, size_t count, struct err **e)
{
	b->all = !count;
	for (size_t i = 0; i < count; i++)
		if (find_one(b, operands[i], !is_folder(operands[i]), e))
			return -1;
	for (size_t i = 0; !count && i < b->home.folders.count; i++)
		if (is_folder(b->home.folders.items[i]) &&
		    find_one(b, b->home.folders.items[i], false, e))
			return -1;
	return 0;
}

static void mark_named(struct book *b)
{
	for (size_t i = 0; i < b->rulebook->count; i++) {
		struct ruleset *r = b->rulebook->rulesets[i];

		if (r->document)
			r->named = text_list_has(&b->named, document_name(r->document));
	}
}

int book_load(struct book *b)
{
	const char *const *paths = (const char *const *)b->paths.items;

	b->rulebook = rulebook_load(paths, b->paths.count, check_registry, &b->mistakes);
	mark_named(b);
	spill_mask(&b->mistakes, b->rulebook, check_registry);
	return b->mistakes.errors ? -1 : 0;
}

int book_plan(struct book *b, const struct book_params *params, const struct plan_options *options,
	      struct log *log)
{
	struct text_list site = { 0 };
	const struct scout_options scouting = { .deadline = params->deadline,
						.place = params->place,
						.secrets = b->secrets,
						.log = log };
	struct layers layers = {
		.files = params->files->items,
		.file_count = params->files->count,
		.options = params->options->items,
		.option_count = params->options->count,
		.environ = environ,
	};

	home_site_files(&b->home, &site);
	layers.site_files = (const char *const *)site.items;
	layers.site_file_count = site.count;
	layers.all_loaded = b->all;
	values_requests(b->rulebook, &b->requests);
	if (params->place && params->place->entrance)
		values_request_host(&b->requests);
	run_scout(&b->requests, &scouting);
	if (!values_resolve(b->rulebook, &layers, &b->requests, b->secrets, &b->mistakes) &&
	    !b->mistakes.errors)
		b->plan = plan_make(b->rulebook, &b->requests, options, b->secrets, &b->mistakes);
	text_list_release(&site);
	spill_mask(&b->mistakes, b->rulebook, check_registry);
	return b->plan && !b->mistakes.errors ? 0 : -1;
}
