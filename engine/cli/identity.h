/*
 * identity - the head of a run: its id, who started it and how, on which machine.
 */
#ifndef ENGINE_CLI_IDENTITY_H
#define ENGINE_CLI_IDENTITY_H

#include <stdbool.h>

struct run;

/* Fill id, operator_name, host, started of a zeroed run; and, in full, trigger and os, which are
 * looked up in files: only reports for machines and the history tell them. */
void run_identify(struct run *r, bool full);

#endif
