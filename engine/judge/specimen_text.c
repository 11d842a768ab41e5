/*
 * specimen_text - a text that a pattern is likely to match.
 *
 * The first alternative, each part as often as it must stand: enough for the patterns that people
 * write over logs and outputs. What it does not know it leaves out; the text is tried, never
 * trusted.
 */
#include "engine/judge/specimen.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/buf.h"
#include "engine/base/xalloc.h"

#define TEXT_MAX 4096
#define DEPTH_MAX 32
#define REPEAT_MAX 64

struct sampler {
	const char *at;
	unsigned depth;
};

static void sample_alternatives(struct sampler *s, struct buf *out);

/* What stands for a class of characters: \d, \s, … */
static char class_member(char letter)
{
	static const struct {
		char letter, member;
	} classes[] = {
		{ 'd', '0' },
		{ 'D', 'x' },
		{ 's', ' ' },
		{ 'S', 'x' },
		{ 'w', 'x' },
		{ 'W', ' ' },
		{ 'h', ' ' },
		{ 'n', '\n' },
		{ 't', '\t' },
		{ 'r', '\r' },
	};

	for (size_t i = 0; i < ARRAY_SIZE(classes); i++)
		if (classes[i].letter == letter)
			return classes[i].member;
	return letter;
}

/* After a backslash; assertions stand for nothing. */
static void sample_escape(struct sampler *s, struct buf *out)
{
	const char letter = *s->at;

	if (!letter)
		return;
	s->at++;
	if (!strchr("bBAzZGQEK", letter))
		buf_addc(out, class_member(letter));
}

/* A character that is in none of the ranges between from and to. */
static char outside(const char *from, const char *to)
{
	for (char c = '~'; c > ' '; c--) {
		bool in = false;

		for (const char *p = from; p < to && !in; p++) {
			in = *p == c;
			if (p + 2 < to && p[1] == '-')
				in = in || (c >= *p && c <= p[2]);
		}
		if (!in)
			return c;
	}
	return '~';
}

/* After a [. */
static void sample_set(struct sampler *s, struct buf *out)
{
	const bool negated = *s->at == '^';
	const char *from = s->at + negated, *end = from;

	while (*end && (*end != ']' || end == from))
		end += *end == '\\' && end[1] ? 2 : 1;
	s->at = *end ? end + 1 : end;
	if (negated)
		buf_addc(out, outside(from, end));
	else if (*from == '\\' && from[1])
		buf_addc(out, class_member(from[1]));
	else if (*from)
		buf_addc(out, *from);
}

/* After a (. What only looks ahead or behind, and options, stand for nothing. */
static void sample_group(struct sampler *s, struct buf *out)
{
	const size_t before = out->len;
	bool silent = false;

	if (*s->at == '?') {
		const char *name = s->at + 1 + (s->at[1] == 'P');

		silent = strchr("=!", s->at[1]) || (s->at[1] == '<' && strchr("=!", s->at[2]));
		if (!silent && (*name == '<' || *name == '\''))
			s->at = strpbrk(name + 1, ">'") ? strpbrk(name + 1, ">'") + 1 : name;
		else
			s->at += 1 + strcspn(s->at + 1, ":)=!");
		if (*s->at && *s->at != ')' && strchr(":=!", *s->at))
			s->at++;
	}
	sample_alternatives(s, out);
	if (*s->at == ')')
		s->at++;
	if (silent)
		buf_truncate(out, before);
}

/* How often the part before must stand: {n,m} n times, else once. */
static unsigned sample_repeat(struct sampler *s)
{
	unsigned n = 1;

	if (*s->at == '{' && s->at[1] >= '0' && s->at[1] <= '9') {
		for (n = 0, s->at++; *s->at >= '0' && *s->at <= '9' && n < REPEAT_MAX; s->at++)
			n = n * 10 + (unsigned)(*s->at - '0');
		s->at += strcspn(s->at, "}");
		s->at += *s->at == '}';
	} else if (*s->at && strchr("*+?", *s->at)) {
		s->at++;
	}
	s->at += *s->at && strchr("?+", *s->at);
	return n < REPEAT_MAX ? n : REPEAT_MAX;
}

static void sample_part(struct sampler *s, struct buf *out)
{
	const char c = *s->at++;

	switch (c) {
	case '\\':
		sample_escape(s, out);
		break;
	case '[':
		sample_set(s, out);
		break;
	case '(':
		sample_group(s, out);
		break;
	case '^':
	case '$':
		break;
	case '.':
		buf_addc(out, 'x');
		break;
	default:
		buf_addc(out, c);
	}
}

static void sample_sequence(struct sampler *s, struct buf *out)
{
	while (*s->at && *s->at != '|' && *s->at != ')') {
		const size_t from = out->len;
		unsigned times;
		size_t len;

		sample_part(s, out);
		len = out->len - from;
		for (times = sample_repeat(s); times > 1; times--) {
			char *again = xmemdup0(buf_text(out) + from, len);

			buf_add(out, again, len);
			free(again);
		}
	}
}

/* The first of them counts. */
static void sample_alternatives(struct sampler *s, struct buf *out)
{
	if (++s->depth > DEPTH_MAX) {
		s->at += strlen(s->at);
		return;
	}
	sample_sequence(s, out);
	while (*s->at == '|') {
		const size_t kept = out->len;

		s->at++;
		sample_sequence(s, out);
		buf_truncate(out, kept);
	}
	s->depth--;
}

char *specimen_text(const char *pattern)
{
	auto_buf struct buf out = BUF_INIT(TEXT_MAX);
	struct sampler s = { .at = pattern };

	while (*s.at) {
		sample_alternatives(&s, &out);
		s.at += *s.at != '\0'; /* a ) too many */
	}
	return xstrdup(buf_text(&out));
}
