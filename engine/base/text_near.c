/*
 * text_near - "did you mean": the known word that is nearest to a mistyped one.
 */
#include <string.h>
#include <strings.h>

#include "engine/base/auto.h"
#include "engine/base/text.h"
#include "engine/base/xalloc.h"

/* Nobody types names longer than this; more would only cost time. */
#define NEAR_MAX 256

struct word {
	uint32_t chars[NEAR_MAX];
	size_t len;
};

/* -1 when it is too long. */
static int word_read(struct word *w, const char *s)
{
	size_t len = strlen(s);

	w->len = 0;
	while (len) {
		uint32_t c = 0xfffd;
		size_t n = text_decode(s, len, &c);

		if (w->len == NEAR_MAX)
			return -1;
		n = n ? n : 1;
		w->chars[w->len++] = c;
		s += n;
		len -= n;
	}
	return 0;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* The distance with neighbours that may be swapped (optimal string alignment): three rows are
 * enough. */
static size_t word_distance(const struct word *a, const struct word *b)
{
	size_t rows[3][NEAR_MAX + 1];
	size_t i, j;

	for (j = 0; j <= b->len; j++)
		rows[0][j] = j;
	for (i = 1; i <= a->len; i++) {
		size_t *now = rows[i % 3], *last = rows[(i + 2) % 3];
		const size_t *before = rows[(i + 1) % 3];

		now[0] = i;
		for (j = 1; j <= b->len; j++) {
			size_t same = a->chars[i - 1] == b->chars[j - 1];

			now[j] = least(least(last[j], now[j - 1]) + 1, last[j - 1] + !same);
			if (i > 1 && j > 1 && a->chars[i - 1] == b->chars[j - 2] &&
			    a->chars[i - 2] == b->chars[j - 1])
				now[j] = least(now[j], before[j - 2] + 1);
		}
	}
	return rows[a->len % 3][b->len];
}

size_t text_distance(const char *a, const char *b, size_t limit)
{
	struct word x, y;
	size_t gap;

	if (word_read(&x, a) < 0 || word_read(&y, b) < 0)
		return limit + 1;
	gap = x.len > y.len ? x.len - y.len : y.len - x.len;
	if (gap > limit)
		return limit + 1;
	return least(word_distance(&x, &y), limit + 1);
}

const char *text_nearest(const char *word, const char *const *candidates)
{
	const char *best = NULL;
	struct word w;
	size_t limit, best_distance;

	if (word_read(&w, word) < 0)
		return NULL;
	limit = w.len / 3 > 1 ? w.len / 3 : 1;
	best_distance = limit + 1;
	for (; *candidates; candidates++) {
		size_t d =
			strcasecmp(word, *candidates) ? text_distance(word, *candidates, limit) : 1;

		/* To change every letter is no nearness. */
		if (d < best_distance && d < w.len) {
			best = *candidates;
			best_distance = d;
		}
	}
	return best;
}
