/*
 * public_key - the public half of a private key, for a library that does not tell it (libssh2).
 *
 * Reads what OpenSSL reads (PEM: PKCS #1, SEC 1, PKCS #8, with a passphrase, too) and OpenSSH's own
 * form, whose public half is never encrypted (PROTOCOL.key).
 */
#ifndef CHECKS_MODULES_SSH_PUBLIC_KEY_H
#define CHECKS_MODULES_SSH_PUBLIC_KEY_H

struct buf;

/* Append the blob (RFC 4253, 6.6) of an RSA key, or only its type (as an SSH string) for a key of
 * another type. 0; -1 when the text is no key, or one with another passphrase. */
int public_key_read(const char *key, const char *passphrase, struct buf *blob);
/* The type that a blob begins with ("ssh-rsa"), owned. */
char *public_key_type(const struct buf *blob);

#endif
