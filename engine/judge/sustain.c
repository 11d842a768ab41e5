#include "engine/judge/sustain.h"

#include <string.h>

#include "engine/base/number.h"
#include "engine/base/xalloc.h"
#include "engine/document/diagnostic.h"
#include "engine/document/node.h"

static const char *const keys[] = { "at_least", "every", "for",     "full",
				    "of",       "runs",  "samples", NULL };

static const unsigned several[2] = { 2, SUSTAIN_SAMPLES_MAX };
static const unsigned one_or_more[2] = { 1, SUSTAIN_SAMPLES_MAX };
static const unsigned in_a_row[2] = { 2, SUSTAIN_RUNS_MAX };

static int check_keys_known(const struct node *map, struct diagnostics *d)
{
	int rc = 0;

	for (size_t i = 0; i < map->count; i++) {
		const struct node *key = map->pairs[i].key;
		size_t k = 0;

		while (keys[k] && strcmp(keys[k], key->text))
			k++;
		if (!keys[k])
			rc = diagnose_unknown(d, key, "key", "sustain", key->text, keys);
	}
	return rc;
}

/* The text of a key that is there; NULL and a mistake when it is no text, or not fixed. */
static const char *text_of(const struct node *map, const char *key, struct diagnostics *d)
{
	const struct node *v = node_get(map, key);

	if (v->type != NODE_SCALAR) {
		diagnose(d, v, "%s: a text is needed, not %s", key, node_kind(v));
		return NULL;
	}
	if (v->deferred || strstr(v->text, "${")) {
		diagnose(d, v, "%s: no ${…} can stand here", key);
		return NULL;
	}
	return v->text;
}

static int read_count(const struct node *map, const char *key, const unsigned range[2],
		      unsigned *out, struct diagnostics *d)
{
	const char *text = text_of(map, key, d);
	uint64_t n;

	if (!text)
		return -1;
	if (number_uint(text, &n) || n < range[0] || n > range[1])
		return diagnose(d, node_get(map, key), "%s: '%s' is not a number from %u to %u",
				key, text, range[0], range[1]);
	*out = (unsigned)n;
	return 0;
}

static int read_time(const struct node *map, const char *key, int64_t *out, struct diagnostics *d)
{
	const char *text = text_of(map, key, d);
	int rc = text ? number_duration(text, out) : 0;

	if (!text)
		return -1;
	if (rc == -2)
		return diagnose(d, node_get(map, key), "%s: '%s' needs a unit: ms, s, m, h or d",
				key, text);
	if (rc)
		return diagnose(d, node_get(map, key),
				"%s: '%s' is not a duration such as 300ms, 5s or 1m30s", key, text);
	if (*out <= 0)
		return diagnose(d, node_get(map, key), "%s: must be more than 0", key);
	return 0;
}

static int read_full(const struct node *map, bool *out, struct diagnostics *d)
{
	const char *text = node_get(map, "full") ? text_of(map, "full", d) : "false";

	if (!text)
		return -1;
	if (strcmp(text, "true") && strcmp(text, "false"))
		return diagnose(d, node_get(map, "full"), "full: '%s' is not true or false", text);
	*out = !strcmp(text, "true");
	return 0;
}

static int read_for(const struct node *map, struct sustain *s, struct diagnostics *d)
{
	int64_t span = 0, count;

	if (read_time(map, "for", &span, d))
		return -1;
	if (span < s->every)
		return diagnose(d, node_get(map, "for"),
				"for: must be at least as long as every, else there is one sample");
	count = (span + s->every - 1) / s->every + 1;
	if (count > SUSTAIN_SAMPLES_MAX)
		return diagnose(d, node_get(map, "for"),
				"for: that would be %lld samples; at most %d are taken",
				(long long)count, SUSTAIN_SAMPLES_MAX);
	s->samples = s->at_least = (unsigned)count;
	return 0;
}

static int read_of(const struct node *map, struct sustain *s, struct diagnostics *d)
{
	if (!node_get(map, "at_least"))
		return diagnose(d, map, "missing key 'at_least' in sustain: how many of them fail");
	if (read_count(map, "of", several, &s->samples, d) ||
	    read_count(map, "at_least", one_or_more, &s->at_least, d))
		return -1;
	if (s->at_least > s->samples)
		return diagnose(d, node_get(map, "at_least"),
				"at_least: %u cannot be more than of: %u", s->at_least, s->samples);
	return 0;
}

