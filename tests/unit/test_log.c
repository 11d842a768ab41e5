/*
 * log: times of lines, records out of bytes, redaction, fields, cursors.
 */
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "checks/log/cursor.h"
#include "checks/log/log.h"
#include "checks/log/records.h"
#include "checks/log/redact.h"
#include "checks/log/siblings.h"
#include "checks/log/stamp.h"
#include "checks/log/stats.h"
#include "engine/base/io.h"
#include "engine/base/regex.h"
#include "engine/base/text.h"
#include "tests/unit/observe.h"

/* 2022-09-28T12:00:00Z */
#define NOON (INT64_C(1664366400) * NS_PER_S)
#define HOURS (3600 * NS_PER_S)

static const struct {
	const char *line;
	int64_t ns; /* STAMP_NONE: none */
} stamp_cases[] = {
	{ "2022-09-28 12:00:00 x", NOON },
	{ "2022-09-28T12:00:00Z x", NOON },
	{ "2022-09-28T12:00:00.250Z", NOON + 250 * NS_PER_MS },
	{ "2022-09-28 12:00:00,123 ERROR x", NOON + 123 * NS_PER_MS },
	{ "2022-09-28T20:00:00+08:00 x", NOON },
	{ "2022-09-28T20:00:00.5+0800 x", NOON + 500 * NS_PER_MS },
	{ "2022-09-28 05:00:00 -0700 x", NOON },
	{ "2022-09-28 12:00:00 UTC x", NOON },
	{ "2022-09-28 12:00:00 - 08 things", NOON },
	{ "2022-09-28 20:00:00 GMT+08:00 x", NOON },
	{ "2022-09-28 07:00:00 UTC-5 x", NOON - 5 * HOURS },
	{ "2022-09-28 07:00:00 UTC-05 x", NOON },
	{ "2022/09/28 12:00:00 [error] 1#1: x", NOON },
	{ "[2022-09-28 12:00:00,000] [main] x", NOON },
	{ "INFO [2022-09-28T12:00:00.000Z] x", NOON },
	{ "Sep 28 12:00:00 host app: x", NOON },
	{ "Sep  8 12:00:00 host app: x", NOON - 20 * 24 * HOURS },
	{ "Oct 28 12:00:00 host app: of the year before", NOON - 335 * 24 * HOURS },
	{ "Wed Sep 28 12:00:00 2022 x", NOON },
	{ "1.2.3.4 - - [28/Sep/2022:20:00:00 +0800] \"GET / HTTP/1.1\" 200", NOON },
	{ "1234:M 28 Sep 2022 12:00:00.123 * Ready", NOON + 123 * NS_PER_MS },
	{ "time=\"2022-09-28T12:00:00Z\" level=info msg=x", NOON },
	{ "level=info time=2022-09-28T20:00:00+08:00 msg=x", NOON },
	{ "{\"level\":\"info\",\"ts\":1664366400.5,\"msg\":\"x\"}", NOON + 500 * NS_PER_MS },
	{ "{\"t\":{\"$date\":\"2022-09-28T12:00:00.000+00:00\"},\"s\":\"I\"}", NOON },
	{ "1664366400 x", NOON },
	{ "1664366400123 x", NOON + 123 * NS_PER_MS },
	{ "[1664366400.5] x", NOON + 500 * NS_PER_MS },
	{ "2022-09-28 12:00:00;0a1b;0.1;12ms", NOON },
	{ "20220928T120000Z x", NOON },
	{ "20220928T200000.5+0800 x", NOON + 500 * NS_PER_MS },
	{ "20220928 12:00:00 x", NOON },
	{ "20220928 120000 x", NOON },
	{ "2022-09-28 9:00:00 x", NOON - 3 * HOURS },
	{ "2022-09-28  9:00:00 x", NOON - 3 * HOURS },
	{ "Sep 28, 2022 9:00:00 AM a.b.C d", NOON - 3 * HOURS },
	{ "Sep 28, 2022 12:00:00 PM a.b.C d", NOON },
	{ "Sep 28, 2022 12:00:00 AM a.b.C d", NOON - 12 * HOURS },
	{ "Sep 28 2022 12:00:00 x", NOON },
	{ "2022年09月28日 12:00:00 x", NOON },
	{ "2022年9月28日12:00:00 x", NOON },
	{ "E0928 12:00:00.250000       1 a.go:12] x", NOON + 250 * NS_PER_MS },
	{ "x E0928 12:00:00.250000 of another line", STAMP_NONE },
	{ "20220928 1200001 is no time", STAMP_NONE },
	{ "20221328 12:00:00", STAMP_NONE },
	{ "", STAMP_NONE },
	{ "\tat a.b.C(D.java:12)", STAMP_NONE },
	{ "order 1664366400 was paid", STAMP_NONE },
	{ "1664366400-12 is a number of an order", STAMP_NONE },
	{ "16643664001 has eleven digits", STAMP_NONE },
	{ "2022-13-28 12:00:00", STAMP_NONE },
	{ "2022-09-28 25:00:00", STAMP_NONE },
	{ "2022-09-28", STAMP_NONE },
	{ "2022-09-2", STAMP_NONE },
	{ "Septimus 28 12:00:00", STAMP_NONE },
	{ "12:00:00 without a day", STAMP_NONE },
};

