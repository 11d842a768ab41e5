/*
 * library - the documents of a rulebook: each file is read once, however often it is included.
 */
#ifndef ENGINE_RULESET_LIBRARY_H
#define ENGINE_RULESET_LIBRARY_H

#include <stdbool.h>

struct diagnostics;
struct document;
struct library;

struct library *library_new(void);
void library_free(struct library *l);
/* The document of this file; `name` as people know it. NULL when there is none or it cannot be
 * used: *there tells which; mistakes in it go to d the first time. The document is the library's.
 */
struct document *library_open(struct library *l, const char *path, const char *name, bool *there,
			      struct diagnostics *d);
/* A number that tells this file from all others in the library, by what it is, not by its name; -1
 * when there is none. */
long library_number(struct library *l, const char *path);

#endif
