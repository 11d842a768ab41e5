/*
 * libssh2_seam - what the parts of the backend on libssh2 share: the connection, and the login on
 * it.
 */
#ifndef CHECKS_MODULES_SSH_LIBSSH2_SEAM_H
#define CHECKS_MODULES_SSH_LIBSSH2_SEAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <libssh2.h>

#include "checks/modules/ssh/host_key.h"
#include "checks/modules/ssh/libssh2_memory.h"
#include "checks/modules/ssh/login.h"
#include "engine/base/buf.h"

struct seam {
	struct packets_seen seen; /* first: see libssh2_memory.h */
	LIBSSH2_SESSION *session;
	LIBSSH2_CHANNEL *channel;
	int fd;
	struct observer *o;
	const struct seam_options *options;
	const char **phase;
	int64_t opened;
	struct host_key host_key;
	char *known;          /* text of the known_hosts file */
	struct buf public;    /* see public_key.h */
	char *type;           /* of the private key */
	const char *methods;  /* the session's */
	const char *asked;    /* signature algorithm that is asked for, see on_question */
	enum answer question; /* what became of it */
	size_t greeting;      /* bytes received before the first packet */
	bool greeted;         /* there was one */
	bool ended;           /* the server has closed the connection */
	int broken;           /* errno of the socket */
	size_t sent;          /* bytes */
	struct buf farewell;  /* what the server said when it left */
	bool new_key;
	struct buf errors;
};

/* Whether the step that ended with this code is to be repeated now; it has waited until it can be.
 * false at the deadline, too. */
bool backend_again(struct seam *s, ssize_t code);
/* Say to the observer what went wrong while `doing`; returns -1. */
int backend_failed(struct seam *s, const char *doing);
/* Whether there is no connection any more. */
bool backend_is_lost(const struct seam *s);

/* How login_run() logs in with this library. */
extern const struct login_steps backend_login_steps;

#endif
