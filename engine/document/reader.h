/*
 * reader - other people's configuration formats as JSON values: properties, ini, toml, yaml, json.
 *
 * For `from` sources of parameters and for the facts of `file`. Bounded by the size of their input;
 * hostile input is an error, never a crash.
 */
#ifndef ENGINE_DOCUMENT_READER_H
#define ENGINE_DOCUMENT_READER_H

#include <stddef.h>

#include <jansson.h>

struct err;

/* One row a format, sorted by name, NULL-ended. */
struct reader {
	const char *name; /* "ini", "json", "properties", "toml", "yaml" */
	const char *doc;
	/* a new reference or NULL: "line 3: …" */
	json_t *(*read)(const char *bytes, size_t len, struct err **e);
	unsigned (*line_of)(const char *bytes, size_t len, const char *key); /* as reader_line_of */
};

extern const struct reader readers[];
const struct reader *reader_find(const char *name);

/* The value of a dotted key in what a reader made: a key "a.b" as one member wins over member a's
 * member b. For properties the object is flat. Numbers in brackets index lists. NULL when there is
 * none; a borrowed reference. */
json_t *reader_lookup(const json_t *value, const char *key);
/* The line on which a top-level or dotted key was defined in the text (1-based), 0 when unknown.
 * Best effort, for provenance. */
unsigned reader_line_of(const char *bytes, size_t len, const char *format, const char *key);

#endif
