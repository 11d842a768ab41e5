/*
 * run - inspect: from the command line to the exit code.
 */
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/clock.h"
#include "engine/base/err.h"
#include "engine/base/log.h"
#include "engine/base/root.h"
#include "engine/base/xalloc.h"
#include "engine/cli/book.h"
#include "engine/cli/broken.h"
#include "engine/cli/command.h"
#include "engine/cli/dry_run.h"
#include "engine/cli/identity.h"
#include "engine/cli/nagios.h"
#include "engine/cli/outputs.h"
#include "engine/cli/say.h"
#include "engine/run/enter.h"
#include "engine/run/place.h"
#include "engine/run/run.h"
#include "engine/store/task.h"

enum on_error { ON_ERROR_FAIL, ON_ERROR_IGNORE };
enum exit_style { EXIT_NAGIOS, EXIT_ROUNDS };

static const char *const on_error_names[] = { "fail", "ignore", NULL };
static const char *const exit_names[] = { "nagios", "rounds", NULL };

struct run_args {
	struct words_given products, components, tags, checks, severities, reports, params_files,
		params;
	int fail_on, require_configured, on_error, exit_style, color, lang;
	bool warn_exit, allow_empty, dry_run, quiet, verbose;
	const char *root, *task;
	uint64_t enter, jobs;
	int64_t timeout, deadline;
};

static const struct option_row run_options[] = {
	OPTION_FLAG(struct run_args, allow_empty, .name = "allow-empty",
		    .doc = "Exit 0 also when nothing was inspected."),
	OPTION_WORDS(struct run_args, checks, .name = "check", .argument = "ID",
		     .doc = "Only this check: RULESET/ID, ID or RULESET/ID[ITEM]; a * may end it."),
	OPTION_CHOICE(struct run_args, color, .name = "color", .argument = "WHEN",
		      .choices = color_names, .dflt = "auto", .doc = "When to use colours."),
	OPTION_WORDS(struct run_args, components, .name = "component", .argument = "NAME",
		     .doc = "Only rulesets of this component."),
	OPTION_DURATION(struct run_args, deadline, .name = "deadline", .argument = "DURATION",
			.doc = "End the whole run after this long; what is not done is skipped "
			       "and the exit code is 2."),
	OPTION_FLAG(struct run_args, dry_run, .name = "dry-run",
		    .doc = "Print what would be run, and run nothing."),
	OPTION_UINT(struct run_args, enter, .name = "enter", .argument = "PID", .min = 1,
		    .max = INT32_MAX,
		    .doc = "Inspect from inside the mount, network, pid and uts namespaces of this "
			   "process (a container), with what is loaded outside: it needs no shell. "
			   "Reports are written outside."),
	OPTION_CHOICE(struct run_args, exit_style, .name = "exit", .argument = "STYLE",
		      .choices = exit_names, .dflt = "rounds", .doc = "Whose exit codes to use."),
	OPTION_CHOICE(struct run_args, fail_on, .name = "fail-on", .argument = "SEVERITY",
		      .choices = severity_names, .dflt = "low",
		      .doc = "The run fails when a check of this severity or a worse one failed."),
	OPTION_UINT(struct run_args, jobs, .name = "jobs", .argument = "N", .min = 1, .max = 4096,
		    .doc = "How many isolated checks may run at once (64 unless given)."),
	OPTION_CHOICE(struct run_args, lang, .name = "lang", .argument = "LANGUAGE",
		      .choices = language_names,
		      .doc = "The language of the text report; the locale's unless given."),
	OPTION_CHOICE(struct run_args, on_error, .name = "on-error", .argument = "WHAT",
		      .choices = on_error_names, .dflt = "fail",
		      .doc = "What checks without a verdict do to the exit code."),
	OPTION_WORDS(struct run_args, params, .name = "param", .argument = "NAME=VALUE",
		     .doc = "Set a parameter; a secret only as NAME=@PATH, since everybody sees a "
			    "command line."),
	OPTION_WORDS(struct run_args, params_files, .name = "params", .argument = "FILE",
		     .doc = "Read parameters from a YAML file."),
	OPTION_WORDS(struct run_args, products, .name = "product", .argument = "NAME",
		     .doc = "Only rulesets of this product."),
	OPTION_FLAG(struct run_args, quiet, .name = "quiet", .letter = 'q',
		    .doc = "Print only what did not pass."),
	OPTION_WORDS(struct run_args, reports, .name = "report", .argument = "FORMAT[=PATH]",
		     .doc = "Write a report; - or no path is standard output. Without this "
			    "option: text."),
	OPTION_CHOICE(struct run_args, require_configured, .name = "require-configured",
		      .argument = "SEVERITY", .when_bare = "info", .choices = severity_names,
		      .doc = "A check of this severity or a worse one that is not configured is "
			     "an error."),
	OPTION_TEXT(struct run_args, root, .name = "root", .argument = "DIR",
		    .doc = "Inspect what lies below this folder as if it were '/': files, logs, "
			   "file systems, users, groups, packages. No link leads out of it; checks "
			   "of what runs are skipped."),
	OPTION_WORDS(struct run_args, severities, .name = "severity", .argument = "SEVERITY",
		     .choices = severity_names, .doc = "Only checks of this severity."),
	OPTION_WORDS(struct run_args, tags, .name = "tag", .argument = "TAG",
		     .doc = "Only checks with this tag."),
	OPTION_TEXT(struct run_args, task, .name = "task", .argument = "NAME",
		    .doc = "The task that this run is of: what logs say since its last run is told "
			   "next time, 'sustain: { runs: 3 }' counts its runs, and no two of them "
			   "overlap."),
	OPTION_DURATION(struct run_args, timeout, .name = "timeout", .argument = "DURATION",
			.doc = "The timeout of checks that set none (10s unless given)."),
	OPTION_FLAG(struct run_args, verbose, .name = "verbose", .letter = 'v',
		    .doc = "Print more about everything."),
	OPTION_FLAG(struct run_args, warn_exit, .name = "warn-exit",
		    .doc = "Exit 3 when the run passed, but a check below the gate failed, or one "
			   "was flaky or pending."),
	{ .name = NULL },
};

