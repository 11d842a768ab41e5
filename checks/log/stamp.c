#include "checks/log/stamp.h"

#include <string.h>
#include <strings.h>
#include <time.h>

#include "engine/base/clock.h"

/* A time stands at the head of its line. */
#define HEAD_MAX 256
/* What is written without a year lies not further ahead than this. */
#define AHEAD_MAX (24 * 3600 * NS_PER_S)
#define EPOCH_MIN INT64_C(1000000000) /* 2001 */
#define EPOCH_MAX INT64_C(4102444800) /* 2100 */

struct reader {
	const char *at, *end;
};

struct moment {
	int year, month, day, hour, minute, second; /* year 0: not written */
	int64_t fraction;                           /* ns */
	bool zoned;
	int offset; /* seconds east of Greenwich */
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
	return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
}

/* Exactly `count` digits. */
static bool take_number(struct reader *r, int count, int *out)
{
	int value = 0;

	if (r->end - r->at < count)
		return false;
	for (int i = 0; i < count; i++) {
		if (!is_digit(r->at[i]))
			return false;
		value = value * 10 + (r->at[i] - '0');
	}
	r->at += count;
	*out = value;
	return true;
}

static bool take_one_of(struct reader *r, const char *set)
{
	if (r->at == r->end || !*r->at || !strchr(set, *r->at))
		return false;
	r->at++;
	return true;
}

static bool take_month(struct reader *r, int *month)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	if (r->end - r->at < 3)
		return false;
	for (int i = 0; i < 12; i++) {
		if (strncasecmp(names + 3 * (size_t)i, r->at, 3))
			continue;
		*month = i + 1;
		r->at += 3;
		return true;
	}
	return false;
}

static void take_fraction(struct reader *r, int64_t *ns)
{
	int64_t unit = NS_PER_S / 10;

	if (r->end - r->at < 2 || (*r->at != '.' && *r->at != ',') || !is_digit(r->at[1]))
		return;
	for (r->at++; r->at < r->end && is_digit(*r->at); r->at++, unit /= 10)
		*ns += unit * (*r->at - '0');
}

static void take_offset(struct reader z, struct moment *m)
{
	int hours = 0, minutes = 0;
	bool west;

	if (z.at == z.end)
		return;
	west = *z.at == '-';
	if (!take_one_of(&z, "+-") || !take_number(&z, 2, &hours) || hours > 14)
		return;
	if (z.at < z.end && *z.at == ':')
		z.at++;
	if (z.at < z.end && is_digit(*z.at) && (!take_number(&z, 2, &minutes) || minutes > 59))
		return;
	if (z.at < z.end && is_word(*z.at))
		return; /* "- 12abc": no zone, but what follows */
	m->zoned = true;
	m->offset = (hours * 3600 + minutes * 60) * (west ? -1 : 1);
}

/* "Z", "UTC", "GMT", "GMT+08:00", "+08:00", "+0800", "+08", also after one space; leaves it out
 * when there is none. */
static void take_zone(struct reader *r, struct moment *m)
{
	struct reader z = *r;

	if (z.at < z.end && *z.at == ' ')
		z.at++;
	if (z.at == z.end)
		return;
	if (*z.at == 'Z' && (z.at + 1 == z.end || !is_word(z.at[1]))) {
		m->zoned = true;
		return;
	}
	if (z.end - z.at >= 3 && (!strncmp(z.at, "UTC", 3) || !strncmp(z.at, "GMT", 3))) {
		m->zoned = true;
		z.at += 3;
	}
	take_offset(z, m);
}

/* "08", "8", " 8" */
static bool take_hour(struct reader *r, int *hour)
{
	take_one_of(r, " ");
	return take_number(r, 2, hour) || take_number(r, 1, hour);
}

/* " AM", " PM" of an hour from 1 to 12 */
static void take_half(struct reader *r, struct moment *m)
{
	bool after = r->end - r->at >= 3 && !strncmp(r->at, " PM", 3);

	if (m->hour < 1 || m->hour > 12 || r->end - r->at < 3 ||
	    (!after && strncmp(r->at, " AM", 3) != 0) || (r->end - r->at > 3 && is_word(r->at[3])))
		return;
	r->at += 3;
	m->hour = m->hour % 12 + (after ? 12 : 0);
}

static bool take_clock(struct reader *r, struct moment *m)
{
	if (!take_hour(r, &m->hour) || !take_one_of(r, ":") || !take_number(r, 2, &m->minute) ||
	    !take_one_of(r, ":") || !take_number(r, 2, &m->second))
		return false;
	if (m->hour > 23 || m->minute > 59 || m->second > 60)
		return false;
	take_fraction(r, &m->fraction);
	take_half(r, m);
	take_zone(r, m);
	return true;
}

static bool is_day(const struct moment *m)
{
	return m->month >= 1 && m->month <= 12 && m->day >= 1 && m->day <= 31 &&
	       (!m->year || (m->year >= 1970 && m->year < 2200));
}

