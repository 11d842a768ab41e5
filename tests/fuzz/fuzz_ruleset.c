/*
 * fuzz_ruleset - a whole ruleset file: YAML, keys, parameters, expectations, the plan.
 *
 * Nothing that a ruleset says may crash or hang the loader, nor may it end without a word when it
 * refuses.
 */
#include "tests/fuzz/fuzz.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "checks/registry.h"
#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/io.h"
#include "engine/base/secret.h"
#include "engine/base/text.h"
#include "engine/base/xalloc.h"
#include "engine/document/diagnostic.h"
#include "engine/document/node.h"
#include "engine/ruleset/load.h"
#include "engine/ruleset/plan.h"
#include "engine/ruleset/values.h"

static void check_printed(struct diagnostics *d)
{
	size_t i;

	diagnostics_sort(d);
	for (i = 0; i < d->count; i++) {
		auto_buf struct buf out = BUF_INIT(SIZE_MAX);

		diagnostic_print(&out, &d->items[i], i % 2 == 0);
		diagnostic_print_line(&out, &d->items[i]);
		promise(text_valid(buf_text(&out), out.len) == out.len);
	}
}

/* Nothing is looked at: every source stays without an answer. */
static void check_plan(struct rulebook *book, struct diagnostics *d)
{
	char *no_environment[] = { NULL };
	struct layers layers = { .environ = no_environment };
	struct plan_options options = { .run_id = "fuzz" };
	struct secrets *secrets = secrets_new();
	struct requests requests = { 0 };
	struct plan *plan = NULL;

	values_requests(book, &requests);
	if (values_resolve(book, &layers, &requests, secrets, d) == 0)
		plan = plan_make(book, &requests, &options, secrets, d);
	promise(plan || d->errors);
	plan_free(plan);
	requests_free(&requests);
	secrets_free(secrets);
}

static void check_load(const char *path)
{
	auto_diagnostics struct diagnostics d = { 0 };
	struct rulebook *book = rulebook_load(&path, 1, check_registry, &d);

	promise(book);
	if (!d.errors)
		check_plan(book, &d);
	check_printed(&d);
	rulebook_free(book);
}

static void check_document(const char *bytes, size_t len)
{
	auto_diagnostics struct diagnostics d = { 0 };
	struct document *doc = document_parse(bytes, len, "t.yaml", &d);
	json_t *value;

	promise(doc || d.errors);
	check_printed(&d);
	if (!doc)
		return;
	value = node_to_json(document_root(doc));
	promise(value);
	json_decref(value);
	promise(strlen(document_sha256(doc)) == 64);
	document_free(doc);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_fd int fd = memfd_create("ruleset", MFD_CLOEXEC);
	auto_free char *path = xasprintf("/proc/self/fd/%d", fd);

	check_document((const char *)data, size);
	promise(fd >= 0);
	promise(io_write_all(fd, data, size, NULL) == 0);
	check_load(path);
	return 0;
}
