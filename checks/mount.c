/*
 * mount - is a file system mounted there, which one, and can it be written?
 *
 * Reads the kernel's list alone and never touches the path: a dead server is no trouble here.
 */
#include <string.h>

#include "checks/check.h"
#include "checks/snapshot/mounts.h"
#include "engine/base/root.h"

enum { NAMESPACE_OWN,
       NAMESPACE_INIT };

static const char *const namespaces[] = {
	[NAMESPACE_OWN] = "own",
	[NAMESPACE_INIT] = "init",
	NULL,
};

struct mount_query {
	int namespace;
	char *path;
};

/* The path is a text, not a path that the engine takes for one that is looked at: on a mount that
 * is blocked this check still answers. */
static const struct field mount_fields[] = {
	FIELD_ENUM(struct mount_query, namespace, .choices = namespaces, .dflt = "own",
		   .doc = "Whose mounts: those that rounds sees, or those of PID 1, which differ "
			  "where a service manager runs rounds with a file system made read-only."),
	FIELD_TEXT(struct mount_query, path, .required = true,
		   .doc = "Mount point, an absolute path as the kernel lists it: links in it are "
			  "not followed."),
	{ .name = NULL },
};

static const struct fact mount_facts[] = {
	{ .name = "fstype", .type = FACT_TEXT, .doc = "Type of the file system." },
	{ .name = "mounted", .type = FACT_BOOL, .doc = "Whether a file system is mounted there." },
	{ .name = "options",
	  .type = FACT_LIST,
	  .item = FACT_TEXT,
	  .doc = "Options of the mount, then those of the file system, each once; ro first where "
		 "either is read-only, else rw." },
	{ .name = "read_only",
	  .type = FACT_BOOL,
	  .doc = "Whether it cannot be written, be the mount or the file system read-only." },
	{ .name = "root",
	  .type = FACT_TEXT,
	  .doc = "Folder of the file system that is mounted: not '/' for a bind mount of a "
		 "folder." },
	{ .name = "source", .type = FACT_TEXT, .doc = "Device, or export of a server." },
	{ .name = NULL },
};

/* As the kernel writes it: one slash between names, none at the end. The caller's. */
static char *normal_path(const char *path)
{
	char *out = xmalloc(strlen(path) + 2), *to = out;

	for (const char *s = path; *s; s++)
		if (*s != '/' || (s[1] && s[1] != '/'))
			*to++ = *s;
	if (to == out)
		*to++ = '/';
	*to = '\0';
	return out;
}

static bool list_has(const json_t *list, const char *text, size_t len)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *item = json_array_get(list, i);

		if (json_string_length(item) == len && !memcmp(json_string_value(item), text, len))
			return true;
	}
	return false;
}

/* All but ro and rw, which mount and file system may say differently. */
static void add_options(json_t *list, const char *options)
{
	for (const char *s = options; *s;) {
		size_t len = strcspn(s, ",");
		bool access = len == 2 && (!strncmp(s, "ro", 2) || !strncmp(s, "rw", 2));

		if (len && !access && !list_has(list, s, len))
			json_array_append_new(list, observer_text(s, len));
		s += len + (s[len] == ',');
	}
}

static void tell_mount(const struct mount *m, struct observer *o)
{
	bool read_only = mount_is_read_only(m);
	json_t *options = json_array();

	json_array_append_new(options, json_string(read_only ? "ro" : "rw"));
	add_options(options, m->options);
	add_options(options, m->super_options);
	observer_set_string(o, "source", m->source);
	observer_set_string(o, "fstype", m->fstype);
	observer_set_string(o, "root", m->root);
	observer_set_bool(o, "read_only", read_only);
	observer_set(o, "options", options);
}

/* The kernel lists it by where the root is. NULL: there is none. */
static char *path_below(const struct root *r, const char *path)
{
	return r ? xasprintf("%s%s", root_folder(r), path) : NULL;
}

static int mount_observe(const void *query, struct observer *o, struct err **e)
{
	const struct mount_query *q = query;
	const struct mount_table *t = observer_table(
		o, q->namespace == NAMESPACE_OWN ? &mounts_table : &init_mounts_table, e);
	auto_free char *below = path_below(observer_root(o), q->path);
	auto_free char *path = normal_path(below ? below : q->path);
	const struct mount *m, *over;

	if (!t)
		return -1;
	if (path[0] != '/')
		return err_set(e, ERR_DATA, "path: '%s' is not an absolute path", q->path);
	m = mounts_at(t, path);
	observer_set_bool(o, "mounted", m != NULL);
	if (m) {
		tell_mount(m, o);
		return 0;
	}
	over = mounts_over(t, path);
	if (over)
		observer_trace(o, "'%s' would lie on '%s' (%s)", path, over->point, over->fstype);
	return 0;
}

static int mount_validate(const void *query, bool (*given)(const void *ctx, const char *field),
			  const void *ctx, struct err **e)
{
	const struct mount_query *q = query;

	if (!given(ctx, "path") || !q->path || q->path[0] == '/')
		return 0;
	return err_set(e, ERR_DATA, "path: '%s' is not an absolute path", q->path);
}

const struct check_type check_mount = {
	.name = "mount",
	.summary = "a file system is mounted",
	.lane = LANE_LOCAL,
	.rooted = true,
	.table = "mounts",
	.fields = mount_fields,
	.query_size = sizeof(struct mount_query),
	.facts = mount_facts,
	.default_expect = "{ mounted: true }",
	.validate = mount_validate,
	.observe = mount_observe,
};
