/*
 * test_number - what is a number, a duration, a size, a version, and what is none.
 */
#include <float.h>
#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "engine/base/clock.h"
#include "engine/base/number.h"
#include "engine/base/xalloc.h"

#define MINUTE (60 * NS_PER_S)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

static void ints(void **state)
{
	static const struct {
		const char *text;
		int result;
		int64_t value;
	} cases[] = {
		{ "0", 0, 0 },
		{ "-0", 0, 0 },
		{ "007", 0, 7 },
		{ "-12", 0, -12 },
		{ "9223372036854775807", 0, INT64_MAX },
		{ "-9223372036854775808", 0, INT64_MIN },
		{ "9223372036854775808", -1, 0 },
		{ "-9223372036854775809", -1, 0 },
		{ "18446744073709551616", -1, 0 },
		{ "", -1, 0 },
		{ "-", -1, 0 },
		{ "+1", -1, 0 },
		{ " 1", -1, 0 },
		{ "1 ", -1, 0 },
		{ "0x10", -1, 0 },
		{ "1e3", -1, 0 },
		{ "--1", -1, 0 },
		{ "1.0", -1, 0 },
		{ "\xef\xbc\x91", -1, 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		int64_t v = 0;

		if (number_int(cases[i].text, &v) != cases[i].result || v != cases[i].value)
			fail_msg("int '%s': %" PRId64, cases[i].text, v);
	}
}

static void other_bases(void **state)
{
	uint64_t u = 1;
	uint32_t o = 1;

	(void)state;
	assert_int_equal(number_uint("18446744073709551615", &u), 0);
	assert_true(u == UINT64_MAX);
	assert_int_equal(number_uint("18446744073709551616", &u), -1);
	assert_int_equal(number_uint("-1", &u), -1);
	assert_int_equal(number_octal("0644", &o), 0);
	assert_int_equal(o, 0644);
	assert_int_equal(number_octal("7777", &o), 0);
	assert_int_equal(number_octal("10000", &o), -1);
	assert_int_equal(number_octal("0648", &o), -1);
	assert_int_equal(number_octal("", &o), -1);
	assert_int_equal(number_hex("fF0", &u), 0);
	assert_int_equal(u, 0xff0);
	assert_int_equal(number_hex("0x1", &u), -1);
	assert_int_equal(number_hex("10000000000000000", &u), -1);
}

static void scanning(void **state)
{
	uint64_t v = 0;
	const char *s = "123 kB";

	(void)state;
	assert_ptr_equal(number_scan(s, &v), s + 3);
	assert_int_equal(v, 123);
	assert_null(number_scan("kB", &v));
	assert_null(number_scan("99999999999999999999", &v));
}

static void reals(void **state)
{
	static const char *const good[] = {
		"0",    "-0",   "1",   "-1.5", "1e3",
		"1E+3", "1e-3", "0.1", "10",   "123456789012345678901234567890",
	};
	static const char *const bad[] = {
		"",   "-",   "+1",  "01",  "1.",    ".5",     "1e",  "1e+", "0x1",   "1_0", " 1",
		"1 ", "nan", "inf", "NaN", "1e999", "-1e999", "1,5", "--1", "1.5.6", "00",  "1e5.5",
	};
	size_t i;
	double v = 0;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(good); i++)
		if (number_real(good[i], &v) < 0)
			fail_msg("'%s' is a number", good[i]);
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		if (number_real(bad[i], &v) == 0)
			fail_msg("'%s' is no number", bad[i]);
	assert_int_equal(number_real("-2.5e1", &v), 0);
	assert_true(v > -25.01 && v < -24.99);
}

