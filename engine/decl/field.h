/*
 * field - what a check type takes, declared once.
 *
 * Loading, lint, `rounds explain`, the JSON Schema, the man page and completion are made from these
 * tables. Tables are sorted by name and end with a row without a name. A default is YAML text and
 * is read by the code that reads the user's. The macros refuse a member of another C type at
 * compile time.
 */
#ifndef ENGINE_DECL_FIELD_H
#define ENGINE_DECL_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

struct diagnostics;
struct node;

struct duration {
	int64_t ns;
};
struct byte_size {
	uint64_t bytes;
};
struct file_mode {
	uint32_t bits;
	bool set;
};
struct text_list {
	char **items;
	size_t count;
};
struct text_map {
	char **keys;
	char **values;
	size_t count;
};

enum field_kind {
	FIELD_KIND_TEXT,      /* char * */
	FIELD_KIND_PATH,      /* char *: absolute path; "" is refused */
	FIELD_KIND_URL,       /* char *: ${…} inside is percent-encoded by its part */
	FIELD_KIND_REGEX,     /* char *: compiled at load to prove it; ${…} inside is quoted */
	FIELD_KIND_SECRET,    /* char *: never shown */
	FIELD_KIND_SHELL,     /* char *: ${…} is an error (use env) */
	FIELD_KIND_QUERY,     /* char *: ${…} is an error (use args) */
	FIELD_KIND_UINT,      /* uint64_t within min..max */
	FIELD_KIND_INT,       /* int64_t within min..max */
	FIELD_KIND_BOOL,      /* bool: true or false only */
	FIELD_KIND_ENUM,      /* int: index into choices */
	FIELD_KIND_DURATION,  /* struct duration */
	FIELD_KIND_SIZE,      /* struct byte_size */
	FIELD_KIND_MODE,      /* struct file_mode */
	FIELD_KIND_LIST,      /* struct text_list: a list of texts, or one text */
	FIELD_KIND_REGEXES,   /* struct text_list of regexes */
	FIELD_KIND_MAP,       /* struct text_map: name to text */
	FIELD_KIND_REGEX_MAP, /* struct text_map: name to regex with exactly one group (extract) */
	FIELD_KIND_JSON,      /* json_t *: anything, typed as open facts are */
};

struct field {
	const char *name;
	enum field_kind kind;
	size_t offset;
	bool required;
	bool or_file;               /* SECRET: an absolute path names the file that holds it */
	bool filled;                /* TEXT: "" is refused, since nothing bears an empty name */
	const char *dflt;           /* YAML text, or NULL: the zero value, "not given" */
	int64_t min, max;           /* UINT, INT; DURATION in ns; both 0: no bound */
	const char *const *choices; /* ENUM: NULL-ended */
	const char *doc;            /* one English sentence */
};

#define FIELD_(st, member, k, ctype, ...)                                                          \
	{                                                                                          \
		.name = #member, .kind = (k),                                                      \
		.offset = offsetof(st, member) +                                                   \
			  0 * sizeof(_Generic(((st *)0)->member, ctype : 1)),                      \
		__VA_ARGS__                                                                        \
	}
#define FIELD_TEXT(st, member, ...) FIELD_(st, member, FIELD_KIND_TEXT, char *, __VA_ARGS__)
#define FIELD_PATH(st, member, ...) FIELD_(st, member, FIELD_KIND_PATH, char *, __VA_ARGS__)
#define FIELD_URL(st, member, ...) FIELD_(st, member, FIELD_KIND_URL, char *, __VA_ARGS__)
#define FIELD_REGEX(st, member, ...) FIELD_(st, member, FIELD_KIND_REGEX, char *, __VA_ARGS__)
#define FIELD_SECRET(st, member, ...) FIELD_(st, member, FIELD_KIND_SECRET, char *, __VA_ARGS__)
#define FIELD_SHELL(st, member, ...) FIELD_(st, member, FIELD_KIND_SHELL, char *, __VA_ARGS__)
#define FIELD_QUERY(st, member, ...) FIELD_(st, member, FIELD_KIND_QUERY, char *, __VA_ARGS__)
#define FIELD_UINT(st, member, ...) FIELD_(st, member, FIELD_KIND_UINT, uint64_t, __VA_ARGS__)
#define FIELD_INT(st, member, ...) FIELD_(st, member, FIELD_KIND_INT, int64_t, __VA_ARGS__)
#define FIELD_BOOL(st, member, ...) FIELD_(st, member, FIELD_KIND_BOOL, bool, __VA_ARGS__)
#define FIELD_ENUM(st, member, ...) FIELD_(st, member, FIELD_KIND_ENUM, int, __VA_ARGS__)
#define FIELD_DURATION(st, member, ...)                                                            \
	FIELD_(st, member, FIELD_KIND_DURATION, struct duration, __VA_ARGS__)
#define FIELD_SIZE(st, member, ...)                                                                \
	FIELD_(st, member, FIELD_KIND_SIZE, struct byte_size, __VA_ARGS__)
#define FIELD_MODE(st, member, ...)                                                                \
	FIELD_(st, member, FIELD_KIND_MODE, struct file_mode, __VA_ARGS__)
#define FIELD_LIST(st, member, ...)                                                                \
	FIELD_(st, member, FIELD_KIND_LIST, struct text_list, __VA_ARGS__)
#define FIELD_REGEXES(st, member, ...)                                                             \
	FIELD_(st, member, FIELD_KIND_REGEXES, struct text_list, __VA_ARGS__)
#define FIELD_MAP(st, member, ...) FIELD_(st, member, FIELD_KIND_MAP, struct text_map, __VA_ARGS__)
#define FIELD_REGEX_MAP(st, member, ...)                                                           \
	FIELD_(st, member, FIELD_KIND_REGEX_MAP, struct text_map, __VA_ARGS__)
#define FIELD_JSON(st, member, ...) FIELD_(st, member, FIELD_KIND_JSON, json_t *, __VA_ARGS__)

/* The row of this name, or NULL. */
const struct field *field_find(const struct field *fields, const char *name);
/* Bind a map (or an empty node: no fields) into a zeroed struct: defaults first, then the map;
 * unknown keys, wrong values and missing required fields go to `d` at their places, all of them.
 * `where` names the owner in messages ("port", "defaults"). Deferred scalars are left at their
 * default and do not count as missing. Members are the struct's own: free with fields_free. Returns
 * 0, or -1 when d got an error. */
int fields_bind(const struct field *fields, void *into, const struct node *map, const char *where,
		struct diagnostics *d);
/* One value, as fields_bind reads it; `into` is the struct. */
int field_read(const struct field *f, void *into, const struct node *value, struct diagnostics *d);
/* Release everything that the struct's members own and zero them (secrets are overwritten). */
void fields_free(const struct field *fields, void *from);
/* A NULL-ended list of the names, for "did you mean"; the array is the caller's, the names are not.
 */
const char **fields_names(const struct field *fields);
/* "; did you mean true?" for "yes" and other words that YAML 1.1 takes for a boolean; else "". */
const char *field_meant_bool(const char *text);

/* "a duration", "a port number from 1 to 65535", "one of tcp, udp" for messages and `explain`;
 * appended to out. */
struct buf;
void field_describe(const struct field *f, struct buf *out);
/* The JSON Schema (draft-07) of one field's value; a new reference. */
json_t *field_schema(const struct field *f);

#endif
