/*
 * test_observer - facts, trouble, evidence, shared tables and shared objects.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/base/auto.h"
#include "engine/base/err.h"
#include "engine/base/xalloc.h"
#include "engine/decl/observer.h"

static void facts_are_kept(void **state)
{
	struct observer *o = observer_new(NULL);

	(void)state;
	observer_set_bool(o, "b", true);
	observer_set_int(o, "i", -5);
	observer_set_real(o, "r", 1.5);
	observer_set_string(o, "s", "x");
	observer_set_string(o, "s", "y");
	assert_true(json_is_true(json_object_get(observer_facts(o), "b")));
	assert_int_equal(json_integer_value(json_object_get(observer_facts(o), "i")), -5);
	assert_string_equal(json_string_value(json_object_get(observer_facts(o), "s")), "y");
	observer_free(o);
}

static void bytes_become_text(void **state)
{
	struct observer *o = observer_new(NULL);

	(void)state;
	observer_set_text(o, "t", "a\xff\0b\xe5\xb7", 6);
	assert_string_equal(json_string_value(json_object_get(observer_facts(o), "t")),
			    "a\xef\xbf\xbd\xe2\x90\x80"
			    "b\xef\xbf\xbd\xef\xbf\xbd");
	observer_set_text(o, "t", NULL, 0);
	assert_string_equal(json_string_value(json_object_get(observer_facts(o), "t")), "");
	observer_free(o);
}

static void wants_go_by_the_first_name(void **state)
{
	static const char *const wants[] = { "rows", "sha256", NULL };
	struct observer *some = observer_new(wants), *all = observer_new(NULL);

	(void)state;
	assert_true(observer_wants(some, "sha256"));
	assert_true(observer_wants(some, "rows[0].a"));
	assert_false(observer_wants(some, "sha"));
	assert_false(observer_wants(some, "sha2567"));
	assert_true(observer_wants(all, "anything"));
	observer_free(some);
	observer_free(all);
}

static void the_first_trouble_stays(void **state)
{
	struct observer *o = observer_new(NULL);
	json_t *error;

	(void)state;
	assert_int_equal(observer_kind(o), KIND_NONE);
	observer_trouble(o, KIND_REFUSED, "refused by %s", "127.0.0.1:81");
	observer_trouble(o, KIND_TIMEOUT, "late");
	assert_int_equal(observer_kind(o), KIND_REFUSED);
	error = json_object_get(observer_facts(o), "error");
	assert_string_equal(json_string_value(json_object_get(error, "kind")), "refused");
	assert_string_equal(json_string_value(json_object_get(error, "text")),
			    "refused by 127.0.0.1:81");
	observer_free(o);
}

static void evidence_is_bounded(void **state)
{
	struct observer *o = observer_new(NULL);
	auto_free char *big = xcalloc(1, 100000);
	const json_t *row;

	(void)state;
	memset(big, 'x', 100000);
	observer_evidence(o, "stderr", big, 100000);
	row = json_array_get(observer_evidences(o), 0);
	assert_string_equal(json_string_value(json_object_get(row, "name")), "stderr");
	assert_int_equal(json_string_length(json_object_get(row, "text")), 65536);
	for (int i = 0; i < 1000; i++)
		observer_trace(o, "step %d", i);
	assert_true(json_array_size(observer_traces(o)) <= 256);
	observer_free(o);
}

/* What the tables below count. They are handed no context, so the counts are the file's. */
static int reads, frees;

static void *read_table(struct err **e)
{
	(void)e;
	reads++;
	return xstrdup("table");
}

static void *read_failing(struct err **e)
{
	reads++;
	err_set(e, ERR_PERMISSION, "/proc: may not look");
	return NULL;
}

static void free_table(void *table)
{
	frees++;
	free(table);
}

static const struct shared_table table = { .name = "table",
					   .read = read_table,
					   .free = free_table };
static const struct shared_table failing = { .name = "failing",
					     .read = read_failing,
					     .free = free_table };
static const struct shared_table lasting = {
	.name = "lasting", .read = read_table, .free = free_table, .lasting = true
};