static void durations(void **state)
{
	static const struct {
		const char *text;
		int result;
		int64_t ns;
	} cases[] = {
		{ "300ms", 0, 300 * NS_PER_MS },
		{ "5s", 0, 5 * NS_PER_S },
		{ "1m", 0, MINUTE },
		{ "2h", 0, 2 * HOUR },
		{ "1d", 0, DAY },
		{ "1m30s", 0, 90 * NS_PER_S },
		{ "1d2h3m4s5ms", 0, DAY + 2 * HOUR + 3 * MINUTE + 4 * NS_PER_S + 5 * NS_PER_MS },
		{ "0s", 0, 0 },
		{ "1.5s", 0, 1500 * NS_PER_MS },
		{ "0.001s", 0, NS_PER_MS },
		{ "1.5d", 0, 36 * HOUR },
		{ "0.5ms", 0, 500000 },
		{ "5", -2, 0 },
		{ "1m30", -2, 0 },
		{ "1.5", -2, 0 },
		{ "0", -2, 0 },
		{ "", -1, 0 },
		{ "s", -1, 0 },
		{ "-1s", -1, 0 },
		{ "+1s", -1, 0 },
		{ "5 s", -1, 0 },
		{ " 5s", -1, 0 },
		{ "5s ", -1, 0 },
		{ "5S", -1, 0 },
		{ "5sec", -1, 0 },
		{ "5min", -1, 0 },
		{ "30s1m", -1, 0 },
		{ "1s1s", -1, 0 },
		{ "1ms1m", -1, 0 },
		{ "1.s", -1, 0 },
		{ ".5s", -1, 0 },
		{ "1e3s", -1, 0 },
		{ "5w", -1, 0 },
		{ "5\xc2\xb5s", -1, 0 },
		{ "99999999999h", -1, 0 },
		{ "99999999999999999999s", -1, 0 },
		{ "106752d", -1, 0 },
		{ "106751d23h", -1, 0 },
		{ "36525d0.001s", -1, 0 },
		{ "36525d", 0, 36525 * DAY },
		{ "9223372036s1000ms", -1, 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		int64_t ns = 0;
		int r = number_duration(cases[i].text, &ns);

		if (r != cases[i].result || ns != cases[i].ns)
			fail_msg("duration '%s': %d, %" PRId64, cases[i].text, r, ns);
	}
}

static void sizes(void **state)
{
	static const struct {
		const char *text;
		int result;
		uint64_t bytes;
	} cases[] = {
		{ "0", 0, 0 },
		{ "512", 0, 512 },
		{ "512B", 0, 512 },
		{ "64K", 0, 65536 },
		{ "64k", 0, 65536 },
		{ "64Ki", 0, 65536 },
		{ "64KiB", 0, 65536 },
		{ "1KB", 0, 1000 },
		{ "1kB", 0, 1000 },
		{ "1MB", 0, 1000000 },
		{ "1M", 0, 1048576 },
		{ "1.5G", 0, UINT64_C(1610612736) },
		{ "1.5GB", 0, 1500000000 },
		{ "2TiB", 0, UINT64_C(2199023255552) },
		{ "1P", 0, UINT64_C(1) << 50 },
		{ "15E", 0, UINT64_C(15) << 60 },
		{ "0.5K", 0, 512 },
		{ "15.9999999999E", 0, (UINT64_C(15) << 60) + UINT64_C(1152921503453925471) },
		{ "18446744073709551615", 0, UINT64_MAX },
		{ "16E", -1, 0 },
		{ "18446744073709551616", -1, 0 },
		{ "99999999999T", -1, 0 },
		{ "", -1, 0 },
		{ "K", -1, 0 },
		{ "-1", -1, 0 },
		{ "1.5", -1, 0 },
		{ "1.5B", -1, 0 },
		{ "1.K", -1, 0 },
		{ ".5K", -1, 0 },
		{ "1 K", -1, 0 },
		{ "1KiBs", -1, 0 },
		{ "1kib", -1, 0 },
		{ "512m", 0, UINT64_C(512) << 20 },
		{ "2g", 0, UINT64_C(2) << 30 },
		{ "1.5t", 0, (UINT64_C(3) << 40) / 2 },
		{ "1mb", -1, 0 },
		{ "1gib", -1, 0 },
		{ "1p", -1, 0 },
		{ "1X", -1, 0 },
		{ "0x10", -1, 0 },
		{ "1KK", -1, 0 },
		{ "1e3", -1, 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		uint64_t bytes = 0;
		int r = number_size(cases[i].text, &bytes);

		if (r != cases[i].result || bytes != cases[i].bytes)
			fail_msg("size '%s': %d, %" PRIu64, cases[i].text, r, bytes);
	}
}

static int sign(int d)
{
	return d < 0 ? -1 : d > 0;
}

struct order {
	const char *a, *b;
	int order;
};

static void assert_orders(const struct order *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (sign(number_version_compare(cases[i].a, cases[i].b)) != cases[i].order)
			fail_msg("'%s' against '%s'", cases[i].a, cases[i].b);
		if (sign(number_version_compare(cases[i].b, cases[i].a)) != -cases[i].order)
			fail_msg("'%s' against '%s', turned round", cases[i].a, cases[i].b);
	}
}

static void versions_of_packages(void **state)
{
	static const struct order cases[] = {
		{ "5.2.15-2+b8", "5.2.15-2", 1 },
		{ "5.2.15-2+b8", "5.2.15-2+b10", -1 },
		{ "5.2.15-2+b8", "5.2.15-2.1", -1 },
		{ "1.4-1+deb12u1", "1.4-1", 1 },
		{ "2.0.0+~1.1", "2.0.0", 1 },
		{ "2.0.0+~1.1", "2.0.0+~1.2", -1 },
		{ "2.0.0+~1.1", "2.0.1", -1 },
		{ "1.0-9", "1.0.1", -1 },
		{ "1.0-9", "1.0.1-1", -1 },
		{ "1.0-9", "1.0-10", -1 },
		{ "1.0-9", "1.0", 1 },
		{ "1.0-0", "1.0", 0 },
		{ "1.1.1-9", "1.1.1k-1", -1 },
		{ "1.0^20230101git", "1.0.1", -1 },
		{ "1.0^20230101git", "1.0", 1 },
		{ "8.0.35-0ubuntu0.22.04.1", "8.0.35", 1 },
		{ "8.0.35-0ubuntu0.22.04.1", "8.0.36", -1 },
		{ "5.10.0-26-amd64", "5.10.0-8-amd64", 1 },
		{ "1.0-0", "1.0.0", 0 },
	};

	(void)state;
	assert_orders(cases, ARRAY_SIZE(cases));
}

static void versions(void **state)
{
	static const struct order cases[] = {
		{ "1.10.2", "1.9", 1 },
		{ "1.0-rc1", "1.0", -1 },
		{ "1.0-rc1", "1.0-rc2", -1 },
		{ "1.0-alpha", "1.0-beta", -1 },
		{ "1.0-beta", "1.0-rc1", -1 },
		{ "1.0", "1.0.0", 0 },
		{ "1.0", "1.0.1", -1 },
		{ "v1.2", "1.2", 0 },
		{ "V2", "v10", -1 },
		{ "01.2", "1.02", 0 },
		{ "1.1.1", "1.1.1k", -1 },
		{ "1.1.1a", "1.1.1b", -1 },
		{ "1.0b2", "1.0", -1 },
		{ "10.11.19-MariaDB", "10.11.19", 1 },
		{ "10.11.19-MariaDB", "10.11.20", -1 },
		{ "2.0~rc1", "2.0", -1 },
		{ "2.0~rc1", "2.0~rc2", -1 },
		{ "1:1.0", "2.0", 1 },
		{ "1.0-SNAPSHOT", "1.0", -1 },
		{ "1.0.RC1", "1.0.rc1", 0 },
		{ "99999999999999999999999", "99999999999999999999998", 1 },
		{ "1.99999999999999999999999", "1.100000000000000000000000", -1 },
		{ "", "", 0 },
		{ "", "1", -1 },
		{ "1..2", "1.2", 0 },
		{ "3.6.8-1.el7", "3.6.8-1.el8", -1 },
		{ "2024-01-02", "2024-01-10", -1 },
	};
	static const char *const looks[] = { "1", "v1", "1.2-x", "0" };
	static const char *const none[] = { "", "v", "x1", "-1", "vv1", " 1" };
	size_t i;

	(void)state;
	assert_orders(cases, ARRAY_SIZE(cases));
	for (i = 0; i < ARRAY_SIZE(looks); i++)
		assert_true(number_is_version(looks[i]));
	for (i = 0; i < ARRAY_SIZE(none); i++)
		assert_false(number_is_version(none[i]));
}

static void formats(void **state)
{
	static const struct {
		double v;
		const char *text;
	} cases[] = {
		{ 0.0, "0" },
		{ -0.0, "0" },
		{ 1.0, "1" },
		{ -1.5, "-1.5" },
		{ 0.1, "0.1" },
		{ 0.1 + 0.2, "0.30000000000000004" },
		{ 100.0, "100" },
		{ 123456789.25, "123456789.25" },
		{ 999999999999999.0, "999999999999999" },
		{ 1e15, "1e15" },
		{ 1.5e300, "1.5e300" },
		{ 0.001, "0.001" },
		{ 1e-15, "0.000000000000001" },
		{ 1e-16, "1e-16" },
		{ -2.5e-20, "-2.5e-20" },
		{ 1.0 / 3, "0.3333333333333333" },
		{ DBL_MAX, "1.7976931348623157e308" },
		{ (double)INFINITY, "inf" },
		{ -(double)INFINITY, "-inf" },
		{ 80.0, "80" },
		{ 12.5, "12.5" },
		{ 5e-324, "5e-324" },
	};
	char text[64];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		number_format(cases[i].v, text, sizeof(text));
		assert_string_equal(text, cases[i].text);
	}
}

