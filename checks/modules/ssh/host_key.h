/*
 * host_key - what both backends do about the server's key: which to ask for, and whether to go on.
 */
#ifndef CHECKS_MODULES_SSH_HOST_KEY_H
#define CHECKS_MODULES_SSH_HOST_KEY_H

#include <stdbool.h>

struct buf;
struct observer;
struct seam_options;

/* A host key as the server has shown it. */
struct host_key {
	char *type;        /* "ssh-ed25519" */
	char *blob;        /* base64 of the public key */
	char *fingerprint; /* "SHA256:…", without padding */
	char *text;        /* "TYPE SHA256:…", for people */
};

void host_key_release(struct host_key *key);

/* The known_hosts file, owned; "" where there is none or a fingerprint is pinned. NULL: it cannot
 * be read, the observer knows why. */
char *host_key_known(const struct seam_options *options, struct observer *o);
/* The algorithms to ask the server for, those whose keys are known for the host first: as ssh(1)
 * does, lest a server with many keys shows another one than is known. SHA-1 (ssh-rsa) is none. */
void host_key_algorithms(const struct seam_options *options, const char *known, struct buf *out);
/* Whether to go on with this key. -1: the observer knows why. *accepted_new is set when it was
 * taken without being known. */
int host_key_judge(const struct seam_options *options, struct observer *o, const char *known,
		   const struct host_key *key, bool *accepted_new);

#endif
