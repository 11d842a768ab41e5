#include "engine/cli/broken.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/text.h"
#include "engine/base/xalloc.h"
#include "engine/document/diagnostic.h"
#include "engine/document/node.h"
#include "engine/result/result.h"

/* As much as any check may show (engine/result/result.h). */
enum { EVIDENCE_MAX = 8 * 1024, MESSAGE_COLUMNS = 300 };

/* Everything wrong with one file. */
struct broken_file {
	const char *file;
	size_t mistakes;
	struct buf first; /* the first of them, one line */
	struct buf all;   /* as they are printed */
};

static json_t *text_json_value(const struct buf *b)
{
	auto_buf struct buf clean = BUF_INIT(SIZE_MAX);

	text_clean(&clean, buf_text(b), b->len);
	return json_stringn(buf_text(&clean), clean.len);
}

static char *details(const char *message, const struct buf *evidence)
{
	json_t *o = json_pack("{s:s, s:{s:s, s:s}}", "message", message, "error", "kind",
			      kinds[KIND_PARAMETER].name, "text", message);
	json_t *item;
	char *text;

	if (evidence && evidence->len) {
		item = json_object();
		json_object_set_new(item, "name", json_string("mistakes"));
		json_object_set_new(item, "text", text_json_value(evidence));
		json_object_set_new(item, "bytes",
				    json_integer((json_int_t)(evidence->len + evidence->lost)));
		json_object_set_new(item, "truncated", json_boolean(evidence->lost > 0));
		json_object_set_new(item, "lossy", json_false());
		json_object_set_new(o, "evidence", json_pack("[o]", item));
	}
	text = json_dumps(o, JSON_COMPACT);
	json_decref(o);
	return text;
}

static void result_append(struct run *r, const char *ruleset, const char *message,
			  const struct buf *evidence)
{
	auto_buf struct buf line = BUF_INIT(SIZE_MAX);
	struct result *x;

	text_clean_line(&line, message, strlen(message), MESSAGE_COLUMNS);
	r->results = xrealloc(r->results, r->count + 1, sizeof(*r->results));
	x = &r->results[r->count++];
	*x = (struct result){
		.id = xasprintf("%s/ruleset-load", ruleset),
		.title_en = xstrdup("The ruleset can be loaded"),
		.title_zh = xstrdup("规则集可以加载"),
		.status = STATUS_ERROR,
		.severity = SEVERITY_CRITICAL,
		.kind = KIND_PARAMETER,
		.started = r->started,
		.seq = r->count,
		.details = details(buf_text(&line), evidence),
	};
	x->message = buf_take(&line);
}

void broken_add_message(struct run *r, const char *ruleset, const char *message)
{
	auto_buf struct buf name = BUF_INIT(SIZE_MAX);

	/* The name ends at the first slash of an id. */
	for (const char *c = ruleset; *c; c++)
		buf_addc(&name, *c == '/' ? '_' : *c);
	result_append(r, buf_text(&name), message, NULL);
}

/* "web" of "rulesets/web.yaml"; the caller's. */
static char *file_stem(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *base = slash ? slash + 1 : path;
	const char *dot = strrchr(base, '.');

	return xmemdup0(base, dot && dot > base ? (size_t)(dot - base) : strlen(base));
}

/* The name of the ruleset in this file, the stem of the file where it has none; the caller's. */
static char *ruleset_name(const struct rulebook *book, const char *file)
{
	for (size_t i = 0; book && i < book->count; i++) {
		const struct ruleset *r = book->rulesets[i];

		if (r->document && r->name && !strcmp(document_name(r->document), file) &&
		    !strchr(r->name, '/'))
			return xstrdup(r->name);
	}
	return file_stem(file);
}

static struct broken_file *file_of(struct broken_file *files, size_t *count, const char *file)
{
	for (size_t i = 0; i < *count; i++)
		if (!strcmp(files[i].file, file))
			return &files[i];
	files[*count] = (struct broken_file){ .file = file,
					      .first = BUF_INIT(EVIDENCE_MAX),
					      .all = BUF_INIT(EVIDENCE_MAX) };
	return &files[(*count)++];
}

static void file_report(struct run *r, const struct rulebook *book, struct broken_file *f)
{
	auto_free char *name = ruleset_name(book, f->file);
	auto_free char *message = NULL;
	const size_t len = strcspn(buf_text(&f->first), "\n");

	message = f->mistakes == 1 ? xmemdup0(buf_text(&f->first), len)
				   : xasprintf("%.*s (and %zu more)", (int)len, buf_text(&f->first),
					       f->mistakes - 1);
	result_append(r, name, message, &f->all);
	buf_free(&f->first);
	buf_free(&f->all);
}

void broken_add(struct run *r, const struct rulebook *book, const struct diagnostics *d)
{
	struct broken_file *files = xcalloc(d->count ? d->count : 1, sizeof(*files));
	size_t count = 0;

	for (size_t i = 0; i < d->count; i++) {
		struct broken_file *f;

		if (d->items[i].warning)
			continue;
		f = file_of(files, &count, d->items[i].file ? d->items[i].file : "rounds");
		if (!f->mistakes++)
			diagnostic_print_line(&f->first, &d->items[i]);
		diagnostic_print(&f->all, &d->items[i], false);
	}
	for (size_t i = 0; i < count; i++)
		file_report(r, book, &files[i]);
	free(files);
}
