/*
 * local - a worker that looks at one thing after the other: the local and the isolated lane, and
 * the judge of other lanes' observations.
 */
#include <stdlib.h>
#include <unistd.h>

#include "engine/base/buf.h"
#include "engine/base/clock.h"
#include "engine/base/err.h"
#include "engine/base/root.h"
#include "engine/run/examine.h"
#include "engine/run/outbox.h"
#include "engine/run/outcome.h"
#include "engine/run/place.h"
#include "engine/run/worker.h"

/* Results are sent a batch at a time, or less when somebody has waited for one longer than this: a
 * write for each costs more than many checks. */
#define FLUSH_AFTER (2 * NS_PER_MS)

struct local {
	struct desk *desk;
	struct table_cache *tables;
	struct root *root;
	struct err *no_root; /* why there is none, though there should be */
	struct buf packed;   /* a result, one after the other */
	int64_t flushed;     /* when results were last sent */
	int64_t ended;       /* when the last check was done */
	size_t kept;         /* results since then */
};

static void flush(struct local *l)
{
	if (outbox_send(l->desk) != 0)
		_exit(1);
	l->flushed = clock_mono();
	l->kept = 0;
}

static void send_result(struct local *l, const struct examination *x)
{
	buf_clear(&l->packed);
	outcome_pack(&x->outcome, &l->packed);
	l->kept++;
	if (!outbox_keep(l->desk, x->a.job, x->a.serial, &l->packed))
		flush(l);
}

static void look(struct local *l, struct examination *x)
{
	struct err *e = NULL;
	const struct check_type *code;

	if (x->a.sighting) {
		examine_take_sighting(x);
		return;
	}
	if (l->no_root) {
		examine_trouble(x, l->no_root);
		return;
	}
	code = modules_type(l->desk->modules, x->a.check->type, &e);
	if (x->a.attempt > 1)
		table_cache_renew(l->tables);
	if (code)
		examine_observe(x, code, l->tables);
	else
		examine_trouble(x, e);
	err_free(e);
}

static void carry_out(struct local *l, struct assignment *a)
{
	struct examination x;

	slot_enter(l->desk->slot, a->job);
	examine_open(&x, a, l->desk->shop->exports);
	if (!x.ended)
		look(l, &x);
	if (!x.ended)
		examine_judge(&x);
	send_result(l, &x);
	if (l->desk->role == ROLE_ISOLATED)
		flush(l); /* it is never run again: what it ended as must be out before it leaves
			     the slot */
	l->ended = x.begun + x.outcome.duration;
	slot_leave(l->desk->slot);
	examine_close(&x);
}

static void take(struct local *l, const struct wire_message *m)
{
	struct assignment a;

	if (!slot_take(l->desk->slot, m->header.serial))
		return; /* given to another worker */
	if (assignment_unpack(m, l->desk->shop->plan, &a, NULL) < 0)
		_exit(1);
	if (!outbox_is_empty(l->desk) &&
	    (l->kept >= LOCAL_BATCH || l->ended - l->flushed > FLUSH_AFTER))
		flush(l);
	carry_out(l, &a);
}

/* It is opened here, not by the supervisor: it may lie where nobody answers. */
static void open_root(struct local *l, const struct place *place)
{
	if (!place || (!place->root && !place->entrance))
		return;
	/* inside of a container names are those of its files, not of its name services */
	l->root = root_open(place->root ? place->root : "/", &l->no_root);
	if (l->no_root)
		err_wrap(&l->no_root, "--root");
	table_cache_set_root(l->tables, l->root);
}

void local_main(struct desk *d)
{
	struct local l = { .desk = d,
			   .tables = table_cache_new(),
			   .packed = BUF_INIT(SIZE_MAX),
			   .flushed = clock_mono() };
	struct wire_message m;

	open_root(&l, d->shop->place);
	for (;;) {
		int found = wire_next(&d->wire, &m, NULL);

		if (found < 0)
			_exit(1);
		if (found == 1) {
			take(&l, &m);
			continue;
		}
		if (!outbox_is_empty(d))
			flush(&l);
		if (wire_read(&d->wire, NULL) != 1)
			return;
	}
}