static void times_of_lines(void **state)
{
	(void)state;
	setenv("TZ", "UTC", 1);
	for (size_t i = 0; i < ARRAY_SIZE(stamp_cases); i++) {
		struct stamps s = { .now = NOON, .hour = INT64_MIN };
		const char *line = stamp_cases[i].line;
		auto_free char *exact = xmemdup0(line, strlen(line));
		int64_t ns = stamp_find(&s, exact, strlen(exact), NULL);

		if (ns != stamp_cases[i].ns)
			fail_msg("'%s': %lld, and not %lld", line, (long long)(ns / NS_PER_MS),
				 (long long)(stamp_cases[i].ns / NS_PER_MS));
	}
}

/* No byte behind the end is looked at: the sanitizer would tell. */
static void cut_times(void **state)
{
	struct stamps s = { .now = NOON, .hour = INT64_MIN };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(stamp_cases); i++) {
		const char *line = stamp_cases[i].line;

		for (size_t len = 0; len < strlen(line); len++) {
			auto_free char *cut = xmalloc(len ? len : 1);

			memcpy(cut, line, len);
			stamp_find(&s, cut, len, NULL);
		}
	}
}

static void a_time_without_zone_is_local(void **state)
{
	struct stamps s = { .now = NOON, .hour = INT64_MIN };
	const char *line = "2022-09-28 20:00:00 x";
	bool zoned = true;

	(void)state;
	setenv("TZ", "Asia/Shanghai", 1);
	tzset();
	assert_int_equal(stamp_find(&s, line, strlen(line), &zoned), NOON);
	assert_false(zoned);
	setenv("TZ", "UTC", 1);
	tzset();
}

/* "[a][b+c…]": each record, '+' between its pieces, '…' when it is open. */
static int write_down(void *ctx, const struct record *r, struct err **e)
{
	struct buf *out = ctx;

	(void)e;
	buf_adds(out, r->first ? "[" : "+");
	if (r->len > 64)
		buf_printf(out, "%zu", r->len);
	else
		buf_add(out, r->text, r->len);
	buf_adds(out, r->last ? r->open ? "~]" : "]" : "");
	return 0;
}

static const struct {
	const char *start, *bytes, *records;
} record_cases[] = {
	{ NULL, "", "" },
	{ NULL, "a\nb\n", "[a][b]" },
	{ NULL, "a\r\nb", "[a][b~]" },
	{ NULL, "\n\na\n", "[][][a]" },
	{ "^=", "=a\nb\n=c\n", "[=a\nb][=c~]" },
	{ "^=", "b\n=c", "[b][=c~]" },
	{ "^=", "=c", "[=c~]" },
	{ "^=", "=a\n\n\n=b\n", "[=a\n\n][=b~]" },
};

/* However the bytes come, the records are the same. */
static void bytes_to_records(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(record_cases); i++) {
		const char *bytes = record_cases[i].bytes;

		for (size_t step = 1; step <= strlen(bytes) + 1; step++) {
			auto_buf struct buf out = BUF_INIT(4096);
			auto_regex struct regex *start =
				record_cases[i].start ? regex_compile(record_cases[i].start, NULL)
						      : NULL;
			struct records *r = records_new(start, write_down, &out);

			for (size_t at = 0; at < strlen(bytes); at += step) {
				size_t left = strlen(bytes) - at;

				assert_int_equal(records_feed(r, bytes + at,
							      left < step ? left : step,
							      (int64_t)at, NULL),
						 0);
			}
			assert_int_equal(records_end(r, true, NULL), 0);
			assert_string_equal(buf_text(&out), record_cases[i].records);
			records_free(r);
		}
	}
}

