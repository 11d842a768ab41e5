/*
 * seam: what the checks `git` and `ssh` need of an SSH library, whichever it is.
 *
 * Two backends, chosen by configure (--with-ssh): libssh2 from 1.11 on, else libssh. What they say
 * alike is in login, host_key and trouble. Every failure is said to the observer with its kind;
 * nothing of the user's configuration is read.
 */
#ifndef CHECKS_MODULES_SSH_SEAM_H
#define CHECKS_MODULES_SSH_SEAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct observer;
struct seam;
struct text_list;

struct seam_options {
	const char *host;
	const struct text_list *at; /* its addresses, instead of asking for them; NULL: ask */
	uint16_t port;
	const char *user;
	int64_t deadline;        /* clock_mono */
	const char *known_hosts; /* a file; NULL: none is trusted */
	const char *host_key;    /* "strict", "accept-new" or a fingerprint "SHA256:…" */
	const char *key;         /* text of the private key, or NULL */
	const char *key_passphrase;
	const char *password; /* or NULL */
	bool agent;           /* ask the agent at SSH_AUTH_SOCK */
	bool no_login;        /* only look at greeting and host key */
	bool rsa_sha1;        /* SHA-1 signatures of RSA keys where the server knows no others */
};

/* Connect, check the host key, log in. NULL: the observer knows why. `phase` is set to the name of
 * the phase that was under way: resolve, connect, handshake, host_key, auth, session. */
struct seam *seam_open(const struct seam_options *options, struct observer *o, const char **phase);
/* Start a command on the connection; one at a time. 0 or -1. */
int seam_exec(struct seam *s, const char *command);
/* Up to len bytes of its output: > 0, 0 at its end, -1. */
ssize_t seam_read(struct seam *s, char *bytes, size_t len);
/* All of them: 0 or -1. */
int seam_write(struct seam *s, const char *bytes, size_t len);
/* Nothing more is written: what reads its standard input meets the end of it. Should that not reach
 * the other side, reading tells why. */
void seam_write_end(struct seam *s);
/* Whether the other side has ended the command's channel: nothing can be written any more. */
bool seam_ended(const struct seam *s);
/* What it wrote to standard error so far, at most 8 KiB; borrowed. */
const char *seam_errors(const struct seam *s);
/* After the end of the output: its exit status, -1 when the server did not say. */
int seam_exit_status(struct seam *s);
const char *seam_banner(const struct seam *s);   /* "SSH-2.0-OpenSSH_9.2p1" */
const char *seam_host_key(const struct seam *s); /* "ssh-ed25519 SHA256:…" */
void seam_close(struct seam *s); /* NULL is fine */

/* The backend's library and version: "libssh 0.10.6". */
const char *seam_backend(void);

#endif
