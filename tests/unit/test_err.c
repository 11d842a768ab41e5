/*
 * test_err - errors, their context, allocation and buffers.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/err.h"
#include "engine/base/xalloc.h"

static int fail_deep(struct err **e)
{
	return err_set(e, ERR_DATA, "'%s' is no %s", "5", "duration");
}

static void context_goes_in_front(void **state)
{
	auto_err struct err *e = NULL;

	(void)state;
	assert_int_equal(fail_deep(&e), -1);
	assert_int_equal(err_wrap(&e, "timeout"), -1);
	err_wrap(&e, "%s:%d", "web.yaml", 14);
	assert_string_equal(err_text(e), "web.yaml:14: timeout: '5' is no duration");
	assert_int_equal(err_code(e), ERR_DATA);
	assert_int_equal(err_errno_of(e), 0);
}

static void first_error_stays(void **state)
{
	auto_err struct err *e = NULL;

	(void)state;
	err_set(&e, ERR_USAGE, "first");
	err_set(&e, ERR_BUG, "second");
	errno = EIO;
	err_errno(&e, ERR_SYSTEM, "third");
	assert_string_equal(err_text(e), "first");
	assert_int_equal(err_code(e), ERR_USAGE);
}

static void nobody_wants_it(void **state)
{
	(void)state;
	assert_int_equal(fail_deep(NULL), -1);
	assert_int_equal(err_wrap(NULL, "x"), -1);
	assert_string_equal(err_text(NULL), "");
	assert_int_equal(err_code(NULL), 0);
	assert_int_equal(err_errno_of(NULL), 0);
	err_free(NULL);
}

static void wrap_without_error_is_nothing(void **state)
{
	auto_err struct err *e = NULL;

	(void)state;
	err_wrap(&e, "context");
	assert_null(e);
}

static void errno_is_told_and_kept(void **state)
{
	static const struct {
		int errnum;
		enum err_code given, code;
		const char *text;
	} cases[] = {
		{ ENOENT, ERR_SYSTEM, ERR_SYSTEM, "'x': No such file or directory" },
		{ EACCES, ERR_SYSTEM, ERR_PERMISSION, "'x': Permission denied" },
		{ EPERM, ERR_SYSTEM, ERR_PERMISSION, "'x': Operation not permitted" },
		{ EACCES, ERR_CREATE, ERR_CREATE, "'x': Permission denied" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		auto_err struct err *e = NULL;

		errno = cases[i].errnum;
		assert_int_equal(err_errno(&e, cases[i].given, "'%s'", "x"), -1);
		assert_int_equal(errno, cases[i].errnum);
		assert_string_equal(err_text(e), cases[i].text);
		assert_int_equal(err_code(e), cases[i].code);
		assert_int_equal(err_errno_of(e), cases[i].errnum);
	}
}

static void buf_has_a_maximum(void **state)
{
	auto_buf struct buf b = BUF_INIT(5);

	(void)state;
	assert_string_equal(buf_text(&b), "");
	assert_true(buf_adds(&b, "abc"));
	assert_false(buf_adds(&b, "defg"));
	assert_string_equal(buf_text(&b), "abcde");
	assert_int_equal(b.lost, 2);
	assert_false(buf_addc(&b, 'x'));
	assert_false(buf_printf(&b, "%d", 1234));
	assert_int_equal(b.len, 5);
	assert_int_equal(b.lost, 7);
	buf_clear(&b);
	assert_int_equal(b.lost, 0);
	assert_string_equal(buf_text(&b), "");
	assert_true(buf_adds(&b, "12345"));
}

static void buf_of_nothing(void **state)
{
	auto_buf struct buf b = BUF_INIT(0);
	auto_free char *s = NULL;

	(void)state;
	assert_true(buf_add(&b, NULL, 0));
	assert_false(buf_addc(&b, 'x'));
	assert_int_equal(b.lost, 1);
	s = buf_take(&b);
	assert_string_equal(s, "");
}

static void buf_grows(void **state)
{
	auto_buf struct buf b = BUF_INIT(SIZE_MAX);
	auto_free char *taken = NULL;
	size_t i;

	(void)state;
	for (i = 0; i < 10000; i++)
		assert_true(buf_addc(&b, (char)('a' + i % 26)));
	assert_int_equal(strlen(buf_text(&b)), 10000);
	assert_true(buf_printf(&b, "%0500d", 7));
	assert_int_equal(b.len, 10500);
	taken = buf_take(&b);
	assert_int_equal(strlen(taken), 10500);
	assert_int_equal(b.len, 0);
	assert_true(b.max == SIZE_MAX);
}

static void buf_of_secrets_behaves_alike(void **state)
{
	auto_buf struct buf b = BUF_SECRET(1000);
	size_t i;

	(void)state;
	for (i = 0; i < 1200; i++)
		buf_addc(&b, 'x');
	assert_int_equal(b.len, 1000);
	assert_int_equal(strlen(buf_text(&b)), 1000);
	buf_free(&b);
	assert_true(b.wipe);
	assert_true(buf_adds(&b, "again"));
}

static void buf_gives_room(void **state)
{
	auto_buf struct buf b = BUF_INIT(10);

	(void)state;
	(void)buf_room(&b, 4);
	assert_string_equal(buf_text(&b), "");
	memcpy(buf_room(&b, 4), "abcd", 4);
	buf_filled(&b, 3);
	assert_string_equal(buf_text(&b), "abc");
	memcpy(buf_room(&b, 7), "1234567", 7);
	buf_filled(&b, 7);
	assert_string_equal(buf_text(&b), "abc1234567");
	assert_false(buf_addc(&b, 'x'));
}

static void buf_shifts(void **state)
{
	auto_buf struct buf b = BUF_INIT(SIZE_MAX);

	(void)state;
	buf_shift(&b, 3);
	buf_adds(&b, "abcdef");
	buf_shift(&b, 2);
	assert_string_equal(buf_text(&b), "cdef");
	buf_shift(&b, 0);
	assert_string_equal(buf_text(&b), "cdef");
	buf_shift(&b, 99);
	assert_string_equal(buf_text(&b), "");
}

static void buf_takes_numbers(void **state)
{
	auto_buf struct buf b = BUF_INIT(SIZE_MAX), small = BUF_INIT(2);

	(void)state;
	buf_add_int(&b, 0);
	buf_addc(&b, ' ');
	buf_add_int(&b, INT64_MIN);
	buf_addc(&b, ' ');
	buf_add_int(&b, INT64_MAX);
	assert_string_equal(buf_text(&b), "0 -9223372036854775808 9223372036854775807");
	assert_false(buf_add_int(&small, -123));
	assert_string_equal(buf_text(&small), "-1");
}

static void texts_are_joined(void **state)
{
	auto_free char *none = xconcat("", NULL), *three = xconcat("a", "", "bc", NULL);

	(void)state;
	assert_string_equal(none, "");
	assert_string_equal(three, "abc");
}

static void take_hands_over(void **state)
{
	char *s = xstrdup("x");
	auto_free char *t = TAKE(s);
	int pipes[2], fd;

	(void)state;
	assert_null(s);
	assert_string_equal(t, "x");
	assert_int_equal(pipe(pipes), 0);
	fd = pipes[0];
	assert_int_equal(fd_take(&pipes[0]), fd);
	assert_int_equal(pipes[0], -1);
	close(fd);
	close(pipes[1]);
}

static void arrays_grow(void **state)
{
	int *items = NULL;
	size_t count = 0, cap = 0;

	(void)state;
	while (count < 1000) {
		array_grow(items, count, cap);
		items[count] = (int)count;
		count++;
	}
	assert_int_equal(items[999], 999);
	free(items);
}

/* The child asks for more than there can be; it must end with the code that the supervisor knows.
 */
static void memory_gone_ends_the_process(void **state)
{
	volatile size_t huge = SIZE_MAX / 2;
	int status = 0;
	pid_t pid = fork();

	(void)state;
	assert_true(pid >= 0);
	if (!pid) {
		close(STDERR_FILENO);
		free(xrealloc(NULL, huge, 3));
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), XALLOC_EXIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(context_goes_in_front),
		cmocka_unit_test(first_error_stays),
		cmocka_unit_test(nobody_wants_it),
		cmocka_unit_test(wrap_without_error_is_nothing),
		cmocka_unit_test(errno_is_told_and_kept),
		cmocka_unit_test(buf_has_a_maximum),
		cmocka_unit_test(buf_of_nothing),
		cmocka_unit_test(buf_grows),
		cmocka_unit_test(buf_of_secrets_behaves_alike),
		cmocka_unit_test(buf_gives_room),
		cmocka_unit_test(buf_shifts),
		cmocka_unit_test(buf_takes_numbers),
		cmocka_unit_test(texts_are_joined),
		cmocka_unit_test(take_hands_over),
		cmocka_unit_test(arrays_grow),
		cmocka_unit_test(memory_gone_ends_the_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
