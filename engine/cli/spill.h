/*
 * spill - what a ruleset has in it that a message about its mistakes must not show.
 *
 * Messages come with the source line, and are kept in reports: passwords written into URLs, values
 * of secret fields and of keys that usually hold a secret are masked in them.
 */
#ifndef ENGINE_CLI_SPILL_H
#define ENGINE_CLI_SPILL_H

struct check_type;
struct diagnostics;
struct rulebook;

/* Mask messages and source lines in place. book may be NULL; what could not be parsed is told by
 * its lines alone. */
void spill_mask(struct diagnostics *d, const struct rulebook *book,
		const struct check_type *const *types);

#endif
