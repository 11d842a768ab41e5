/*
 * split - the fields split and stats of the log check, from what was written to what is carried
 * out.
 */
#include <stdlib.h>
#include <string.h>

#include "checks/log/log.h"
#include "engine/base/number.h"
#include "engine/base/regex.h"
#include "engine/base/text.h"

static const struct {
	const char *name;
	int op;
} operators[] = {
	{ "eq", STAT_EQ },
	{ "ge", STAT_GE },
	{ "gt", STAT_GT },
	{ "matches", STAT_MATCHES },
};

static int field_number(const json_t *names, const char *name, size_t *out)
{
	for (size_t i = 0; name && i < json_array_size(names); i++) {
		if (strcmp(name, json_string_value(json_array_get(names, i))))
			continue;
		*out = i;
		return 0;
	}
	return -1;
}

/* A limit with a unit is a duration; one without is a number. */
static int read_limit(struct log_stat *s, const json_t *v, struct err **e)
{
	int64_t ns;

	if (json_is_number(v)) {
		s->limit = json_number_value(v);
		return 0;
	}
	if (json_is_string(v) && !number_duration(json_string_value(v), &ns)) {
		s->limit = (double)ns / (double)NS_PER_S;
		s->seconds = true;
		return 0;
	}
	return err_set(
		e, ERR_DATA,
		"stats: %s: a number, or a duration such as 500ms, is needed to compare with",
		s->name);
}

static int read_operand(struct log_stat *s, int op, const json_t *v, struct err **e)
{
	s->op = op;
	if (op == STAT_GE || op == STAT_GT)
		return read_limit(s, v, e);
	if (!json_is_string(v) || !*json_string_value(v))
		return err_set(e, ERR_DATA, "stats: %s: a text in quotes is needed", s->name);
	s->text = json_string_value(v);
	if (op == STAT_EQ)
		return 0;
	s->regex = regex_compile(s->text, e);
	return s->regex ? 0 : err_wrap(e, "stats: %s", s->name);
}

static int read_key(struct log_stat *s, const char *key, const json_t *v, struct err **e)
{
	if (!strcmp(key, "of") || !strcmp(key, "per"))
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(operators); i++) {
		if (strcmp(key, operators[i].name))
			continue;
		if (s->op != STAT_NUMBERS)
			return err_set(e, ERR_DATA, "stats: %s: takes one of eq, ge, gt or matches",
				       s->name);
		return read_operand(s, operators[i].op, v, e);
	}
	return err_set(e, ERR_DATA,
		       "stats: %s: unknown key '%s': of, per, and one of eq, ge, gt or matches",
		       s->name, key);
}

/* The field that the numbers are divided by: the mean of lines that tell a count and a sum. */
static int read_per(struct log_stat *s, json_t *names, const json_t *per, struct err **e)
{
	if (!per)
		return 0;
	if (field_number(names, json_string_value(per), &s->per))
		return err_set(e, ERR_DATA,
			       "stats: %s: 'per' names '%s', which is none of split's names",
			       s->name, json_is_string(per) ? json_string_value(per) : "?");
	if (s->op == STAT_EQ || s->op == STAT_MATCHES)
		return err_set(e, ERR_DATA, "stats: %s: 'per' divides numbers: with ge, gt or none",
			       s->name);
	s->divided = true;
	return 0;
}

static int read_stat(struct log_stat *s, json_t *names, json_t *map, struct err **e)
{
	const char *of = json_string_value(json_object_get(map, "of"));
	const char *key;
	json_t *v;

	if (!text_is_label(s->name) || strpbrk(s->name, ".-"))
		return err_set(e, ERR_DATA, "stats: '%s' must be of letters, digits and _",
			       s->name);
	if (!of)
		return err_set(
			e, ERR_DATA,
			"stats: %s: a map is needed, with 'of' for the field that it is about",
			s->name);
	if (field_number(names, of, &s->field))
		return err_set(e, ERR_DATA,
			       "stats: %s: 'of' names '%s', which is none of split's names",
			       s->name, of);
	json_object_foreach(map, key, v) if (read_key(s, key, v, e) < 0) return -1;
	return read_per(s, names, json_object_get(map, "per"), e);
}

static int read_names(const json_t *names, struct err **e)
{
	if (!json_array_size(names))
		return err_set(e, ERR_DATA, "split: names: a list of the fields' names is needed");
	for (size_t i = 0; i < json_array_size(names); i++) {
		const char *name = json_string_value(json_array_get(names, i));
		size_t before;

		if (!name || !*name)
			return err_set(e, ERR_DATA, "split: names: each is a text");
		if (!field_number(names, name, &before) && before < i)
			return err_set(e, ERR_DATA, "split: names: '%s' stands there twice", name);
	}
	return 0;
}

static int read_split(const json_t *split, struct log_split *out, struct err **e)
{
	const char *key;
	json_t *v;

	if (!json_is_object(split))
		return err_set(e, ERR_DATA, "split: a map of by and names is needed");
	json_object_foreach(
		(json_t *)(uintptr_t)split, key,
		v) if (strcmp(key, "by") &&
		       strcmp(key, "names")) return err_set(e, ERR_DATA,
							    "split: unknown key '%s': by and names",
							    key);
	out->by = json_string_value(json_object_get(split, "by"));
	if (!out->by || !*out->by)
		return err_set(e, ERR_DATA, "split: by: the text between two fields is needed");
	return read_names(json_object_get(split, "names"), e);
}

int log_split_read(const json_t *split, const json_t *stats, struct log_split *out, struct err **e)
{
	const char *name;
	json_t *v;

	*out = (struct log_split){ 0 };
	if (!split && !stats)
		return 0;
	if (!split || !stats)
		return err_set(e, ERR_DATA,
			       split ? "split: stats must say what to count of the fields"
				     : "stats: needs split");
	if (read_split(split, out, e) < 0)
		return -1;
	if (!json_object_size(stats))
		return err_set(e, ERR_DATA, "stats: a map of names is needed");
	out->stats = xcalloc(json_object_size(stats), sizeof(*out->stats));
	json_object_foreach((json_t *)(uintptr_t)stats, name, v)
	{
		struct log_stat *s = &out->stats[out->count++];

		s->name = name;
		if (read_stat(s, json_object_get(split, "names"), v, e) < 0)
			return -1;
	}
	return 0;
}

void log_split_release(struct log_split *s)
{
	for (size_t i = 0; i < s->count; i++)
		regex_free(s->stats[i].regex);
	free(s->stats);
	*s = (struct log_split){ 0 };
}
