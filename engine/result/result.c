#include "engine/result/result.h"

#include <stdlib.h>

static const char *const status_names[STATUS_COUNT] = {
	[STATUS_PASS] = "pass",
	[STATUS_FAIL] = "fail",
	[STATUS_ERROR] = "error",
	[STATUS_SKIP] = "skip",
};

const char *status_name(enum status s)
{
	return status_names[s];
}

void result_release(struct result *r)
{
	if (!r->id_borrowed)
		free(r->id);
	free(r->title_en);
	free(r->title_zh);
	free(r->message);
	free(r->details);
	free(r->state);
	free(r->entries);
	*r = (struct result){ 0 };
}

json_t *result_details(const struct result *r)
{
	json_t *details = r->details ? json_loads(r->details, 0, NULL) : NULL;

	return details ? details : json_object();
}

const char *result_title(const struct result *r, const char *lang)
{
	const struct words own = { .en = r->title_en, .zh = r->title_zh };
	const char *title = words_in(&own, lang);

	return title || !r->check ? title : words_in(&r->check->title, lang);
}

const char *result_ruleset(const struct result *r, size_t *len)
{
	size_t n = 0;

	while (r->id[n] && r->id[n] != '/')
		n++;
	*len = n;
	return r->id;
}

const char *result_local_id(const struct result *r)
{
	size_t n;

	result_ruleset(r, &n);
	return r->id[n] ? r->id + n + 1 : r->id;
}

const char *result_type(const struct result *r)
{
	return r->check ? r->check->type->name : "ruleset";
}

void run_release(struct run *r)
{
	for (size_t i = 0; i < r->count; i++)
		result_release(&r->results[i]);
	free(r->results);
	free(r->rulesets);
	free(r->id);
	free(r->operator_name);
	free(r->host);
	free(r->os);
	*r = (struct run){ 0 };
}
