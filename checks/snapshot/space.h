/*
 * space - how much room a file system has, asked so that one that never answers hangs nobody but a
 * thread of its own.
 */
#ifndef CHECKS_SNAPSHOT_SPACE_H
#define CHECKS_SNAPSHOT_SPACE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/statvfs.h>
#include <sys/types.h>

struct root;

struct space {
	struct statvfs fs;
	dev_t device; /* as stat(2) tells of files there */
	int errnum;   /* 0, or why it could not be asked */
};

/* A question under way. The root (root.h; NULL: the machine's own) must outlive the process' last
 * question: its thread may hang. */
struct space_query;
struct space_query *space_ask(const struct root *r, const char *path);
/* Wait for the answer until `deadline` (clock_mono), release the question. false: it did not
 * answer, and its thread stays behind until it does. */
bool space_wait(struct space_query *q, int64_t deadline, struct space *out);
/* The same at once, in the caller's own thread: may hang. */
void space_look(const struct root *r, const char *path, struct space *out);

/* As df(1) has it: of what there is for ordinary users, in percent, rounded up to two decimals; -1
 * where there is nothing to use. */
double space_used_percent(const struct statvfs *fs);
double space_inodes_used_percent(const struct statvfs *fs);
/* Bytes for ordinary users. */
int64_t space_free(const struct statvfs *fs);
int64_t space_size(const struct statvfs *fs);

#endif
