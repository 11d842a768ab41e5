/*
 * test_text - UTF-8, cleaning, width, wrapping, near misses and escapes, with what hostile servers
 * send.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/text.h"
#include "engine/base/xalloc.h"

#define FFFD "\xef\xbf\xbd"
#define DOTS "\xe2\x80\xa6"

static void decoding(void **state)
{
	static const struct {
		const char *bytes;
		size_t len, used;
		uint32_t c;
	} cases[] = {
		{ "a", 1, 1, 'a' },
		{ "\0", 1, 1, 0 },
		{ "\x7f", 1, 1, 0x7f },
		{ "\xc2\x80", 2, 2, 0x80 },
		{ "\xe0\xa0\x80", 3, 3, 0x800 },
		{ "\xef\xbf\xbf", 3, 3, 0xffff },
		{ "\xf0\x90\x80\x80", 4, 4, 0x10000 },
		{ "\xf4\x8f\xbf\xbf", 4, 4, 0x10ffff },
		{ "\xed\x9f\xbf", 3, 3, 0xd7ff },
		{ "\xee\x80\x80", 3, 3, 0xe000 },
		/* overlong */
		{ "\xc0\x80", 2, 0, 0 },
		{ "\xc1\xbf", 2, 0, 0 },
		{ "\xe0\x9f\xbf", 3, 0, 0 },
		{ "\xf0\x8f\xbf\xbf", 4, 0, 0 },
		{ "\xf8\x88\x80\x80\x80", 5, 0, 0 },
		/* surrogates, above the end */
		{ "\xed\xa0\x80", 3, 0, 0 },
		{ "\xed\xbf\xbf", 3, 0, 0 },
		{ "\xf4\x90\x80\x80", 4, 0, 0 },
		{ "\xff", 1, 0, 0 },
		{ "\xfe", 1, 0, 0 },
		/* alone, cut short, not continued */
		{ "\x80", 1, 0, 0 },
		{ "\xbf", 1, 0, 0 },
		{ "\xc2", 1, 0, 0 },
		{ "\xe4\xb8", 2, 0, 0 },
		{ "\xf0\x9f\x98", 3, 0, 0 },
		{ "\xe4\x41\x80", 3, 0, 0 },
		{ "\xe4\xb8\x41", 3, 0, 0 },
		{ "", 0, 0, 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		uint32_t c = 0;
		size_t used = text_decode(cases[i].bytes, cases[i].len, &c);

		if (used != cases[i].used || c != cases[i].c)
			fail_msg("case %zu: %zu bytes, U+%04x", i, used, c);
	}
	assert_int_equal(text_valid("ab\xe4\xb8\xad", 5), 5);
	assert_int_equal(text_valid("ab\xe4\xb8\xad", 4), 2);
	assert_int_equal(text_valid("", 0), 0);
}

