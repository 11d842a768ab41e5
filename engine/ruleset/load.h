/*
 * load - read ruleset files with their includes into a rulebook, and say everything that is wrong
 * with them.
 */
#ifndef ENGINE_RULESET_LOAD_H
#define ENGINE_RULESET_LOAD_H

#include "engine/ruleset/ruleset.h"

/* Load files (already found; `names[i]` as the user knows them). All static mistakes of all files
 * go to `d`: syntax, unknown keys, unknown facts, operators that do not fit, undefined parameters,
 * cycles of includes, needs and captures, duplicate ids and ruleset names, values of fields (also
 * with the defaults of parameters put in). Warnings too (`command` alone in process, …). Returns a
 * rulebook (also when there are errors: then of what could be read; a ruleset whose file could not
 * be parsed has its path as its name), never NULL. */
struct rulebook *rulebook_load(const char *const *paths, size_t count,
			       const struct check_type *const *types, struct diagnostics *d);
void rulebook_free(struct rulebook *book);

/* Find ruleset files: a file is itself; a folder is every *.yaml / *.yml below it that has a
 * top-level key `ruleset` or `checks` (sorted); a name is looked up in the search folders by file
 * stem and by ruleset name. Found paths are appended; -1 (ERR_NOT_FOUND) with did-you-mean. */
struct err;
struct text_list;
int ruleset_find(const char *what, const struct text_list *folders, struct text_list *paths,
		 struct err **e);

/* Check the static shape of one rule again with the values of scope and items put in: used by load
 * and by the plan. */

/* The JSON Schema (draft-07) of ruleset files; a new reference. */
json_t *ruleset_schema(const struct check_type *const *types);

#endif
