/*
 * agent - the keys of an SSH agent (draft-ietf-sshm-ssh-agent): which it holds, and what it signs.
 *
 * Both backends learn from here what there is to offer. Every answer is bounded, and waited for
 * until the check's deadline alone. Nothing is ever added to the agent or removed from it.
 */
#ifndef CHECKS_MODULES_SSH_AGENT_H
#define CHECKS_MODULES_SSH_AGENT_H

#include <stddef.h>
#include <stdint.h>

#include "engine/base/buf.h"

struct observer;
struct agent;

struct agent_key {
	struct buf blob; /* RFC 4253, 6.6 */
	char *text;      /* "ssh-ed25519 SHA256:…" */
};

/* Connect to the agent at SSH_AUTH_SOCK, and have it list its keys, until `deadline` (clock_mono).
 * NULL: the observer knows why; an agent that is not there or holds no key is a parameter that is
 * wrong, one that may not be asked a permission, one that is silent a timeout. */
struct agent *agent_open(struct observer *o, int64_t deadline);
size_t agent_count(const struct agent *a); /* at least one */
const struct agent_key *agent_key(const struct agent *a, size_t i);
const char *agent_path(const struct agent *a);
/* The connection, for a library that goes on by itself. */
int agent_fd(const struct agent *a);
/* "3 keys (ssh-ed25519 SHA256:…, …)" */
void agent_describe(const struct agent *a, struct buf *out);
/* Have it sign: `algorithm` is the one that the signature shall be of ("rsa-sha2-512"). Appends the
 * signature itself, without its name. -1: it will not, or is silent until the deadline. */
int agent_sign(struct agent *a, const struct agent_key *key, const char *algorithm,
	       const void *data, size_t len, struct buf *signature);
void agent_free(struct agent *a); /* NULL is fine */

#endif
