/*
 * git_url - the forms in which people write where a repository is (gitrevisions aside:
 * git-clone(1), "GIT URLS").
 */
#ifndef CHECKS_NET_GIT_URL_H
#define CHECKS_NET_GIT_URL_H

#include <stdint.h>

struct err;

enum git_scheme { GIT_SCHEME_HTTP, GIT_SCHEME_HTTPS, GIT_SCHEME_SSH, GIT_SCHEME_FILE };

/* Texts are owned; free with git_url_release. */
struct git_url {
	enum git_scheme scheme;
	char *user;     /* or NULL */
	char *password; /* or NULL */
	char *host;     /* without brackets; NULL for file */
	uint16_t port;  /* 0: the scheme's */
	char *path; /* http: "/group/repo.git"; ssh: as the server gets it ("/abs", "~u/x", "rel"
		       for scp forms) */
};

/* "https://u:p@h:8443/g/r.git", "ssh://git@h:22/g/r.git", "git@h:g/r.git", "file:///srv/r.git",
 * "/srv/r.git". -1: e says what is wrong. */
int git_url_parse(const char *text, struct git_url *out, struct err **e);
void git_url_release(struct git_url *u);

#endif
