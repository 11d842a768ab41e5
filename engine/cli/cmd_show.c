/*
 * show - one ruleset or check as it would be run: parameters put in, defaults filled in, what holds
 * in the end.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/clock.h"
#include "engine/base/err.h"
#include "engine/base/log.h"
#include "engine/base/secret.h"
#include "engine/base/text.h"
#include "engine/base/xalloc.h"
#include "engine/cli/book.h"
#include "engine/cli/command.h"
#include "engine/cli/query_print.h"
#include "engine/cli/say.h"
#include "engine/judge/expect.h"

struct show_args {
	struct words_given params_files, params;
	int color, lang;
};

static const struct option_row show_options[] = {
	OPTION_CHOICE(struct show_args, color, .name = "color", .argument = "WHEN",
		      .choices = color_names, .dflt = "auto",
		      .doc = "When to use colours in mistakes."),
	OPTION_CHOICE(struct show_args, lang, .name = "lang", .argument = "LANGUAGE",
		      .choices = language_names,
		      .doc = "The language of titles; the locale's unless given."),
	OPTION_WORDS(struct show_args, params, .name = "param", .argument = "NAME=VALUE",
		     .doc = "Set a parameter."),
	OPTION_WORDS(struct show_args, params_files, .name = "params", .argument = "FILE",
		     .doc = "Read parameters from a YAML file."),
	{ .name = NULL },
};

/* "label      text" and a line end; nothing for no text. */
static void line(struct buf *out, const char *label, const char *text)
{
	if (!text || !*text)
		return;
	buf_printf(out, "  %-10s ", label);
	text_clean_line(out, text, strlen(text), 0);
	buf_addc(out, '\n');
}

/* Several lines under one label. */
static void lines(struct buf *out, const char *label, const char *text)
{
	while (*text) {
		const size_t len = strcspn(text, "\n");
		auto_free char *one = xmemdup0(text, len);

		line(out, label, one);
		label = "";
		text += len + (text[len] == '\n');
	}
}

static void show_query(const struct check *c, struct buf *out)
{
	auto_buf struct buf text = BUF_INIT(SIZE_MAX);

	for (const struct field *f = c->type->fields; f->name; f++) {
		auto_buf struct buf value = BUF_INIT(SIZE_MAX);

		if (query_print_field(f, c->query, &value))
			buf_printf(&text, "%s: %s\n", f->name, buf_text(&value));
	}
	lines(out, "fields", buf_text(&text));
}

static char *node_line(const struct node *n)
{
	json_t *value =
		n->type == NODE_SCALAR && n->text ? json_stringn(n->text, n->len) : node_to_json(n);
	char *text = json_is_string(value) ? xstrdup(json_string_value(value))
					   : json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);

	json_decref(value);
	return text;
}

/* What is late (captures, secrets) is shown as it is written. */
static void show_written(const struct node *fields, struct buf *out)
{
	auto_buf struct buf text = BUF_INIT(SIZE_MAX);

	for (size_t i = 0; fields && fields->type == NODE_MAP && i < fields->count; i++) {
		auto_free char *value = node_line(fields->pairs[i].value);

		buf_printf(&text, "%s: %s\n", fields->pairs[i].key->text, value ? value : "");
	}
	lines(out, "fields", buf_text(&text));
}

static void show_expect(const struct check *c, struct buf *out)
{
	auto_buf struct buf text = BUF_INIT(SIZE_MAX);
	auto_free char *written = NULL;

	if (c->expect)
		expect_print(c->expect, &text);
	else if (c->rule->expect)
		buf_adds(&text, written = node_line(c->rule->expect));
	lines(out, "expect", buf_text(&text));
}

static void show_state(const struct check *c, struct buf *out)
{
	auto_free char *text = NULL;

	if (c->decided == DECIDED_SKIP)
		text = xasprintf("skip: %s", c->reason ? c->reason : "");
	else if (c->decided == DECIDED_ERROR)
		text = xasprintf("error: %s: %s", kinds[c->kind].name, c->reason ? c->reason : "");
	line(out, "ends as", text);
}

static void show_edges(const struct plan *p, const struct check *c, struct buf *out)
{
	auto_buf struct buf tags = BUF_INIT(SIZE_MAX);
	auto_buf struct buf needs = BUF_INIT(SIZE_MAX);

	for (size_t i = 0; i < c->rule->tag_count; i++)
		buf_printf(&tags, "%s%s", i ? ", " : "", c->rule->tags[i]);
	for (size_t i = 0; i < c->need_count; i++)
		buf_printf(&needs, "%s\n", p->checks[c->needs[i]].id);
	line(out, "tags", buf_text(&tags));
	lines(out, "needs", buf_text(&needs));
}

