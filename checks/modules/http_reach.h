/*
 * http_reach - whether a transfer of libcurl came as far as a connection.
 *
 * libcurl (7.88) does not count the time of a connection whose TLS handshake has not ended: its
 * CURLINFO_CONNECT_TIME is 0 then, as if nobody had taken the connection. The sockets tell.
 */
#ifndef CHECKS_MODULES_HTTP_REACH_H
#define CHECKS_MODULES_HTTP_REACH_H

#include <stdbool.h>
#include <stddef.h>

#include <curl/curl.h>

#include "checks/net/address.h"

#define REACH_MAX 16

struct reach {
	int fds[REACH_MAX]; /* open */
	size_t count;
	bool connected; /* one that is closed was */
	struct address peer;
};

/* Have libcurl tell of the sockets that it closes; those that it opens are told by reach_open. */
void reach_watch(struct reach *r, CURL *easy);
void reach_open(struct reach *r, int fd);
/* To be asked before anything of the handle is closed, or after that: whether somebody took the
 * connection. Then `peer` is who. */
bool reach_connected(struct reach *r);

#endif
