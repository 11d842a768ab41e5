/*
 * plan_world - a ruleset on its way to a plan, with the fake check types, in a folder of its own.
 */
#ifndef TESTS_UNIT_PLAN_WORLD_H
#define TESTS_UNIT_PLAN_WORLD_H

#include "engine/base/secret.h"
#include "engine/document/diagnostic.h"
#include "engine/ruleset/load.h"
#include "engine/ruleset/plan.h"
#include "engine/ruleset/values.h"

#define HEAD "format: 1\nruleset: t\n"
#define CHECKS HEAD "checks:\n"
#define WORDS(...)                                                                                 \
	(const char *const[])                                                                      \
	{                                                                                          \
		__VA_ARGS__, NULL                                                                  \
	}

struct world {
	struct rulebook *book;
	struct requests requests;
	struct secrets *secrets;
	struct diagnostics d;
	struct plan *plan;
};

#define auto_world __attribute__((cleanup(world_free)))

/* What a source found, by the name of the variable or the path; what is not listed is absent. */
struct source {
	const char *name, *text, *problem;
};

void world_free(struct world *w);
/* For cmocka's groups: t.yaml and u.yaml are in a new folder. */
int world_enter(void **state);
int world_leave(void **state);
void world_write(const char *name, const char *text);
/* Load t.yaml and give the parameters their values; params: "NAME=value", NULL-ended. Must have no
 * mistakes. */
void world_load(struct world *w, const char *yaml, const char *const *params,
		const struct source *sources);
/* Make the plan, which may fail. */
void world_plan(struct world *w, const struct selection *select);
/* All of it, which must not fail. */
void world_make(struct world *w, const char *yaml, const char *const *params,
		const struct source *sources);
/* The check of this id; the test fails when there is none. */
const struct check *world_check(const struct world *w, const char *id);
/* "a b c": the ids in the order of the plan; the caller's. */
char *world_ids(const struct world *w);

#define assert_ids(w, expected)                                                                    \
	do {                                                                                       \
		auto_free char *ids_ = world_ids(w);                                               \
		assert_string_equal(ids_, expected);                                               \
	} while (0)

#endif
