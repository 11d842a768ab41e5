#include "engine/run/sample_values.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/number.h"
#include "engine/base/secret.h"
#include "engine/base/xalloc.h"
#include "engine/ruleset/ruleset.h"

#define VALUES_MAX 16
#define DEPTH_MAX 4
#define ROWS_MAX 40

/* Numbers are often met in text (`as: number`); one that is a secret is none. */
static bool number_in(const char *text, const struct secrets *secrets, double *out)
{
	auto_buf struct buf masked = BUF_INIT(256);
	char number[64];
	size_t len;

	text += strspn(text, " \t\r\n");
	len = strlen(text);
	while (len && strchr(" \t\r\n", text[len - 1]))
		len--;
	if (len >= sizeof(number))
		return false;
	memcpy(number, text, len);
	number[len] = '\0';
	return number_real(number, out) == 0 &&
	       (!secrets || secrets_mask(secrets, &masked, number, len) == 0);
}

static void add_values(json_t *into, const char *name, const json_t *value,
		       const struct secrets *secrets, int depth)
{
	const char *key, *text = json_string_value(value);
	json_t *member;
	double number;

	if (json_object_size(into) >= VALUES_MAX || depth == DEPTH_MAX)
		return;
	if (json_is_number(value))
		json_object_set_new(into, name, json_deep_copy(value));
	if (text && strlen(text) == json_string_length(value) && number_in(text, secrets, &number))
		json_object_set_new(into, name, json_real(number));
	for (size_t i = 0; i < json_array_size(value); i++) {
		auto_free char *path = xasprintf("%s[%zu]", name, i);

		add_values(into, path, json_array_get(value, i), secrets, depth + 1);
	}
	if (!json_is_object(value))
		return;
	/* jansson wants a writable object for iterating, though it writes nothing */
	json_object_foreach((json_t *)(uintptr_t)value, key, member)
	{
		auto_free char *path = xasprintf("%s.%s", name, key);

		add_values(into, path, member, secrets, depth + 1);
	}
}

json_t *sample_values(const struct check *c, const json_t *facts, const struct secrets *secrets)
{
	json_t *values = json_object();

	for (char **w = c->wants; w && *w; w++)
		add_values(values, *w, json_object_get(facts, *w), secrets, 0);
	return values;
}

struct series {
	double *values, *times; /* seconds */
	size_t count;
};

static struct series series_of(const json_t *rows, const char *name)
{
	size_t n = json_array_size(rows);
	struct series s = { .values = xcalloc(n + 1, sizeof(double)),
			    .times = xcalloc(n + 1, sizeof(double)) };

	for (size_t i = 0; i < n; i++) {
		const json_t *row = json_array_get(rows, i),
			     *value = json_object_get(json_object_get(row, "values"), name);

		if (!json_is_number(value))
			continue;
		s.values[s.count] = json_number_value(value);
		s.times[s.count++] =
			(double)json_integer_value(json_object_get(row, "at_ms")) / 1000;
	}
	return s;
}

/* Of the straight line with the least squares; false when all samples are of one moment. */
static bool slope_of(const struct series *s, double *slope)
{
	double t = 0, v = 0, tt = 0, tv = 0;

	for (size_t i = 0; i < s->count; i++) {
		t += s->times[i] / (double)s->count;
		v += s->values[i] / (double)s->count;
	}
	for (size_t i = 0; i < s->count; i++) {
		tt += (s->times[i] - t) * (s->times[i] - t);
		tv += (s->times[i] - t) * (s->values[i] - v);
	}
	if (tt <= 0)
		return false;
	*slope = tv / tt;
	return true;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static json_t *summarise(const struct series *s)
{
	json_t *o = json_object();
	size_t half = s->count / 2;
	double slope = 0;
	bool any = slope_of(s, &slope);

	qsort(s->values, s->count, sizeof(double), compare);
	json_object_set_new(o, "minimum", json_real(s->values[0]));
	json_object_set_new(o, "median",
			    json_real(s->count % 2 ? s->values[half]
						   : (s->values[half - 1] + s->values[half]) / 2));
	json_object_set_new(o, "maximum", json_real(s->values[s->count - 1]));
	json_object_set_new(o, "slope", any ? json_real(slope) : json_null());
	return o;
}

static void add_summaries(const json_t *rows, json_t *values, json_t *into)
{
	const char *name;
	json_t *value;

	json_object_foreach(values, name, value)
	{
		struct series s;

		if (json_object_get(into, name))
			continue;
		s = series_of(rows, name);
		if (s.count)
			json_object_set_new(into, name, summarise(&s));
		free(s.values);
		free(s.times);
	}
}

json_t *sample_summary(const json_t *rows)
{
	json_t *facts = json_object();

	for (size_t i = 0; i < json_array_size(rows); i++)
		add_summaries(rows, json_object_get(json_array_get(rows, i), "values"), facts);
	return facts;
}

json_t *sample_rows(const json_t *rows)
{
	size_t n = json_array_size(rows);
	json_t *kept = json_array();

	for (size_t i = 0; i < n; i++)
		if (n <= ROWS_MAX || i < ROWS_MAX / 2 || i >= n - ROWS_MAX / 2)
			json_array_append(kept, json_array_get(rows, i));
	return kept;
}
