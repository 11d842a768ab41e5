/*
 * text - the report that a person reads: a line a check, what did not pass told last, the verdict
 * at the end.
 *
 * Columns are made by display width. On a terminal a line of progress lives at the bottom while the
 * run goes on; elsewhere nothing is ever overwritten.
 */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/clock.h"
#include "engine/base/err.h"
#include "engine/base/text.h"
#include "engine/base/xalloc.h"
#include "engine/result/report_format.h"
#include "engine/result/result.h"
#include "reports/chinese.h"
#include "reports/phrases.h"

#define STATUS_COLUMNS 10
#define ID_COLUMNS_MAX 48
#define LABEL_COLUMNS 12
#define INDENT 4
#define WIDTH_DEFAULT 100
#define EVIDENCE_LINES 20

enum color { COLOR_NONE,
	     COLOR_RED,
	     COLOR_GREEN,
	     COLOR_YELLOW,
	     COLOR_DIM,
	     COLOR_BOLD };

static const char *const escapes[] = {
	[COLOR_NONE] = "",
	[COLOR_RED] = "\033[31m",
	[COLOR_GREEN] = "\033[32m",
	[COLOR_YELLOW] = "\033[33m",
	[COLOR_DIM] = "\033[2m",
	[COLOR_BOLD] = "\033[1m",
};

/* What is being written, and how it should look. */
struct page {
	struct buf out;
	const struct run *run;
	const struct sink *sink;
	size_t width;
};

static enum color color_of(const struct result *x)
{
	if (x->status == STATUS_PASS)
		return x->flaky || x->pending ? COLOR_YELLOW : COLOR_GREEN;
	if (x->status == STATUS_SKIP)
		return COLOR_DIM;
	return x->below_gate ? COLOR_YELLOW : COLOR_RED;
}

static void put_colored(struct page *p, enum color color, const char *text, size_t columns)
{
	const bool on = p->sink->color && color != COLOR_NONE;

	if (on)
		buf_adds(&p->out, escapes[color]);
	text_pad(&p->out, text, columns);
	if (on)
		buf_adds(&p->out, "\033[0m");
}

static bool bad(const struct result *x)
{
	return x->status == STATUS_FAIL || x->status == STATUS_ERROR;
}

/* --- one line a check --- */

static size_t id_columns(const struct run *r)
{
	size_t widest = 8;

	for (size_t i = 0; i < r->count; i++) {
		const size_t w = strlen(r->results[i].id);

		if (w > widest && w <= ID_COLUMNS_MAX)
			widest = w;
	}
	return widest;
}

static void put_line_tail(struct page *p, const struct result *x)
{
	const char *lang = p->sink->lang;
	const char *title = result_title(x, lang);
	auto_buf struct buf line = BUF_INIT(SIZE_MAX);
	char took[32];

	if (x->status == STATUS_SKIP) {
		auto_buf struct buf why = BUF_INIT(SIZE_MAX);

		chinese_sentence(&why, x->message ? x->message : "", lang);
		text_clean_line(&line, buf_text(&why), why.len, 0);
	} else {
		clock_human(x->duration, took, sizeof(took));
		if (title)
			text_clean_line(&line, title, strlen(title), 0);
		buf_adds(&line, line.len ? "  (" : "(");
		buf_adds(&line, took);
		buf_addc(&line, ')');
	}
	if (x->flaky)
		buf_printf(&line, "  [%s]", phrase(PHRASE_FLAKY, lang));
	if (x->pending) {
		buf_printf(&line, "  [%s %u/%u: ", phrase(PHRASE_PENDING, lang), x->pending,
			   x->pending_of);
		chinese_sentence(&line, x->message ? x->message : "", lang);
		buf_addc(&line, ']');
	}
	buf_add(&p->out, buf_text(&line), line.len);
	buf_addc(&p->out, '\n');
}

static void put_line(struct page *p, const struct result *x, size_t columns)
{
	put_colored(p, color_of(x), phrase_status(x->status, p->sink->lang), STATUS_COLUMNS);
	text_pad(&p->out, x->id, columns);
	buf_adds(&p->out, "  ");
	put_line_tail(p, x);
}

/* --- what did not pass, in full --- */

