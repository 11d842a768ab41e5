/*
 * operators - the registry of operators, sorted by name.
 */
#include <string.h>

#include "engine/base/xalloc.h"
#include "engine/judge/ops.h"

const struct operator *const operators[] = {
	&op_all_of,      &op_any,         &op_any_of, &op_as,        &op_between,      &op_contains,
	&op_count,       &op_each,        &op_empty,  &op_ends_with, &op_eq,           &op_exists,
	&op_ge,          &op_gt,          &op_in,     &op_le,        &op_length,       &op_lt,
	&op_matches,     &op_ne,          &op_none,   &op_not,       &op_not_contains, &op_not_in,
	&op_not_matches, &op_starts_with, &op_unique, NULL,
};

/* What people bring along from elsewhere. */
static const struct {
	const char *theirs;
	const char *ours;
} elsewhere[] = {
	{ "!=", "ne" },
	{ "<", "lt" },
	{ "<=", "le" },
	{ "=", "eq" },
	{ "==", "eq" },
	{ ">", "gt" },
	{ ">=", "ge" },
	{ "and", "all_of" },
	{ "at_least", "ge" },
	{ "at_most", "le" },
	{ "equals", "eq" },
	{ "gte", "ge" },
	{ "includes", "contains" },
	{ "len", "length" },
	{ "like", "matches" },
	{ "lte", "le" },
	{ "match", "matches" },
	{ "max", "le" },
	{ "min", "ge" },
	{ "neq", "ne" },
	{ "nin", "not_in" },
	{ "one_of", "in" },
	{ "or", "any_of" },
	{ "pattern", "matches" },
	{ "range", "between" },
	{ "regex", "matches" },
	{ "size", "length" },
};

const struct operator *operator_find(const char *name)
{
	size_t low = 0, high = ARRAY_SIZE(operators) - 1;

	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = strcmp(name, operators[middle]->name);

		if (!order)
			return operators[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

const char *operator_elsewhere(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(elsewhere); i++)
		if (!strcmp(elsewhere[i].theirs, name))
			return elsewhere[i].ours;
	return NULL;
}
