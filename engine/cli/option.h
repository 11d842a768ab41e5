/*
 * option - what a command takes on its command line, declared once.
 *
 * One parser reads every command by its table; help, the man page and completion are made from the
 * same tables. A table ends with a row without a name. A row's default is read by the code that
 * reads the user's text.
 */
#ifndef ENGINE_CLI_OPTION_H
#define ENGINE_CLI_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

/* Words of the command line, NULL-ended (items is NULL while there is none); the texts belong to
 * argv. */
struct words_given {
	const char **items;
	size_t count, cap;
};

enum option_kind {
	OPTION_KIND_FLAG,     /* bool */
	OPTION_KIND_TEXT,     /* const char * */
	OPTION_KIND_WORDS,    /* struct words_given: may be repeated */
	OPTION_KIND_CHOICE,   /* int: index into choices; -1 when not given and without a default */
	OPTION_KIND_UINT,     /* uint64_t within min..max */
	OPTION_KIND_DURATION, /* int64_t: nanoseconds */
};

struct option_row {
	const char *name; /* without the dashes */
	char letter;      /* a short form of a flag, or NUL */
	enum option_kind kind;
	size_t offset;
	const char *argument;       /* its name in help: "FORMAT[=PATH]"; NULL for a flag */
	const char *when_bare;      /* holds where only --name stands and no =ARGUMENT */
	const char *dflt;           /* text, or NULL */
	const char *const *choices; /* CHOICE: NULL-ended; WORDS: each must be one of them */
	uint64_t min, max;          /* UINT */
	const char *doc;            /* one English sentence */
};

#define OPTION_(st, member, k, ctype, ...) \
	{ \
		.kind = (k), \
		.offset = offsetof(st, member) + \
			  0 * sizeof(_Generic(((st *)0)->member, ctype : 1)), \
		__VA_ARGS__ \
	}
#define OPTION_FLAG(st, member, ...) OPTION_(st, member, OPTION_KIND_FLAG, bool, __VA_ARGS__)
#define OPTION_TEXT(st, member, ...) \
	OPTION_(st, member, OPTION_KIND_TEXT, const char *, __VA_ARGS__)
#define OPTION_WORDS(st, member, ...) \
	OPTION_(st, member, OPTION_KIND_WORDS, struct words_given, __VA_ARGS__)
#define OPTION_CHOICE(st, member, ...) OPTION_(st, member, OPTION_KIND_CHOICE, int, __VA_ARGS__)
#define OPTION_UINT(st, member, ...) OPTION_(st, member, OPTION_KIND_UINT, uint64_t, __VA_ARGS__)
#define OPTION_DURATION(st, member, ...) \
	OPTION_(st, member, OPTION_KIND_DURATION, int64_t, __VA_ARGS__)

void words_add(struct words_given *w, const char *word);
void words_free(struct words_given *w);

/* Put the defaults into a zeroed struct. */
void options_default(const struct option_row *rows, void *into);
/* Read argv[0..argc) by the table: options may stand between operands, "--" ends them, "-" is an
 * operand. After a mistake it reads on, so that the caller knows the rest (which reports are
 * wanted); the first mistake is in *e and the result is -1. --help (or -h) sets *help. */
int options_parse(const struct option_row *rows, void *into, int argc, char **argv,
		  struct words_given *operands, bool *help, struct err **e);
/* Release the lists in the struct. */
void options_free(const struct option_row *rows, void *from);

#endif
