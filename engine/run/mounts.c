/*
 * mounts - on which mount is a path? Asked of the kernel's list, never of the path itself: it may
 * hang.
 */
#include <string.h>

#include "engine/base/mountinfo.h"
#include "engine/base/xalloc.h"
#include "engine/ruleset/ruleset.h"
#include "engine/run/lanes.h"

char *mount_of(const char *path, bool *remote)
{
	struct mount_table *t = mounts_read("/proc/self/mountinfo", NULL);
	const struct mount *m = t ? mounts_over(t, path) : NULL;
	char *point = m ? xstrdup(m->point) : NULL;

	if (remote)
		*remote = m && mount_is_remote(m);
	mounts_free(t);
	return point;
}

const char *check_path(const struct check *c)
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