static void put_labelled(struct page *p, enum phrase label, const char *text)
{
	auto_buf struct buf clean = BUF_INIT(SIZE_MAX);

	if (!text || !*text)
		return;
	/* what a ruleset says of impact and remedy comes as it was written */
	text_clean(&clean, text, strlen(text));
	text_pad(&p->out, "", INDENT);
	put_colored(p, COLOR_DIM, phrase(label, p->sink->lang), LABEL_COLUMNS);
	text_wrap(&p->out, buf_text(&clean), p->width - INDENT - LABEL_COLUMNS,
		  INDENT + LABEL_COLUMNS);
	buf_addc(&p->out, '\n');
}

/* In the reader's language, as far as it is ours. */
static void put_sentence(struct page *p, enum phrase label, const char *text)
{
	auto_buf struct buf told = BUF_INIT(SIZE_MAX);

	chinese_sentence(&told, text, p->sink->lang);
	put_labelled(p, label, buf_text(&told));
}

static const char *member(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s ? s : "";
}

static void put_failures(struct page *p, const json_t *failures)
{
	size_t i;
	json_t *f;

	json_array_foreach(failures, i, f)
	{
		auto_buf struct buf expected = BUF_INIT(SIZE_MAX);

		auto_buf struct buf actual = BUF_INIT(SIZE_MAX);

		if (*member(f, "path"))
			buf_printf(&expected, "%s ", member(f, "path"));
		chinese_verdict(&expected, member(f, "expected"), p->sink->lang);
		chinese_verdict(&actual, member(f, "actual"), p->sink->lang);
		put_labelled(p, PHRASE_EXPECTED, buf_text(&expected));
		put_labelled(p, PHRASE_FOUND, buf_text(&actual));
	}
}

/* Evidence keeps its own lines: it is quoted, not told. */
static void put_evidence_text(struct page *p, const char *text)
{
	size_t lines = 0;

	while (*text && lines++ < EVIDENCE_LINES) {
		const size_t len = strcspn(text, "\n");
		auto_buf struct buf line = BUF_INIT(SIZE_MAX);

		text_clean_line(&line, text, len, p->width - INDENT - 2);
		text_pad(&p->out, "", INDENT);
		buf_printf(&p->out, "| %s\n", buf_text(&line));
		text += len + (text[len] == '\n');
	}
	if (*text) {
		text_pad(&p->out, "", INDENT);
		buf_adds(&p->out, "| …\n");
	}
}

static void put_evidence(struct page *p, const json_t *evidence)
{
	size_t i;
	json_t *x;

	json_array_foreach(evidence, i, x)
	{
		if (!*member(x, "text"))
			continue;
		put_labelled(p, PHRASE_EVIDENCE, member(x, "name"));
		put_evidence_text(p, member(x, "text"));
	}
}

static void put_trace(struct page *p, const json_t *trace, const char *message)
{
	auto_buf struct buf line = BUF_INIT(SIZE_MAX);
	const char *only = json_string_value(json_array_get(trace, 0));
	size_t i;
	json_t *step;

	/* it says what was said already */
	if (only && json_array_size(trace) == 1 && message && !strcmp(only, message))
		return;

	json_array_foreach(trace, i, step)
	{
		const char *s = json_string_value(step);

		buf_adds(&line, i ? " → " : "");
		chinese_sentence(&line, s ? s : "", p->sink->lang);
	}
	put_labelled(p, PHRASE_TRACE, buf_text(&line));
}

static void put_tries(struct page *p, const json_t *tries)
{
	const char *lang = p->sink->lang;
	auto_buf struct buf line = BUF_INIT(SIZE_MAX);
	size_t i;
	json_t *t;

	json_array_foreach(tries, i, t)
		buf_printf(&line, "%s%zu: %s", i ? phrase(PHRASE_BETWEEN, lang) : "", i + 1,
			   phrase_status_name(member(t, "status"), lang));
	put_labelled(p, PHRASE_TRIES, buf_text(&line));
}

