#include "checks/log/stats.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "checks/log/log.h"
#include "engine/base/number.h"
#include "engine/base/regex.h"

/* Values that are kept for median and p95; of more, each has the same chance to be among them. */
#define VALUES_MAX 8192
#define VALUE_MAX ((size_t)64)

struct column {
	uint64_t total, count, unread;
	uint64_t lacking; /* of those unread: records without such a field */
	double min, max, sum;
	double *values;
	size_t kept;
};

struct stats {
	const struct log_split *split;
	struct column *columns;
	uint64_t random;
};

struct stats *stats_new(const struct log_split *split)
{
	struct stats *s = xcalloc(1, sizeof(*s));

	s->split = split;
	s->columns = xcalloc(split->count, sizeof(*s->columns));
	s->random = UINT64_C(0x9e3779b97f4a7c15); /* the same log gives the same numbers */
	return s;
}

void stats_free(struct stats *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->split->count; i++)
		free(s->columns[i].values);
	free(s->columns);
	free(s);
}

static uint64_t random_below(struct stats *s, uint64_t n)
{
	s->random ^= s->random << 13;
	s->random ^= s->random >> 7;
	s->random ^= s->random << 17;
	return s->random % n;
}

struct span {
	const char *at;
	size_t len;
};

static struct span trimmed(struct span f)
{
	while (f.len && (*f.at == ' ' || *f.at == '\t'))
		f.at++, f.len--;
	while (f.len && (f.at[f.len - 1] == ' ' || f.at[f.len - 1] == '\t'))
		f.len--;
	return f;
}

/* Field number n, from 0; false when the line has not so many. */
static bool field_of(const char *by, struct span line, size_t n, struct span *out)
{
	size_t width = strlen(by);

	for (;; n--) {
		const char *stop = memmem(line.at, line.len, by, width);
		size_t len = stop ? (size_t)(stop - line.at) : line.len;

		if (!n) {
			*out = trimmed((struct span){ line.at, len });
			return true;
		}
		if (!stop)
			return false;
		line.at += len + width;
		line.len -= len + width;
	}
}

/* How logs write units of time that rulesets do not. */
static const struct {
	const char *name;
	double seconds;
} units[] = {
	{ "ns", 1e-9 },
	{ "us", 1e-6 },
	{ "\u00b5s", 1e-6 },
	{ "\u03bcs", 1e-6 },
	{ "ms", 1e-3 },
	{ "s", 1 },
	{ "sec", 1 },
	{ "min", 60 },
	{ "纳秒", 1e-9 },
	{ "微秒", 1e-6 },
	{ "毫秒", 1e-3 },
	{ "秒", 1 },
	{ "分", 60 },
	{ "分钟", 60 },
	{ "小时", 3600 },
};

/* "850µs", "12 ms", "3 秒" */
static int read_time(char *text, double *seconds)
{
	char *unit = text + strspn(text, "0123456789."), *end = unit;
	double value;

	while (*unit == ' ')
		unit++;
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		if (strcasecmp(unit, units[i].name))
			continue;
		*end = '\0';
		if (number_real(text, &value))
			return -1;
		*seconds = value * units[i].seconds;
		return 0;
	}
	return -1;
}

/* "12ms" is 0.012 seconds, "12" is 12. A limit without a unit is held against numbers without one.
 */
static bool read_value(const struct log_stat *stat, struct span f, double *value)
{
	char text[VALUE_MAX];
	int64_t ns;
	bool bare;

	if (!f.len || f.len >= sizeof(text))
		return false;
	memcpy(text, f.at, f.len);
	text[f.len] = '\0';
	bare = number_real(text, value) == 0;
	if (stat->op != STAT_NUMBERS && bare == stat->seconds)
		return false;
	if (bare)
		return true;
	if (number_duration(text, &ns))
		return read_time(text, value) == 0;
	*value = (double)ns / (double)NS_PER_S;
	return true;
}

static void add_value(struct stats *s, struct column *c, double value)
{
	size_t place = c->kept;

	if (!c->values)
		c->values = xcalloc(VALUES_MAX, sizeof(*c->values));
	c->min = c->total == 1 || value < c->min ? value : c->min;
	c->max = c->total == 1 || value > c->max ? value : c->max;
	c->sum += value;
	if (c->kept < VALUES_MAX)
		c->kept++;
	else
		place = (size_t)random_below(s, c->total);
	if (place < VALUES_MAX)
		c->values[place] = value;
}