/* All that one run holds. */
struct session {
	const struct invocation *in;
	const struct run_args *args;
	struct book book;
	struct outputs *outputs;
	struct log *log;
	struct task *task; /* NULL: the run is of none */
	json_t *states;    /* what the checks left at the last run */
	struct run run;
	int64_t began; /* clock_mono */
	struct place place;
	char *root; /* of the place */
	struct entrance entrance;
	bool nagios;
};

/* --- before the run --- */

static int session_outputs(struct session *s, bool by_default, struct err **e)
{
	const struct run_args *a = s->args;
	static const char *const text_only[] = { "text" };
	struct output_options o = {
		.wanted = a->reports.items,
		.count = a->reports.count,
		.color = a->color,
		.quiet = a->quiet,
		.verbose = a->verbose,
		.lang = s->run.lang,
	};

	if (!o.count && by_default && !s->nagios) {
		o.wanted = text_only;
		o.count = 1;
	}
	s->outputs = outputs_open(&o, e);
	return s->outputs ? 0 : -1;
}

static int64_t deadline(const struct session *s)
{
	return s->args->deadline ? s->began + s->args->deadline : 0;
}

static int plan_for(struct session *s)
{
	const struct run_args *a = s->args;
	const struct book_params params = {
		.files = &a->params_files,
		.options = &a->params,
		.place = &s->place,
		.deadline = deadline(s),
	};
	const struct plan_options options = {
		.select = { .products = a->products.items,
			    .components = a->components.items,
			    .tags = a->tags.items,
			    .checks = a->checks.items,
			    .severities = a->severities.items },
		.timeout = a->timeout,
		.run_id = s->run.id,
	};

	/* what is asked for before the plan may take long: from here on there are reports */
	if (!a->dry_run)
		run_hold_signals();
	return book_plan(&s->book, &params, &options, s->log);
}