/* What is printed reads back as the same, for all kinds of numbers. */
static void formats_read_back(void **state)
{
	uint64_t seed = 42;
	int i;

	(void)state;
	for (i = 0; i < 2000; i++) {
		double v, again;
		char text[64];

		seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		v = (double)(int64_t)seed / (double)(UINT64_C(1) << (seed >> 58));
		number_format(v, text, sizeof(text));
		assert_int_equal(number_real(text, &again), 0);
		assert_false(again < v || again > v);
	}
}

static void no_locale_changes_numbers(void **state)
{
	static const char *const locales[] = { "de_DE.UTF-8", "fr_FR.UTF-8", "ru_RU.UTF-8" };
	char text[64];
	double v = 0;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(locales); i++)
		if (setlocale(LC_ALL, locales[i]))
			break;
	number_format(1234.5, text, sizeof(text));
	assert_string_equal(text, "1234.5");
	assert_int_equal(number_real("1.5", &v), 0);
	assert_true(v > 1.4);
	setlocale(LC_ALL, "C");
}

static void human_durations(void **state)
{
	static const struct {
		int64_t ns;
		const char *text;
	} cases[] = {
		{ -5, "0.0 ms" },
		{ 0, "0.0 ms" },
		{ 340000, "0.3 ms" },
		{ 960000, "1 ms" },
		{ 3 * NS_PER_MS, "3 ms" },
		{ 999 * NS_PER_MS, "999 ms" },
		{ 999999999, "1.0 s" },
		{ 1234 * NS_PER_MS, "1.2 s" },
		{ 59949 * NS_PER_MS, "59.9 s" },
		{ 59950 * NS_PER_MS, "1 min 0 s" },
		{ 125 * NS_PER_S, "2 min 5 s" },
		{ HOUR + 90 * NS_PER_S, "1 h 1 min" },
		{ 2 * DAY + 3 * HOUR, "2 d 3 h" },
		{ INT64_MAX, "106751 d 23 h" },
	};
	char text[32];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		clock_human(cases[i].ns, text, sizeof(text));
		assert_string_equal(text, cases[i].text);
	}
}