/* "3/3 failed; used_percent 81.2 … 82 … 85 (+0.2/s)": minimum, median, maximum, slope. */
static void put_samples(struct page *p, const json_t *samples)
{
	auto_buf struct buf line = BUF_INIT(SIZE_MAX);
	json_t *facts = json_object_get(samples, "facts"), *fact;
	const char *name;

	if (!samples)
		return;
	buf_printf(&line, "%lld/%lld %s",
		   (long long)json_integer_value(json_object_get(samples, "failed")),
		   (long long)json_integer_value(json_object_get(samples, "taken")),
		   phrase(PHRASE_SAMPLES_FAILED, p->sink->lang));
	json_object_foreach(facts, name, fact)
	{
		const json_t *slope = json_object_get(fact, "slope");

		buf_printf(&line, "; %s %.6g … %.6g … %.6g", name,
			   json_number_value(json_object_get(fact, "minimum")),
			   json_number_value(json_object_get(fact, "median")),
			   json_number_value(json_object_get(fact, "maximum")));
		if (json_is_number(slope))
			buf_printf(&line, " (%+.3g/s)", json_number_value(slope));
	}
	put_labelled(p, PHRASE_SAMPLES, buf_text(&line));
}

static void put_remedy(struct page *p, const struct guidance *g)
{
	for (size_t i = 0; i < g->step_count; i++) {
		const struct step *s = &g->steps[i];
		const char *text = words_in(&s->text, p->sink->lang);
		auto_buf struct buf line = BUF_INIT(SIZE_MAX);

		buf_printf(&line, "%zu. %s", i + 1, text ? text : "");
		if (s->risk)
			buf_printf(&line, " [%s]", s->risk);
		put_labelled(p, PHRASE_REMEDY, buf_text(&line));
		if (!s->command)
			continue;
		text_pad(&p->out, "", INDENT + LABEL_COLUMNS);
		buf_adds(&p->out, "$ ");
		text_clean(&p->out, s->command, strlen(s->command));
		buf_addc(&p->out, '\n');
	}
}

static void put_guidance(struct page *p, const struct guidance *g)
{
	const char *lang = p->sink->lang;
	auto_buf struct buf causes = BUF_INIT(SIZE_MAX);

	put_labelled(p, PHRASE_IMPACT, words_in(&g->impact, lang));
	for (size_t i = 0; i < g->cause_count; i++) {
		const char *cause = words_in(&g->causes[i], lang);

		buf_printf(&causes, "%s%s", i ? phrase(PHRASE_BETWEEN, lang) : "",
			   cause ? cause : "");
	}
	put_labelled(p, PHRASE_CAUSES, buf_text(&causes));
	put_remedy(p, g);
	put_labelled(p, PHRASE_VERIFY, words_in(&g->verify, lang));
}

static void put_rule(struct page *p, const struct check *c)
{
	const struct node *at = c->rule->at;
	auto_buf struct buf line = BUF_INIT(SIZE_MAX);

	buf_printf(&line, "%s:%u", document_name(at->document), at->line);
	if (c->guidance->doc)
		buf_printf(&line, "  %s", c->guidance->doc);
	put_labelled(p, PHRASE_RULE, buf_text(&line));
}

static void put_headline(struct page *p, const struct result *x)
{
	const char *lang = p->sink->lang;
	const char *title = result_title(x, lang);
	auto_buf struct buf clean = BUF_INIT(SIZE_MAX);

	if (title)
		text_clean_line(&clean, title, strlen(title), 0);
	put_colored(p, color_of(x), phrase_status(x->status, lang), 0);
	buf_addc(&p->out, ' ');
	put_colored(p, COLOR_BOLD, x->id, 0);
	buf_printf(&p->out, " [%s", phrase_severity(x->severity, lang));
	if (x->below_gate)
		buf_printf(&p->out, ", %s", phrase(PHRASE_BELOW_GATE, lang));
	buf_printf(&p->out, "]%s%s\n", title ? "  " : "", buf_text(&clean));
}

static const char *kind_sentence(enum kind k, const char *lang)
{
	if (k == KIND_NONE)
		return NULL;
	return lang && strcmp(lang, "zh") == 0 ? kinds[k].zh : kinds[k].en;
}

/* The message says nothing new where the failures tell it all. */
static void put_message(struct page *p, const struct result *x, const json_t *failures)
{
	if (json_array_size(failures) && x->kind == KIND_NONE)
		return;
	if (x->message)
		put_sentence(p, PHRASE_FOUND, x->message);
	put_labelled(p, PHRASE_MEANS, kind_sentence(x->kind, p->sink->lang));
}

/* "db (FAIL, critical)": how grave it is where it is graver than its cause. */
static void print_affected(const struct page *p, const struct result *cause, const struct result *x,
			   struct buf *out)
{
	const char *lang = p->sink->lang;

	buf_printf(out, "%s%s (%s", out->len ? ", " : "", x->id, phrase_status(x->status, lang));
	if (x->severity > cause->severity)
		buf_printf(out, ", %s", phrase_severity(x->severity, lang));
	buf_addc(out, ')');
}

