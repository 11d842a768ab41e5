/*
 * node - a YAML document as a tree in which everything knows its line and column.
 *
 * Scalars stay text: nothing is typed by YAML's guess; who reads a node knows the type that it
 * wants. A document owns its nodes, its source lines and its path. Anchors, aliases and merge keys
 * are already resolved (an alias is the same node; a merge makes a new map), duplicates already
 * refused.
 */
#ifndef ENGINE_DOCUMENT_NODE_H
#define ENGINE_DOCUMENT_NODE_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

struct diagnostics;
struct document;
struct err;

enum node_type { NODE_SCALAR, NODE_LIST, NODE_MAP };

struct node_pair {
	struct node *key; /* a scalar always */
	struct node *value;
};

/* Small, since a check is some eleven of them. */
struct node {
	enum node_type type : 8;
	bool plain;            /* scalar: written without quotes (and not a block scalar) */
	bool deferred;         /* scalar: holds a ${…} whose value is not known yet */
	unsigned width;        /* code points to underline, at least 1 */
	unsigned line, column; /* from 1; columns count code points */
	const struct document *document;
	char *text; /* scalar: NUL-ended, without embedded NUL; else NULL */
	union {
		json_t *scalar_value;    /* scalar; read it by node_typed() */
		struct node **items;     /* list */
		struct node_pair *pairs; /* map, in the order of the file */
	};
	unsigned len;   /* scalar; else 0 */
	unsigned count; /* list, map; else 0 */
};

/* Read a ruleset-like document, in a strict subset of YAML: UTF-8 only, one document, no tags, at
 * most 32 deep, 4 MiB and 100,000 nodes added by aliases, no duplicate keys. All mistakes that can
 * be found go to `d`. Returns the document (also with mistakes that leave its shape clear, such as
 * duplicate keys: look at d->errors), or NULL when there is none; then d has an error. An empty
 * file is an error. `name` is the path as the user knows it; `path` is opened. */
struct document *document_load(const char *path, const char *name, struct diagnostics *d);
/* The same from memory. */
struct document *document_parse(const char *bytes, size_t len, const char *name,
				struct diagnostics *d);
/* The same by libyaml alone, for tests: never by the quick reader of what is written plainly. */
struct document *document_parse_thoroughly(const char *bytes, size_t len, const char *name,
					   struct diagnostics *d);
/* Whether the last document that was read had needed libyaml, which could not be loaded: then `e`
 * says so (ERR_UNAVAILABLE), and what diagnostics say of the document is no mistake of its own. */
bool document_lacked_parser(struct err **e);
void document_free(struct document *doc);
/* The same for a file that may hold secrets: its bytes and texts are overwritten first. */
void document_free_wiping(struct document *doc);
struct node *document_root(const struct document *doc);
const char *document_name(const struct document *doc);
/* SHA-256 of the bytes, 64 hex digits. */
const char *document_sha256(const struct document *doc);
/* A line of the source without its end (from 1); "" where there is none. *len gets its bytes. */
const char *document_line(const struct document *doc, unsigned line, size_t *len);

/* The typed value of a scalar that is made of one whole ${…}; else NULL. */
json_t *node_typed(const struct node *n);
/* The value of `key` in a map, or NULL. */
struct node *node_get(const struct node *map, const char *key);
/* "a text", "a list", "a map", "nothing" (for messages). */
const char *node_kind(const struct node *n);
/* An empty plain scalar, "~" or "null": nothing was written. */
bool node_is_empty(const struct node *n);

/* New nodes at the place of `at` (for interpolation); owned by the caller's arena below. */
struct node_arena;
struct node_arena *node_arena_new(void);
void node_arena_free(struct node_arena *a); /* releases nodes, texts and json values made in it */
/* Overwrite everything in it; only before node_arena_free. */
void node_arena_wipe(struct node_arena *a);
struct node *node_new(struct node_arena *a, const struct node *at, enum node_type type);
/* A scalar; text is copied. */
struct node *node_new_scalar(struct node_arena *a, const struct node *at, const char *text,
			     size_t len);
void node_list_add(struct node_arena *a, struct node *list, struct node *item);
void node_map_add(struct node_arena *a, struct node *map, struct node *key, struct node *value);
/* All at once, with no room for more: of a map keys and values in turn, `count` of each. */
void node_list_fill(struct node_arena *a, struct node *list, struct node *const *items,
		    size_t count);
void node_map_fill(struct node_arena *a, struct node *map, struct node *const *items, size_t count);

/* What a scalar, list or map is as JSON, by the rule for open facts (ruleset-language, "Types of
 * open facts"): a plain scalar that is exactly a JSON number, true, false or null is that,
 * everything else is a string. A new reference. */
json_t *node_to_json(const struct node *n);

#endif
