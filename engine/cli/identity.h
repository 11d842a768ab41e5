/*
 * identity - the head of a run: its id, who started it and how, on which machine.
 */
#ifndef ENGINE_CLI_IDENTITY_H
#define ENGINE_CLI_IDENTITY_H

struct run;

/* Fill id, trigger, operator_name, host, os, started of a zeroed run. */
void run_identify(struct run *r);

#endif
