/*
 * session - what one git check carries through libgit2: query, bounds, phase, and who has said what
 * went wrong.
 */
#ifndef CHECKS_MODULES_GIT_SESSION_H
#define CHECKS_MODULES_GIT_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include <git2.h>

#include "checks/git.h"
#include "checks/net/git_url.h"
#include "engine/decl/observer.h"

/* The phase before the remote is asked for anything. */
#define PHASE_SETUP "setup"

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
	/* How the answer under way begins: what it is, where it is not Git's. */
	struct buf *head;
};

/* Say what the server, or the platform before it, refuses with, and of which kind that is. */
void session_refused(struct git_session *s, const char *words, size_t len);

/* Say that it ended too early, and what the server said of it; `how`: "ended its answer". */
void session_cut(struct git_session *s, const char *how);

/* Say why libgit2 came back with this code, where nobody below has said it better: by what the
 * answer began with, else in the library's words. */
void session_trouble(struct git_session *s, int code);
/* Whether the answer does not begin as Git's does (a shell that greets, a page that calls itself
 * Git's): the observer knows then. */
bool session_foreign(struct git_session *s);
/* What the remote said on the way, as evidence. */
void session_tell(struct git_session *s);

/* Whether the field `resolve` is about this host: about that of url, and no other that a redirect
 * or compare_with leads to. */
bool session_resolves(const struct git_session *s, const char *host);

/* Count what was received. -1 when it is more than max_bytes: the observer has the trouble. */
int session_received(struct git_session *s, const char *bytes, size_t len);
/* Give libgit2 an error of ours, so that it stops; returns -1. */
int session_stop(struct git_session *s);

/* Sub-transports for git_remote_callbacks.transport; payload is the session. */
int git_http_transport(git_transport **out, git_remote *owner, void *session);
int git_ssh_transport(git_transport **out, git_remote *owner, void *session);

#endif
