/*
 * verify - can the checks of a rulebook fail at all?
 *
 * Nothing is looked up and nothing inspected: expectations are bound with the defaults of
 * parameters, and tried on observations that are made up.
 */
#ifndef ENGINE_RULESET_VERIFY_H
#define ENGINE_RULESET_VERIFY_H

#include <stddef.h>

struct diagnostics;
struct rulebook;

struct verified {
	size_t checks;  /* as they are written */
	size_t vacuous; /* that nothing can turn red: each is a mistake in d */
	size_t unknown; /* whose expectation is known at run time only */
};

/* Every check of a rulebook that was loaded without mistakes. What nothing can turn red is a
 * mistake; a part of an expectation that always holds beside others that need not is a warning. */
void rulebook_verify(const struct rulebook *book, struct verified *out, struct diagnostics *d);

#endif
