/*
 * fuzz_wire - what a hostile worker may send: messages, results, and jobs on the other side.
 *
 * The first byte says who sends; the rest is what comes over the wire.
 */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/err.h"
#include "engine/ruleset/ruleset.h"
#include "engine/run/assignment.h"
#include "engine/run/outcome.h"
#include "engine/run/wire.h"

static void try_result(const struct wire_message *m)
{
	struct buf again = BUF_INIT(SIZE_MAX);
	struct outcome o, same;

	if (outcome_unpack(m->bytes, m->header.length, &o, NULL) < 0)
		return;
	promise(o.status < STATUS_COUNT && o.kind < KIND_COUNT);
	promise(o.message || o.status == STATUS_PASS);
	outcome_pack(&o, &again);
	promise(outcome_unpack(again.data, again.len, &same, NULL) == 0);
	promise(same.status == o.status && same.duration == o.duration);
	outcome_release(&o);
	outcome_release(&same);
	buf_free(&again);
}

static void try_job(const struct wire_message *m)
{
	struct check checks[2] = { { .index = 0 }, { .index = 1 } };
	const struct plan plan = { .checks = checks, .count = 2 };
	struct assignment a;

	if (assignment_unpack(m, &plan, &a, NULL) < 0)
		return;
	promise(a.check == &checks[0] || a.check == &checks[1]);
	assignment_release(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *at = (const char *)data + 1;
	size_t left = size ? size - 1 : 0, used = 0;
	enum role sender = size ? data[0] % ROLE_COUNT : ROLE_LOCAL;
	auto_err struct err *e = NULL;
	struct wire_message m;
	int found = 0;

	while (left && (found = wire_parse(at, left, sender, &m, &used, &e)) == 1) {
		promise(used <= left && used >= sizeof(m.header));
		promise(m.bytes >= at && m.bytes + m.header.length == at + used);
		if (m.header.type == WIRE_RESULT)
			try_result(&m);
		if (m.header.type == WIRE_JOB)
			try_job(&m);
		at += used;
		left -= used;
	}
	promise((found < 0) == (e != NULL));
	return 0;
}