static void widths(void **state)
{
	static const struct {
		const char *text;
		size_t width;
	} cases[] = {
		{ "", 0 },          { "abc", 3 },      { "巡检", 4 },         { "a巡b", 4 },
		{ "e\xcc\x81", 1 }, { "\x01\x7f", 0 }, { "ＡＢ", 4 },         { "ｱ", 1 },
		{ "한국", 4 },      { "😀", 2 },        { "\xe2\x80\x8b", 0 }, { "é", 1 },
		{ "\xc2\xad", 0 },  { "…", 1 },        { "，", 2 },           { "\xff", 1 },
		{ "\xc2\x9b", 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++)
		if (text_width(cases[i].text, strlen(cases[i].text)) != cases[i].width)
			fail_msg("width of '%s'", cases[i].text);
}

struct bytes {
	const char *in;
	size_t len; /* 0: strlen */
	const char *out;
	size_t changed;
};

static void cleaning(void **state)
{
	static const struct bytes cases[] = {
		{ "plain text\n\tline", 0, "plain text\n\tline", 0 },
		{ "巡检 😀", 0, "巡检 😀", 0 },
		/* terminal sequences */
		{ "\033[31mred\033[0m", 0, "red", 2 },
		{ "\033[38;2;1;2;3mx", 0, "x", 1 },
		{ "\033[?25l\033[2J\033[1;1Hx", 0, "x", 3 },
		{ "\033]0;title\ax", 0, "x", 1 },
		{ "\033]8;;http://x\033\\link\033]8;;\033\\", 0, "link", 2 },
		{ "\033]52;c;cm0gLXJm\ax", 0, "x", 1 },
		{ "\033Pq#0\033\\x", 0, "x", 1 },
		{ "\033(B\033c\033=x", 0, "x", 3 },
		/* such that are none: shown, nothing after them is hidden */
		{ "\033", 0, "␛", 1 },
		{ "a\033", 0, "a␛", 1 },
		{ "\033[31", 0, "␛[31", 1 },
		{ "\033[\n31m", 0, "␛[\n31m", 1 },
		{ "\033]0;no end\nFAIL", 0, "␛]0;no end\nFAIL", 1 },
		{ "\033]0;no end", 0, "␛]0;no end", 1 },
		{ "\033]a\033]b\ax", 0, "␛]ax", 2 },
		{ "\033\033[0mx", 0, "␛x", 2 },
		{ "\033中", 0, "␛中", 1 },
		/* controls */
		{ "a\0b", 3, "a␀b", 1 },
		{ "\a\b\v\f\x7f", 0, "␇␈␋␌␡", 5 },
		{ "\x1f\x1c", 0, "␟␜", 2 },
		{ "a\r\nb\rc\r\r\n", 0, "a\nb␍c␍\n", 4 },
		{ "\r", 0, "␍", 1 },
		{ "\xc2\x9b" "31m\xc2\x85", 0, FFFD "31m" FFFD, 2 },
		/* not UTF-8 */
		{ "\xff\xfe", 0, FFFD FFFD, 2 },
		{ "\xc0\xaf", 0, FFFD FFFD, 2 },
		{ "\xed\xa0\x80", 0, FFFD FFFD FFFD, 3 },
		{ "x\xe4\xb8", 0, "x" FFFD FFFD, 2 },
		{ "\xf4\x90\x80\x80", 0, FFFD FFFD FFFD FFFD, 4 },
		/* what XML cannot hold, what turns text around */
		{ "\xef\xbf\xbe\xef\xbf\xbf", 0, FFFD FFFD, 2 },
		{ "a\xe2\x80\xae" "txt.exe\xe2\x81\xa9", 0, "a" FFFD "txt.exe" FFFD, 2 },
		{ "\xe2\x80\xaa\xe2\x81\xa6", 0, FFFD FFFD, 2 },
		{ FFFD, 0, FFFD, 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		auto_buf struct buf out = BUF_INIT(SIZE_MAX);
		size_t len = cases[i].len ? cases[i].len : strlen(cases[i].in);
		size_t changed = text_clean(&out, cases[i].in, len);

		if (strcmp(buf_text(&out), cases[i].out) != 0 || changed != cases[i].changed)
			fail_msg("case %zu: '%s', %zu", i, buf_text(&out), changed);
	}
}

static void cleaning_adds_whole_characters(void **state)
{
	auto_buf struct buf out = BUF_INIT(7);

	(void)state;
	text_clean(&out, "中文字ab", 11);
	assert_string_equal(buf_text(&out), "中文");
	assert_int_equal(out.lost, 5);
}

/* Each byte is looked at a few times at most, whatever comes. */
static void cleaning_is_linear(void **state)
{
	static const char *const patterns[] = { "\033]",   "\033[1",   "\033",
						"\033P\n", "\xf0\x9f", "\r" };
	size_t i, k;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(patterns); i++) {
		auto_buf struct buf in = BUF_INIT(SIZE_MAX);
		auto_buf struct buf out = BUF_INIT(SIZE_MAX);

		for (k = 0; k < 200000; k++)
			buf_adds(&in, patterns[i]);
		text_clean(&out, in.data, in.len);
		assert_int_equal(text_valid(out.data, out.len), out.len);
		assert_null(memchr(out.data, '\033', out.len));
	}
}

static void lines(void **state)
{
	static const struct {
		const char *in, *out;
		size_t columns;
	} cases[] = {
		{ "a\nb", "a b", 0 },
		{ "a\r\n\tb\n", "a b", 0 },
		{ "\n\na", "a", 0 },
		{ "a  b", "a  b", 0 },
		{ "", "", 0 },
		{ "\n", "", 0 },
		{ "abcdef", "abcdef", 6 },
		{ "abcdefg", "abcde" DOTS, 6 },
		{ "巡检巡检", "巡检巡检", 8 },
		{ "巡检巡检", "巡检" DOTS, 6 },
		{ "巡检巡检", "巡检" DOTS, 5 },
		{ "abc", DOTS, 1 },
		{ "\033[1mbold\033[0m text", "bold text", 9 },
		{ "a\xe2\x80\xa8"
		  "b\xe2\x80\xa9"
		  "c",
		  "a b c", 0 },
		{ "e\xcc\x81"
		  "abc",
		  "e\xcc\x81" DOTS, 2 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		auto_buf struct buf out = BUF_INIT(SIZE_MAX);

		text_clean_line(&out, cases[i].in, strlen(cases[i].in), cases[i].columns);
		if (strcmp(buf_text(&out), cases[i].out) != 0)
			fail_msg("case %zu: '%s'", i, buf_text(&out));
	}
}

static void quoting(void **state)
{
	auto_buf struct buf out = BUF_INIT(SIZE_MAX);
	char many[1000];

	(void)state;
	text_quote(&out, "a\nb\033[0m", 7);
	assert_string_equal(buf_text(&out), "'a b'");
	memset(many, 'x', sizeof(many));
	buf_clear(&out);
	text_quote(&out, many, sizeof(many));
	assert_int_equal(text_width(out.data, out.len), 202);
}

static void head_and_tail(void **state)
{
	static const struct {
		const char *in;
		size_t max;
		const char *out;
	} cases[] = {
		{ "short", 5, "short" },
		{ "", 0, "" },
		{ "abcdefghijklmnopqrstuvwxyz0123456789", 30,
		  "abcd[" DOTS " 28 bytes cut " DOTS "]6789" },
		{ "中文中文中文中文中文中文中文", 34, "中文[" DOTS " 30 bytes cut " DOTS "]中文" },
		{ "abcdef", 3, "abc" },
		{ "中文", 4, "中" },
		{ "中文", 2, "" },
	};
	size_t i, max;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		auto_buf struct buf out = BUF_INIT(SIZE_MAX);
		size_t len = strlen(cases[i].in);

		assert_int_equal(text_head_tail(&out, cases[i].in, len, cases[i].max),
				 len > cases[i].max);
		if (strcmp(buf_text(&out), cases[i].out) != 0)
			fail_msg("case %zu: '%s'", i, buf_text(&out));
	}
	for (max = 0; max < 90; max++) {
		auto_buf struct buf out = BUF_INIT(SIZE_MAX);
		static const char text[] = "1中文文2😀😀3é4中文abcdefghijkl中文mnopqrs中文tuvwxyz中文中文中文";

		text_head_tail(&out, text, sizeof(text) - 1, max);
		assert_true(out.len <= max);
		assert_int_equal(text_valid(buf_text(&out), out.len), out.len);
	}
}

static void wrapping(void **state)
{
	static const struct {
		const char *in;
		size_t columns, indent;
		const char *out;
	} cases[] = {
		{ "one two three", 7, 0, "one two\nthree" },
		{ "one two three", 8, 2, "one two\n  three" },
		{ "verylongword x", 4, 0, "verylongword\nx" },
		{ "巡检巡检", 4, 0, "巡检\n巡检" },
		{ "巡检，巡检。", 6, 0, "巡检，\n巡检。" },
		{ "巡检，巡检。", 4, 0, "巡\n检，\n巡\n检。" },
		{ "巡检（巡检）", 6, 0, "巡检\n（巡\n检）" },
		{ "service 服务已停止", 11, 0, "service 服\n务已停止" },
		{ "a\nb", 10, 2, "a\n  b" },
		{ "a\n\nb", 10, 2, "a\n\n  b" },
		{ "a  b", 10, 0, "a  b" },
		{ "", 10, 0, "" },
		{ "abc def", 3, 0, "abc\ndef" },
		{ "ab cd ef", 5, 3, "ab cd\n   ef" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		auto_buf struct buf out = BUF_INIT(SIZE_MAX);

		text_wrap(&out, cases[i].in, cases[i].columns, cases[i].indent);
		if (strcmp(buf_text(&out), cases[i].out) != 0)
			fail_msg("case %zu: '%s'", i, buf_text(&out));
	}
}

static void padding(void **state)
{
	auto_buf struct buf out = BUF_INIT(SIZE_MAX);

	(void)state;
	text_pad(&out, "巡检", 6);
	text_pad(&out, "|toolong", 3);
	assert_string_equal(buf_text(&out), "巡检  |toolong");
}

static void distances(void **state)
{
	static const struct {
		const char *a, *b;
		size_t limit, distance;
	} cases[] = {
		{ "port", "port", 3, 0 },
		{ "prot", "port", 3, 1 },
		{ "por", "port", 3, 1 },
		{ "", "abc", 3, 3 },
		{ "kitten", "sitting", 9, 3 },
		{ "kitten", "sitting", 2, 3 },
		{ "巡检", "巡查", 3, 1 },
		{ "a", "abcdefgh", 2, 3 },
		{ "", "", 0, 0 },
		{ "ca", "abc", 9, 3 },
	};
	char huge[1000];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(text_distance(cases[i].a, cases[i].b, cases[i].limit),
				 cases[i].distance);
	memset(huge, 'x', sizeof(huge));
	huge[sizeof(huge) - 1] = '\0';
	assert_int_equal(text_distance(huge, huge, 5), 6);
}

static void nearest(void **state)
{
	static const char *const words[] = { "address", "port", "protocol", "timeout", "x", NULL };

	(void)state;
	assert_ptr_equal(text_nearest("prot", words), words[1]);
	assert_ptr_equal(text_nearest("PORT", words), words[1]);
	assert_ptr_equal(text_nearest("adress", words), words[0]);
	assert_ptr_equal(text_nearest("time_out", words), words[3]);
	assert_null(text_nearest("url", words));
	assert_null(text_nearest("y", words));
	assert_null(text_nearest("", words));
}

static void escapes(void **state)
{
	static const struct {
		void (*escape)(struct buf *, const char *, size_t);
		const char *in;
		size_t len; /* 0: strlen */
		const char *out;
	} cases[] = {
		{ text_json, "a\"b\\c\n\t\r\b\f\x01", 0, "a\\\"b\\\\c\\n\\t\\r\\b\\f\\u0001" },
		{ text_json, "\0中\xff", 5, "\\u0000中" FFFD },
		{ text_json, "\xed\xa0\x80", 0, FFFD FFFD FFFD },
		{ text_xml, "<a b=\"c\" d='e'>&]]>", 0,
		  "&lt;a b=&quot;c&quot; d=&apos;e&apos;&gt;&amp;]]&gt;" },
		{ text_xml, "a\n\t\r\x01\xef\xbf\xbe", 0, "a\n\t&#13;" FFFD FFFD },
		{ text_xml, "\0x", 2, FFFD "x" },
		{ text_percent, "aZ09-._~ /?&=+%中\n", 0,
		  "aZ09-._~%20%2F%3F%26%3D%2B%25%E4%B8%AD%0A" },
		{ text_percent, "\0", 1, "%00" },
		{ text_regex_quote, "a.b*c_1[x]中 #", 0, "a\\.b\\*c_1\\[x\\]中\\ \\#" },
		{ text_regex_quote, "a\0\\", 3, "a\\x00\\\\" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		auto_buf struct buf out = BUF_INIT(SIZE_MAX);

		cases[i].escape(&out, cases[i].in,
				cases[i].len ? cases[i].len : strlen(cases[i].in));
		if (strcmp(buf_text(&out), cases[i].out) != 0)
			fail_msg("case %zu: '%s'", i, buf_text(&out));
	}
}

static void base64(void **state)
{
	/* RFC 4648, 10; and what is none */
	static const char *const pairs[][2] = {
		{ "", "" },
		{ "f", "Zg==" },
		{ "fo", "Zm8=" },
		{ "foo", "Zm9v" },
		{ "foob", "Zm9vYg==" },
		{ "fooba", "Zm9vYmE=" },
		{ "foobar", "Zm9vYmFy" },
		{ "\xff\xef\xbe", "/+++" },
	};
	static const char *const bad[] = { "Zg=", "Zg", "Z===", "Zm9v=", "Zm=v", "Zm9*", "=Zm9" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
		auto_buf struct buf to = BUF_INIT(64), back = BUF_INIT(64);

		text_base64(&to, pairs[i][0], strlen(pairs[i][0]));
		assert_string_equal(buf_text(&to), pairs[i][1]);
		assert_true(text_unbase64(&back, pairs[i][1], strlen(pairs[i][1])));
		assert_string_equal(buf_text(&back), pairs[i][0]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		auto_buf struct buf out = BUF_INIT(64);

		if (text_unbase64(&out, bad[i], strlen(bad[i])))
			fail_msg("'%s' is taken as '%s'", bad[i], buf_text(&out));
	}
}

static void small_questions(void **state)
{
	(void)state;
	assert_true(text_is_label("A-z_0.9"));
	assert_false(text_is_label(""));
	assert_false(text_is_label("a b"));
	assert_false(text_is_label("a/b"));
	assert_false(text_is_label("中"));
	assert_true(text_starts_with("abc", "ab"));
	assert_true(text_starts_with("abc", ""));
	assert_false(text_starts_with("ab", "abc"));
	assert_true(text_ends_with("a.yaml", ".yaml"));
	assert_false(text_ends_with("yaml", ".yaml"));
	assert_true(text_list_has("ab,c", "ab", 2));
	assert_true(text_list_has("ab,c", "c", 1));
	assert_false(text_list_has("ab,c", "b", 1));
	assert_false(text_list_has("ab,c", "a", 1));
	assert_false(text_list_has("", "a", 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decoding),
		cmocka_unit_test(widths),
		cmocka_unit_test(cleaning),
		cmocka_unit_test(cleaning_adds_whole_characters),
		cmocka_unit_test(cleaning_is_linear),
		cmocka_unit_test(lines),
		cmocka_unit_test(quoting),
		cmocka_unit_test(head_and_tail),
		cmocka_unit_test(wrapping),
		cmocka_unit_test(padding),
		cmocka_unit_test(distances),
		cmocka_unit_test(nearest),
		cmocka_unit_test(escapes),
		cmocka_unit_test(base64),
		cmocka_unit_test(small_questions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
