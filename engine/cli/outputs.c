#include "engine/cli/outputs.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/err.h"
#include "engine/base/io.h"
#include "engine/base/text.h"
#include "engine/base/xalloc.h"
#include "engine/cli/option.h"
#include "engine/cli/say.h"
#include "engine/result/report_format.h"
#include "engine/result/result.h"
#include "reports/registry.h"

/* The sink comes first: a report hands it back to us. */
struct output {
	struct sink sink;
	const struct report_format *format;
	const char *path; /* "-": standard output */
	struct io_file *file;
	void *state;
	bool begun, failed;
};

struct outputs {
	struct output *items;
	size_t count;
};

static int output_write(struct sink *s, const char *bytes, size_t len, struct err **e)
{
	struct output *out = (struct output *)s;

	return io_file_write(out->file, bytes, len, e);
}

/* Told once; what comes after the first failure of a report says nothing new. */
static void output_fail(struct output *out, const struct err *e)
{
	const bool standard = !strcmp(out->path, "-");

	if (!out->failed)
		say_error("report %s: %s%s%s", out->format->name, standard ? "standard output" : "",
			  standard ? ": " : "", err_text(e));
	out->failed = true;
}

static int format_unknown(const char *name, struct err **e)
{
	struct words_given known = { 0 };
	const char *near;

	for (const struct report_format *const *f = report_registry; *f; f++)
		words_add(&known, (*f)->name);
	near = text_nearest(name, known.items);
	words_free(&known);
	if (near)
		return err_set(e, ERR_USAGE, "--report: unknown format '%s'; did you mean '%s'?",
			       name, near);
	return err_set(e, ERR_USAGE,
		       "--report: unknown format '%s'; 'rounds list --reports' shows them", name);
}

static int output_parse(struct output *out, const char *wanted,
			const struct output_options *options, struct err **e)
{
	const size_t len = strcspn(wanted, "=");
	auto_free char *name = xmemdup0(wanted, len);
	bool standard;

	out->format = report_find(name);
	if (!out->format)
		return format_unknown(name, e);
	out->path = wanted[len] ? wanted + len + 1 : "-";
	if (!*out->path)
		return err_set(e, ERR_USAGE, "--report: '%s' has no path after the '='", wanted);
	standard = !strcmp(out->path, "-");
	out->sink = (struct sink){
		.write = output_write,
		.terminal = standard && terminal_obeys(STDOUT_FILENO),
		.columns = standard ? terminal_columns(STDOUT_FILENO) : 0,
		.color = standard ? color_wanted(options->color, STDOUT_FILENO)
				  : options->color == COLOR_ALWAYS,
		.verbose = options->verbose,
		.quiet = options->quiet,
		.lang = options->lang,
	};
	return 0;
}

/* A path without what does not change where it leads: "x" and ".//x" are "./x". The caller's. */
static char *path_plain(const char *path)
{
	struct buf plain = BUF_INIT(SIZE_MAX);

	buf_adds(&plain, *path == '/' ? "" : ".");
	while (*path) {
		const size_t len = strcspn(path, "/");

		if (len && !(len == 1 && *path == '.'))
			buf_printf(&plain, "/%.*s", (int)len, path);
		path += len + (path[len] != '\0');
	}
	return buf_take(&plain);
}

static bool same_path(const char *a, const char *b)
{
	auto_free char *first = path_plain(a), *second = path_plain(b);
	const bool standard = !strcmp(a, "-") || !strcmp(b, "-");

	return !strcmp(standard ? a : first, standard ? b : second);
}

static int paths_check(const struct outputs *o, struct err **e)
{
	for (size_t i = 0; i < o->count; i++)
		for (size_t k = 0; k < i; k++)
			if (same_path(o->items[i].path, o->items[k].path))
				return err_set(e, ERR_USAGE,
					       "--report: %s and %s both go to %s%s%s",
					       o->items[k].format->name, o->items[i].format->name,
					       strcmp(o->items[i].path, "-") ? "'" : "",
					       strcmp(o->items[i].path, "-") ? o->items[i].path
									     : "standard output",
					       strcmp(o->items[i].path, "-") ? "'" : "");
	return 0;
}

struct outputs *outputs_open(const struct output_options *options, struct err **e)
{
	struct outputs *o = xcalloc(1, sizeof(*o));

	o->items = xcalloc(options->count ? options->count : 1, sizeof(*o->items));
	for (size_t i = 0; i < options->count; i++) {
		if (output_parse(&o->items[i], options->wanted[i], options, e)) {
			outputs_free(o);
			return NULL;
		}
		o->count++;
	}
	if (paths_check(o, e)) {
		outputs_free(o);
		return NULL;
	}
	for (size_t i = 0; i < o->count; i++) {
		auto_err struct err *why = NULL;

		if (io_file_open(o->items[i].path, &o->items[i].file, &why))
			output_fail(&o->items[i], why);
	}
	return o;
}

void outputs_free(struct outputs *o)
{
	if (!o)
		return;
	for (size_t i = 0; i < o->count; i++)
		io_file_abort(o->items[i].file);
	free(o->items);
	free(o);
}

bool outputs_failed(const struct outputs *o)
{
	for (size_t i = 0; i < o->count; i++)
		if (o->items[i].failed)
			return true;
	return false;
}

static void output_begin(struct output *out, const struct run *r, size_t planned)
{
	auto_err struct err *e = NULL;

	if (out->failed || out->begun)
		return;
	out->begun = true;
	if (out->format->begin) {
		out->state = out->format->begin(r, planned, &out->sink, &e);
		if (e)
			output_fail(out, e);
	}
}

static void output_result(struct output *out, const struct run *r, const struct result *x)
{
	auto_err struct err *e = NULL;

	if (!out->failed && out->format->result &&
	    out->format->result(out->state, r, x, &out->sink, &e))
		output_fail(out, e);
}

static bool is_live(const struct output *out)
{
	return out->format->streams || out->format->progress;
}

void outputs_begin(struct outputs *o, const struct run *r, size_t planned)
{
	for (size_t i = 0; i < o->count; i++)
		if (is_live(&o->items[i]))
			output_begin(&o->items[i], r, planned);
}

void outputs_result(struct outputs *o, const struct run *r, const struct result *x)
{
	for (size_t i = 0; i < o->count; i++)
		if (o->items[i].format->streams)
			output_result(&o->items[i], r, x);
}

void outputs_progress(struct outputs *o, const struct progress *p)
{
	for (size_t i = 0; i < o->count; i++) {
		struct output *out = &o->items[i];
		auto_err struct err *e = NULL;

		if (out->begun && !out->failed && out->format->progress &&
		    out->format->progress(out->state, p, &out->sink, &e))
			output_fail(out, e);
	}
}

/* end() releases the report's state, so it is called after a failure, too. */
static void output_end(struct output *out, const struct run *r)
{
	auto_err struct err *e = NULL;

	output_begin(out, r, r->count);
	for (size_t i = 0; !out->format->streams && i < r->count; i++)
		output_result(out, r, &r->results[i]);
	if (out->begun && out->format->end && out->format->end(out->state, r, &out->sink, &e))
		output_fail(out, e);
	if (!out->failed && io_file_commit(TAKE(out->file), &e))
		output_fail(out, e);
}

void outputs_end(struct outputs *o, const struct run *r)
{
	for (size_t i = 0; i < o->count; i++)
		output_end(&o->items[i], r);
}