/* The checks that hang on this one, by name: of those that did not pass nothing more is told. */
static void put_affected(struct page *p, const struct result *x)
{
	const struct run *r = p->run;
	auto_buf struct buf line = BUF_INIT(SIZE_MAX);

	for (size_t i = 0; x->affects && i < r->count; i++)
		if (r->results[i].cause == x)
			print_affected(p, x, &r->results[i], &line);
	put_labelled(p, PHRASE_AFFECTS, buf_text(&line));
	put_labelled(p, PHRASE_CAUSE, x->cause ? x->cause->id : NULL);
}

static void put_story(struct page *p, const struct result *x)
{
	json_t *details = result_details(x);
	const json_t *failures = json_object_get(details, "failures");

	buf_addc(&p->out, '\n');
	put_headline(p, x);
	put_message(p, x, failures);
	if (x->kind == KIND_NONE)
		put_failures(p, failures);
	put_trace(p, json_object_get(details, "trace"), x->message);
	put_tries(p, json_object_get(details, "tries"));
	put_samples(p, json_object_get(details, "samples"));
	put_evidence(p, json_object_get(details, "evidence"));
	put_affected(p, x);
	if (x->check) {
		put_guidance(p, x->check->guidance);
		put_rule(p, x->check);
	}
	json_decref(details);
}

/* What hangs on another result is told there, unless all shall be told. */
static bool has_story(const struct page *p, const struct result *x)
{
	if (p->sink->verbose)
		return bad(x) || x->flaky;
	return bad(x) && !x->cause;
}

static void put_stories(struct page *p)
{
	const struct run *r = p->run;
	bool first = true;

	for (size_t i = 0; i < r->count; i++) {
		if (!has_story(p, &r->results[i]))
			continue;
		if (first) {
			buf_addc(&p->out, '\n');
			put_colored(p, COLOR_BOLD, phrase(PHRASE_NOT_PASSED, p->sink->lang), 0);
			buf_addc(&p->out, '\n');
		}
		first = false;
		put_story(p, &r->results[i]);
	}
}

/* --- the verdict --- */

static void put_summary(struct page *p)
{
	const struct run *r = p->run;
	const struct summary *s = &r->summary;
	const char *lang = p->sink->lang;
	char took[32];

	clock_human(r->finished - r->started, took, sizeof(took));
	buf_printf(&p->out, "\n%zu %s: ", s->total,
		   phrase(s->total == 1 ? PHRASE_TOTAL_ONE : PHRASE_TOTAL, lang));
	for (int i = 0; i < STATUS_COUNT; i++)
		buf_printf(&p->out, "%s%zu %s", i ? ", " : "", s->count[i],
			   phrase_status((enum status)i, lang));
	if (s->not_configured)
		buf_printf(&p->out, " (%zu %s)", s->not_configured,
			   phrase(PHRASE_NOT_CONFIGURED, lang));
	if (s->flaky)
		buf_printf(&p->out, ", %zu %s", s->flaky, phrase(PHRASE_FLAKY, lang));
	if (s->pending)
		buf_printf(&p->out, ", %zu %s", s->pending, phrase(PHRASE_PENDING, lang));
	buf_printf(&p->out, "  (%s)\n", took);
	if (r->root)
		buf_printf(&p->out, "%s %s\n", phrase(PHRASE_BELOW, lang), r->root);
	if (r->entered)
		buf_printf(&p->out, "%s %d\n", phrase(PHRASE_INSIDE, lang), (int)r->entered);
	/* a run that never began, for mistakes in its rulesets, is not complete either */
	if (r->cut_short) {
		buf_printf(&p->out, "%s ", phrase(PHRASE_CUT_SHORT, lang));
		chinese_sentence(&p->out, r->cut_short, lang);
		buf_addc(&p->out, '\n');
	}
}

static void put_gate(struct page *p)
{
	const struct run *r = p->run;
	const char *lang = p->sink->lang;
	const enum color color = r->gate == GATE_PASS ? COLOR_GREEN : COLOR_RED;

	buf_printf(&p->out, "%s (%s): ", phrase(PHRASE_GATE, lang),
		   phrase_severity(r->fail_on, lang));
	/* a selector that matched nothing, or a ruleset that was named and does not apply */
	if (r->gate == GATE_NOTHING &&
	    r->summary.count[STATUS_PASS] + r->summary.count[STATUS_FAIL])
		put_colored(p, color, phrase(PHRASE_GATE_NOT_ALL, lang), 0);
	else
		put_colored(p, color, phrase_gate(r->gate, lang), 0);
	buf_addc(&p->out, '\n');
}

