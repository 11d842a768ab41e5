/*
 * number - text into numbers and back: strict, no white space, no locale.
 *
 * The only file that calls the strtod family. Numbers with units are in number_unit.c.
 */
#include "engine/base/number.h"

#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int number_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 16;
}

/* Digits of the base at s; returns the first byte after them, NULL when none or too many. */
static const char *scan_digits(const char *s, unsigned base, uint64_t *out)
{
	const char *p = s;
	uint64_t value = 0;

	for (; (unsigned)number_digit(*p) < base; p++)
		if (__builtin_mul_overflow(value, base, &value) ||
		    __builtin_add_overflow(value, (unsigned)number_digit(*p), &value))
			return NULL;
	if (p == s)
		return NULL;
	*out = value;
	return p;
}

const char *number_scan(const char *s, uint64_t *out)
{
	return scan_digits(s, 10, out);
}

static int whole_number(const char *s, unsigned base, uint64_t *out)
{
	uint64_t value;
	const char *end = scan_digits(s, base, &value);

	if (!end || *end)
		return -1;
	*out = value;
	return 0;
}

int number_uint(const char *s, uint64_t *out)
{
	return whole_number(s, 10, out);
}

int number_hex(const char *s, uint64_t *out)
{
	return whole_number(s, 16, out);
}

int number_octal(const char *s, uint32_t *out)
{
	uint64_t value;

	if (whole_number(s, 8, &value) < 0 || value > 07777)
		return -1;
	*out = (uint32_t)value;
	return 0;
}

int number_int(const char *s, int64_t *out)
{
	bool negative = *s == '-';
	uint64_t value;

	if (whole_number(negative ? s + 1 : s, 10, &value) < 0)
		return -1;
	if (value > (uint64_t)INT64_MAX + (negative ? 1 : 0))
		return -1;
	*out = negative ? (int64_t)(0 - value) : (int64_t)value;
	return 0;
}

static const char *skip_digits(const char *s)
{
	while (*s >= '0' && *s <= '9')
		s++;
	return s;
}

bool number_is_json(const char *s)
{
	const char *start;

	if (*s == '-')
		s++;
	start = s;
	s = skip_digits(s);
	if (s == start || (*start == '0' && s > start + 1))
		return false;
	if (*s == '.') {
		start = ++s;
		s = skip_digits(s);
		if (s == start)
			return false;
	}
	if (*s == 'e' || *s == 'E') {
		s++;
		if (*s == '+' || *s == '-')
			s++;
		start = s;
		s = skip_digits(s);
		if (s == start)
			return false;
	}
	return *s == '\0';
}

/* strtod as in the C locale: the program's own may want a decimal comma. */
static double plain_strtod(const char *s)
{
	locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	double v;

	if (!c)
		return NAN;
	v = strtod_l(s, NULL, c);
	freelocale(c);
	return v;
}

int number_real(const char *s, double *out)
{
	double v;

	if (!number_is_json(s))
		return -1;
	v = plain_strtod(s);
	if (!isfinite(v))
		return -1;
	*out = v;
	return 0;
}

struct decimal {
	char digits[20]; /* without a point, no zeros at the end */
	int count;
	int exponent; /* of the first digit */
};

/* The shortest digits that read back as v (> 0): at most 17 are ever needed for a double. */
static void shortest_decimal(double v, struct decimal *d)
{
	char text[40];
	uint64_t exponent = 0;
	const char *e;
	int precision;

	for (precision = 0; precision < 17; precision++) {
		snprintf(text, sizeof(text), "%.*e", precision, v);
		if (precision)
			text[1] = '.'; /* whatever the locale put there */
		if (!(plain_strtod(text) < v) && !(plain_strtod(text) > v))
			break;
	}
	d->count = 0;
	for (e = text; *e && *e != 'e'; e++)
		if (*e >= '0' && *e <= '9' && d->count < 19)
			d->digits[d->count++] = *e;
	while (d->count > 1 && d->digits[d->count - 1] == '0')
		d->count--;
	d->digits[d->count] = '\0';
	d->exponent = 0;
	if (*e && number_uint(e + 2, &exponent) == 0)
		d->exponent = e[1] == '-' ? -(int)exponent : (int)exponent;
}

bool number_is_whole(double v)
{
	/* from 2^53 on all are; libm for one function would be a library more in each process */
	if (!(v > -0x1p53 && v < 0x1p53))
		return isfinite(v);
	return v == (double)(int64_t)v;
}

void number_format(double v, char *out, size_t size)
{
	static const char zeros[] = "000000000000000";
	const char *sign = signbit(v) ? "-" : "";
	struct decimal d;

	if (!isfinite(v)) {
		snprintf(out, size, "%s", isnan(v) ? "nan" : signbit(v) ? "-inf" : "inf");
		return;
	}
	if (fpclassify(v) == FP_ZERO) {
		snprintf(out, size, "0");
		return;
	}
	shortest_decimal(fabs(v), &d);
	if (d.exponent >= 15 || d.exponent < -15)
		snprintf(out, size, "%s%c%s%se%d", sign, d.digits[0], d.count > 1 ? "." : "",
			 d.digits + 1, d.exponent);
	else if (d.exponent < 0)
		snprintf(out, size, "%s0.%.*s%s", sign, -d.exponent - 1, zeros, d.digits);
	else if (d.count <= d.exponent + 1)
		snprintf(out, size, "%s%s%.*s", sign, d.digits, d.exponent + 1 - d.count, zeros);
	else
		snprintf(out, size, "%s%.*s.%s", sign, d.exponent + 1, d.digits,
			 d.digits + d.exponent + 1);
}
