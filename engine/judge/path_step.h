/*
 * path_step - what a parsed path consists of. For the path files, and for
 * who makes values up for a path.
 */
#ifndef ENGINE_JUDGE_PATH_STEP_H
#define ENGINE_JUDGE_PATH_STEP_H

#include "engine/judge/path.h"

#define PATH_STEPS_MAX 32

enum step_kind { STEP_NAME, STEP_KEY, STEP_INDEX, STEP_ALL };

struct path_step {
	enum step_kind kind;
	char *name;   /* NAME (.name), KEY (["any key"]) */
	size_t index; /* INDEX */
};

struct path {
	char *text;
	struct path_step *steps;
	size_t count, cap;
};

#endif
