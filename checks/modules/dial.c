#include "checks/modules/dial.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "checks/check.h"
#include "checks/net/connect.h"
#include "checks/net/names.h"
#include "engine/base/loop.h"

struct dialing {
	struct probe probe;
	struct lookup lookup;
	struct connector connector;
	const char *host;
	uint16_t port;
	bool asked, over;
	struct addresses *found;       /* when only they are asked for */
	const struct addresses *given; /* nothing is asked */
	int fd;
	struct address peer;
};

/* The resolver is linked into the modules that dial: nothing else is loaded where they run. */
static const void *linked_api(struct probe *p, const char *module, const char *package,
			      struct err **e)
{
	(void)p;
	(void)package;
	if (strcmp(module, "resolver") == 0)
		return &resolver_api;
	err_set(e, ERR_UNAVAILABLE, "module '%s' cannot be loaded here", module);
	return NULL;
}

static void finish(struct dialing *d)
{
	d->over = true;
	loop_stop(d->probe.loop);
}

static void on_connected(void *ctx, int fd, const struct address *peer)
{
	struct dialing *d = ctx;

	d->fd = fd;
	if (fd >= 0)
		d->peer = *peer;
	finish(d);
}

static void on_found(void *ctx, const struct addresses *found, enum kind kind, const char *why)
{
	struct dialing *d = ctx;

	d->asked = false;
	if (!found) {
		observer_trouble(d->probe.observer, kind, "%s", why);
		finish(d);
		return;
	}
	names_trace(found, d->host, d->probe.observer);
	if (d->found) {
		*d->found = *found;
		finish(d);
		return;
	}
	connector_start(&d->connector, &d->probe, found, d->port, on_connected, d);
}

/* What was waited for when time ran out. */
static void give_up(struct dialing *d)
{
	auto_buf struct buf pending = BUF_INIT(1024);
	char waited[32];

	clock_human(clock_mono() - d->probe.started, waited, sizeof(waited));
	if (d->asked) {
		names_drop(&d->lookup);
		observer_trouble(d->probe.observer, KIND_DNS,
				 "no answer from the name servers for '%s' in %s", d->host, waited);
		return;
	}
	connector_print_pending(&d->connector, &pending);
	connector_cancel(&d->connector);
	observer_trouble(d->probe.observer, KIND_TIMEOUT,
			 "no answer to the connection attempt from %s in %s", buf_text(&pending),
			 waited);
}

static void dial_loop(struct dialing *d)
{
	auto_err struct err *e = NULL;

	d->asked = !d->given;
	if (d->given) {
		connector_start(&d->connector, &d->probe, d->given, d->port, on_connected, d);
	} else if (names_ask(&d->probe, d->host, &d->lookup, on_found, d, &e)) {
		observer_trouble(d->probe.observer, KIND_INTERNAL, "%s", err_text(e));
		return;
	}
	while (!d->over && clock_mono() < d->probe.deadline)
		if (loop_turn(d->probe.loop, d->probe.deadline, &e)) {
			observer_trouble(d->probe.observer, KIND_INTERNAL, "%s", err_text(e));
			break;
		}
	if (!d->over)
		give_up(d);
}

static int set_blocking(int fd)
{
	const int flags = fcntl(fd, F_GETFL);

	return flags < 0 ? -1 : fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
}

static int dial_run(struct dialing *d, struct observer *o, const char *host, int64_t deadline)
{
	auto_err struct err *e = NULL;

	d->host = host;
	d->fd = -1;
	d->probe = (struct probe){ .observer = o,
				   .id = host,
				   .started = clock_mono(),
				   .deadline = deadline,
				   .module_api = linked_api };
	d->probe.loop = loop_new(&e);
	if (!d->probe.loop) {
		observer_trouble(o, KIND_RESOURCE, "%s", err_text(e));
		return -1;
	}
	d->probe.store = lane_store_new(d->probe.loop);
	dial_loop(d);
	lane_store_free(d->probe.store);
	loop_free(d->probe.loop);
	return observer_kind(o) ? -1 : 0;
}

int dial(struct observer *o, const char *host, uint16_t port, int64_t deadline,
	 struct address *peer)
{
	struct dialing d = { .port = port };

	observer_target(o, host, port);
	if (dial_run(&d, o, host, deadline) || d.fd < 0)
		return -1;
	set_blocking(d.fd);
	if (peer)
		*peer = d.peer;
	return d.fd;
}

int dial_at(struct observer *o, const char *host, const struct text_list *at, uint16_t port,
	    int64_t deadline)
{
	struct addresses given = { 0 };
	struct dialing d = { .port = port, .given = &given };

	for (size_t i = 0; i < at->count && given.count < ADDRESSES_MAX; i++) {
		if (address_parse(at->items[i], &given.items[given.count++]))
			continue;
		observer_trouble(o, KIND_PARAMETER, "resolve: '%s' is no address", at->items[i]);
		return -1;
	}
	observer_target(o, host, port);
	if (dial_run(&d, o, host, deadline) || d.fd < 0)
		return -1;
	set_blocking(d.fd);
	return d.fd;
}

int dial_resolve(struct observer *o, const char *host, int64_t deadline, struct addresses *out)
{
	struct dialing d = { .found = out };

	return dial_run(&d, o, host, deadline);
}
