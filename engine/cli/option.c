#include "engine/cli/option.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/err.h"
#include "engine/base/number.h"
#include "engine/base/text.h"
#include "engine/base/xalloc.h"

enum { MESSAGE_MAX = 1024 };

/* One option as it stands in argv: the row and what follows its '='. */
struct given {
	const struct option_row *row;
	const char *value;
};

static const struct option_row help_row = { .name = "help",
					    .letter = 'h',
					    .kind = OPTION_KIND_FLAG };

void words_add(struct words_given *w, const char *word)
{
	array_grow(w->items, w->count + 1, w->cap);
	w->items[w->count++] = word;
	w->items[w->count] = NULL;
}

void words_free(struct words_given *w)
{
	free(w->items);
	*w = (struct words_given){ 0 };
}

static void *member(const struct option_row *row, void *into)
{
	return (char *)into + row->offset;
}

static int choice_index(const char *const *choices, const char *value)
{
	for (int i = 0; choices[i]; i++)
		if (!strcmp(choices[i], value))
			return i;
	return -1;
}

static int choice_refuse(const struct option_row *row, const char *value, struct err **e)
{
	const char *near = text_nearest(value, row->choices);
	auto_buf struct buf list = BUF_INIT(MESSAGE_MAX);

	for (const char *const *c = row->choices; *c; c++)
		buf_printf(&list, "%s%s", c == row->choices ? "" : ", ", *c);
	if (near)
		return err_set(e, ERR_USAGE, "--%s: unknown '%s'; did you mean '%s'?", row->name,
			       value, near);
	return err_set(e, ERR_USAGE, "--%s: unknown '%s'; it is one of %s", row->name, value,
		       buf_text(&list));
}

static int uint_set(const struct option_row *row, void *into, const char *value, struct err **e)
{
	uint64_t n;

	if (number_uint(value, &n) || n < row->min || n > row->max)
		return err_set(e, ERR_USAGE, "--%s: '%s' is not a number from %ju to %ju",
			       row->name, value, (uintmax_t)row->min, (uintmax_t)row->max);
	*(uint64_t *)into = n;
	return 0;
}

static int duration_set(const struct option_row *row, void *into, const char *value, struct err **e)
{
	int64_t ns;
	const int rc = number_duration(value, &ns);

	if (rc == -2)
		return err_set(e, ERR_USAGE, "--%s: '%s' needs a unit: ms, s, m, h or d", row->name,
			       value);
	if (rc || ns <= 0)
		return err_set(e, ERR_USAGE, "--%s: '%s' is not a duration like 10s or 5m",
			       row->name, value);
	*(int64_t *)into = ns;
	return 0;
}

static int option_set(const struct option_row *row, void *into, const char *value, struct err **e)
{
	void *to = member(row, into);

	if (row->choices && choice_index(row->choices, value) < 0)
		return choice_refuse(row, value, e);
	switch (row->kind) {
	case OPTION_KIND_FLAG:
		*(bool *)to = true;
		return 0;
	case OPTION_KIND_TEXT:
		*(const char **)to = value;
		return 0;
	case OPTION_KIND_WORDS:
		words_add(to, value);
		return 0;
	case OPTION_KIND_CHOICE:
		*(int *)to = choice_index(row->choices, value);
		return 0;
	case OPTION_KIND_UINT:
		return uint_set(row, to, value, e);
	case OPTION_KIND_DURATION:
		return duration_set(row, to, value, e);
	}
	return err_set(e, ERR_BUG, "--%s: no such kind of option", row->name);
}

void options_default(const struct option_row *rows, void *into)
{
	for (const struct option_row *row = rows; row->name; row++) {
		if (row->kind == OPTION_KIND_CHOICE)
			*(int *)member(row, into) = -1;
		if (row->dflt)
			option_set(row, into, row->dflt, NULL);
	}
}

void options_free(const struct option_row *rows, void *from)
{
	for (const struct option_row *row = rows; row->name; row++)
		if (row->kind == OPTION_KIND_WORDS)
			words_free(member(row, from));
}

static int unknown_option(const struct option_row *rows, const char *name, struct err **e)
{
	struct words_given known = { 0 };
	auto_free char *near = NULL;
	const char *found;

	words_add(&known, help_row.name);
	for (const struct option_row *row = rows; row->name; row++)
		words_add(&known, row->name);
	found = text_nearest(name, known.items);
	near = found ? xasprintf("; did you mean '--%s'?", found) : xstrdup("");
	words_free(&known);
	return err_set(e, ERR_USAGE, "unknown option '--%s'%s", name, near);
}

/* Find the row of "name" or "name=value". */
static int long_find(const struct option_row *rows, const char *text, struct given *g,
		     struct err **e)
{
	const size_t len = strcspn(text, "=");
	auto_free char *name = xmemdup0(text, len);

	g->value = text[len] ? text + len + 1 : NULL;
	g->row = NULL;
	if (!strcmp(name, help_row.name))
		g->row = &help_row;
	for (const struct option_row *row = rows; row->name && !g->row; row++)
		if (!strcmp(name, row->name))
			g->row = row;
	return g->row ? 0 : unknown_option(rows, name, e);
}

static int letter_find(const struct option_row *rows, const char *text, struct given *g,
		       struct err **e)
{
	g->value = NULL;
	g->row = NULL;
	if (text[0] == help_row.letter)
		g->row = &help_row;
	for (const struct option_row *row = rows; row->name && !g->row; row++)
		if (row->letter && row->letter == text[0])
			g->row = row;
	if (!g->row || text[1])
		return err_set(e, ERR_USAGE, "unknown option '-%s'", text);
	return 0;
}

/* Read the option at argv[0]; returns how many words it took, or -1 after a mistake. */
static int option_take(const struct option_row *rows, void *into, int argc, char **argv, bool *help,
		       struct err **e)
{
	struct given g;
	const bool is_long = argv[0][1] == '-';
	int used = 1;

	if (is_long ? long_find(rows, argv[0] + 2, &g, e) : letter_find(rows, argv[0] + 1, &g, e))
		return -1;
	if (g.row == &help_row) {
		*help = true;
		return 1;
	}
	if (g.row->kind == OPTION_KIND_FLAG) {
		if (g.value)
			return err_set(e, ERR_USAGE, "--%s takes no argument", g.row->name);
		g.value = "";
	} else if (!g.value) {
		g.value = g.row->when_bare;
	}
	if (!g.value) {
		if (argc < 2)
			return err_set(e, ERR_USAGE, "--%s needs an argument: %s", g.row->name,
				       g.row->argument);
		g.value = argv[1];
		used = 2;
	}
	return option_set(g.row, into, g.value, e) ? -1 : used;
}

int options_parse(const struct option_row *rows, void *into, int argc, char **argv,
		  struct words_given *operands, bool *help, struct err **e)
{
	int failed = 0;

	for (int i = 0; i < argc; i++) {
		int used;

		if (!strcmp(argv[i], "--")) {
			while (++i < argc)
				words_add(operands, argv[i]);
			break;
		}
		if (argv[i][0] != '-' || !argv[i][1]) {
			words_add(operands, argv[i]);
			continue;
		}
		used = option_take(rows, into, argc - i, argv + i, help, e);
		if (used < 0)
			failed = -1;
		else
			i += used - 1;
	}
	return failed;
}