/* 2022-09-28T12:00:00,123+08:00 · 2022/09/28 12:00:00 */
static bool read_iso(struct reader r, struct moment *m)
{
	char separator;

	if (!take_number(&r, 4, &m->year) || r.at == r.end)
		return false;
	separator = *r.at;
	if (!take_one_of(&r, "-/.") || !take_number(&r, 2, &m->month) || r.at == r.end ||
	    *r.at != separator)
		return false;
	r.at++;
	return take_number(&r, 2, &m->day) && take_one_of(&r, "T t_") && take_clock(&r, m) &&
	       is_day(m);
}

/* 20220928T120000Z · 20220928 12:00:00 */
static bool read_compact(struct reader r, struct moment *m)
{
	if (!take_number(&r, 4, &m->year) || !take_number(&r, 2, &m->month) ||
	    !take_number(&r, 2, &m->day) || !take_one_of(&r, "T "))
		return false;
	if (r.end - r.at > 2 && r.at[2] == ':')
		return take_clock(&r, m) && is_day(m);
	if (!take_number(&r, 2, &m->hour) || !take_number(&r, 2, &m->minute) ||
	    !take_number(&r, 2, &m->second) || m->hour > 23 || m->minute > 59 || m->second > 60 ||
	    (r.at < r.end && is_digit(*r.at)))
		return false;
	take_fraction(&r, &m->fraction);
	take_zone(&r, m);
	return is_day(m);
}

static bool take_literal(struct reader *r, const char *text)
{
	size_t len = strlen(text);

	if ((size_t)(r->end - r->at) < len || memcmp(r->at, text, len) != 0)
		return false;
	r->at += len;
	return true;
}

/* 2022年09月28日 12:00:00 */
static bool read_chinese(struct reader r, struct moment *m)
{
	if (!take_number(&r, 4, &m->year) || !take_literal(&r, "年") ||
	    (!take_number(&r, 2, &m->month) && !take_number(&r, 1, &m->month)) ||
	    !take_literal(&r, "月") ||
	    (!take_number(&r, 2, &m->day) && !take_number(&r, 1, &m->day)) ||
	    !take_literal(&r, "日"))
		return false;
	return take_clock(&r, m) && is_day(m);
}

/* W0928 12:00:00.123456 1 file.go:12] as Kubernetes has it */
static bool read_klog(struct reader r, struct moment *m)
{
	return take_one_of(&r, "IWEF") && take_number(&r, 2, &m->month) &&
	       take_number(&r, 2, &m->day) && take_one_of(&r, " ") && take_clock(&r, m) &&
	       is_day(m);
}

/* 28/Sep/2022:12:00:00 +0800 · 28 Sep 2022 12:00:00.123 */
static bool read_day_month(struct reader r, struct moment *m)
{
	if (!take_number(&r, 2, &m->day) || !take_one_of(&r, "/ -") || !take_month(&r, &m->month) ||
	    !take_one_of(&r, "/ -") || !take_number(&r, 4, &m->year))
		return false;
	return take_one_of(&r, ": ") && take_clock(&r, m) && is_day(m);
}

/* The year behind the day: "2022 ", or none. */
static void take_year(struct reader *r, struct moment *m)
{
	struct reader year = *r;

	if (take_number(&year, 4, &m->year) && take_one_of(&year, " "))
		*r = year;
	else
		m->year = 0;
}

/* Sep 28 12:00:00 · Sep  8 12:00:00 · Sep 28 12:00:00 2022 · Wed Sep 28 12:00:00 2022 · Sep 28 2022
 * 12:00:00 · Sep 28, 2022 12:00:00 PM */
static bool read_month_day(struct reader r, struct moment *m)
{
	struct reader year;

	if (!take_month(&r, &m->month) || !take_one_of(&r, " "))
		return false;
	while (take_one_of(&r, " "))
		;
	if (!take_number(&r, 2, &m->day) && !take_number(&r, 1, &m->day))
		return false;
	take_one_of(&r, ",");
	if (!take_one_of(&r, " "))
		return false;
	take_year(&r, m);
	if (!take_clock(&r, m))
		return false;
	if (m->year)
		return is_day(m);
	year = r;
	if (take_one_of(&year, " ") && take_number(&year, 4, &m->year) &&
	    (year.at == year.end || !is_word(*year.at)) && m->year >= 1970 && m->year < 2200)
		return is_day(m);
	m->year = 0;
	return is_day(m);
}

static const struct {
	bool (*read)(struct reader r, struct moment *m);
} formats[] = {
	{ read_iso },
	{ read_day_month },
	{ read_month_day },
	{ read_compact },
	{ read_chinese },
};

/* Seconds or milliseconds since the epoch: a number that begins the line, or follows ts= and the
 * like. */
