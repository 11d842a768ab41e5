#include "reports/chinese.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "engine/base/buf.h"
#include "engine/base/xalloc.h"

#define HOLES_MAX 8
#define DEPTH_MAX 4

struct part {
	const char *start;
	size_t len;
};

struct holes {
	struct part items[HOLES_MAX];
	size_t count;
};

static bool is_chinese(const char *lang)
{
	return lang && !strcmp(lang, "zh");
}

/* The literal text of a pattern up to its next hole or its end. */
static struct part literal(const char *pattern)
{
	const char *hole = strstr(pattern, "{}");

	return (struct part){ pattern, hole ? (size_t)(hole - pattern) : strlen(pattern) };
}

/* Where the literal stands first in text, at its very end when it is the last one; NULL. */
static const char *find_literal(struct part text, struct part l, bool last)
{
	if (l.len > text.len)
		return NULL;
	if (!last)
		return memmem(text.start, text.len, l.start, l.len);
	return memcmp(text.start + text.len - l.len, l.start, l.len)
		       ? NULL
		       : text.start + text.len - l.len;
}

static bool fits(const char *pattern, struct part text, struct holes *holes)
{
	struct part l = literal(pattern);

	holes->count = 0;
	if (l.len > text.len || memcmp(text.start, l.start, l.len))
		return false;
	while (pattern += l.len, text.start += l.len, text.len -= l.len, *pattern) {
		const char *at;
		bool last;

		pattern += strlen("{}");
		l = literal(pattern);
		last = !pattern[l.len];
		at = find_literal(text, l, last);
		if (!at || holes->count == HOLES_MAX)
			return false;
		holes->items[holes->count++] =
			(struct part){ text.start, (size_t)(at - text.start) };
		text.len -= (size_t)(at - text.start);
		text.start = at;
	}
	return !text.len;
}

static void tell(struct buf *out, struct part text, bool any, int depth);

/* Sentences with "and" between them, each by a row of its own: a row that fits the last one would
 * take those before it for what that is about. */
static void tell_each(struct buf *out, struct part text, int depth)
{
	static const char and[] = " and ";
	const char *at;

	while ((at = memmem(text.start, text.len, and, strlen(and))) != NULL) {
		const size_t len = (size_t)(at - text.start);

		tell(out, (struct part){ text.start, len }, true, depth);
		buf_adds(out, "；");
		text.start += len + strlen(and);
		text.len -= len + strlen(and);
	}
	tell(out, text, true, depth);
}

/* The Chinese of a row, its holes filled, those translated in their turn. */
static void fill(struct buf *out, const struct sentence *s, const struct holes *holes, int depth)
{
	size_t next = 0;

	for (const char *z = s->zh; *z; z++) {
		size_t n = next;
		char kind = '}';

		if (*z == '{' && z[1] >= '1' && z[1] <= '9' && z[2] == '}') {
			n = (size_t)(z[1] - '1');
			z += 2;
		} else if (!strncmp(z, "{*}", 3) || !strncmp(z, "{&}", 3)) {
			kind = z[1];
			next++;
			z += 2;
		} else if (*z == '{' && z[1] == '}') {
			next++;
			z++;
		} else {
			buf_addc(out, *z);
			continue;
		}
		if (n < holes->count && kind == '&')
			tell_each(out, holes->items[n], depth + 1);
		else if (n < holes->count)
			tell(out, holes->items[n], kind == '*', depth + 1);
	}
}

/* The row that has most in common with the text; NULL. */
static const struct sentence *best_row(struct part text, bool any, struct holes *holes)
{
	const struct sentence *best = NULL;
	struct holes h;
	size_t most = 0;

	for (const struct sentence *s = sentences; s->en; s++) {
		/* a server's words in a hole are not to be taken apart by rows that fit nearly
		 * everything */
		if ((!any && !strncmp(s->en, "{}", 2)) || !fits(s->en, text, &h))
			continue;
		if (best && strlen(s->en) - strlen("{}") * h.count <= most)
			continue;
		best = s;
		most = strlen(s->en) - strlen("{}") * h.count;
		*holes = h;
	}
	return best;
}

static void tell(struct buf *out, struct part text, bool any, int depth)
{
	struct holes holes;
	const struct sentence *s = depth < DEPTH_MAX ? best_row(text, any, &holes) : NULL;

	if (s)
		fill(out, s, &holes, depth);
	else
		buf_add(out, text.start, text.len);
}

