/*
 * sustain - how often and how long something must be wrong before it counts as failed.
 *
 *	{ samples: 3, every: 10s }              all three must fail
 *	{ for: 5m, every: 10s }                 all samples of five minutes must fail
 *	{ of: 6, at_least: 5, every: 5s }       five of six must fail
 *	{ runs: 3 }                             this run and the last two of its task must fail
 *
 * `full: true` takes all samples even when the verdict is certain before.
 */
#ifndef ENGINE_JUDGE_SUSTAIN_H
#define ENGINE_JUDGE_SUSTAIN_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

struct diagnostics;
struct node;

#define SUSTAIN_SAMPLES_MAX 1000
#define SUSTAIN_RUNS_MAX 50

struct sustain {
	unsigned samples;  /* 0: none was asked for; what has none takes one */
	unsigned at_least; /* so many that fail are a fail */
	int64_t every;     /* ns, from the beginning of one to that of the next */
	bool full;
	unsigned runs; /* so many in a row must fail; 0: this one decides. Has no samples */
};

/* Whether anything was asked for. */
bool sustain_is_given(const struct sustain *s);

/* Read the value of the key `sustain`. -1: a mistake in d. */
int sustain_read(const struct node *value, struct sustain *out, struct diagnostics *d);

enum sustained { SUSTAINED_OPEN, SUSTAINED_PASS, SUSTAINED_FAIL };
/* What so many samples say, of which so many failed; never OPEN when all are taken. */
enum sustained sustain_decide(const struct sustain *s, unsigned taken, unsigned failed);

/* Its JSON Schema; a new reference. */
json_t *sustain_schema(void);

#endif
