/*
 * fact - what a check type yields, declared once, so that expectations are type-checked at load.
 */
#ifndef ENGINE_DECL_FACT_H
#define ENGINE_DECL_FACT_H

enum fact_type {
	FACT_OPEN, /* whatever was there: json, rows, …; items of a LIST that tells nothing */
	FACT_BOOL,
	FACT_INT,      /* JSON integer */
	FACT_NUMBER,   /* JSON integer or real */
	FACT_DURATION, /* JSON number of seconds; an expected "10m" is read as one */
	FACT_SIZE,     /* JSON integer of bytes; an expected "64K" is read as one */
	FACT_MODE,     /* JSON string of four octal digits "0644"; expected also as 644 or 0o644 */
	FACT_TIME,     /* JSON string, RFC 3339 in UTC */
	FACT_VERSION,  /* JSON string; ordered part by part */
	FACT_TEXT,     /* JSON string */
	FACT_LIST,     /* of `item`, whose members are `of` when it is a map */
	FACT_MAP,      /* with the members `of`; open when `of` is NULL */
};

/* Within which bounds the numbers of a fact lie. */
enum fact_range {
	RANGE_NATURAL, /* never negative */
	RANGE_PERCENT, /* from 0 to 100 */
	RANGE_SIGNED,
};

struct fact {
	const char *name;
	enum fact_type type;
	const char *doc;       /* one English sentence */
	const struct fact *of; /* members of a MAP, or of a LIST's items */
	enum fact_type item;   /* LIST: the type of the items (FACT_MAP where `of` is given) */
	enum fact_range range; /* of numbers, durations and sizes */
};

/* The row of this name in a table that ends without one, or NULL. */
const struct fact *fact_find(const struct fact *facts, const char *name);
/* "true or false", "a number", "a duration", … for messages. */
const char *fact_type_name(enum fact_type type);
/* The facts that every type has: time, error.kind, error.text, found. */
extern const struct fact common_facts[];

#endif