/* Which of the forms it is: exactly one. */
static const char *form_of(const struct node *map, struct diagnostics *d)
{
	static const char *const forms[] = { "samples", "for", "of", "runs" };
	const char *found = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		if (!node_get(map, forms[i]))
			continue;
		if (found) {
			diagnose(d, map, "sustain: '%s' and '%s' exclude each other", found,
				 forms[i]);
			return NULL;
		}
		found = forms[i];
	}
	if (!found)
		diagnose(d, map, "sustain: needs samples, for, runs, or of and at_least");
	else if (strcmp(found, "of") && node_get(map, "at_least"))
		diagnose(d, node_get(map, "at_least"), "at_least: belongs to 'of', not to '%s'",
			 found);
	else
		return found;
	return NULL;
}

/* A run takes one sample of it: what belongs to several is a mistake. */
static int read_runs(const struct node *map, struct sustain *s, struct diagnostics *d)
{
	static const char *const of_samples[] = { "every", "full" };

	for (size_t i = 0; i < ARRAY_SIZE(of_samples); i++)
		if (node_get(map, of_samples[i]))
			return diagnose(d, node_get(map, of_samples[i]),
					"%s: belongs to samples, not to 'runs'", of_samples[i]);
	return read_count(map, "runs", in_a_row, &s->runs, d);
}

static int read_form(const struct node *map, const char *form, struct sustain *s,
		     struct diagnostics *d)
{
	if (!strcmp(form, "runs"))
		return read_runs(map, s, d);
	if (!node_get(map, "every"))
		return diagnose(d, map, "missing key 'every' in sustain");
	if (read_time(map, "every", &s->every, d) || read_full(map, &s->full, d))
		return -1;
	if (!strcmp(form, "for"))
		return read_for(map, s, d);
	if (!strcmp(form, "of"))
		return read_of(map, s, d);
	if (read_count(map, "samples", several, &s->samples, d))
		return -1;
	s->at_least = s->samples;
	return 0;
}

int sustain_read(const struct node *value, struct sustain *out, struct diagnostics *d)
{
	struct sustain s = { 0 };
	const char *form;

	if (value->type != NODE_MAP)
		return diagnose(d, value, "sustain: a map is needed, not %s", node_kind(value));
	if (check_keys_known(value, d))
		return -1;
	form = form_of(value, d);
	if (!form || read_form(value, form, &s, d))
		return -1;
	*out = s;
	return 0;
}

bool sustain_is_given(const struct sustain *s)
{
	return s->samples > 0 || s->runs > 0;
}

enum sustained sustain_decide(const struct sustain *s, unsigned taken, unsigned failed)
{
	const unsigned samples = s->samples ? s->samples : 1;
	const unsigned at_least = s->samples ? s->at_least : 1;

	if (s->full && taken < samples)
		return SUSTAINED_OPEN;
	if (failed >= at_least)
		return SUSTAINED_FAIL;
	return failed + (samples - (taken < samples ? taken : samples)) < at_least ? SUSTAINED_PASS
										   : SUSTAINED_OPEN;
}

static json_t *duration_schema(const char *doc)
{
	return json_pack("{s:s, s:s, s:s}", "type", "string", "pattern",
			 "^([0-9]+(ms|s|m|h|d))+$|\\$\\{", "description", doc);
}

static json_t *count_schema(const unsigned range[2], const char *doc)
{
	return json_pack("{s:[s,s], s:i, s:i, s:s, s:s}", "type", "integer", "string", "minimum",
			 (int)range[0], "maximum", (int)range[1], "pattern", "\\$\\{",
			 "description", doc);
}

json_t *sustain_schema(void)
{
	json_t *properties = json_object();

	json_object_set_new(properties, "samples",
			    count_schema(several, "So many samples must all fail."));
	json_object_set_new(properties, "for",
			    duration_schema("All samples of this time must fail."));
	json_object_set_new(properties, "of",
			    count_schema(several, "So many samples are taken at most."));
	json_object_set_new(properties, "at_least",
			    count_schema(one_or_more, "So many of them must fail."));
	json_object_set_new(properties, "runs",
			    count_schema(in_a_row, "So many runs of its task in a row must fail; "
						   "needs --task."));
	json_object_set_new(properties, "every", duration_schema("From one sample to the next."));
	json_object_set_new(properties, "full",
			    json_pack("{s:[b,b,s,s], s:s}", "enum", 1, 0, "true", "false",
				      "description",
				      "Take all samples, also when the verdict is certain."));
	return json_pack("{s:s, s:b, s:o, s:[{s:[s,s]}, {s:[s,s]}, {s:[s,s,s]}, {s:[s]}]}", "type",
			 "object", "additionalProperties", 0, "properties", properties, "oneOf",
			 "required", "samples", "every", "required", "for", "every", "required",
			 "of", "at_least", "every", "required", "runs");
}