static void lasting_tables_stay(void **state)
{
	struct table_cache *cache = table_cache_new();
	struct observer *o = observer_new(NULL);
	const void *first;

	(void)state;
	reads = frees = 0;
	observer_use_cache(o, cache);
	assert_non_null(observer_table(o, &table, NULL));
	first = observer_table(o, &lasting, NULL);
	assert_non_null(observer_table(o, &table, NULL));
	table_cache_renew(cache);
	assert_int_equal(frees, 1);
	assert_ptr_equal(observer_table(o, &lasting, NULL), first);
	assert_non_null(observer_table(o, &table, NULL));
	assert_int_equal(reads, 3);
	table_cache_free(cache);
	assert_int_equal(frees, 3);
	observer_free(o);
}

static void tables_are_read_once_a_generation(void **state)
{
	struct table_cache *cache = table_cache_new();
	struct observer *a = observer_new(NULL), *b = observer_new(NULL);

	(void)state;
	reads = frees = 0;
	observer_use_cache(a, cache);
	observer_use_cache(b, cache);
	assert_ptr_equal(observer_table(a, &table, NULL), observer_table(b, &table, NULL));
	assert_int_equal(reads, 1);
	table_cache_renew(cache);
	assert_int_equal(frees, 1);
	assert_non_null(observer_table(a, &table, NULL));
	assert_int_equal(reads, 2);
	observer_free(a);
	observer_free(b);
	table_cache_free(cache);
	assert_int_equal(frees, 2);
}

static void failures_are_remembered(void **state)
{
	struct observer *o = observer_new(NULL);

	(void)state;
	reads = 0;
	for (int i = 0; i < 3; i++) {
		auto_err struct err *e = NULL;

		assert_null(observer_table(o, &failing, &e));
		assert_string_equal(err_text(e), "/proc: may not look");
		assert_int_equal(err_code(e), ERR_PERMISSION);
	}
	assert_int_equal(reads, 1);
	observer_free(o);
}

static void *create_object(struct loop *loop, struct err **e)
{
	if (!loop) {
		err_set(e, ERR_SYSTEM, "no loop");
		return NULL;
	}
	return read_table(e);
}

static const struct lane_object object = { "object", create_object, free_table };

static void objects_are_shared(void **state)
{
	int fake_loop;
	struct lane_store *store = lane_store_new((struct loop *)&fake_loop);
	struct probe a = { .store = store }, b = { .store = store };

	(void)state;
	reads = frees = 0;
	assert_non_null(probe_object(&a, &object, NULL));
	assert_ptr_equal(probe_object(&a, &object, NULL), probe_object(&b, &object, NULL));
	assert_int_equal(reads, 1);
	lane_store_free(store);
	assert_int_equal(frees, 1);
}

static void objects_that_fail_are_tried_again(void **state)
{
	struct lane_store *store = lane_store_new(NULL);
	struct probe p = { .store = store };
	auto_err struct err *e = NULL;

	(void)state;
	assert_null(probe_object(&p, &object, &e));
	assert_string_equal(err_text(e), "no loop");
	assert_null(probe_object(&p, &object, NULL));
	lane_store_free(store);
}

static void count_done(struct probe *p)
{
	++*(int *)p->owner;
}

static void done_reaches_the_engine(void **state)
{
	int done = 0;
	struct probe p = { .done = count_done, .owner = &done };

	(void)state;
	probe_done(&p);
	assert_int_equal(done, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(facts_are_kept),
		cmocka_unit_test(bytes_become_text),
		cmocka_unit_test(wants_go_by_the_first_name),
		cmocka_unit_test(the_first_trouble_stays),
		cmocka_unit_test(evidence_is_bounded),
		cmocka_unit_test(tables_are_read_once_a_generation),
		cmocka_unit_test(lasting_tables_stay),
		cmocka_unit_test(failures_are_remembered),
		cmocka_unit_test(objects_are_shared),
		cmocka_unit_test(objects_that_fail_are_tried_again),
		cmocka_unit_test(done_reaches_the_engine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
