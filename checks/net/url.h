/*
 * url - "scheme://user:password@host:port/path?members" as people write it for services.
 *
 * More lenient than RFC 3986, as drivers are: a password may hold '/' and '@' unescaped; the last
 * '@' before the members ends it. What the parts mean is for the callers.
 */
#ifndef CHECKS_NET_URL_H
#define CHECKS_NET_URL_H

#include <stdbool.h>
#include <stdint.h>

struct err;

/* Texts are owned and decoded (but path and members); free with url_release. */
struct url {
	char *scheme;   /* lower case */
	char *user;     /* or NULL */
	char *password; /* or NULL */
	char *hosts;    /* "h", "h:1", "[::1]:1", "h:1,i:2"; perhaps empty */
	char *path;     /* after the '/' behind the hosts; or NULL */
	char *members;  /* after '?'; or NULL */
};

/* -1: e says what is wrong, without any part of the text that may hold a secret. */
int url_parse(const char *text, struct url *out, struct err **e);
void url_release(struct url *u);

/* One of the hosts: "h:1" to its name (owned by the caller) and port (0: none is named). */
int url_host(const char *text, char **host, uint16_t *port, struct err **e);
/* The value of a member, decoded; NULL when there is none. Names are compared without case. The
 * caller frees it. */
char *url_member(const struct url *u, const char *name);
/* Undo %XX in place; a lone % stays. */
void url_decode(char *text);

#endif
