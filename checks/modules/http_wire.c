/*
 * http_wire - libcurl's transfers on the lane's loop. Knows nothing of what they are for.
 */
#include "checks/modules/http_wire.h"

#include <stdlib.h>
#include <sys/epoll.h>

#include "checks/modules/certificate.h"
#include "engine/base/auto.h"
#include "engine/base/clock.h"
#include "engine/base/err.h"
#include "engine/base/loop.h"
#include "engine/base/xalloc.h"

struct wire {
	struct loop *loop;
	CURLM *multi;
	struct loop_timer *timer;
	struct trust *trust;
	CURL *closed; /* a transfer under way whose socket was closed in this turn; or NULL */
};

struct watch {
	struct wire *wire;
	curl_socket_t socket;
	struct loop_fd *fd;
};

/* When an address refuses the connection, libcurl (7.88) goes on to the next one not before some
 * timer of the transfer runs out, and after the second one there is none: nothing would happen
 * until the timeout. To pause and go on makes it run at once. */
static void wire_go_on(struct wire *w)
{
	CURL *easy = TAKE(w->closed);
	curl_off_t connected = 0;

	if (!easy || curl_easy_getinfo(easy, CURLINFO_CONNECT_TIME_T, &connected) || connected)
		return;
	curl_easy_pause(easy, CURLPAUSE_ALL);
	curl_easy_pause(easy, CURLPAUSE_CONT);
}

/* Tell the owners of the transfers that have ended. They may add others meanwhile. */
static void wire_collect(struct wire *w)
{
	const CURLMsg *m;
	int left;

	while ((m = curl_multi_info_read(w->multi, &left)) != NULL) {
		CURL *easy = m->easy_handle;
		CURLcode result = m->data.result;
		struct wire_end *end = NULL;

		if (m->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&end);
		wire_remove(w, easy);
		end->fn(end->ctx, result);
	}
}

static void on_ready(void *ctx, uint32_t events)
{
	const struct watch *watch = ctx;
	struct wire *w = watch->wire;
	int what = 0, running;

	if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
		what |= CURL_CSELECT_IN;
	if (events & EPOLLOUT)
		what |= CURL_CSELECT_OUT;
	if (events & EPOLLERR)
		what |= CURL_CSELECT_ERR;
	curl_multi_socket_action(w->multi, watch->socket, what, &running);
	wire_collect(w);
	wire_go_on(w);
}

static void on_timer(void *ctx)
{
	struct wire *w = ctx;
	int running;

	w->timer = NULL;
	curl_multi_socket_action(w->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	wire_collect(w);
	wire_go_on(w);
}

static int on_timer_wish(CURLM *multi, long ms, void *ctx)
{
	struct wire *w = ctx;

	(void)multi;
	loop_timer_remove(TAKE(w->timer));
	if (ms >= 0)
		w->timer = loop_timer_add(w->loop, clock_mono() + ms * NS_PER_MS, on_timer, w);
	return 0;
}

static uint32_t events_of(int what)
{
	switch (what) {
	case CURL_POLL_IN:
		return EPOLLIN;
	case CURL_POLL_OUT:
		return EPOLLOUT;
	case CURL_POLL_INOUT:
		return EPOLLIN | EPOLLOUT;
	default:
		return 0;
	}
}

static int on_socket_wish(CURL *easy, curl_socket_t s, int what, void *ctx, void *socket_ctx)
{
	struct wire *w = ctx;
	struct watch *watch = socket_ctx;

	if (what == CURL_POLL_REMOVE) {
		w->closed = easy;
		if (watch)
			loop_fd_remove(watch->fd);
		free(watch);
		return 0;
	}
	if (watch)
		return loop_fd_change(watch->fd, events_of(what));
	watch = xcalloc(1, sizeof(*watch));
	*watch = (struct watch){ .wire = w, .socket = s };
	watch->fd = loop_fd_add(w->loop, s, events_of(what), on_ready, watch, NULL);
	if (!watch->fd) {
		free(watch);
		return -1;
	}
	curl_multi_assign(w->multi, s, watch);
	return 0;
}

int wire_add(struct wire *w, CURL *easy, struct wire_end *end, struct err **e)
{
	CURLMcode result;

	curl_easy_setopt(easy, CURLOPT_PRIVATE, end);
	result = curl_multi_add_handle(w->multi, easy);
	if (result != CURLM_OK)
		return err_set(e, ERR_BUG, "libcurl: %s", curl_multi_strerror(result));
	return 0;
}

void wire_remove(struct wire *w, CURL *easy)
{
	/* this closes its sockets, too */
	curl_multi_remove_handle(w->multi, easy);
	if (w->closed == easy)
		w->closed = NULL;
}

struct trust *wire_trust(struct wire *w)
{
	return w->trust;
}

static void wire_free(void *object)
{
	struct wire *w = object;

	curl_multi_cleanup(w->multi);
	loop_timer_remove(w->timer);
	trust_free(w->trust);
	free(w);
}

static void *wire_create(struct loop *loop, struct err **e)
{
	struct wire *w = xcalloc(1, sizeof(*w));

	w->loop = loop;
	w->trust = trust_new();
	w->multi = curl_multi_init();
	if (!w->multi) {
		err_set(e, ERR_BUG, "libcurl: no multi handle could be made");
		wire_free(w);
		return NULL;
	}
	curl_multi_setopt(w->multi, CURLMOPT_SOCKETFUNCTION, on_socket_wish);
	curl_multi_setopt(w->multi, CURLMOPT_SOCKETDATA, w);
	curl_multi_setopt(w->multi, CURLMOPT_TIMERFUNCTION, on_timer_wish);
	curl_multi_setopt(w->multi, CURLMOPT_TIMERDATA, w);
	return w;
}

const struct lane_object wire_object = {
	.name = "http",
	.create = wire_create,
	.free = wire_free,
};
