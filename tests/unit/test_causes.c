/* Causes: which results hang on which, by what they need and by where they could not get. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/base/buf.h"
#include "engine/base/xalloc.h"
#include "engine/result/result.h"

#define ROWS_MAX 8

static const struct check_type local_type = { .name = "port", .lane = LANE_LOCAL };
static const struct check_type network_type = { .name = "tcp", .lane = LANE_NETWORK };

/* A row in words: status p f e s; severity l m h c; then what else is known of it. */
static const struct cause_case {
	const char *name;
	const char *rows;   /* parted by ; */
	const char *causes; /* for each row the index of its cause, or a - */
} cases[] = {
	{ "alone", "f h refused db:3306; p l", "--" },
	{ "one target", "f l refused db:1; f l refused db:1", "-0" },
	{ "the gravest", "f l refused db:1; f h refused db:1", "1-" },
	{ "another port", "f l refused db:1; f l refused db:2", "--" },
	{ "names of this machine",
	  "f l refused 127.0.0.1:1; f l refused localhost:1; f l refused [::1]:1; "
	  "f l refused 10.0.0.1:1",
	  "-00-" },
	{ "seen from within", "f h refused localhost:80; f l none localhost:80 local", "1-" },
	{ "a plain failure of the network is none", "f l refused db:80; f h none db:80", "--" },
	{ "refused and silent", "f l refused db:1; f l timeout db:1", "-0" },
	{ "connected and slow", "f l refused db:1; f l timeout db:1 connected", "--" },
	{ "two wrong passwords are two", "f l auth db:1; f l auth db:1", "--" },
	{ "cut off alike", "f l closed db:1; f l reset db:1; f l refused db:1", "-0-" },
	{ "a name, on whatever port", "f l dns db:1; f l dns db:2; f l refused db:1", "-0-" },
	{ "needs, and those that need them", "f l; s l needs:0; s l needs:1", "-00" },
	{ "needs that stand behind", "s l needs:1; s l needs:2; e l permission", "22-" },
	{ "needs that were skipped for themselves", "s l; s l needs:0", "--" },
	{ "skipped before the run, whatever it needs", "f l; s l needs:0 decided", "--" },
	{ "needs alone make no failure hang on others", "f l; f l needs:0", "--" },
	{ "nothing to compare with", "f l; e l capture captures:0", "-0" },
	{ "compared, and not equal", "f l; f l captures:0", "--" },
	{ "through both", "f h refused db:1; f l refused db:1; s l needs:1", "-00" },
	{ "details that say nothing", "f l refused", "-" },
};

/* A run of the rows; texts and indices live in `world`. */
struct world {
	struct check checks[ROWS_MAX];
	struct result results[ROWS_MAX];
	struct capture captures[ROWS_MAX];
	size_t needs[ROWS_MAX];
	const char *targets[ROWS_MAX];
	bool connected[ROWS_MAX], known[ROWS_MAX];
	char text[256];
	struct run run;
};

/* One word of a row. */
static void row_word(struct world *w, size_t i, const char *word)
{
	struct check *check = &w->checks[i];
	struct result *x = &w->results[i];

	if (!strcmp(word, "local")) {
		check->type = &local_type;
	} else if (!strcmp(word, "decided")) {
		check->decided = DECIDED_SKIP;
	} else if (!strcmp(word, "connected")) {
		w->connected[i] = true;
	} else if (!strncmp(word, "needs:", 6)) {
		w->needs[i] = (size_t)(word[6] - '0');
		check->needs = &w->needs[i];
		check->need_count = 1;
	} else if (!strncmp(word, "captures:", 9)) {
		w->captures[i] = (struct capture){ .first = (size_t)(word[9] - '0'), .count = 1 };
		check->captures = &w->captures[i];
		check->capture_count = 1;
	} else if (strchr(word, ':')) {
		w->targets[i] = word;
	} else if (strlen(word) > 1) {
		x->kind = kind_find(word);
	} else if (strchr("pfes", *word) && !w->known[i]) {
		x->status = (enum status)(strchr("pfes", *word) - "pfes");
		w->known[i] = true;
	} else {
		x->severity = (enum severity)(strchr("ilmhc", *word) - "ilmhc");
	}
}

static void world_make(struct world *w, const struct cause_case *c)
{
	char *row_at, *rows, *row;

	*w = (struct world){ .run = { .results = w->results } };
	snprintf(w->text, sizeof(w->text), "%s", c->rows);
	for (rows = w->text; (row = strtok_r(rows, ";", &row_at)); rows = NULL) {
		const size_t i = w->run.count++;
		char *word_at, *word;

		w->checks[i].index = i;
		w->checks[i].type = &network_type;
		for (; (word = strtok_r(row, " ", &word_at)); row = NULL)
			row_word(w, i, word);
		w->results[i].check = &w->checks[i];
		if (w->targets[i])
			w->results[i].details = xasprintf(
				"{\"target\":\"%s\",\"trace\":[\"%s\"]}", w->targets[i],
				w->connected[i] ? "connected to it in 1 ms" : "resolved");
	}
}

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		static struct world w;
		auto_buf struct buf causes = BUF_INIT(64);
		size_t affected = 0, affects = 0;

		world_make(&w, &cases[i]);
		run_find_causes(&w.run);
		for (size_t k = 0; k < w.run.count; k++) {
			const struct result *x = &w.results[k];

			buf_addc(&causes, x->cause ? (char)('0' + (x->cause - w.results)) : '-');
			affected += x->cause != NULL;
			affects += x->affects;
			free(w.results[k].details);
		}
		if (strcmp(buf_text(&causes), cases[i].causes))
			fail_msg("%s: %s", cases[i].name, buf_text(&causes));
		assert_int_equal(affected, affects);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_cases) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
