/*
 * check_type - look-ups over the registry that the program was built with. Knows no type by name.
 */
#include "engine/decl/check_type.h"

#include <stddef.h>
#include <string.h>

static const char *const lane_names[LANE_COUNT] = {
	[LANE_LOCAL] = "local",
	[LANE_NETWORK] = "network",
	[LANE_COMMAND] = "command",
	[LANE_ISOLATED] = "isolated",
};

const struct check_type *check_type_find(const struct check_type *const *registry, const char *name)
{
	for (; *registry; registry++)
		if (*(*registry)->name == *name && !strcmp((*registry)->name, name))
			return *registry;
	return NULL;
}

const char *lane_name(enum lane lane)
{
	return lane_names[lane];
}
