/*
 * model - rounds-report/1: what json and jsonl say of a run, as jansson values, and of a result,
 * as text: there are many of those.
 *
 * Keys stand in a fixed order and nothing here is translated but titles and remedies.
 */
#ifndef REPORTS_MODEL_H
#define REPORTS_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

struct buf;
struct result;
struct run;

#define REPORT_SCHEMA "rounds-report/1"

/* New references all. */
json_t *model_tool(void);
json_t *model_run(const struct run *r);
json_t *model_rulesets(const struct run *r);
json_t *model_gate(const struct run *r);
json_t *model_summary(const struct run *r);
/* Appends the members of a result, without the braces. Before the run has ended, its gate and its
 * cause are not known, and are left out. flags: 0 or JSON_COMPACT, as jansson writes them. */
void model_result(const struct run *r, const struct result *x, bool ended, size_t flags,
		  struct buf *out);
/* Milliseconds, rounded; at most three decimals of it stay in report texts. */
int64_t model_ms(int64_t ns);
/* The remedy in one text, a line a step: "1. Restart … [G3]: supervisorctl restart linkc". NULL
 * when there is none. */
char *model_remediation(const struct result *x, const char *lang);

#endif
