/*
 * mounts - on which mount is a path? Asked of the kernel's list, never of the path itself: it may
 * hang.
 */
#include <fcntl.h>
#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/io.h"
#include "engine/base/xalloc.h"
#include "engine/ruleset/ruleset.h"
#include "engine/run/lanes.h"

/* The fifth word of a line of /proc/self/mountinfo, with \040 and the like put back (proc(5)). */
static char *mount_point(const char *line)
{
	struct buf point = BUF_INIT(8192);

	for (int word = 1; line && word < 5; word++) {
		line = strchr(line, ' ');
		line = line ? line + 1 : NULL;
	}
	for (; line && *line && *line != ' ' && *line != '\n'; line++) {
		if (line[0] == '\\' && line[1] && line[2] && line[3]) {
			buf_addc(&point, (char)((line[1] - '0') * 64 + (line[2] - '0') * 8 +
						(line[3] - '0')));
			line += 3;
		} else {
			buf_addc(&point, *line);
		}
	}
	return buf_take(&point);
}

static bool lies_below(const char *path, const char *mount)
{
	size_t len = strlen(mount);

	if (!strcmp(mount, "/"))
		return true;
	return !strncmp(path, mount, len) && (path[len] == '/' || path[len] == '\0');
}

char *mount_of(const char *path)
{
	auto_buf struct buf list = BUF_INIT((size_t)4 * 1024 * 1024);
	char *best = NULL;

	if (io_read_proc(AT_FDCWD, "/proc/self/mountinfo", &list) < 0)
		return NULL;
	for (const char *line = buf_text(&list); line && *line; line = strchr(line, '\n')) {
		char *point;

		line += *line == '\n';
		if (!*line)
			break;
		point = mount_point(line);
		if (lies_below(path, point) && (!best || strlen(point) >= strlen(best))) {
			free(best);
			best = TAKE(point);
		}
		free(point);
	}
	return best;
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
