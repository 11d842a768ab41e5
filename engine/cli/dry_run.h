/*
 * dry_run - the plan in words: what would be run, in which order, and what would not and why.
 */
#ifndef ENGINE_CLI_DRY_RUN_H
#define ENGINE_CLI_DRY_RUN_H

struct plan;

/* Print it on standard output; returns the exit code: 0, 4 when nothing would be inspected. */
int dry_run_print(const struct plan *p, const char *lang);

#endif