static bool read_epoch(struct reader r, int64_t *ns)
{
	int64_t value = 0, fraction = 0;
	int digits = 0;

	for (; r.at < r.end && is_digit(*r.at) && digits < 14; r.at++, digits++)
		value = value * 10 + (*r.at - '0');
	if (digits == 13)
		fraction = value % 1000 * NS_PER_MS, value /= 1000;
	else if (digits != 10)
		return false;
	else
		take_fraction(&r, &fraction);
	if (value < EPOCH_MIN || value > EPOCH_MAX ||
	    (r.at < r.end && (is_word(*r.at) || *r.at == '-')))
		return false;
	*ns = value * NS_PER_S + fraction;
	return true;
}

static struct tm tm_of(const struct moment *m)
{
	return (struct tm){
		.tm_year = m->year - 1900,
		.tm_mon = m->month - 1,
		.tm_mday = m->day,
		.tm_hour = m->hour,
		.tm_isdst = -1,
	};
}

/* Where summer ends an hour comes twice; else both are the same. */
static void find_hour(struct stamps *s, const struct moment *m)
{
	struct tm tm = tm_of(m), summer = tm, winter = tm;
	int64_t any = (int64_t)mktime(&tm), first, second;

	summer.tm_isdst = 1;
	first = (int64_t)mktime(&summer);
	winter.tm_isdst = 0;
	second = (int64_t)mktime(&winter);
	if (summer.tm_isdst != 1 || winter.tm_isdst != 0)
		first = second = any;
	s->hour_ns[0] = first * NS_PER_S;
	s->hour_ns[1] = second * NS_PER_S;
}

/* The zone's table is asked once an hour. Of two hours it is the later one, unless that lies ahead:
 * what may be new counts. */
static int64_t local_ns(struct stamps *s, const struct moment *m, int64_t within)
{
	int64_t hour = ((int64_t)m->year * 12 + m->month) * 1000 + m->day * 24 + m->hour;

	if (s->hour != hour)
		find_hour(s, m);
	s->hour = hour;
	return within + s->hour_ns[s->hour_ns[1] + within <= s->now];
}

static int64_t moment_ns(struct stamps *s, const struct moment *m)
{
	int64_t within = ((int64_t)m->minute * 60 + m->second) * NS_PER_S + m->fraction;
	struct tm tm = tm_of(m);

	if (!m->zoned)
		return local_ns(s, m, within);
	return ((int64_t)timegm(&tm) - m->offset) * NS_PER_S + within;
}

/* A year that is not written is the last one in which that day was. */
static int64_t guess_year(struct stamps *s, struct moment *m)
{
	int64_t ns;

	m->year = 1970 + (int)(s->now / NS_PER_S / 31556952) + 1;
	do
		ns = moment_ns(s, m);
	while (ns > s->now + AHEAD_MAX && --m->year > 1970);
	return ns;
}

static bool read_at(struct stamps *s, const char *at, const char *end, int64_t *ns, bool *zoned)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		struct moment m = { 0 };

		if (!formats[i].read((struct reader){ at, end }, &m))
			continue;
		*ns = m.year ? moment_ns(s, &m) : guess_year(s, &m);
		*zoned = m.zoned;
		return true;
	}
	return false;
}

/* Whether an epoch may stand here: at the head, in brackets, or after "ts=", "time:", … */
static bool epoch_place(const char *line, const char *at)
{
	static const char *const keys[] = { "ts", "time", "timestamp", "t" };
	const char *key = at;

	while (key > line && strchr(" \"':=[(", key[-1]))
		key--;
	if (key == line)
		return true;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		size_t n = strlen(keys[i]);

		if ((size_t)(key - line) >= n && !strncasecmp(key - n, keys[i], n) &&
		    ((size_t)(key - line) == n || !is_word(key[-1 - (ptrdiff_t)n])))
			return true;
	}
	return false;
}

/* What a time can begin with: most characters of a line are not worth a second look. */
static bool may_begin(char c)
{
	return is_digit(c) || (c && strchr("JFMASONDjfmasond", c));
}

/* What is a time at the head of a line alone. */
static bool read_head(struct stamps *s, const char *line, const char *end, int64_t *ns)
{
	struct moment m = { 0 };

	if (!read_klog((struct reader){ line, end }, &m))
		return false;
	*ns = guess_year(s, &m);
	return true;
}

int64_t stamp_find(struct stamps *s, const char *line, size_t len, bool *zoned)
{
	const char *end = line + (len < HEAD_MAX ? len : HEAD_MAX);
	bool said = false;
	int64_t ns = STAMP_NONE;

	if (read_head(s, line, end, &ns))
		s->at_head = true;
	for (const char *at = line; at < end && ns == STAMP_NONE; at++) {
		if (!may_begin(*at) || (at > line && is_word(at[-1]) && at[-1] != 'T'))
			continue;
		s->at_head = at <= line + 1;
		if (read_at(s, at, end, &ns, &said))
			break;
		if (is_digit(*at) && epoch_place(line, at) &&
		    read_epoch((struct reader){ at, end }, &ns)) {
			said = true;
			break;
		}
	}
	if (zoned)
		*zoned = said;
	return ns;
}