/* --require-configured: what would be skipped for want of a value is an error instead. */
static void require_configured(struct plan *p, enum severity least)
{
	static const char prefix[] = "not configured:";

	for (size_t i = 0; i < p->count; i++) {
		struct check *c = &p->checks[i];

		if (c->decided == DECIDED_SKIP && c->severity >= least && c->reason &&
		    !strncmp(c->reason, prefix, sizeof(prefix) - 1)) {
			c->decided = DECIDED_ERROR;
			c->kind = KIND_PARAMETER;
		}
	}
}

static bool component_named(const struct run_args *a, const char *component)
{
	for (size_t i = 0; component && i < a->components.count; i++)
		if (!strcmp(a->components.items[i], component))
			return true;
	return false;
}

static void describe_rulesets(struct session *s)
{
	const struct rulebook *book = s->book.rulebook;

	if (!book)
		return;
	s->run.rulesets = xcalloc(book->count ? book->count : 1, sizeof(*s->run.rulesets));
	for (size_t i = 0; i < book->count; i++) {
		const struct ruleset *r = book->rulesets[i];

		if (!r->document)
			continue;
		s->run.rulesets[s->run.ruleset_count++] = (struct ruleset_info){
			.name = r->name,
			.version = r->version,
			.document = r->document,
			.path = document_name(r->document),
			.product = r->product,
			.component = r->component,
			.applies = !s->book.plan || r->applies,
			.reason = r->inapplicable,
			.named = r->named || component_named(s->args, r->component),
		};
	}
}

/* --- the run --- */

static void on_result(void *ctx, const struct result *r)
{
	const struct session *s = ctx;

	outputs_result(s->outputs, &s->run, r);
}

static void on_progress(void *ctx, const struct progress *p)
{
	const struct session *s = ctx;

	outputs_progress(s->outputs, p);
}

static bool counts_runs(const struct check *c)
{
	const struct rule *r = c->rule;

	for (size_t i = 0; i < r->entry_count; i++)
		if (r->entries[i].sustain.runs)
			return true;
	return r->sustain.runs > 0;
}

/* Without a history such a check fails at once, which its author has to hear of. */
static void warn_of_no_task(const struct session *s)
{
	const struct plan *p = s->book.plan;
	size_t n = 0;

	for (size_t i = 0; !s->task && i < p->count; i++)
		n += p->checks[i].decided == DECIDED_NOT && counts_runs(&p->checks[i]);
	if (n)
		log_say(s->log, LOG_WARNING,
			"%zu check%s to fail in several runs ('sustain: { runs: … }'), but without "
			"--task there is no history: this run alone decides",
			n, n == 1 ? " has" : "s have");
}

static int execute(struct session *s, struct err **e)
{
	const struct run_options options = {
		.jobs = (unsigned)s->args->jobs,
		.deadline = deadline(s),
		.module_path = s->book.home.modules,
		.place = &s->place,
		.secrets = s->book.secrets,
		.states = s->states,
		.failing = s->task ? task_failing(s->task) : NULL,
		.log = s->log,
		.on_result = on_result,
		.on_progress = on_progress,
		.ctx = s,
	};

	warn_of_no_task(s);
	outputs_begin(s->outputs, &s->run, s->book.plan->count);
	return run_execute(s->book.plan, &options, &s->run, e);
}

/* --- after the run --- */

static void judge(struct session *s, int load_error)
{
	const struct run_args *a = s->args;
	const struct gate_options gate = {
		.fail_on = (enum severity)a->fail_on,
		.ignore_errors = a->on_error == ON_ERROR_IGNORE,
		.warn_exit = a->warn_exit,
		.allow_empty = a->allow_empty,
	};
	const bool unmatched = s->book.plan && s->book.plan->unmatched && !a->allow_empty;

	/* the clock may have been set meanwhile: only the other tells how long it took */
	s->run.finished = s->run.started + (clock_mono() - s->began);
	run_judge(&s->run, &gate, load_error);
	if (unmatched && (s->run.exit_code == 0 || s->run.exit_code == 3)) {
		s->run.gate = GATE_NOTHING;
		s->run.exit_code = 4;
	}
	if (outputs_failed(s->outputs) && s->run.exit_code < ERR_USAGE)
		s->run.exit_code = ERR_CREATE;
}

