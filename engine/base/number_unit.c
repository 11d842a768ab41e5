/*
 * number_unit - durations and sizes: numbers that carry their unit.
 */
#include <string.h>

#include "engine/base/clock.h"
#include "engine/base/number.h"

struct duration_unit {
	const char *name;
	int64_t ns;
};

/* Longest first, so that a duration names them from left to right; "ms" before "m" is told apart by
 * the next letter. */
static const struct duration_unit duration_units[] = {
	{ "d", 86400 * NS_PER_S },
	{ "h", 3600 * NS_PER_S },
	{ "m", 60 * NS_PER_S },
	{ "s", NS_PER_S },
	{ "ms", NS_PER_MS },
};

/* 100 years of 365.25 days: two of them and a clock are still a time (int64_t nanoseconds). */
#define DURATION_MAX (36525 * INT64_C(86400) * NS_PER_S)
#define DURATION_UNITS (sizeof(duration_units) / sizeof(duration_units[0]))

/* The unit at s among those from `first` on; DURATION_UNITS when there is none. */
static size_t duration_unit_at(const char *s, size_t first, size_t *len)
{
	size_t i;

	*len = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
	for (i = first; i < DURATION_UNITS; i++)
		if (strlen(duration_units[i].name) == *len &&
		    !strncmp(s, duration_units[i].name, *len))
			break;
	return i;
}

/* Adds whole.fraction units; the fraction is the text of its digits. */
static int duration_add(int64_t *sum, uint64_t whole, const char *fraction, size_t digits,
			int64_t unit)
{
	int64_t part;
	size_t i;

	if (__builtin_mul_overflow(whole, unit, &part) || __builtin_add_overflow(*sum, part, sum))
		return -1;
	for (i = 0; i < digits && unit >= 10; i++) {
		unit /= 10;
		if (__builtin_add_overflow(*sum, (fraction[i] - '0') * unit, sum))
			return -1;
	}
	return 0;
}

int number_duration(const char *s, int64_t *ns)
{
	size_t next = 0;
	int64_t sum = 0;

	if (!*s)
		return -1;
	while (*s) {
		const char *fraction = "";
		size_t digits = 0, len, unit;
		uint64_t whole;
		const char *p = number_scan(s, &whole);

		if (!p)
			return -1;
		if (*p == '.') {
			fraction = p + 1;
			digits = strspn(fraction, "0123456789");
			if (!digits)
				return -1;
			p = fraction + digits;
		}
		if (!*p)
			return -2;
		unit = duration_unit_at(p, next, &len);
		if (unit == DURATION_UNITS ||
		    duration_add(&sum, whole, fraction, digits, duration_units[unit].ns) < 0)
			return -1;
		next = unit + 1;
		s = p + len;
	}
	if (sum > DURATION_MAX)
		return -1;
	*ns = sum;
	return 0;
}

/* The factor that a suffix stands for; 0 when it is none. */
static uint64_t size_factor(const char *suffix)
{
	static const char letters[] = "KMGTPE";
	const char *at;
	uint64_t factor = 1, step;
	char upper;

	if (!*suffix || !strcmp(suffix, "B"))
		return 1;
	upper = *suffix == 'k' ? 'K' : *suffix;
	if (!suffix[1] && strchr("mgt", *suffix)) /* "512m", "2g": Java, nginx, Docker */
		upper = (char)(*suffix - 'a' + 'A');
	at = strchr(letters, upper);
	if (!at)
		return 0;
	if (!suffix[1] || !strcmp(suffix + 1, "i") || !strcmp(suffix + 1, "iB"))
		step = 1024;
	else if (!strcmp(suffix + 1, "B"))
		step = 1000;
	else
		return 0;
	for (; at >= letters; at--)
		factor *= step;
	return factor;
}

/* fraction * factor, rounded down, digit by digit: never more than the factor, so it cannot
 * overflow by itself. */
static uint64_t size_fraction(const char *fraction, size_t digits, uint64_t factor)
{
	uint64_t numerator = 0, denominator = 1;
	size_t i;

	for (i = 0; i < digits && i < 9; i++) {
		numerator = numerator * 10 + (uint64_t)(fraction[i] - '0');
		denominator *= 10;
	}
	return factor / denominator * numerator + factor % denominator * numerator / denominator;
}

int number_size(const char *s, uint64_t *bytes)
{
	const char *fraction = "";
	size_t digits = 0;
	uint64_t whole, factor, sum;
	const char *p = number_scan(s, &whole);

	if (!p)
		return -1;
	if (*p == '.') {
		fraction = p + 1;
		digits = strspn(fraction, "0123456789");
		if (!digits)
			return -1;
		p = fraction + digits;
	}
	factor = size_factor(p);
	/* Half a byte is a mistake. */
	if (!factor || (digits && factor == 1))
		return -1;
	if (__builtin_mul_overflow(whole, factor, &sum) ||
	    __builtin_add_overflow(sum, size_fraction(fraction, digits, factor), &sum))
		return -1;
	*bytes = sum;
	return 0;
}
