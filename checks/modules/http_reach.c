#include "checks/modules/http_reach.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A socket that is still connecting has no peer. */
static void look(struct reach *r, int fd)
{
	struct address peer = { 0 };
	socklen_t len = sizeof(peer);

	if (r->connected || getpeername(fd, (struct sockaddr *)&peer, &len))
		return;
	r->connected = true;
	r->peer = peer;
}

static int on_close(void *ctx, curl_socket_t fd)
{
	struct reach *r = ctx;

	look(r, fd);
	for (size_t i = 0; i < r->count; i++)
		if (r->fds[i] == fd)
			r->fds[i] = r->fds[--r->count];
	return close(fd);
}

void reach_watch(struct reach *r, CURL *easy)
{
	curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, on_close);
	curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, r);
}

void reach_open(struct reach *r, int fd)
{
	if (r->count < REACH_MAX)
		r->fds[r->count++] = fd;
}

bool reach_connected(struct reach *r)
{
	for (size_t i = 0; i < r->count; i++)
		look(r, r->fds[i]);
	return r->connected;
}