/* What the next run of the task goes on from, once this one's reports are written. */
static void keep_states(struct session *s)
{
	auto_err struct err *e = NULL;

	if (!s->task || outputs_failed(s->outputs) || !task_keep(s->task, &s->run, &e))
		return;
	say_error("run: task '%s': %s: the next run will tell the same again", s->args->task,
		  err_text(e));
	if (s->run.exit_code < ERR_USAGE)
		s->run.exit_code = ERR_CREATE;
}

/* Judge, write every report, and say how it ended. */
static int finish(struct session *s, int load_error)
{
	judge(s, load_error);
	outputs_end(s->outputs, &s->run);
	if (outputs_failed(s->outputs) && s->run.exit_code < ERR_USAGE)
		s->run.exit_code = ERR_CREATE;
	keep_states(s);
	if (s->nagios) {
		const enum nagios_code code = nagios_code(&s->run);
		auto_buf struct buf line = BUF_INIT(SIZE_MAX);

		nagios_line(&s->run, code, &line);
		/* to whoever reads it a plugin that says nothing and ends well is fine */
		if (!s->args->reports.count && say_out(buf_text(&line)))
			return NAGIOS_UNKNOWN;
		return (int)code;
	}
	return s->run.exit_code;
}

/* Nothing could be run: the asked reports say why. */
static int finish_broken(struct session *s, int code)
{
	auto_err struct err *e = NULL;

	if (!s->outputs && session_outputs(s, false, &e)) {
		if (!s->in->mistake)
			say_error("run: %s", err_text(e));
		return s->nagios ? NAGIOS_UNKNOWN : ERR_USAGE;
	}
	describe_rulesets(s);
	s->run.complete = false;
	outputs_begin(s->outputs, &s->run, s->run.count);
	for (size_t i = 0; i < s->run.count; i++)
		outputs_result(s->outputs, &s->run, &s->run.results[i]);
	return finish(s, code);
}

static int finish_message(struct session *s, const char *name, const char *message, int code)
{
	broken_add_message(&s->run, name, message);
	return finish_broken(s, code);
}

static int finish_mistakes(struct session *s)
{
	const int code = ERR_DATA;

	broken_add(&s->run, s->book.rulebook, &s->book.mistakes);
	say_error("%zu mistake%s: nothing was run", s->book.mistakes.errors,
		  s->book.mistakes.errors == 1 ? "" : "s");
	return finish_broken(s, code);
}

/* What the checks left at the last run: of the task, or of whichever was the last. */
static int open_states(struct session *s, struct err **e)
{
	if (!s->args->task) {
		s->states = task_states_of_all(s->book.home.state, s->log);
		return 0;
	}
	s->task = task_open(s->book.home.state, s->args->task, s->log, e);
	if (!s->task)
		return -1;
	s->states = json_incref(task_states(s->task));
	return 0;
}

/* What can be told of --param and --params before any ruleset is read. */
static int check_params(const struct run_args *a, struct err **e)
{
	for (size_t i = 0; i < a->params.count; i++) {
		const size_t len = strcspn(a->params.items[i], "=");

		/* it may be a value that somebody forgot the name of: not repeated */
		if (!len || !a->params.items[i][len])
			return err_set(e, ERR_USAGE, "--param: number %zu is not NAME=VALUE",
				       i + 1);
	}
	for (size_t i = 0; i < a->params_files.count; i++)
		if (access(a->params_files.items[i], F_OK) < 0 && errno == ENOENT)
			return err_set(e, ERR_NOT_FOUND, "--params: there is no file '%s'",
				       a->params_files.items[i]);
	return 0;
}

static int find_entrance(struct session *s, struct err **e)
{
	if (enter_find((pid_t)s->args->enter, &s->entrance, e) || enter_try(&s->entrance, e))
		return err_wrap(e, "--enter");
	s->place.entrance = &s->entrance;
	s->run.entered = s->entrance.pid;
	return 0;
}

