/*
 * book - from the operands of a command to a loaded rulebook, and from there to a plan.
 */
#ifndef ENGINE_CLI_BOOK_H
#define ENGINE_CLI_BOOK_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/cli/home.h"
#include "engine/document/diagnostic.h"
#include "engine/ruleset/plan.h"
#include "engine/ruleset/ruleset.h"
#include "engine/ruleset/values.h"

struct err;
struct log;
struct place;
struct secrets;
struct words_given;

/* Everything between the command line and a run. Release with book_release(), also after a failure.
 */
struct book {
	struct home home;
	struct text_list paths;
	struct text_list named; /* those of the paths that the user named (not: a folder, or nothing
				   at all) */
	bool all; /* nothing was named: all that is installed or shipped is looked for */
	struct rulebook *rulebook;
	struct diagnostics mistakes;
	struct requests requests; /* with their answers */
	struct secrets *secrets;
	struct plan *plan;
};

void book_init(struct book *b);
void book_release(struct book *b);

/* Find the files of the operands; without an operand everything that is installed or shipped. -1:
 * *e names what was not found. */
int book_find(struct book *b, const char *const *operands, size_t count, struct err **e);
/* Load what was found. Returns 0, or -1 when b->mistakes has an error. */
int book_load(struct book *b);

/* Where parameters get values from on the command line. */
struct book_params {
	const struct words_given *files, *options;
	const struct place *place; /* where is inspected; NULL: this machine */
	int64_t deadline;          /* of the whole run (clock_mono); 0: none */
};
/* Look up values and make the plan. Returns 0, or -1 when b->mistakes has an error. */
int book_plan(struct book *b, const struct book_params *params, const struct plan_options *options,
	      struct log *log);

#endif
