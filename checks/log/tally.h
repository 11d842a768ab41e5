/*
 * tally - what the records of a log say: which are bad, which are good, when the last ones were.
 */
#ifndef CHECKS_LOG_TALLY_H
#define CHECKS_LOG_TALLY_H

#include "checks/log/log.h"
#include "checks/log/records.h"
#include "checks/log/stamp.h"

struct observer;
struct tally;

enum match { MATCH_NONE, MATCH_GOOD, MATCH_BAD };
/* "none", "good", "bad" */
const char *match_name(enum match m);
enum match match_find(const char *name);

struct tally *tally_new(const struct log_query *q, const struct log_split *split, struct err **e);
void tally_free(struct tally *t);
/* Records before this time do not count; what bears no time counts as those before it. */
void tally_since(struct tally *t, int64_t cutoff);
/* The time of a record without one, until another comes. */
void tally_assume(struct tally *t, int64_t stamp);
/* Times without a zone may be so much newer (ns). */
void tally_lag(struct tally *t, int64_t lag);
/* The next record was told at the last run already, as this: only what has become of it counts. */
void tally_seen(struct tally *t, enum match as);
/* Keep the text of what counts, for extract. */
void tally_keep_text(struct tally *t);
struct stamps *tally_stamps(struct tally *t);
/* For records_new(); ctx is the tally. */
int tally_record(void *ctx, const struct record *r, struct err **e);

/* The record that may go on: where it begins and what it was; false when there is none. */
bool tally_open(const struct tally *t, int64_t *at, enum match *as);
/* Of the last record, or STAMP_NONE. */
int64_t tally_stamp(const struct tally *t);
/* All facts but exists. */
void tally_tell(const struct tally *t, struct observer *o);

#endif