static void nuls_before_a_line_are_no_text(void **state)
{
	auto_buf struct buf out = BUF_INIT(4096);
	struct records *r = records_new(NULL, write_down, &out);

	(void)state;
	records_feed(r, "\0\0\0a\n\0\n", 7, 0, NULL);
	records_end(r, false, NULL);
	assert_string_equal(buf_text(&out), "[a][]");
	records_free(r);
}

static void long_lines_come_in_pieces(void **state)
{
	const size_t len = 2 * RECORD_PIECE + 100;
	auto_buf struct buf out = BUF_INIT(4096);
	struct records *r = records_new(NULL, write_down, &out);
	auto_free char *line = xmalloc(len);

	(void)state;
	memset(line, 'x', len);
	records_feed(r, line, len, 0, NULL);
	records_feed(r, "\nshort\n", 7, (int64_t)len, NULL);
	records_end(r, false, NULL);
	assert_true(text_starts_with(buf_text(&out), "[1048576+"));
	assert_true(text_ends_with(buf_text(&out), "][short]"));
	records_free(r);
}

static const struct {
	const char *text, *shown;
} redact_cases[] = {
	{ "nothing here", "nothing here" },
	{ "id=17 and id=18", "id=*** and id=***" },
	{ "a password=hunter2 b", "a password=*** b" },
	{ "\"token\": \"abc\", x", "\"token\": \"***\", x" },
	{ "Authorization: Basic dTpw", "Authorization: ***" },
	{ "mysql://u:pw@host/db", "mysql://u:***@host/db" },
	{ "whole", "***" },
	{ "", "" },
};

static void secrets_are_redacted(void **state)
{
	char *patterns[] = { (char[]){ "id=(\\d+)" }, (char[]){ "who.e" } };
	const struct text_list list = { .items = patterns, .count = 2 };
	struct redaction *r = redaction_new(&list, NULL);

	(void)state;
	assert_non_null(r);
	for (size_t i = 0; i < ARRAY_SIZE(redact_cases); i++) {
		auto_buf struct buf out = BUF_INIT(4096);

		redact(r, redact_cases[i].text, strlen(redact_cases[i].text), &out);
		assert_string_equal(buf_text(&out), redact_cases[i].shown);
	}
	redaction_free(r);
}

static json_t *stats_of(const char *by, const char *stats, const char *const *lines)
{
	json_t *split = json_pack("{s:s, s:[s,s,s]}", "by", by, "names", "who", "result", "cost");
	json_t *wanted = json_loads(stats, 0, NULL), *told;
	struct log_split s;
	struct stats *seen;

	assert_int_equal(log_split_read(split, wanted, &s, NULL), 0);
	seen = stats_new(&s);
	for (; *lines; lines++)
		stats_add(seen, *lines, strlen(*lines));
	told = stats_tell(seen);
	stats_free(seen);
	log_split_release(&s);
	json_decref(split);
	json_decref(wanted);
	return told;
}

static void fields_are_counted(void **state)
{
	static const char *const lines[] = { "a;ok;12ms", "b;err; 1s ", "c;ok;0.2", "d", NULL };
	json_t *told = stats_of(";",
				"{\"err\": {\"of\": \"result\", \"eq\": \"err\"},"
				" \"slow\": {\"of\": \"cost\", \"ge\": \"1s\"},"
				" \"bare\": {\"of\": \"cost\", \"gt\": 1},"
				" \"o\": {\"of\": \"result\", \"matches\": \"^o\"}}",
				lines);
	auto_free char *text =
		json_dumps(told, JSON_COMPACT | JSON_SORT_KEYS | JSON_REAL_PRECISION(4));

	(void)state;
	assert_string_equal(
		text,
		"{\"bare\":{\"matched\":0,\"max\":0.2,\"mean\":0.2,\"median\":0.2,\"min\":0.2,"
		"\"p95\":0.2,\"percent\":0.0,\"total\":1,\"unread\":3},"
		"\"err\":{\"matched\":1,\"percent\":33.33,\"total\":3,\"unread\":1},"
		"\"o\":{\"matched\":2,\"percent\":66.67,\"total\":3,\"unread\":1},"
		"\"slow\":{\"matched\":1,\"max\":1.0,\"mean\":0.506,\"median\":0.012,"
		"\"min\":0.012,\"p95\":1.0,\"percent\":50.0,\"total\":2,\"unread\":2}}");
	json_decref(told);
}

