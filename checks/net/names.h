/*
 * names - from a host to its addresses, without ever waiting.
 *
 * Numeric addresses need no module; names go to the module `resolver` (c-ares), which asks for each
 * once a run.
 */
#ifndef CHECKS_NET_NAMES_H
#define CHECKS_NET_NAMES_H

#include "checks/net/address.h"
#include "engine/decl/observer.h"

struct err;

/* found: NULL when there is no address; then kind and why ("no such name 'x.example'") say more.
 * Both are borrowed. */
typedef void lookup_fn(void *ctx, const struct addresses *found, enum kind kind, const char *why);

/* A question under way: lies in the state of who asks. */
struct lookup {
	lookup_fn *fn;
	void *ctx;
	int64_t not_before; /* clock_mono: what was answered earlier does not count */
	struct lookup *next,
		**at; /* among those who wait for the same name; at: NULL when not waiting */
};

/* What the module `resolver` offers (struct module, api). */
struct resolver_api {
	const struct lane_object *object;
	/* Ask for a name: l->fn is called once, perhaps before this returns (then l may be gone).
	 * -1: it was not called. */
	int (*ask)(void *resolver, const char *name, struct lookup *l, struct err **e);
};

/* Of checks/modules/resolver.c: only for modules that link it. */
extern const struct resolver_api resolver_api;

/* Find the addresses of `host`, asked for once a run, and anew for a later try or sample; fn is
 * called once, perhaps before this returns: touch nothing afterwards. -1 when nobody can be asked
 * (no such module); fn was not called. */
int names_ask(struct probe *p, const char *host, struct lookup *l, lookup_fn *fn, void *ctx,
	      struct err **e);
/* Trace what a host was resolved to, unless it was its own address. */
void names_trace(const struct addresses *found, const char *host, struct observer *o);
/* Wait no longer. Fine when it never asked or has its answer. */
void names_drop(struct lookup *l);

#endif
