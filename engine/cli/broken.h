/*
 * broken - what a run that could not start leaves in its reports: one error a broken ruleset.
 */
#ifndef ENGINE_CLI_BROKEN_H
#define ENGINE_CLI_BROKEN_H

#include <stddef.h>

struct diagnostics;
struct rulebook;
struct run;

/* Add one result RULESET/ruleset-load for every file that has a mistake, with its mistakes as
 * evidence. A file whose ruleset has no name is known by its own. book may be NULL. */
void broken_add(struct run *r, const struct rulebook *book, const struct diagnostics *d);
/* Add one for a mistake that is not in a file: a ruleset that was not found, the command line. */
void broken_add_message(struct run *r, const char *ruleset, const char *message);

#endif
