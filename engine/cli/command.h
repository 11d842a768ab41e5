/*
 * command - a subcommand: one file each in engine/cli, one row each in engine/cli/registry.c.
 */
#ifndef ENGINE_CLI_COMMAND_H
#define ENGINE_CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/cli/option.h"

struct buf;
struct err;

/* How a command was called. */
struct invocation {
	const void *args; /* the command's struct, filled by its table */
	const char *const *operands;
	size_t operand_count;
	bool as_plugin; /* called as check_rounds: a Nagios plugin */
	const struct err
		*mistake; /* of the command line; only a command that `takes_mistakes` sees one */
};

struct command {
	const char *name;
	const char *summary;     /* one line: lower case, no full stop */
	const char *description; /* paragraphs for its help */
	const char *operands;    /* "[PATH|NAME ...]", or NULL: it takes none */
	size_t min_operands, max_operands;
	const struct option_row *options;
	size_t args_size;
	bool hidden;                             /* not for people: not in help */
	bool takes_mistakes;                     /* is run even so, to write its reports */
	int (*run)(const struct invocation *in); /* returns the exit code */
};

/* Sorted by name, NULL-ended. */
extern const struct command *const command_registry[];
const struct command *command_find(const char *name);

/* Parse the words after the command's name and run it. Returns the exit code. */
int command_run(const struct command *c, int argc, char **argv, bool as_plugin);

/* Append the help of the program, or of one command; at most 80 columns. */
void help_program(struct buf *out);
void help_command(const struct command *c, struct buf *out);
/* "--report FORMAT[=PATH]", "-q, --quiet". */
void help_option_name(const struct option_row *row, struct buf *out);
/* Its sentence, with its choices and its default. */
void help_option_doc(const struct option_row *row, struct buf *out);

#endif
