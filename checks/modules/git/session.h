/*
 * session - what one git check carries through libgit2: query, bounds, phase, and who has said what
 * went wrong.
 */
#ifndef CHECKS_MODULES_GIT_SESSION_H
#define CHECKS_MODULES_GIT_SESSION_H

#include <stdint.h>

#include <git2.h>

#include "checks/git.h"
#include "checks/net/git_url.h"
#include "engine/decl/observer.h"

struct git_session {
	const struct git_query *query;
	struct observer *o;
	int64_t deadline;
	const char *phase;
	char *key;          /* text of the private key, or NULL */
	struct git_url url; /* of the remote that is spoken to now */
	uint64_t received;
	/* What the repository or the platform before it said, for messages. */
	struct buf *remote_words;
};

/* Count what was received. -1 when it is more than max_bytes: the observer has the trouble. */
int session_received(struct git_session *s, size_t bytes);
/* Give libgit2 an error of ours, so that it stops; returns -1. */
int session_stop(struct git_session *s);

/* Sub-transports for git_remote_callbacks.transport; payload is the session. */
int git_http_transport(git_transport **out, git_remote *owner, void *session);
int git_ssh_transport(git_transport **out, git_remote *owner, void *session);

#endif
