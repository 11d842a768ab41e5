/*
 * keys - the keys of every map of the language, as tables: reading, did-you-mean and the JSON
 * Schema come from them.
 */
#ifndef ENGINE_RULESET_KEYS_H
#define ENGINE_RULESET_KEYS_H

#include <stdbool.h>
#include <stddef.h>

struct diagnostics;
struct node;
struct node_pair;

/* What a value looks like, for the schema and for the first check of its shape. */
enum key_shape {
	KEY_ANY,      /* said elsewhere: an expectation, fields, items, … */
	KEY_TEXT,     /* one text, not empty */
	KEY_DURATION, /* 5s; may be a ${…} */
	KEY_NUMBER,   /* digits */
	KEY_BOOL,     /* true or false */
	KEY_CHOICE,   /* one of `choices` */
	KEY_WORDS,    /* a text, or a text in each language */
	KEY_WORDS_LIST,
	KEY_TEXTS,           /* a list of texts */
	KEY_ONE_OR_TEXTS,    /* a text or a list of texts */
	KEY_MAP,             /* a map with keys of its own choosing */
	KEY_LIST,            /* a list, said elsewhere */
	KEY_SECTION,         /* a map with the keys `of` */
	KEY_ONE_OR_SECTIONS, /* such a map, or a list of such */
	KEY_CONDITION,       /* a map with the keys of conditions */
	KEY_CONDITIONS,      /* a list of such */
	KEY_EXPECT,
};

/* One key; tables are sorted by name and end with a row without one. */
struct key {
	const char *name;
	enum key_shape shape;
	bool required;
	const char *doc;            /* one English sentence */
	const char *const *choices; /* KEY_CHOICE: NULL-ended */
	const struct key *of;       /* KEY_SECTION, KEY_ONE_OR_SECTIONS */
	const char *pattern;        /* KEY_TEXT: for the schema */
	void (*read)(void *ctx,
		     const struct node_pair
			     *pair); /* called when the shape is right; NULL: nothing to keep */
};

extern const struct key ruleset_keys[], check_keys[], param_keys[], include_keys[], retry_keys[],
	step_keys[], from_keys[], condition_keys[], defaults_keys[], type_defaults_keys[],
	words_keys[];

const struct key *key_find(const struct key *keys, const char *name);
/* The names, NULL-ended; the array is the caller's. */
const char **key_names(const struct key *keys);
/* Hand every pair to its row; unknown keys (but those that `other` takes), wrong shapes and missing
 * required keys go to d. other: may be NULL; returns whether it took the pair. -1 when d got an
 * error. */
int keys_read(const struct key *keys, const struct node *map, const char *where, void *ctx,
	      bool (*other)(void *ctx, const struct node_pair *pair), struct diagnostics *d);
/* Only whether the shape is right. */
int key_check_shape(const struct key *k, const struct node *value, struct diagnostics *d);
/* Whether any scalar below, or a key, holds "${". */
bool node_varies(const struct node *n);
/* One text that is a whole ${name}: the name, the caller's; else NULL. */
char *node_whole_name(const struct node *n);

#endif
