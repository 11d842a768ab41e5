/*
 * http_trouble - what libcurl's error codes mean, in words for people.
 */
#ifndef CHECKS_MODULES_HTTP_TROUBLE_H
#define CHECKS_MODULES_HTTP_TROUBLE_H

#include <stdbool.h>

#include <curl/curl.h>

struct observer;

/* What is known of a transfer that failed. */
struct failed {
	CURL *easy;
	CURLcode result;
	const char *text;        /* libcurl's own words, "" when it has none */
	const char *peer;        /* "127.0.0.1:80", or several */
	const char *certificate; /* what is wrong with it, or NULL */
	const char *host;        /* that the URL names */
	int socket_errno;        /* why no socket could be made, or 0 */
};

void http_trouble(struct observer *o, const struct failed *f);
/* It was given up after this time; `connected`: somebody had taken the connection. */
void http_late(struct observer *o, const struct failed *f, bool connected, const char *host,
	       const char *took);

#endif
