/*
 * login - in which order a user is logged in, and what each refusal means; for both backends.
 *
 * A server says little of why it refuses. What can be told, and what not:
 * - A server that sends server-sig-algs (RFC 8308, 3.1) without the key's algorithm, and refuses
 *   the key, does not take such keys: `auth_algorithm`. (It is tried all the same, as the RFC has
 *   it: early lists were not whole.)
 * - An RSA key may be taken with one signature algorithm and not with another (RFC 8332). Each is
 *   tried or, where nothing may be signed with it, asked for (RFC 4252, 7): `auth_algorithm` when
 *   only SHA-1 would do.
 * - A key of another type has one algorithm. When the server names it and refuses the key, nothing
 *   on the wire tells a key that is not authorised from a type that the configuration excludes
 *   (OpenSSH names all that it was built with, whatever PubkeyAcceptedAlgorithms says; from 9.6 on
 *   it would tell those who ask for it during authentication, which neither library can): `auth`.
 */
#ifndef CHECKS_MODULES_SSH_LOGIN_H
#define CHECKS_MODULES_SSH_LOGIN_H

#include <stdbool.h>

struct agent;
struct agent_key;
struct observer;
struct seam;
struct seam_options;

enum answer {
	ANSWER_YES,
	ANSWER_NO,     /* the server refused */
	ANSWER_UNFIT,  /* not tried: the server says that it verifies no such signatures */
	ANSWER_UNABLE, /* not tried: this library cannot make such signatures */
	ANSWER_NO_KEY, /* the private key cannot be read, such as by another passphrase; of an
			* agent: it did not sign */
	ANSWER_LEFT,   /* the server disconnects, and says why (RFC 4253, 11.1) */
	ANSWER_FAILED, /* there is no answer: the connection failed */
};

/* What a backend can do. */
struct login_steps {
	/* Ask for nothing: some let everybody in, the others say which methods they take. */
	enum answer (*none)(struct seam *s);
	/* Those methods, "publickey,password" (RFC 4252, 5.1); borrowed, "" when unknown. */
	const char *(*methods)(struct seam *s);
	/* Read the private key; -1 when it is none, or with another passphrase. */
	int (*load_key)(struct seam *s);
	const char *(*key_type)(struct seam *s); /* "ssh-rsa"; borrowed */
	/* Would the key be taken with this algorithm? Nothing is signed. */
	enum answer (*offer)(struct seam *s, const char *algorithm);
	enum answer (*sign)(struct seam *s, const char *algorithm);
	enum answer (*password)(struct seam *s);
	enum answer (*dialogue)(struct seam *s); /* keyboard-interactive (RFC 4256) */
	/* With the agent's keys, one after the other, never by SHA-1. NO: each was refused, UNFIT
	 * or UNABLE: none could be tried, LEFT: before all were tried. */
	enum answer (*agent)(struct seam *s, struct agent *a);
	/* From here on offer() asks for this key of the agent. 0; -1 when it cannot be read. */
	int (*take_key)(struct seam *s, const struct agent_key *key);
	/* server-sig-algs as it was sent; borrowed, NULL when it was not. */
	const char *(*server_algorithms)(struct seam *s);
	/* Say to the observer why there was no answer, or what the server said when it left. */
	void (*failed)(struct seam *s);
};

/* Log in. 0 or -1: the observer knows why. */
int login_run(const struct login_steps *steps, struct seam *s, const struct seam_options *options,
	      struct observer *o);

#endif
