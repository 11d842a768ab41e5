#include "engine/run/place.h"

#include <stdlib.h>

#include "engine/base/xalloc.h"
#include "engine/ruleset/plan.h"

size_t place_limit(const struct place *p, struct plan *plan)
{
	size_t n = 0;

	for (size_t i = 0; p->root && i < plan->count; i++) {
		struct check *c = &plan->checks[i];

		if (c->type->rooted || c->decided != DECIDED_NOT)
			continue;
		c->decided = DECIDED_SKIP;
		c->reason = xasprintf("not applicable: %s looks at a running system, and below "
				      "--root there are only files",
				      c->type->name);
		n++;
	}
	return n;
}
