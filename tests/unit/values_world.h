/*
 * values_world - a folder with a ruleset and a site's files, and what becomes of its parameters.
 *
 * In every text `%D` stands for the folder.
 */
#ifndef TESTS_UNIT_VALUES_WORLD_H
#define TESTS_UNIT_VALUES_WORLD_H

#include "engine/base/buf.h"
#include "engine/base/secret.h"
#include "engine/document/diagnostic.h"
#include "engine/ruleset/load.h"
#include "engine/ruleset/values.h"

struct world {
	char folder[64];
	struct rulebook *book;
	struct requests requests;
	struct secrets *secrets;
	struct diagnostics said;
	int rc; /* of values_resolve */
};

void world_init(struct world *w);
void world_release(struct world *w);
/* Write a file into the folder. */
void world_write(const struct world *w, const char *name, const char *text);
/* `text` with the folder for %D, or the other way round; the caller's. */
char *world_expand(const struct world *w, const char *text);
char *world_shorten(const struct world *w, const char *text);
/* Load t.yaml (and u.yaml, when it is there), carry out its requests, resolve. site and file are
 * names of files in the folder, or NULL; environment and options end with NULL and are changed in
 * place. */
void world_resolve(struct world *w, const char *site, const char *file, char **environment,
		   const char *const *options);
/* "NAME=value layer origin" a line for every parameter of every scope, "NAME? kind problem" for
 * what could not be had. The caller's. */
char *world_params(const struct world *w);
/* All diagnostics, a line each; the caller's. */
char *world_said(struct world *w);

#endif
