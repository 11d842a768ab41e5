/*
 * names - from a host to its addresses; numeric ones at once, others by the module `resolver`.
 */
#include "checks/net/names.h"

#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/err.h"

int names_ask(struct probe *p, const char *host, struct lookup *l, lookup_fn *fn, void *ctx,
	      struct err **e)
{
	struct addresses numeric = { .count = 1 };
	const struct resolver_api *api;
	void *resolver;

	*l = (struct lookup){ .fn = fn, .ctx = ctx, .not_before = p->again ? p->started : 0 };
	if (address_parse(host, &numeric.items[0])) {
		fn(ctx, &numeric, KIND_NONE, NULL);
		return 0;
	}
	observer_phase(p->observer, "resolve");
	api = probe_module(p, "resolver", "c-ares", e);
	if (!api)
		return -1;
	resolver = probe_object(p, api->object, e);
	if (!resolver)
		return -1;
	return api->ask(resolver, host, l, e);
}

void names_trace(const struct addresses *found, const char *host, struct observer *o)
{
	auto_buf struct buf text = BUF_INIT(1024);

	addresses_print(found, &text);
	if (found->count > 1 || strcmp(buf_text(&text), host) != 0)
		observer_trace(o, "resolved '%s' to %s%s", host, buf_text(&text),
			       found->half ? ", and of the other kind of addresses there was no "
					     "answer"
					   : "");
}

void names_drop(struct lookup *l)
{
	if (!l->at)
		return;
	*l->at = l->next;
	if (l->next)
		l->next->at = l->at;
	l->at = NULL;
}
