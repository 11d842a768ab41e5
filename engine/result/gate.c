/*
 * gate - from results to one verdict and one exit code.
 */
#include "engine/result/result.h"

static const char *const gate_names[] = {
	[GATE_PASS] = "pass",
	[GATE_FAIL] = "fail",
	[GATE_NO_VERDICT] = "no-verdict",
	[GATE_NOTHING] = "nothing-inspected",
};

const char *gate_name(enum gate_result g)
{
	return gate_names[g];
}

/* info never fails a run, whatever the gate is. */
static bool counts_at_gate(const struct result *x, enum severity fail_on)
{
	return x->severity > SEVERITY_INFO && x->severity >= fail_on;
}

static void summary_add(struct summary *s, const struct result *x)
{
	s->total++;
	s->count[x->status]++;
	s->flaky += x->flaky;
	s->pending += x->pending > 0;
	s->not_configured += x->not_configured;
	if (x->severity >= SEVERITY_INFO && x->severity <= SEVERITY_CRITICAL)
		s->by_severity[x->severity][x->status]++;
}

/* What the gate looks at, counted once. */
struct tally {
	size_t failed, blind;    /* at or above the gate */
	size_t below, inspected; /* failed or blind below it; reached a verdict or an error */
};

static struct tally run_tally(struct run *r)
{
	struct tally t = { 0 };

	r->summary = (struct summary){ 0 };
	for (size_t i = 0; i < r->count; i++) {
		struct result *x = &r->results[i];
		const bool bad = x->status == STATUS_FAIL || x->status == STATUS_ERROR;

		summary_add(&r->summary, x);
		t.inspected += x->status != STATUS_SKIP;
		x->below_gate = bad && !counts_at_gate(x, r->fail_on);
		t.below += x->below_gate;
		t.failed += x->status == STATUS_FAIL && !x->below_gate;
		t.blind += x->status == STATUS_ERROR && !x->below_gate;
	}
	return t;
}

static bool named_does_not_apply(const struct run *r)
{
	for (size_t i = 0; i < r->ruleset_count; i++)
		if (r->rulesets[i].named && !r->rulesets[i].applies)
			return true;
	return false;
}

void run_judge(struct run *r, const struct gate_options *o, int load_error)
{
	struct tally t;
	bool nothing, unsettled;

	run_find_causes(r);
	r->fail_on = o->fail_on;
	r->ignore_errors = o->ignore_errors;
	t = run_tally(r);
	unsettled = r->summary.flaky || r->summary.pending;
	nothing = !o->allow_empty && (t.inspected == 0 || named_does_not_apply(r));
	r->worst_reasons = t.failed + (o->ignore_errors ? 0 : t.blind);
	if (load_error >= 64) {
		r->gate = GATE_NO_VERDICT;
		r->exit_code = load_error;
	} else if (t.failed) {
		r->gate = GATE_FAIL;
		r->exit_code = 1;
	} else if ((t.blind && !o->ignore_errors) || !r->complete) {
		r->gate = GATE_NO_VERDICT;
		r->exit_code = 2;
	} else if (nothing) {
		r->gate = GATE_NOTHING;
		r->exit_code = 4;
	} else {
		r->gate = GATE_PASS;
		r->exit_code = o->warn_exit && (t.below || unsettled) ? 3 : 0;
	}
}
