/*
 * causes - which results hang on another one: a dead database is one cause, not twelve failures.
 *
 * Two things tie results together: what a check needs (or compares with), which the plan knows, and
 * the host and port that could not be reached, which the observations name.
 */
#include "engine/result/result.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/text.h"
#include "engine/base/xalloc.h"

static bool is_bad(const struct result *x)
{
	return x->status == STATUS_FAIL || x->status == STATUS_ERROR;
}

/* The end of the chain. */
static const struct result *root_of(const struct result *x)
{
	return x->cause ? x->cause : x;
}

/* --- by what a check needs --- */

/* The results of each check of the plan: a check's own lie one behind the other. */
struct places {
	struct result **first; /* by the check's index */
	size_t count;          /* of the plan */
	const struct run *run;
};

static struct places places_of(const struct run *r)
{
	struct places p = { .run = r };

	for (size_t i = 0; i < r->count; i++)
		if (r->results[i].check && r->results[i].check->index >= p.count)
			p.count = r->results[i].check->index + 1;
	p.first = xcalloc(p.count + 1, sizeof(struct result *));
	for (size_t i = r->count; i-- > 0;)
		if (r->results[i].check)
			p.first[r->results[i].check->index] = &r->results[i];
	return p;
}

/* What stands behind the result of this check, when it is bad or hangs on a bad one. */
static const struct result *root_behind(const struct places *p, size_t check)
{
	const struct result *end = p->run->results + p->run->count;

	for (const struct result *x = check < p->count ? p->first[check] : NULL;
	     x && x < end && x->check && x->check->index == check; x++)
		if (is_bad(x) || x->cause)
			return root_of(x);
	return NULL;
}

static const struct result *root_by_needs(const struct places *p, const struct result *x)
{
	const struct check *c = x->check;
	const struct result *root = NULL;

	for (size_t i = 0; x->status == STATUS_SKIP && i < c->need_count && !root; i++)
		root = root_behind(p, c->needs[i]);
	/* what it compares with was not observed, or was skipped and passed its reason on */
	if (x->status != STATUS_SKIP && x->kind != KIND_CAPTURE)
		return root;
	for (size_t i = 0; i < c->capture_count && !root; i++)
		for (size_t k = 0; k < c->captures[i].count && !root; k++)
			root = root_behind(p, c->captures[i].first + k);
	if (c->item_source)
		for (size_t k = 0; k < c->item_source->count && !root; k++)
			root = root_behind(p, c->item_source->first + k);
	return root;
}

/* Until nothing new is found: a check may stand before those that it needs. */
static void find_by_needs(const struct run *r, const struct places *p)
{
	bool found = true;

	while (found) {
		found = false;
		for (size_t i = 0; i < r->count; i++) {
			struct result *x = &r->results[i];
			/* what was decided before the run hangs on no result */
			const bool ran = x->check && x->check->decided == DECIDED_NOT;
			const struct result *root = ran && !x->cause ? root_by_needs(p, x) : NULL;

			if (root && root != x) {
				x->cause = root;
				found = true;
			}
		}
	}
}

/* --- by host and port --- */

/* Troubles that one server brings upon all who come to it. */
enum trouble { TROUBLE_NONE,
	       TROUBLE_NAME,
	       TROUBLE_CONNECT,
	       TROUBLE_CUT,
	       TROUBLE_TLS };

struct stranded {
	struct result *result;
	char *target;
	enum trouble trouble;
};

/* Whether somebody took the connection. */
static bool was_connected(const json_t *details)
{
	size_t i;
	json_t *step;

	json_array_foreach(json_object_get(details, "trace"), i, step)
	{
		if (text_starts_with(json_string_value(step), "connected"))
			return true;
	}
	return false;
}

static enum trouble trouble_of(const struct result *x, const json_t *details)
{
	switch (x->kind) {
	case KIND_DNS:
		return TROUBLE_NAME;
	case KIND_REFUSED:
	case KIND_UNREACHABLE:
		return TROUBLE_CONNECT;
	case KIND_TIMEOUT:
		/* a server that lets others wait need not be why a statement took long */
		return was_connected(details) ? TROUBLE_NONE : TROUBLE_CONNECT;
	case KIND_RESET:
	case KIND_CLOSED:
		return TROUBLE_CUT;
	case KIND_TLS:
		return TROUBLE_TLS;
	case KIND_NONE:
		/* nobody listens, as the tables of this machine say */
		return x->check && x->check->type->lane == LANE_LOCAL ? TROUBLE_CONNECT
								      : TROUBLE_NONE;
	default:
		return TROUBLE_NONE;
	}
}

/* All names of this machine's own addresses are one; of a name that is not found no port
 * matters. */
static char *target_key(const char *target, enum trouble trouble)
{
	const char *colon = strrchr(target, ':');
	const size_t len = colon ? (size_t)(colon - target) : strlen(target);
	auto_free char *host = xmemdup0(target, len);
	const bool own = text_starts_with(host, "127.") || !strcmp(host, "[::1]") ||
			 !strcmp(host, "localhost");

	return xasprintf("%s%s", own ? "localhost" : host,
			 trouble == TROUBLE_NAME || !colon ? "" : colon);
}

static bool strand(struct result *x, struct stranded *out)
{
	json_t *details;
	const char *target;

	if (!is_bad(x) || x->cause)
		return false;
	details = result_details(x);
	target = json_string_value(json_object_get(details, "target"));
	out->result = x;
	out->trouble = target ? trouble_of(x, details) : TROUBLE_NONE;
	if (out->trouble != TROUBLE_NONE)
		out->target = target_key(target, out->trouble);
	json_decref(details);
	return out->trouble != TROUBLE_NONE;
}

/* Those of one place beside each other; first who saw it from within, then the gravest, then the
 * first of the run. */
static int stranded_compare(const void *a, const void *b)
{
	const struct stranded *x = a, *y = b;
	const int order = x->trouble != y->trouble ? (int)x->trouble - (int)y->trouble
						   : strcmp(x->target, y->target);

	if (order)
		return order;
	if ((x->result->kind == KIND_NONE) != (y->result->kind == KIND_NONE))
		return x->result->kind == KIND_NONE ? -1 : 1;
	if (x->result->severity != y->result->severity)
		return (int)y->result->severity - (int)x->result->severity;
	return (x->result > y->result) - (x->result < y->result);
}

static void find_by_target(struct run *r)
{
	struct stranded *all = xcalloc(r->count + 1, sizeof(*all));
	size_t n = 0;

	for (size_t i = 0; i < r->count; i++)
		n += strand(&r->results[i], &all[n]);
	qsort(all, n, sizeof(*all), stranded_compare);
	for (size_t i = 0, first = 0; i < n; i++) {
		if (all[i].trouble != all[first].trouble ||
		    strcmp(all[i].target, all[first].target))
			first = i;
		if (i != first)
			all[i].result->cause = all[first].result;
	}
	for (size_t i = 0; i < n; i++)
		free(all[i].target);
	free(all);
}

static bool any_bad(const struct run *r)
{
	for (size_t i = 0; i < r->count; i++)
		if (is_bad(&r->results[i]))
			return true;
	return false;
}

void run_find_causes(struct run *r)
{
	struct places places;

	if (!any_bad(r))
		return;
	places = places_of(r);
	find_by_target(r);
	find_by_needs(r, &places);
	for (size_t i = 0; i < r->count; i++) {
		const struct result *cause = r->results[i].cause;

		if (cause)
			r->results[cause - r->results].affects++;
	}
	free(places.first);
}
