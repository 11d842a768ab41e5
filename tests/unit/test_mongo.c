/*
 * test_mongo - which commands a mongo check never sends.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "checks/mongo.h"
#include "engine/base/err.h"
#include "engine/base/xalloc.h"

static bool allowed(const char *text)
{
	json_t *command = json_loads(text, 0, NULL);
	auto_err struct err *e = NULL;
	const bool yes = mongo_command_allow(command, &e) == 0;

	assert_non_null(command);
	assert_int_equal(yes, e == NULL);
	json_decref(command);
	return yes;
}

static void only_readers_are_sent(void **state)
{
	static const char *const reading[] = {
		"{\"ping\": 1}", "{\"isMaster\": 1}", "{\"ismaster\": 1}", "{\"find\": \"a\"}",
		"{\"aggregate\": \"a\", \"pipeline\": [{\"$match\": {}}], \"cursor\": {}}",
		"{\"replSetGetStatus\": 1}",
	};
	static const char *const others[] = {
		"{}", "{\"insert\": \"a\"}", "{\"shutdown\": 1}", "{\"eval\": \"x\"}",
		"{\"dropDatabase\": 1, \"ping\": 1}", "{\"fsync\": 1}", "{\"mapReduce\": \"a\"}",
		"{\"aggregate\": \"a\", \"pipeline\": [{\"$match\": {}}, {\"$out\": \"b\"}]}",
		"{\"aggregate\": \"a\", \"pipeline\": [{\"$merge\": {\"into\": \"b\"}}]}",
		"{\"findAndModify\": \"a\"}", "{\"setParameter\": 1}", "[1]",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(reading); i++)
		if (!allowed(reading[i]))
			fail_msg("%s is refused", reading[i]);
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		if (allowed(others[i]))
			fail_msg("%s is sent", others[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_readers_are_sent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