void chinese_sentence(struct buf *out, const char *text, const char *lang)
{
	if (is_chinese(lang))
		tell(out, (struct part){ text, strlen(text) }, true, 0);
	else
		buf_adds(out, text);
}

/* The judge's words; the longer one before the shorter that begins alike. */
static const struct sentence words[] = {
	{ "null (which counts as nothing)", "null（视为无）" },
	{ "between two values that are known later", "介于两个稍后得知的值之间" },
	{ "a text; put what is expected in quotes", "是文本；请给期望值加引号" },
	{ "not the same white space or control characters", "空白或控制字符不同" },
	{ "several that are known later", "若干稍后得知的值" },
	{ "a value that can be judged so", "可如此判定的值" },
	{ "a value that is known later", "稍后得知的值" },
	{ "number of items with", "满足以下条件的项数" },
	{ "all items different", "各项互不相同" },
	{ "at least one item", "至少一项" },
	{ "does not contain", "不包含" },
	{ "does not match", "不匹配" },
	{ "does not exist", "不存在" },
	{ "a text or a list", "文本或列表" },
	{ "and has no member", "，没有成员" },
	{ "cannot be read as", "不能读作" },
	{ "and has no items", "，没有列表项" },
	{ "a whole number", "整数" },
	{ "an empty list", "空列表" },
	{ "an item is not", "有一项不是" },
	{ "true or false", "布尔值" },
	{ "no such fact", "没有此观测项" },
	{ "a file mode", "文件权限" },
	{ "starts with", "开头为" },
	{ "a duration", "时长" },
	{ "a version", "版本" },
	{ "ends with", "结尾为" },
	{ "each item", "每一项" },
	{ "not empty", "非空" },
	{ "a number", "数值" },
	{ "contains", "包含" },
	{ "the text", "文本" },
	{ "add as:", "可加 as:" },
	{ "a text", "文本" },
	{ "a list", "列表" },
	{ "a size", "大小" },
	{ "a time", "时间" },
	{ "a map", "映射" },
	{ "no item", "没有一项" },
	{ "none of", "不属于" },
	{ "nothing", "无" },
	{ "matches", "匹配" },
	{ "between", "介于" },
	{ "one of", "属于" },
	{ "any of", "任一满足" },
	{ "all of", "全部满足" },
	{ "exists", "存在" },
	{ "length", "长度" },
	{ "has no", "中没有" },
	{ "bytes", "字节" },
	{ "items", "项" },
	{ "empty", "为空" },
	{ "item", "项" },
	{ "has", "有" },
	{ "not", "不是" },
	{ "and", "与" },
	{ "as", "按" },
	{ "is", "是" },
	{ "fail", "不满足" },
	{ "of", "/" },
};

static bool in_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '.' || c == '-';
}

static const struct sentence *word_at(const char *text, const char *at)
{
	if (at > text && in_word(at[-1]))
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		const size_t len = strlen(words[i].en);

		/* "exists = true" is about a fact of this name */
		if (!strncmp(at, words[i].en, len) && !in_word(at[len]) &&
		    strncmp(at + len, " =", 2))
			return &words[i];
	}
	return NULL;
}

/* No blank stands between two words of Chinese. */
static void close_up(struct buf *out)
{
	const char *text = buf_text(out);

	if (out->len >= 2 && text[out->len - 1] == ' ' && (unsigned char)text[out->len - 2] >= 0x80)
		buf_truncate(out, out->len - 1);
}

static void tell_words(struct buf *out, const char *text)
{
	for (const char *at = text; *at;) {
		const struct sentence *w = word_at(text, at);
		const char *close = *at == '\'' || *at == '"' ? strchr(at + 1, *at) : NULL;

		if (close) {
			buf_add(out, at, (size_t)(close - at) + 1);
			at = close + 1;
		} else if (w) {
			close_up(out);
			buf_adds(out, w->zh);
			at += strlen(w->en);
		} else {
			buf_addc(out, *at++);
		}
	}
}

void chinese_verdict(struct buf *out, const char *text, const char *lang)
{
	struct holes holes;
	const struct part whole = { text, strlen(text) };

	if (!is_chinese(lang)) {
		buf_adds(out, text);
		return;
	}
	for (const struct sentence *s = sentences; s->en; s++)
		/* "3 of 5 items: …", and no row about servers */
		if (strstr(s->en, "item") && fits(s->en, whole, &holes)) {
			fill(out, s, &holes, DEPTH_MAX);
			return;
		}
	tell_words(out, text);
}