/* Where is inspected: that it is there at all is told before anything runs. */
static int find_place(struct session *s, struct err **e)
{
	struct root *root;

	if (s->args->root && s->args->enter)
		return err_set(e, ERR_USAGE, "--root and --enter exclude each other");
	if (s->args->enter)
		return find_entrance(s, e);
	if (!s->args->root)
		return 0;
	root = place_answers(s->args->root, e) < 0 ? NULL : root_open(s->args->root, e);
	if (!root)
		return err_wrap(e, "--root");
	s->root = xstrdup(root_folder(root));
	root_free(root);
	s->place.root = s->run.root = s->root;
	return 0;
}

static int session_run(struct session *s)
{
	const struct invocation *in = s->in;
	auto_err struct err *e = NULL;
	int broken;

	if (in->mistake)
		return finish_message(s, "rounds", err_text(in->mistake), ERR_USAGE);
	if (check_params(s->args, &e) ||
	    book_find(&s->book, in->operands, in->operand_count, &e)) {
		say_error("run: %s", err_text(e));
		return finish_message(s, "rounds", err_text(e), err_code(e));
	}
	if (find_place(s, &e)) {
		say_error("run: %s", err_text(e));
		return finish_message(s, "rounds", err_text(e), err_code(e));
	}
	broken = book_load(&s->book) || plan_for(s);
	say_diagnostics(&s->book.mistakes, STDERR_FILENO, s->args->color);
	if (broken)
		return finish_mistakes(s);
	if (s->args->require_configured >= 0)
		require_configured(s->book.plan, (enum severity)s->args->require_configured);
	place_limit(&s->place, s->book.plan);
	if (s->args->dry_run)
		return dry_run_print(s->book.plan, s->run.lang);
	if (session_outputs(s, true, &e)) {
		say_error("run: %s", err_text(e));
		return s->nagios ? NAGIOS_UNKNOWN : ERR_USAGE;
	}
	if (open_states(s, &e)) {
		say_error("run: %s", err_text(e));
		return finish_message(s, "rounds", err_text(e), err_code(e));
	}
	describe_rulesets(s);
	if (execute(s, &e)) {
		say_error("run: %s", err_text(e));
		return finish(s, err_code(e));
	}
	return finish(s, 0);
}

static int run_run(const struct invocation *in)
{
	const struct run_args *a = in->args;
	struct session s = { .in = in,
			     .args = a,
			     .nagios = in->as_plugin || a->exit_style == EXIT_NAGIOS };
	const enum log_level level = a->verbose ? LOG_INFO : a->quiet ? LOG_ERROR : LOG_WARNING;
	int code;

	book_init(&s.book);
	run_identify(&s.run, a->task || a->reports.count);
	s.began = clock_mono();
	s.run.lang = language(a->lang);
	s.log = log_new(STDERR_FILENO, level, s.book.secrets);
	code = session_run(&s);
	outputs_free(s.outputs);
	task_close(s.task);
	json_decref(s.states);
	free(s.root);
	run_end(!s.run.complete);
	run_release(&s.run);
	log_free(s.log);
	book_release(&s.book);
	return code;
}

const struct command command_run_rulesets = {
	.name = "run",
	.summary = "inspect this machine by rulesets, and report",
	.description = "Carries out the checks of rulesets: files, folders, or names of installed "
		       "ones; without any, everything that is installed or shipped and applies "
		       "here.\n"
		       "Exit codes: 0 the gate passed; 1 it failed; 2 no verdict; 3 passed with "
		       "warnings (--warn-exit); 4 nothing was inspected; 64 usage; 65 a ruleset "
		       "or value is wrong; 66 not found; 73 a report could not be written.",
	.operands = "[PATH|NAME ...]",
	.max_operands = SIZE_MAX,
	.options = run_options,
	.args_size = sizeof(struct run_args),
	.takes_mistakes = true,
	.run = run_run,
};
