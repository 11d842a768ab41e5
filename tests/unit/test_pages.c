/*
 * Memory by whole pages: zeroed, also when it was another's; not in children.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/base/pages.h"

#define SMALL ((size_t)20000)
#define LARGE ((size_t)3 * 1024 * 1024)

static bool is_zeroed(const char *memory, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (memory[i])
			return false;
	return true;
}

static void test_zeroed(void **state)
{
	static const size_t sizes[] = { 0, 1, SMALL, LARGE, SMALL, SMALL / 2, LARGE, 1 };

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		char *a = pages_take(sizes[i]), *b = pages_take(SMALL);

		assert_true(is_zeroed(a, sizes[i]));
		assert_true(is_zeroed(b, SMALL));
		memset(a, 'a', sizes[i]);
		memset(b, 'b', SMALL);
		assert_true(sizes[i] == 0 || (a[0] == 'a' && a[sizes[i] - 1] == 'a'));
		pages_give(a, sizes[i]);
		pages_give(b, SMALL);
	}
	pages_give(NULL, SMALL);
}

/* What was given back serves several that are smaller. */
static void test_serves_again(void **state)
{
	char *first = pages_take(4 * SMALL), *again[3];

	(void)state;
	pages_give(first, 4 * SMALL);
	for (int i = 0; i < 3; i++) {
		again[i] = pages_take(SMALL);
		memset(again[i], 'x', SMALL);
	}
	for (int i = 0; i < 3; i++)
		pages_give(again[i], SMALL);
	assert_true(is_zeroed(first = pages_take(4 * SMALL), 4 * SMALL));
	pages_give(first, 4 * SMALL);
}

/* Neither what is in use nor what is kept; a child that takes gets memory of its own. */
static void test_not_in_children(void **state)
{
	char *used = pages_take(SMALL), *kept = pages_take(SMALL);
	int status = 0;
	pid_t child;

	(void)state;
	pages_give(kept, SMALL);
	child = fork();
	if (child == 0) {
		char *own = pages_take(SMALL);

		if (msync(used, 1, MS_ASYNC) == 0 || errno != ENOMEM)
			_exit(1);
		memset(own, 'c', SMALL);
		pages_give(own, SMALL);
		_exit(is_zeroed(pages_take(SMALL), SMALL) ? 0 : 2);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	pages_give(used, SMALL);
}

/* What it is for costs time alone (tests/bench); here: that the heap is whole after it. */
static void test_ahead(void **state)
{
	static const size_t sizes[] = { 0, 1000, 100000, 900000, SIZE_MAX };
	char *pieces[200];

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		pages_ahead(sizes[i]);
		for (size_t k = 0; k < 200; k++) {
			pieces[k] = malloc(1 + 37 * k);
			assert_non_null(pieces[k]);
			memset(pieces[k], (int)k, 1 + 37 * k);
		}
		for (size_t k = 0; k < 200; k++) {
			assert_int_equal((unsigned char)pieces[k][37 * k], k);
			free(pieces[k]);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_zeroed),
		cmocka_unit_test(test_serves_again),
		cmocka_unit_test(test_not_in_children),
		cmocka_unit_test(test_ahead),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
