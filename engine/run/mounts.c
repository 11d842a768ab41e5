/*
 * mounts - on which mount is a path? Asked of the kernel's list, never of the path itself: it may
 * hang.
 */
#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/mountinfo.h"
#include "engine/base/xalloc.h"
#include "engine/ruleset/ruleset.h"
#include "engine/run/enter.h"
#include "engine/run/lanes.h"
#include "engine/run/place.h"

char *mount_of(const char *path, const struct place *place, bool *remote)
{
	const struct entrance *x = place ? place->entrance : NULL;
	auto_free char *list = x ? xasprintf("/proc/%d/mountinfo", (int)x->pid)
				 : xstrdup("/proc/self/mountinfo");
	struct mount_table *t = mounts_read(list, NULL);
	const struct mount *m = t ? mounts_over(t, path) : NULL;
	char *point = m ? xstrdup(m->point) : NULL;

	if (remote)
		*remote = m && mount_is_remote(m);
	mounts_free(t);
	return point;
}

static const char *path_of(const struct check *c)
{
	if (!c->query || c->late || !c->type->fields)
		return NULL;
	for (const struct field *f = c->type->fields; f->name; f++) {
		const char *path;

		if (f->kind != FIELD_KIND_PATH)
			continue;
		memcpy(&path, (const char *)c->query + f->offset, sizeof(path));
		if (path)
			return path;
	}
	return NULL;
}

char *check_path(const struct check *c, const struct place *place)
{
	const char *path = path_of(c);

	if (!path || !place || !place->root)
		return path ? xstrdup(path) : NULL;
	return xasprintf("%s%s", place->root, path);
}
