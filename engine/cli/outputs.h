/*
 * outputs - the reports of one run: each format to its file, several at once; one that cannot be
 * written never keeps the others from being written.
 */
#ifndef ENGINE_CLI_OUTPUTS_H
#define ENGINE_CLI_OUTPUTS_H

#include <stdbool.h>
#include <stddef.h>

struct err;
struct outputs;
struct progress;
struct result;
struct run;

struct output_options {
	const char *const *wanted; /* "FORMAT[=PATH]" */
	size_t count;
	int color; /* enum color */
	bool quiet, verbose;
	const char *lang;
};

/* Check what is wanted and open the files. NULL for a mistake of the user (unknown format, two
 * reports to standard output). A file that cannot be opened is told on standard error and counts as
 * failed. */
struct outputs *outputs_open(const struct output_options *options, struct err **e);
/* Drops what is not finished. */
void outputs_free(struct outputs *o);
/* Whether one of them could not be written whole. */
bool outputs_failed(const struct outputs *o);

void outputs_begin(struct outputs *o, const struct run *r, size_t planned);
/* A result, in the order of completion. */
void outputs_result(struct outputs *o, const struct run *r, const struct result *x);
void outputs_progress(struct outputs *o, const struct progress *p);
/* The run is judged: write what is not streamed, and make the files appear. */
void outputs_end(struct outputs *o, const struct run *r);

#endif