static void show_times(const struct check *c, struct buf *out)
{
	auto_buf struct buf text = BUF_INIT(SIZE_MAX);
	char timeout[32], every[32];

	clock_human(c->timeout, timeout, sizeof(timeout));
	clock_human(c->retry_every, every, sizeof(every));
	buf_adds(&text, timeout);
	if (c->tries > 1)
		buf_printf(&text, ", %u more tries, one every %s", c->tries - 1, every);
	line(out, "timeout", buf_text(&text));
}

/* Of the check as a whole; that of an entry is shown with the expectation. */
static void show_sustain(const struct check *c, struct buf *out)
{
	const struct sustain *s = &c->rule->sustain;
	auto_buf struct buf text = BUF_INIT(SIZE_MAX);
	char every[32];

	if (s->samples < 2)
		return;
	clock_human(s->every, every, sizeof(every));
	buf_printf(&text, "%u of %u samples must fail, one every %s", s->at_least, s->samples,
		   every);
	line(out, "sustain", buf_text(&text));
}

/* What the report says when it fails. */
static void show_help(const struct guidance *g, const char *lang, struct buf *out)
{
	auto_buf struct buf causes = BUF_INIT(SIZE_MAX);
	auto_buf struct buf steps = BUF_INIT(SIZE_MAX);

	for (size_t i = 0; i < g->cause_count; i++)
		buf_printf(&causes, "%s\n", words_in(&g->causes[i], lang));
	for (size_t i = 0; i < g->step_count; i++) {
		const struct step *s = &g->steps[i];
		const char *text = words_in(&s->text, lang);

		buf_printf(&steps, "%zu. %s%s%s%s\n", i + 1, text ? text : "", s->risk ? " [" : "",
			   s->risk ? s->risk : "", s->risk ? "]" : "");
		if (s->command)
			buf_printf(&steps, "   $ %s\n", s->command);
	}
	line(out, "impact", words_in(&g->impact, lang));
	lines(out, "causes", buf_text(&causes));
	lines(out, "remedy", buf_text(&steps));
	line(out, "verify", words_in(&g->verify, lang));
	line(out, "doc", g->doc);
}

static void show_check(const struct plan *p, const struct check *c, const char *lang,
		       struct buf *out)
{
	auto_free char *place =
		xasprintf("%s:%u", document_name(c->rule->at->document), c->rule->at->line);

	buf_printf(out, "%s\n", c->id);
	line(out, "title", words_in(&c->title, lang));
	line(out, "type", c->type->name);
	line(out, "severity", severity_name(c->severity));
	show_times(c, out);
	if (c->query)
		show_query(c, out);
	else
		show_written(c->rule->fields, out);
	show_expect(c, out);
	show_sustain(c, out);
	show_edges(p, c, out);
	show_state(c, out);
	show_help(c->guidance, lang, out);
	line(out, "rule", place);
}

static void show_source(const struct node *source, const char *before, struct buf *out)
{
	const struct node *env = node_get(source, "env"), *file = node_get(source, "file");
	const struct node *at = env ? env : file;

	if (at && at->type == NODE_SCALAR)
		buf_printf(out, "%s%s%s", before, env ? "environment variable " : "", at->text);
}

/* Where one could be put. */
static void show_sources(const struct node *from, struct buf *out)
{
	if (!from)
		return;
	buf_adds(out, "; it would be taken from ");
	if (from->type == NODE_MAP)
		show_source(from, "", out);
	for (size_t i = 0; from->type == NODE_LIST && i < from->count; i++)
		show_source(from->items[i], i ? " or " : "", out);
}