static void sums_are_divided_by_counts(void **state)
{
	static const char *const lines[] = { "4;N;100", "0;Y;100", "x;Y;100", "10;Y;50ms", NULL };
	json_t *told = stats_of(";",
				"{\"mean\": {\"of\": \"cost\", \"per\": \"who\", \"gt\": 20},"
				" \"all\": {\"of\": \"cost\", \"per\": \"who\"}}",
				lines);
	auto_free char *text =
		json_dumps(told, JSON_COMPACT | JSON_SORT_KEYS | JSON_REAL_PRECISION(4));

	(void)state;
	/* by nothing, by no number: not read */
	assert_string_equal(
		text, "{\"all\":{\"matched\":2,\"max\":25.0,\"mean\":12.5,\"median\":0.005,"
		      "\"min\":0.005,\"p95\":25.0,\"percent\":100.0,\"total\":2,\"unread\":2},"
		      "\"mean\":{\"matched\":1,\"max\":25.0,\"mean\":25.0,\"median\":25.0,"
		      "\"min\":25.0,\"p95\":25.0,\"percent\":100.0,\"total\":1,\"unread\":3}}");
	json_decref(told);
}

static void no_share_of_nothing(void **state)
{
	static const char *const lines[] = { "no fields", NULL };
	json_t *told = stats_of("; ", "{\"x\": {\"of\": \"cost\"}}", lines);
	auto_free char *text = json_dumps(told, JSON_COMPACT | JSON_SORT_KEYS);

	(void)state;
	assert_string_equal(text, "{\"x\":{\"total\":0,\"unread\":1}}");
	json_decref(told);
}

static const struct {
	const char *text;
	double seconds; /* below 0: not read */
} time_cases[] = {
	{ "12ms", 0.012 },
	{ "1.5s", 1.5 },
	{ "850\u00b5s", 0.00085 },
	{ "850\u03bcs", 0.00085 },
	{ "40us", 0.00004 },
	{ "1m2.5s", 62.5 },
	{ "800 ms", 0.8 },
	{ "800MS", 0.8 },
	{ "2sec", 2 },
	{ "800毫秒", 0.8 },
	{ "3 秒", 3 },
	{ "2分钟", 120 },
	{ "1.5小时", 5400 },
	{ "800元", -1 },
	{ "ms", -1 },
	{ "1.2.3ms", -1 },
	{ "-5ms", -1 },
	{ "1,234ms", -1 },
	{ ".5ms", -1 },
	{ "12 parsec", -1 },
};

static void times_are_read_as_logs_write_them(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(time_cases); i++) {
		const char *text = time_cases[i].text;
		auto_free char *line = xasprintf("a;b;%s", text);
		const char *const lines[] = { line, NULL };
		json_t *told = stats_of(";", "{\"t\": {\"of\": \"cost\"}}", lines);
		const json_t *max = json_object_get(json_object_get(told, "t"), "max");
		double found = max ? json_real_value(max) : -1;

		if (fabs(found - time_cases[i].seconds) > 1e-9)
			fail_msg("'%s': %g, and not %g", text, found, time_cases[i].seconds);
		json_decref(told);
	}
}

static void a_cursor_knows_its_file(void **state)
{
	char path[] = "/tmp/rounds-log-XXXXXX";
	int fd = mkstemp(path);
	struct stream *s;
	struct cursor c = { .path = path, .file = path, .offset = 30, .stamp = STAMP_NONE };
	auto_cursor struct cursor again = { 0 };
	json_t *told;

	(void)state;
	assert_int_equal(io_write_all(fd, "0123456789012345678901234567890123456789", 40, NULL), 0);
	s = stream_open(NULL, path, INT64_MAX);
	assert_non_null(s);
	assert_int_equal(cursor_take_prints(&c, s), 0);
	told = cursor_tell(&c);
	assert_false(cursor_read(told, "/another", &again));
	assert_true(cursor_read(told, path, &again));
	assert_int_equal(cursor_fits(&again, s), 1);
	/* more is the same file, less or other bytes are not */
	assert_int_equal(pwrite(fd, "x", 1, 50), 1);
	stream_close(s);
	s = stream_open(NULL, path, INT64_MAX);
	assert_int_equal(cursor_fits(&again, s), 1);
	assert_int_equal(pwrite(fd, "x", 1, 29), 1);
	assert_int_equal(cursor_fits(&again, s), 0);
	again.offset = 60;
	assert_int_equal(cursor_fits(&again, s), 0);
	stream_close(s);
	json_decref(told);
	unlink(path);
	close(fd);
}

