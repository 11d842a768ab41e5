/*
 * trouble - what both backends say alike: troubles of a connection, and the verdict on a host key.
 */
#ifndef CHECKS_MODULES_SSH_TROUBLE_H
#define CHECKS_MODULES_SSH_TROUBLE_H

#include <stdbool.h>
#include <stdint.h>

struct observer;
struct seam_options;

enum seam_known { SEAM_KNOWN, SEAM_UNKNOWN, SEAM_CHANGED, SEAM_OTHER_TYPE };

/* Say what the library said while `doing` ("handshake", "read"): a timeout when the guard has
 * struck, else reset, closed or protocol by its words. */
void seam_trouble(struct observer *o, const char *doing, const char *words, int64_t since);
/* Whether to go on with this host key. `key` is "TYPE SHA256:…". -1: the observer knows why.
 * *accepted_new is set when it was taken without being known. */
int seam_judge_host_key(const struct seam_options *options, struct observer *o,
			enum seam_known known, const char *key, const char *fingerprint,
			bool *accepted_new);

#endif
