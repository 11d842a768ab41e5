/*
 * severity - how bad it is when an expectation does not hold.
 */
#include "engine/judge/expect.h"

#include <string.h>

const char *const severity_names[] = { "info", "low", "medium", "high", "critical", NULL };

const char *severity_name(enum severity s)
{
	return s == SEVERITY_NONE ? "" : severity_names[s];
}

enum severity severity_find(const char *name)
{
	for (int i = 0; severity_names[i]; i++)
		if (!strcmp(severity_names[i], name))
			return (enum severity)i;
	return SEVERITY_NONE;
}
