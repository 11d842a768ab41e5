/*
 * moment - points in time as they are written: RFC 3339.
 */
#include "engine/judge/moment.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TICKS_PER_S INT64_C(10000000)

/* Exactly `width` digits within low..high; *s moves behind them. */
static int digits(const char **s, int width, int low, int high, int *out)
{
	int n = 0;

	for (int i = 0; i < width; i++, ++*s) {
		if (**s < '0' || **s > '9')
			return -1;
		n = n * 10 + (**s - '0');
	}
	*out = n;
	return n < low || n > high ? -1 : 0;
}

static int literal(const char **s, char c)
{
	if (**s != c)
		return -1;
	++*s;
	return 0;
}

static bool is_leap(int y)
{
	return (y % 4 == 0 && y % 100) || y % 400 == 0;
}

/* Days from 1970-01-01 in the proleptic Gregorian calendar. */
static int64_t days_of(int y, int m, int d)
{
	static const int before[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334 };
	int64_t years = y - 1;

	return years * 365 + years / 4 - years / 100 + years / 400 - 719162 + before[m - 1] +
	       (m > 2 && is_leap(y)) + d - 1;
}

static int parse_date(const char **s, int64_t *days)
{
	static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int y, m, d;

	if (digits(s, 4, 1, 9999, &y) || literal(s, '-') || digits(s, 2, 1, 12, &m) ||
	    literal(s, '-') || digits(s, 2, 1, 31, &d))
		return -1;
	if (d > lengths[m - 1] + (m == 2 && is_leap(y)))
		return -1;
	*days = days_of(y, m, d);
	return 0;
}

static int64_t parse_fraction(const char **s)
{
	int64_t ticks = 0, unit = TICKS_PER_S / 10;

	if (**s != '.' || (*s)[1] < '0' || (*s)[1] > '9')
		return 0;
	for (++*s; **s >= '0' && **s <= '9'; ++*s, unit /= 10)
		ticks += unit * (**s - '0');
	return ticks;
}

static int parse_zone(const char **s, int *minutes)
{
	int sign = **s == '-' ? -1 : 1;
	int h, m;

	*minutes = 0;
	if (**s == 'Z' || **s == 'z') {
		++*s;
		return 0;
	}
	if (**s != '+' && **s != '-')
		return -1;
	++*s;
	if (digits(s, 2, 0, 23, &h) || literal(s, ':') || digits(s, 2, 0, 59, &m))
		return -1;
	*minutes = sign * (h * 60 + m);
	return 0;
}

int moment_parse(const char *s, int64_t *ticks)
{
	int64_t days, fraction;
	int h, m, sec, zone;

	if (parse_date(&s, &days))
		return -1;
	*ticks = days * 86400 * TICKS_PER_S;
	if (!*s)
		return 0;
	if (*s != 'T' && *s != 't' && *s != ' ')
		return -1;
	s++;
	if (digits(&s, 2, 0, 23, &h) || literal(&s, ':') || digits(&s, 2, 0, 59, &m) ||
	    literal(&s, ':') || digits(&s, 2, 0, 60, &sec))
		return -1;
	fraction = parse_fraction(&s);
	if (parse_zone(&s, &zone) || *s)
		return -1;
	*ticks += ((h * 60 + m - zone) * 60 + sec) * TICKS_PER_S + fraction;
	return 0;
}