/* Divided by a bare number above 0; what cannot be divided is not read. */
static bool divide(const struct log_stat *stat, const char *by, struct span line, double *value)
{
	static const struct log_stat plain = { .op = STAT_GE };
	struct span f;
	double n = 0;

	if (!stat->divided)
		return true;
	if (!field_of(by, line, stat->per, &f) || !read_value(&plain, f, &n) || n <= 0)
		return false;
	*value /= n;
	return true;
}

static void add_number(struct stats *s, const struct log_stat *stat, struct column *c,
		       struct span line, struct span f)
{
	double value = 0;

	if (!read_value(stat, f, &value) || !divide(stat, s->split->by, line, &value)) {
		c->unread++;
		return;
	}
	c->total++;
	add_value(s, c, value);
	if (stat->op == STAT_NUMBERS ||
	    (stat->op == STAT_GE ? value >= stat->limit : value > stat->limit))
		c->count++;
}

static void add_text(const struct log_stat *stat, struct column *c, struct span f)
{
	int rc;

	if (stat->op == STAT_MATCHES)
		rc = regex_test(stat->regex, f.at, f.len, NULL);
	else
		rc = f.len == strlen(stat->text) && !memcmp(f.at, stat->text, f.len);
	if (rc < 0) {
		c->unread++;
		return;
	}
	c->total++;
	c->count += rc > 0;
}

void stats_add(struct stats *s, const char *text, size_t len)
{
	const char *stop = len ? memchr(text, '\n', len) : NULL;
	const struct span line = { text, stop ? (size_t)(stop - text) : len };

	for (size_t i = 0; i < s->split->count; i++) {
		const struct log_stat *stat = &s->split->stats[i];
		struct column *c = &s->columns[i];
		struct span f;

		if (!field_of(s->split->by, line, stat->field, &f)) {
			c->unread++;
			c->lacking++;
		} else if (stat->op == STAT_EQ || stat->op == STAT_MATCHES) {
			add_text(stat, c, f);
		} else {
			add_number(s, stat, c, line, f);
		}
	}
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* The smallest value that is not below this share of all. */
static json_t *quantile(const struct column *c, double share)
{
	size_t rank = (size_t)(share * (double)c->kept + 0.999999);

	return json_real(c->values[rank ? rank - 1 : 0]);
}

static json_t *tell_column(struct column *c)
{
	json_t *row = json_object();

	json_object_set_new(row, "total", json_integer((json_int_t)c->total));
	json_object_set_new(row, "unread", json_integer((json_int_t)c->unread));
	/* of what nobody could read none matched, and yet that is no pass */
	if (c->total || !c->unread)
		json_object_set_new(row, "matched", json_integer((json_int_t)c->count));
	if (!c->total)
		return row;
	json_object_set_new(row, "percent", json_real(100.0 * (double)c->count / (double)c->total));
	if (!c->kept)
		return row;
	qsort(c->values, c->kept, sizeof(*c->values), compare);
	json_object_set_new(row, "min", json_real(c->min));
	json_object_set_new(row, "median", quantile(c, 0.5));
	json_object_set_new(row, "p95", quantile(c, 0.95));
	json_object_set_new(row, "max", json_real(c->max));
	json_object_set_new(row, "mean", json_real(c->sum / (double)c->total));
	return row;
}

json_t *stats_tell(struct stats *s)
{
	json_t *facts = json_object();

	for (size_t i = 0; i < s->split->count; i++)
		json_object_set_new_nocheck(facts, s->split->stats[i].name,
					    tell_column(&s->columns[i]));
	return facts;
}

static const char *wanted(const struct log_stat *stat)
{
	if (stat->op == STAT_EQ || stat->op == STAT_MATCHES)
		return "a text that the pattern can be held against";
	if (stat->op == STAT_NUMBERS)
		return "a number or a duration";
	return stat->seconds ? "a duration with its unit, as the limit has one"
			     : "a number without a unit, as the limit has none";
}

void stats_trace(const struct stats *s, struct observer *o)
{
	for (size_t i = 0; i < s->split->count; i++) {
		const struct log_stat *stat = &s->split->stats[i];
		const struct column *c = &s->columns[i];
		const unsigned long long all = c->total + c->unread;

		if (c->lacking)
			observer_trace(o, "stats.%s: %llu of %llu records have no such field",
				       stat->name, (unsigned long long)c->lacking, all);
		if (c->unread > c->lacking)
			observer_trace(o, "stats.%s: %llu of %llu values are not %s", stat->name,
				       (unsigned long long)(c->unread - c->lacking), all,
				       wanted(stat));
	}
}