/* Where summer ends 02:30 comes twice: the later one, unless that lies ahead. */
static void an_hour_that_comes_twice_is_the_later_one(void **state)
{
	const char *line = "2022-10-30 02:30:00 x";
	const int64_t first = INT64_C(1667089800) * NS_PER_S; /* 00:30 UTC */
	struct stamps during = { .now = first + 60 * NS_PER_S, .hour = INT64_MIN },
		      after = { .now = first + 5 * HOURS, .hour = INT64_MIN };

	(void)state;
	setenv("TZ", "Europe/Berlin", 1);
	tzset();
	assert_int_equal(stamp_find(&during, line, strlen(line), NULL), first);
	assert_int_equal(stamp_find(&after, line, strlen(line), NULL), first + HOURS);
	setenv("TZ", "UTC", 1);
	tzset();
}

static const struct {
	const char *name;
	bool kin, numbered;
} kin_cases[] = {
	{ "app.log", false, false },
	{ "app.log.1", true, true },
	{ "app.log-20260928.gz", true, true },
	{ "app.2026-09-28.0.log.gz", true, true },
	{ "app-2026-09-28.log", true, true },
	{ "app_20260928.gz", true, true },
	{ "app.20260928", true, true },
	{ "app-3.log.gz", true, true },
	{ "app-3.log", false, false }, /* of another one, perhaps */
	{ "app-error.log", false, false },
	{ "app-error.2026-09-28.log", false, false },
	{ "apple.log", false, false },
	{ "app", false, false },
};

static void rotation_has_many_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(kin_cases); i++) {
		if (siblings_are(kin_cases[i].name, "app.log", false) != kin_cases[i].kin ||
		    siblings_are(kin_cases[i].name, "app.log", true) != kin_cases[i].numbered)
			fail_msg("%s", kin_cases[i].name);
	}
	assert_false(siblings_are("node-2.log", "node-1.log", false));
	assert_true(siblings_are("node-2.log", "node-1.log", true));
	assert_true(siblings_are("node-10.log.gz", "node-1.log", true));
	assert_false(siblings_are("node-x.log", "node-1.log", true));
	assert_false(siblings_are("node-1.log.tmp2", "node-1.logs", true));
}

static const char *const no_cursors[] = {
	"{}",
	"[]",
	"{\"path\": \"/x\"}",
	"{\"path\": 1, \"absent\": true}",
	"{\"path\": \"/x\", \"file\": \"/x\", \"offset\": -1}",
	("{\"path\": \"/x\", \"file\": \"/x\", \"offset\": 1, \"head\": \"ab\", \"head_bytes\": 1,"
	 " \"last\": \"ab\", \"last_bytes\": 1}"),
};

static void what_is_no_cursor_is_none(void **state)
{
	struct cursor c;

	(void)state;
	assert_false(cursor_read(NULL, "/x", &c));
	for (size_t i = 0; i < ARRAY_SIZE(no_cursors); i++) {
		json_t *told = json_loads(no_cursors[i], 0, NULL);

		assert_non_null(told);
		assert_false(cursor_read(told, "/x", &c));
		json_decref(told);
	}
}

static void a_wrong_since_of_a_parameter_is_no_pass(void **state)
{
	struct log_query q = { .path = (char[]){ "/nonesuch" },
			       .since = (char[]){ "gestern" },
			       .first = (char[]){ "1d" } };
	struct observer *o = observer_new(NULL);
	auto_err struct err *e = NULL;

	(void)state;
	assert_int_equal(check_type_find(check_registry, "log")->observe(&q, o, &e), -1);
	assert_string_equal(err_text(e), "since: 'gestern' is not last_run, start or a duration "
					 "such as 10m");
	observer_free(o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_of_lines),
		cmocka_unit_test(cut_times),
		cmocka_unit_test(a_time_without_zone_is_local),
		cmocka_unit_test(an_hour_that_comes_twice_is_the_later_one),
		cmocka_unit_test(rotation_has_many_names),
		cmocka_unit_test(bytes_to_records),
		cmocka_unit_test(nuls_before_a_line_are_no_text),
		cmocka_unit_test(long_lines_come_in_pieces),
		cmocka_unit_test(secrets_are_redacted),
		cmocka_unit_test(fields_are_counted),
		cmocka_unit_test(no_share_of_nothing),
		cmocka_unit_test(times_are_read_as_logs_write_them),
		cmocka_unit_test(sums_are_divided_by_counts),
		cmocka_unit_test(a_cursor_knows_its_file),
		cmocka_unit_test(what_is_no_cursor_is_none),
		cmocka_unit_test(a_wrong_since_of_a_parameter_is_no_pass),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