static void show_param(const struct param *p, struct buf *out)
{
	auto_free char *value =
		p->value ? json_dumps(p->value, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;

	if (p->problem) {
		buf_printf(out, "%s: no value: %s\n", p->name, p->problem);
		return;
	}
	if (p->layer == LAYER_NONE) {
		buf_printf(out, "%s: no value", p->name);
		show_sources(p->from, out);
		buf_addc(out, '\n');
		return;
	}
	buf_printf(out, "%s: %s (%s%s%s)\n", p->name,
		   p->type == PARAM_SECRET ? "***"
		   : value                 ? value
					   : "",
		   layer_name(p->layer), p->origin ? ", " : "", p->origin ? p->origin : "");
}

static void show_ruleset(const struct ruleset *r, const char *lang, struct buf *out)
{
	auto_buf struct buf params = BUF_INIT(SIZE_MAX);

	buf_printf(out, "%s\n", r->name);
	line(out, "title", words_in(&r->title, lang));
	line(out, "version", r->version);
	line(out, "product", r->product);
	line(out, "component", r->component);
	line(out, "file", r->document ? document_name(r->document) : NULL);
	line(out, "ends as", r->inapplicable);
	for (size_t i = 0; r->scope && i < r->scope->param_count; i++)
		show_param(&r->scope->params[i], &params);
	lines(out, "params", buf_text(&params));
}

/* RULESET/ID is the check RULESET/ID or all its items. */
static bool is_wanted(const struct check *c, const char *id)
{
	const size_t len = strlen(id);

	return !strncmp(c->id, id, len) && (!c->id[len] || c->id[len] == '[');
}

static int no_such_check(const struct plan *p, const char *id)
{
	struct words_given known = { 0 };
	const char *near;

	for (size_t i = 0; i < p->count; i++)
		words_add(&known, p->checks[i].id);
	near = known.count ? text_nearest(id, known.items) : NULL;
	say_error("show: there is no check '%s'%s%s%s", id, near ? "; did you mean '" : "",
		  near ? near : "", near ? "'?" : "");
	words_free(&known);
	return ERR_NOT_FOUND;
}

/* What one operand means: a ruleset (file, name), or one and a check of it. */
struct wanted {
	char *ruleset;
	const char *id; /* after the slash, or NULL */
};

/* The longest part up to a slash (or all of it) that is a ruleset. */
static int wanted_find(struct book *b, const char *operand, struct wanted *w, struct err **e)
{
	auto_err struct err *first = NULL;

	w->ruleset = xstrdup(operand);
	w->id = NULL;
	if (!book_find(b, &operand, 1, e ? &first : NULL))
		return 0;
	for (size_t at = strlen(operand); at-- > 1;) {
		const char *part;

		if (operand[at] != '/')
			continue;
		w->ruleset[at] = '\0';
		part = w->ruleset;
		if (!book_find(b, &part, 1, NULL)) {
			w->id = operand + at + 1;
			return 0;
		}
	}
	return err_set(e, ERR_NOT_FOUND, "%s", err_text(first));
}

static int plan_print(const struct book *b, const char *id, const char *lang)
{
	auto_buf struct buf out = BUF_INIT(SIZE_MAX);
	auto_buf struct buf masked = BUF_INIT(SIZE_MAX);
	const struct rulebook *book = b->rulebook;
	auto_free char *full =
		id && book->count ? xasprintf("%s/%s", book->rulesets[0]->name, id) : NULL;
	size_t shown = 0;

	for (size_t i = 0; !id && i < book->count; i++)
		show_ruleset(book->rulesets[i], lang, &out);
	for (size_t i = 0; i < b->plan->count; i++) {
		if (full && !is_wanted(&b->plan->checks[i], full))
			continue;
		if (shown++ || !id)
			buf_addc(&out, '\n');
		show_check(b->plan, &b->plan->checks[i], lang, &out);
	}
	if (id && !shown)
		return no_such_check(b->plan, full ? full : id);
	secrets_mask(b->secrets, &masked, buf_text(&out), out.len);
	return say_out(buf_text(&masked));
}

/* By name, so that checks are shown that run only when they are named. */
static int plan_whole(struct book *b, const struct show_args *a, struct log *log)
{
	const struct book_params params = { .files = &a->params_files, .options = &a->params };
	struct text_list names = { 0 };
	struct words_given checks = { 0 };
	struct plan_options options = { .run_id = "show" };
	int rc;

	for (size_t i = 0; i < b->rulebook->count; i++) {
		auto_free char *all = xasprintf("%s/*", b->rulebook->rulesets[i]->name);

		b->rulebook->rulesets[i]->named = true;
		if (b->rulebook->rulesets[i]->rule_count)
			text_list_add(&names, all);
	}
	for (size_t i = 0; i < names.count; i++)
		words_add(&checks, names.items[i]);
	options.select.checks = checks.items;
	rc = book_plan(b, &params, &options, log);
	words_free(&checks);
	text_list_release(&names);
	return rc;
}

static int show_book(struct book *b, const struct invocation *in, struct log *log)
{
	const struct show_args *a = in->args;
	auto_err struct err *e = NULL;
	struct wanted w = { 0 };
	int code;

	if (wanted_find(b, in->operands[0], &w, &e)) {
		say_error("show: %s", err_text(e));
		code = ERR_NOT_FOUND;
	} else if (book_load(b) || plan_whole(b, a, log)) {
		say_diagnostics(&b->mistakes, STDERR_FILENO, a->color);
		code = ERR_DATA;
	} else {
		code = plan_print(b, w.id, language(a->lang));
	}
	free(w.ruleset);
	return code;
}

static int show_run(const struct invocation *in)
{
	struct book b;
	struct log *log;
	int code;

	book_init(&b);
	log = log_new(STDERR_FILENO, LOG_WARNING, b.secrets);
	code = show_book(&b, in, log);
	log_free(log);
	book_release(&b);
	return code;
}

const struct command command_show = {
	.name = "show",
	.summary = "a ruleset or a check as it would be run",
	.description = "Prints a ruleset with its parameters and where their values come from, "
		       "and its checks with what holds in the end, defaults included. RULESET is "
		       "a file or a name. Nothing is inspected, but sources of parameters are "
		       "read.",
	.operands = "RULESET[/ID]",
	.min_operands = 1,
	.max_operands = 1,
	.options = show_options,
	.args_size = sizeof(struct show_args),
	.run = show_run,
};
