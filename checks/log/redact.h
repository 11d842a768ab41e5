/*
 * redact - what must not leave a log: passwords and the like, and what the rule's author says.
 */
#ifndef CHECKS_LOG_REDACT_H
#define CHECKS_LOG_REDACT_H

#include <stddef.h>

struct buf;
struct err;
struct redaction;
struct text_list;

/* The patterns of `redact`, besides our own for what looks like a password. */
struct redaction *redaction_new(const struct text_list *patterns, struct err **e);
void redaction_free(struct redaction *r);
/* Append the text with every match (of the first group, where a pattern has one) as ***. What
 * cannot be decided is left out whole. */
void redact(const struct redaction *r, const char *text, size_t len, struct buf *out);

#endif