/* A ruleset of which nothing runs here is one line, not one for every check. */
static const struct ruleset_info *inapplicable(const struct run *r, const struct result *x)
{
	size_t len;
	const char *name = result_ruleset(x, &len);

	if (x->status != STATUS_SKIP)
		return NULL;
	for (size_t i = 0; i < r->ruleset_count; i++) {
		const struct ruleset_info *s = &r->rulesets[i];

		if (!s->applies && strlen(s->name) == len && memcmp(s->name, name, len) == 0)
			return s;
	}
	return NULL;
}

static void put_inapplicable(struct page *p, const struct ruleset_info *s, size_t columns)
{
	put_colored(p, COLOR_DIM, phrase(PHRASE_SKIP, p->sink->lang), STATUS_COLUMNS);
	text_pad(&p->out, s->name, columns);
	buf_adds(&p->out, "  ");
	chinese_sentence(&p->out, s->reason ? s->reason : "", p->sink->lang);
	buf_addc(&p->out, '\n');
}

static int flush(struct page *p, struct sink *s, struct err **e)
{
	const int failed = s->write(s, buf_text(&p->out), p->out.len, e);

	buf_clear(&p->out);
	return failed;
}

static int put_lines(struct page *p, struct sink *s, struct err **e)
{
	const size_t columns = id_columns(p->run);
	const struct ruleset_info *last = NULL;

	for (size_t i = 0; i < p->run->count; i++) {
		const struct result *x = &p->run->results[i];
		const struct ruleset_info *none = s->verbose ? NULL : inapplicable(p->run, x);

		if (none && none != last)
			put_inapplicable(p, none, columns);
		else if (!none)
			put_line(p, x, columns);
		last = none;
		if (p->out.len > 65536 && flush(p, s, e))
			return -1;
	}
	return 0;
}

/* Clear the line of progress, if there is one. */
static int text_end(void *state, const struct run *r, struct sink *s, struct err **e)
{
	struct page p = { .out = BUF_INIT(SIZE_MAX), .run = r, .sink = s };
	int failed;

	p.width = s->columns >= 40 ? s->columns : WIDTH_DEFAULT;
	if (state && s->terminal)
		buf_adds(&p.out, "\r\033[K");
	free(state);
	if (s->quiet && r->exit_code == 0) {
		failed = flush(&p, s, e);
		buf_free(&p.out);
		return failed;
	}
	failed = s->quiet ? 0 : put_lines(&p, s, e);
	put_stories(&p);
	put_summary(&p);
	put_gate(&p);
	failed = failed || flush(&p, s, e) ? -1 : 0;
	buf_free(&p.out);
	return failed;
}

/* --- the line of progress --- */

static void *text_begin(const struct run *r, size_t planned, struct sink *s, struct err **e)
{
	(void)r;
	(void)planned;
	(void)s;
	(void)e;
	return xcalloc(1, 1);
}

static int text_progress(void *state, const struct progress *g, struct sink *s, struct err **e)
{
	auto_buf struct buf all = BUF_INIT(4096);
	auto_buf struct buf line = BUF_INIT(4096);

	(void)state;
	if (!s->terminal || s->quiet)
		return 0;
	buf_printf(&all, "%zu/%zu  %s %zu", g->done, g->total, phrase(PHRASE_RUNNING, s->lang),
		   g->running);
	if (g->failed)
		buf_printf(&all, "  %s %zu", phrase(PHRASE_FAIL, s->lang), g->failed);
	if (g->slowest)
		buf_printf(&all, "  %s %s %.1f s", phrase(PHRASE_SLOWEST, s->lang), g->slowest,
			   g->slowest_seconds);
	text_clean_line(&line, buf_text(&all), all.len, s->columns > 1 ? s->columns - 1 : 79);
	return sink_printf(s, e, "\r\033[K%s", buf_text(&line));
}

const struct report_format report_text = {
	.name = "text",
	.summary = "for people: a line a check, then what did not pass, then the verdict",
	.begin = text_begin,
	.progress = text_progress,
	.end = text_end,
};
