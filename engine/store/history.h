/*
 * history - how the last runs of one task ended, and what each check came to in them.
 *
 * A file of columns: the runs (the newest last), and for each check one letter a run, so that it is
 * small, bounded, and whole for whoever wants to show it:
 *
 *	p pass   n pass, though it fails (pending)   f fail   e error   s skip   . not in that run
 *
 * Where entries of an expectation are sustained for themselves, ID#N has the letters of entry N.
 */
#ifndef ENGINE_STORE_HISTORY_H
#define ENGINE_STORE_HISTORY_H

#include <jansson.h>

struct err;
struct history;
struct log;
struct run;

/* So many runs are kept. */
#define HISTORY_RUNS_MAX 100

/* Never NULL: a file that is damaged is warned of, and is no history. */
struct history *history_read(const char *folder, struct log *log);
void history_free(struct history *h);
/* { ID: in how many runs in a row, up to the last, it has failed }; those in which it reached no
 * verdict (error, skip, not selected) do not count and do not end the row. A new reference. */
json_t *history_failing(const struct history *h);
/* This run has ended. */
void history_add(struct history *h, const struct run *r);
/* -1: ERR_CREATE, and the old one stands. */
int history_write(const struct history *h, struct err **e);

#endif
