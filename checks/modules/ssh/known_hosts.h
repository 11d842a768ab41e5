/*
 * known_hosts - is a host key among those that a file knows? See sshd(8), "SSH_KNOWN_HOSTS FILE
 * FORMAT".
 *
 * Pure: text in, answer out, so that both backends judge alike whatever their library can read
 * (libssh2 knows neither patterns nor @revoked). Certificates (@cert-authority) are not supported:
 * such lines are passed over.
 */
#ifndef CHECKS_MODULES_SSH_KNOWN_HOSTS_H
#define CHECKS_MODULES_SSH_KNOWN_HOSTS_H

#include <stdbool.h>
#include <stdint.h>

struct buf;

enum known {
	KNOWN_SAME,
	KNOWN_NOT,        /* no line names the host */
	KNOWN_CHANGED,    /* a line of the host has another key of this type */
	KNOWN_OTHER_TYPE, /* the host's lines have keys of other types alone */
	KNOWN_REVOKED,    /* a line says @revoked */
};

/* What the text of a known_hosts file says of the key (its type, "ssh-ed25519", and its blob in
 * base64) that host:port has shown. A host on another port than 22 is "[host]:port" there; a line
 * of the bare host counts for it too when its key is this one, as with ssh(1). */
enum known known_hosts_look(const char *text, const char *host, uint16_t port, const char *type,
			    const char *key);
/* Append the types of keys that are known for host:port, with commas between, each once, in the
 * order of the file: what is best asked of the server. */
void known_hosts_types(const char *text, const char *host, uint16_t port, struct buf *out);

/* Whether a line @cert-authority is about it: certificates that it names are not looked at. */
bool known_hosts_certify(const char *text, const char *host, uint16_t port);

#endif
