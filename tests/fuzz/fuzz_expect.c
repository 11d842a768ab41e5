/*
 * fuzz_expect - expectations as people (and worse) write them, and observations that fit them or
 * not.
 *
 * The input is a line with a check type's name, the expectation as YAML, a line "%%", and an
 * observation as JSON.
 */
#include "tests/fuzz/fuzz.h"

#include <jansson.h>
#include <string.h>

#include "checks/registry.h"
#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/err.h"
#include "engine/base/text.h"
#include "engine/base/xalloc.h"
#include "engine/decl/check_type.h"
#include "engine/document/diagnostic.h"
#include "engine/document/node.h"
#include "engine/judge/expect.h"

static void check_failures(const struct verdict *v)
{
	size_t i;

	promise(v->pass == (v->count == 0));
	for (i = 0; i < v->count; i++) {
		const struct failure *f = &v->failures[i];

		promise(f->path && f->expected && f->actual);
		promise(text_valid(f->expected, strlen(f->expected)) == strlen(f->expected));
		promise(text_valid(f->actual, strlen(f->actual)) == strlen(f->actual));
		promise(!strpbrk(f->actual, "\n\033"));
	}
}

/* Patterns are left out: how long they run is bounded by a kill, which a fuzzer has not. */
static void check_judge(const struct expect *x, const char *json, size_t len)
{
	json_t *facts = json_loadb(json, len, JSON_ALLOW_NUL, NULL);
	auto_err struct err *e = NULL;
	struct verdict v = { 0 };

	if (facts && !expect_has_pattern(x)) {
		if (expect_judge(x, facts, &v, &e) == 0)
			check_failures(&v);
		else
			promise(e);
		verdict_free(&v);
	}
	json_decref(facts);
}

static void check_printed(const struct expect *x)
{
	auto_buf struct buf out = BUF_INIT(SIZE_MAX);
	size_t count;
	char **wants = expect_wants(x, &count);

	expect_print(x, &out);
	promise(text_valid(buf_text(&out), out.len) == out.len);
	for (size_t i = 0; i < count; i++)
		promise(*wants[i]);
	promise(!wants[count]);
}

static void check_lone(const struct document *doc)
{
	auto_diagnostics struct diagnostics d = { 0 };
	struct expect *x = expect_compile_value(document_root(doc), &d);

	promise(x ? !d.errors : d.errors);
	expect_free(x);
}

static const struct check_type *type_of_line(const char *line, size_t len)
{
	auto_free char *name = xmemdup0(line, len);
	const struct check_type *type = check_type_find(check_registry, name);

	return type ? type : check_registry[0];
}

static void check_compile(const struct document *doc, const struct check_type *type,
			  const char *json, size_t len)
{
	auto_diagnostics struct diagnostics d = { 0 };
	struct expect *x = expect_compile(document_root(doc), type, &d);

	promise(x ? !d.errors : d.errors);
	if (x) {
		check_printed(x);
		check_judge(x, json, len);
	}
	expect_free(x);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_diagnostics struct diagnostics d = { 0 };
	const char *s = (const char *)data, *end = s + size, *json;
	const char *line = size ? memchr(s, '\n', size) : NULL;
	struct document *doc;

	if (!line)
		return 0;
	json = memmem(line, (size_t)(end - line), "\n%%\n", 4);
	doc = document_parse(line + 1, (size_t)((json ? json : end) - line - 1), "t.yaml", &d);
	promise(doc || d.errors);
	if (!doc)
		return 0;
	json = json ? json + 4 : end;
	check_lone(doc);
	check_compile(doc, type_of_line(s, (size_t)(line - s)), json, (size_t)(end - json));
	document_free(doc);
	return 0;
}
