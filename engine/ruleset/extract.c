/*
 * extract - what the patterns of `extract` find in an observation, as the fact found.NAME.
 */
#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/err.h"
#include "engine/base/regex.h"
#include "engine/ruleset/plan.h"

#define MATCHES_MAX 1000

static int find_all(const struct regex *r, const char *text, size_t len, json_t *list,
		    struct err **e)
{
	size_t at = 0;

	while (at <= len && json_array_size(list) < MATCHES_MAX) {
		size_t from = 0, to = 0, start = 0, end = 0;
		int rc = regex_match(r, text, len, at, 0, &start, &end, e);

		if (rc <= 0)
			return rc;
		if (regex_match(r, text, len, at, 1, &from, &to, e) > 0 && from <= to && to <= len)
			json_array_append_new(list, json_stringn(text + from, to - from));
		at = end > at ? end : at + 1;
	}
	return 0;
}

int extract_found(const struct text_map *extract, const char *from, json_t *facts, struct err **e)
{
	const json_t *text = json_object_get(facts, from);
	json_t *found = json_object();

	for (size_t i = 0; i < extract->count; i++) {
		auto_regex struct regex *r = regex_compile(extract->values[i], e);
		json_t *list = json_array();

		json_object_set_new(found, extract->keys[i], list);
		if (r && (!json_is_string(text) ||
			  !find_all(r, json_string_value(text), json_string_length(text), list, e)))
			continue;
		json_decref(found);
		return err_wrap(e, "extract %s", extract->keys[i]);
	}
	json_object_set_new(facts, "found", found);
	return 0;
}
