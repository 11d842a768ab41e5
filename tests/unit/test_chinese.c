/*
 * test_chinese - what the engine says in English as a reader of Chinese sees it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/xalloc.h"
#include "reports/chinese.h"

struct told {
	const char *en, *zh;
};

static const struct told told[] = {
	{ "exited with status 3", "退出码 3" },
	{ "connection refused by 127.0.0.1:80", "127.0.0.1:80 拒绝连接" },
	{ "no answer from h:1 in 3.0 s (login)", "3.0 s 内 h:1 无应答（login）" },
	{ "no answer from h:1", "h:1 无应答" },
	{ "no route to the network of h:1", "没有到 h:1 所在网络的路由" },
	{ "this machine's firewall forbids connecting to h:1", "本机防火墙禁止连接 h:1" },
	{ "'/a' is a link to '/b', which is not there", "'/a' 是指向 '/b' 的链接，而后者不存在" },
	{ "'/a': No such file or directory", "'/a'：没有那个文件或目录" },
	{ "not applicable: /x is not there and env A is not set",
	  "不适用：/x 不存在；环境变量 A 未设置" },
	{ "not applicable: /x is not there and /y is not there and the host is not called 'a*'",
	  "不适用：/x 不存在；/y 不存在；主机名不是 'a*'" },
	{ "cannot decide whether it applies: file: '/a': Permission denied and /b: was not looked "
	  "at",
	  "无法判断是否适用：文件：'/a'：权限不够；/b：未能查看" },
	{ "not configured: x", "未配置：x" },
	{ "needs a/b, which failed", "所依赖的检查未通过：a/b" },
	{ "needs a/b, which was skipped", "所依赖的检查未执行：a/b" },
	{ "${self.value}: no such value was observed", "${self.value}：未观测到此值" },
	{ "parameter 'x': '/f': Permission denied", "参数 'x'：'/f'：权限不够" },
	/* what a server says stays as it is, though it looks like one of ours */
	{ "the server says: x is not there", "服务器返回：x is not there" },
	{ "the server says: user and group", "服务器返回：user and group" },
	{ "Access denied for user 'a'", "Access denied for user 'a'" },
	{ "", "" },
};

static const struct told verdicts[] = {
	{ "contains 'not empty'", "包含 'not empty'" },
	{ "all of (> 10; matches 'a b')", "全部满足 (> 10; 匹配 'a b')" },
	{ "not (value = 5)", "不是 (value = 5)" },
	{ "any of (exists = true; length 3)", "任一满足 (exists = true; 长度 3)" },
	{ "as number: not 5", "按 number: 不是 5" },
	{ "nothing (value has no 'a')", "无 (value 中没有 'a')" },
	{ "the text '5' (not a number; add as: number)", "文本 '5' (不是数值; 可加 as: number)" },
	{ "items 0 and 1 of 2 are both 1", "共 2 项，第 0 项与第 1 项均为 1" },
	{ "3 (item 2; 1 of 3 fail)", "3 (项 2; 1 / 3 不满足)" },
	{ "3 (item 2, path '/a not'; 1 of 3 fail)", "3 (项 2, path '/a not'; 1 / 3 不满足)" },
	{ "'it is not'", "'it is not'" },
	{ "{\"is\":\"not\"}", "{\"is\":\"not\"}" },
	{ "is_not.is", "is_not.is" },
	{ "'", "'" },
};

static void assert_told(void (*tell)(struct buf *, const char *, const char *),
			const struct told *t)
{
	auto_buf struct buf zh = BUF_INIT(SIZE_MAX);
	auto_buf struct buf en = BUF_INIT(SIZE_MAX);

	tell(&zh, t->en, "zh");
	assert_string_equal(buf_text(&zh), t->zh);
	tell(&en, t->en, "en");
	assert_string_equal(buf_text(&en), t->en);
}

static void sentences_are_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(told); i++)
		assert_told(chinese_sentence, &told[i]);
}

static void verdicts_are_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(verdicts); i++)
		assert_told(chinese_verdict, &verdicts[i]);
}

static size_t holes_of(const char *pattern)
{
	size_t n = 0;

	while ((pattern = strstr(pattern, "{}")) != NULL) {
		pattern += 2;
		n++;
	}
	return n;
}

/* A number that there is no hole for would lose what was said. */
static void assert_numbers(const struct sentence *s)
{
	for (const char *z = s->zh; *z; z++)
		if (*z == '{' && z[1] >= '1' && z[1] <= '9' && z[2] == '}')
			assert_in_range(z[1] - '0', 1, holes_of(s->en));
}

static void rows_fit(void **state)
{
	(void)state;
	for (const struct sentence *s = sentences; s->en; s++) {
		auto_buf struct buf zh = BUF_INIT(SIZE_MAX);

		assert_in_range(holes_of(s->en), 0, 8);
		assert_numbers(s);
		for (const struct sentence *t = s + 1; t->en; t++)
			assert_string_not_equal(s->en, t->en);
		/* the English with empty names is a sentence, too: of this row or a closer one */
		chinese_sentence(&zh, s->en, "zh");
		assert_string_not_equal(buf_text(&zh), strcmp(s->en, s->zh) ? s->en : "");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sentences_are_told),
		cmocka_unit_test(verdicts_are_told),
		cmocka_unit_test(rows_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