static void whole_numbers(void **state)
{
	static const double whole[] = { 0, -0.0, 1, -7, 0x1p53, -0x1p63, 1e300 };
	static const double others[] = { 0.5, -1.25, 1e-300, 0x1.0000000000001p0, NAN, INFINITY };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(whole); i++)
		assert_true(number_is_whole(whole[i]));
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		assert_false(number_is_whole(others[i]));
}

static void dates(void **state)
{
	char text[40];
	int64_t a;

	(void)state;
	clock_rfc3339(INT64_C(1795317000) * NS_PER_S, text, sizeof(text));
	assert_string_equal(text, "2026-11-22T03:10:00Z");
	clock_rfc3339(-1, text, sizeof(text));
	assert_string_equal(text, "1969-12-31T23:59:59Z");
	setenv("TZ", "CST-8", 1);
	tzset();
	clock_local(INT64_C(1795317000) * NS_PER_S, text, sizeof(text));
	assert_string_equal(text, "2026-11-22 11:10:00 +0800");
	a = clock_mono();
	assert_true(clock_mono() >= a);
	assert_true(clock_real() > INT64_C(1700000000) * NS_PER_S);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ints),
		cmocka_unit_test(other_bases),
		cmocka_unit_test(scanning),
		cmocka_unit_test(reals),
		cmocka_unit_test(durations),
		cmocka_unit_test(sizes),
		cmocka_unit_test(versions),
		cmocka_unit_test(versions_of_packages),
		cmocka_unit_test(formats),
		cmocka_unit_test(formats_read_back),
		cmocka_unit_test(no_locale_changes_numbers),
		cmocka_unit_test(human_durations),
		cmocka_unit_test(whole_numbers),
		cmocka_unit_test(dates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
