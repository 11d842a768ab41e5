/*
 * model - rounds-report/1: what json and jsonl say of a run and of a result, as jansson values.
 *
 * Keys stand in a fixed order and nothing here is translated but titles and remedies.
 */
#ifndef REPORTS_MODEL_H
#define REPORTS_MODEL_H

#include <stdint.h>

#include <jansson.h>

struct result;
struct run;

#define REPORT_SCHEMA "rounds-report/1"

/* New references all. */
json_t *model_tool(void);
json_t *model_run(const struct run *r);
json_t *model_rulesets(const struct run *r);
json_t *model_gate(const struct run *r);
json_t *model_summary(const struct run *r);
json_t *model_result(const struct run *r, const struct result *x);
/* Milliseconds, rounded; at most three decimals of it stay in report texts. */
int64_t model_ms(int64_t ns);
/* The remedy in one text, a line a step: "1. Restart … [G3]: supervisorctl restart linkc". NULL
 * when there is none. */
char *model_remediation(const struct result *x, const char *lang);

#endif
