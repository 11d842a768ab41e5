#include "checks/log/patterns.h"

#include <stdlib.h>

#include "engine/base/xalloc.h"

int patterns_compile(struct patterns *p, const char *const *texts, size_t count, struct err **e)
{
	p->regexes = xcalloc(count ? count : 1, sizeof(struct regex *));
	for (; p->count < count; p->count++) {
		p->regexes[p->count] = regex_compile(texts[p->count], e);
		if (!p->regexes[p->count])
			return -1;
	}
	return 0;
}

void patterns_release(struct patterns *p)
{
	for (size_t i = 0; i < p->count; i++)
		regex_free(p->regexes[i]);
	free(p->regexes);
	*p = (struct patterns){ 0 };
}

int patterns_match(const struct patterns *p, const char *text, size_t len, struct err **e)
{
	for (size_t i = 0; i < p->count; i++) {
		int rc = regex_test(p->regexes[i], text, len, e);

		if (rc)
			return rc;
	}
	return 0;
}
