/*
 * veil - what reports tell of a check without it having run: titles, remedies, parameters, reasons.
 *
 * Masked when all secrets of the plan are known: one check's title may hold what another one keeps
 * as its password.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/secret.h"
#include "engine/base/xalloc.h"
#include "engine/ruleset/mask.h"
#include "engine/ruleset/planning.h"

/* NULL when there is no secret in it. */
static char *veiled(const struct planning *p, const char *text)
{
	auto_buf struct buf out = BUF_INIT(SIZE_MAX);

	if (!text || !secrets_mask(p->secrets, &out, text, strlen(text)))
		return NULL;
	return buf_take(&out);
}

/* Of a text that somebody else owns, and that is not changed. */
static void veil_text(struct planning *p, char **text)
{
	char *masked = veiled(p, *text);

	if (masked)
		*text = plan_keep(p, masked);
}

static void veil_words(struct planning *p, struct words *w)
{
	bool same = w->en == w->zh;

	veil_text(p, &w->en);
	if (same)
		w->zh = w->en;
	else
		veil_text(p, &w->zh);
}

/* The values are the parameters' own: they are replaced, not changed. */
static void veil_params(const struct planning *p, json_t *params)
{
	json_t *row;
	size_t i;

	json_array_foreach(params, i, row)
		json_object_set_new(row, "value",
				    mask_json(p->secrets, json_object_get(row, "value")));
}

static void veil_reason(const struct planning *p, char **reason)
{
	char *masked = veiled(p, *reason);

	if (!masked)
		return;
	free(*reason);
	*reason = masked;
}

static void veil_guidance(struct planning *p, struct guidance *g)
{
	veil_words(p, &g->impact);
	veil_words(p, &g->verify);
	veil_text(p, &g->doc);
	for (size_t i = 0; i < g->cause_count; i++)
		veil_words(p, &g->causes[i]);
	for (size_t i = 0; i < g->step_count; i++) {
		veil_words(p, &g->steps[i].text);
		veil_text(p, &g->steps[i].command);
	}
}

/* Guidance is shared by the checks of a rule, which stand together. */
static void veil_check(struct planning *p, struct check *c, const struct check *before)
{
	veil_words(p, &c->title);
	veil_reason(p, &c->reason);
	if (!before || c->guidance != before->guidance)
		veil_guidance(p, c->guidance);
}

void plan_veil(struct planning *p)
{
	if (!p->secrets || !secrets_count(p->secrets))
		return;
	for (size_t i = 0; i < p->rule_count; i++)
		if (p->rules[i].params)
			veil_params(p, p->rules[i].params);
	for (size_t i = 0; i < p->plan->count; i++)
		veil_check(p, &p->plan->checks[i], i ? &p->plan->checks[i - 1] : NULL);
	for (size_t i = 0; i < p->book->count; i++)
		veil_reason(p, &p->book->rulesets[i]->inapplicable);
}
