/*
 * number_version - which of two versions is newer, as people mean it.
 *
 * Numbers count as numbers, a word of a pre-release (rc, beta, …) or a '~' comes before nothing,
 * any other word after it: 1.0~x < 1.0-rc1 < 1.0 = 1.0.0 < 1.0-el7 < 1.0.1. A number behind a '-'
 * (or rpm's '^') counts the builds of one version, not versions: 1.0-9 < 1.0.1. What a '+' adds
 * comes after, whatever its word: Debian's 5.2-2+b8 is 5.2-2, built once more. An epoch "1:" goes
 * first.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "engine/base/number.h"

enum part_rank { PART_TILDE, PART_PRE, PART_END, PART_BUILD, PART_WORD, PART_NUMBER };

struct part {
	enum part_rank rank;
	size_t order; /* PART_PRE: its place among them */
	const char *text;
	size_t len;
};

/* Before a release, earliest first. Single letters only when a number follows: 1.0b2 is one,
 * OpenSSL's 1.1.1b is none. */
static const char *const pre_words[] = {
	"dev", "snapshot",  "a",   "alpha",   "b",  "beta",
	"m",   "milestone", "pre", "preview", "cr", "rc",
};

static enum part_rank word_rank(struct part *part)
{
	size_t i;

	for (i = 0; i < sizeof(pre_words) / sizeof(pre_words[0]); i++) {
		if (strlen(pre_words[i]) != part->len ||
		    strncasecmp(part->text, pre_words[i], part->len))
			continue;
		if (part->len == 1 && !isdigit((unsigned char)part->text[1]))
			continue;
		part->order = i;
		return PART_PRE;
	}
	return PART_WORD;
}

/* The next part at s; returns what follows it. */
static const char *part_next(const char *s, struct part *part)
{
	bool added = false, build = false;

	*part = (struct part){ .rank = PART_END, .text = s };
	while (*s && *s != '~' && !isalnum((unsigned char)*s)) {
		added |= *s == '+';
		build |= *s == '-' || *s == '^';
		s++;
	}
	part->text = s;
	if (*s == '~') {
		/* of "+~" the plus goes first, an empty word */
		part->rank = added ? PART_WORD : PART_TILDE;
		return added ? s : s + 1;
	}
	if (isdigit((unsigned char)*s)) {
		while (*s == '0' && isdigit((unsigned char)s[1]))
			s++;
		part->text = s;
		part->rank = build ? PART_BUILD : PART_NUMBER;
		while (isdigit((unsigned char)*s))
			s++;
		part->len = (size_t)(s - part->text);
	} else if (*s) {
		while (isalpha((unsigned char)*s))
			s++;
		part->len = (size_t)(s - part->text);
		part->rank = added ? PART_WORD : word_rank(part);
	}
	return s;
}

/* The end, or a zero where there may be none. */
static bool part_is_nothing(const struct part *p)
{
	if (p->rank == PART_NUMBER || p->rank == PART_BUILD)
		return p->len == 1 && *p->text == '0';
	return p->rank == PART_END;
}

static int size_compare(size_t a, size_t b)
{
	return a < b ? -1 : a > b;
}

static int part_compare(const struct part *a, const struct part *b)
{
	size_t shorter = a->len < b->len ? a->len : b->len;
	int d;

	/* 1.0 and 1.0.0 are the same. */
	if (part_is_nothing(a) && part_is_nothing(b))
		return 0;
	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	switch (a->rank) {
	case PART_PRE:
		return size_compare(a->order, b->order);
	case PART_BUILD:
	case PART_NUMBER:
		d = size_compare(a->len, b->len);
		return d ? d : memcmp(a->text, b->text, shorter);
	case PART_WORD:
		d = strncasecmp(a->text, b->text, shorter);
		return d ? d : size_compare(a->len, b->len);
	case PART_TILDE:
	case PART_END:
		break;
	}
	return 0;
}

/* Past a leading v or V; *epoch gets the number before a ':', or 0. */
static const char *version_start(const char *s, uint64_t *epoch)
{
	const char *p = number_scan(s, epoch);

	if (p && *p == ':')
		return p + 1;
	*epoch = 0;
	return (*s == 'v' || *s == 'V') && isdigit((unsigned char)s[1]) ? s + 1 : s;
}

int number_version_compare(const char *a, const char *b)
{
	uint64_t epoch_a, epoch_b;

	a = version_start(a, &epoch_a);
	b = version_start(b, &epoch_b);
	if (epoch_a != epoch_b)
		return epoch_a < epoch_b ? -1 : 1;
	for (;;) {
		struct part x, y;
		int d;

		a = part_next(a, &x);
		b = part_next(b, &y);
		d = part_compare(&x, &y);
		if (d)
			return d;
		if (x.rank == PART_END && y.rank == PART_END)
			return 0;
	}
}

bool number_is_version(const char *s)
{
	if (*s == 'v' || *s == 'V')
		s++;
	return isdigit((unsigned char)*s);
}
