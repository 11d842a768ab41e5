/*
 * disk - how full are file systems, in bytes and in inodes?
 *
 * Counts as df(1) does. A file system that never answers hangs a thread, not the check.
 */
#include <errno.h>
#include <fnmatch.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "checks/check.h"
#include "checks/snapshot/deleted.h"
#include "checks/snapshot/mounts.h"
#include "checks/snapshot/processes.h"
#include "checks/snapshot/space.h"
#include "engine/base/root.h"

/* Where the check has no deadline of its own. */
#define PATIENCE (10 * NS_PER_S)

struct disk_query {
	bool all;
	struct text_list exclude_types;
	char *path;
};

/* Images are always full, overlays are as full as the disk below them, devtmpfs holds no files, and
 * other users' fuse mounts are closed to root. */
#define EXCLUDED                                                                          \
	"[ devtmpfs, erofs, fuse.gvfsd-fuse, fuse.lxcfs, fuse.portal, iso9660, overlay, " \
	"squashfs, udf ]"

static const struct field disk_fields[] = {
	FIELD_BOOL(struct disk_query, all,
		   .doc = "All file systems that have room of their own, each once: "
			  "filesystems[*]; the other facts are those of the worst one each."),
	FIELD_LIST(struct disk_query, exclude_types, .dflt = EXCLUDED,
		   .doc = "With all: types to leave out, patterns allowed (fuse.*); '/' always "
			  "counts, of whatever type."),
	FIELD_PATH(struct disk_query, path, .doc = "Any path on the file system."),
	{ .name = NULL },
};

static const struct fact item_facts[] = {
	{ .name = "deleted_open_bytes",
	  .type = FACT_SIZE,
	  .doc = "Space of deleted files that processes still hold open." },
	{ .name = "free", .type = FACT_SIZE, .doc = "Room left for ordinary users." },
	{ .name = "fstype", .type = FACT_TEXT, .doc = "Type of the file system." },
	{ .name = "inodes_used_percent",
	  .type = FACT_NUMBER,
	  .range = RANGE_PERCENT,
	  .doc = "Inodes in use, in percent; not there where the file system has no limit." },
	{ .name = "path", .type = FACT_TEXT, .doc = "Where it is mounted." },
	{ .name = "size", .type = FACT_SIZE, .doc = "Size." },
	{ .name = "source", .type = FACT_TEXT, .doc = "Device, or export of a server." },
	{ .name = "used_percent",
	  .type = FACT_NUMBER,
	  .range = RANGE_PERCENT,
	  .doc = "Room in use, in percent of what is for ordinary users." },
	{ .name = NULL },
};

static const struct fact disk_facts[] = {
	{ .name = "deleted_open_bytes",
	  .type = FACT_SIZE,
	  .doc = "Space on this file system of deleted files that processes still hold open; to "
		 "see those of others needs root." },
	{ .name = "filesystems",
	  .type = FACT_LIST,
	  .item = FACT_MAP,
	  .of = item_facts,
	  .doc = "Each file system, by path; with path the one that it lies on." },
	{ .name = "free",
	  .type = FACT_SIZE,
	  .doc = "Room left for ordinary users: without what is reserved for root." },
	{ .name = "inodes_used_percent",
	  .type = FACT_NUMBER,
	  .range = RANGE_PERCENT,
	  .doc = "Inodes in use, in percent; not there where the file system has no limit "
		 "(btrfs, vfat)." },
	{ .name = "size", .type = FACT_SIZE, .doc = "Size." },
	{ .name = "used_percent",
	  .type = FACT_NUMBER,
	  .range = RANGE_PERCENT,
	  .doc = "Room in use as df has it, used / (used + free for ordinary users), in percent, "
		 "rounded up to two decimals." },
	{ .name = NULL },
};

/* One file system that is looked at. */
struct volume {
	const struct mount *mount; /* NULL: not in the list */
	struct space_query *query;
	struct space space;
};

struct disk {
	const struct mount_table *mounts;
	const struct deleted_table *deleted; /* NULL: not asked for, or not to be known */
	struct volume *volumes;
	size_t count, cap;
	const struct root *root; /* where the path is; NULL: of this machine */
	struct observer *o;
};

static int disk_validate(const void *query, bool (*given)(const void *ctx, const char *field),
			 const void *ctx, struct err **e)
{
	const struct disk_query *q = query;

	(void)q;
	if (given(ctx, "path") && given(ctx, "all"))
		return err_set(e, ERR_DATA, "takes path or all, not both");
	if (!given(ctx, "path") && !given(ctx, "all"))
		return err_set(e, ERR_DATA, "needs a path or all: true");
	return 0;
}

/*
 * Which of them.
 */

static bool is_excluded(const struct disk_query *q, const struct mount *m)
{
	if (!strcmp(m->point, "/"))
		return false;
	for (size_t i = 0; i < q->exclude_types.count; i++)
		if (!fnmatch(q->exclude_types.items[i], m->fstype, 0))
			return true;
	return !strcmp(m->fstype, "autofs");
}

static bool same_device(const struct mount *a, const struct mount *b)
{
	return a->major == b->major && a->minor == b->minor;
}

/* A bind mount shows the same file system once more; the shortest path is its best name, the
 * earliest of equals. */
static bool is_again(const struct disk_query *q, const struct mount_table *t, const struct mount *m)
{
	for (const struct mount *x = t->rows; x < t->rows + t->count; x++) {
		size_t a = strlen(x->point), b = strlen(m->point);

		if (x != m && same_device(x, m) && (a < b || (a == b && x < m)) &&
		    !is_excluded(q, x) && !mount_is_hidden(t, x))
			return true;
	}
	return false;
}

static struct volume *disk_add(struct disk *d, const struct mount *m)
{
	array_grow(d->volumes, d->count, d->cap);
	d->volumes[d->count] = (struct volume){ .mount = m };
	return &d->volumes[d->count++];
}

static int by_path(const void *a, const void *b)
{
	const struct volume *x = a, *y = b;

	return strcmp(x->mount->point, y->mount->point);
}

/* Below a root: what is mounted in it, and what it lies on itself. */
static bool is_below(const struct root *r, const struct mount_table *t, const struct mount *m)
{
	const char *folder = root_folder(r);
	const size_t len = folder ? strlen(folder) : 0;

	if (len <= 1 || m == mounts_over(t, folder))
		return true;
	return !strncmp(m->point, folder, len) && m->point[len] == '/';
}

/* All that may hang are asked at the same time, each by a thread of its own. */
static void disk_pick(struct disk *d, const struct disk_query *q)
{
	const struct mount_table *t = d->mounts;

	for (const struct mount *m = t->rows; m < t->rows + t->count; m++)
		if (is_below(observer_root(d->o), t, m) && !is_excluded(q, m) &&
		    !mount_is_hidden(t, m) && !is_again(q, t, m))
			disk_add(d, m);
	if (d->count)
		qsort(d->volumes, d->count, sizeof(*d->volumes), by_path);
	for (struct volume *v = d->volumes; v < d->volumes + d->count; v++)
		if (mount_is_remote(v->mount))
			v->query = space_ask(NULL, v->mount->point);
}

/*
 * What they say.
 */

static int64_t patience_end(const struct observer *o)
{
	int64_t deadline = observer_deadline(o), most = clock_mono() + PATIENCE;

	return deadline == INT64_MAX ? most : deadline;
}

static void tell_failed(struct observer *o, const char *path, int errnum)
{
	auto_err struct err *e = NULL;

	errno = errnum;
	err_errno_(&e, ERR_SYSTEM, "'%s'", path);
	switch (errnum) {
	case EACCES:
	case EPERM:
		observer_trouble(o, KIND_PERMISSION, "%s", err_text(e));
		break;
	case ENOENT:
	case ENOTDIR:
	case ELOOP:
	case ENAMETOOLONG:
		observer_trouble(o, KIND_NOT_FOUND, "%s", err_text(e));
		break;
	case EAGAIN:
	case ENOMEM:
		observer_trouble(o, KIND_RESOURCE, "%s", err_text(e));
		break;
	default: /* ENOTCONN, ESTALE, EIO, EHOSTDOWN: the storage behind it is gone */
		observer_trouble(o, KIND_UNREACHABLE, "%s", err_text(e));
	}
}

/* Whether it answered, and well. */
static bool volume_wait(struct disk *d, struct volume *v, const char *path)
{
	struct space_query *q = v->query;

	v->query = NULL;
	if (!q) {
		space_look(d->root, path, &v->space);
	} else if (!space_wait(q, patience_end(d->o), &v->space)) {
		observer_trouble(d->o, KIND_BLOCKED, "the file system at '%s' does not answer",
				 v->mount ? v->mount->point : path);
		return false;
	}
	if (v->space.errnum)
		tell_failed(d->o, path, v->space.errnum);
	return !v->space.errnum;
}

/* A link may have led elsewhere than the path's text says. (btrfs tells a device of its own for
 * each subvolume.) */
static void volume_correct(const struct disk *d, struct volume *v)
{
	const struct mount *by_device = mounts_of_device(d->mounts, v->space.device);

	if (by_device && (!v->mount || makedev((unsigned)v->mount->major,
					       (unsigned)v->mount->minor) != v->space.device))
		v->mount = by_device;
}

static void set_text(json_t *item, const char *name, const char *text)
{
	json_object_set_new(item, name, observer_text(text, strlen(text)));
}

static json_t *volume_json(const struct disk *d, const struct volume *v)
{
	const struct statvfs *fs = &v->space.fs;
	double used = space_used_percent(fs), inodes = space_inodes_used_percent(fs);
	json_t *item = json_object();

	if (v->mount) {
		set_text(item, "path", v->mount->point);
		set_text(item, "source", v->mount->source);
		set_text(item, "fstype", v->mount->fstype);
	}
	json_object_set_new(item, "size", json_integer(space_size(fs)));
	json_object_set_new(item, "free", json_integer(space_free(fs)));
	if (used >= 0)
		json_object_set_new(item, "used_percent", json_real(used));
	if (inodes >= 0)
		json_object_set_new(item, "inodes_used_percent", json_real(inodes));
	if (d->deleted)
		json_object_set_new(item, "deleted_open_bytes",
				    json_integer(deleted_bytes_on(d->deleted, v->space.device)));
	return item;
}

static bool is_worse(const struct fact *f, const json_t *value, const json_t *than)
{
	bool least = !strcmp(f->name, "free") || !strcmp(f->name, "size");
	double a = json_number_value(value), b = json_number_value(than);

	return least ? a < b : a > b;
}

/* Of several the worst, so that an expectation which names no file system holds for all. */
static void tell_worst(struct observer *o, const json_t *items)
{
	for (const struct fact *f = disk_facts; f->name; f++) {
		json_t *worst = NULL, *item;
		size_t i;

		if (f->type == FACT_LIST)
			continue;
		json_array_foreach(items, i, item)
		{
			json_t *value = json_object_get(item, f->name);

			if (value && (!worst || is_worse(f, value, worst)))
				worst = value;
		}
		if (worst)
			observer_set(o, f->name, json_incref(worst));
	}
}

static void add_row(struct buf *table, const json_t *item)
{
	const json_t *path = json_object_get(item, "path"), *type = json_object_get(item, "fstype");

	buf_printf(table, "%6.2f%% of %12lld KiB, inodes %6.2f%%  %s (%s)\n",
		   json_number_value(json_object_get(item, "used_percent")),
		   json_integer_value(json_object_get(item, "size")) / 1024,
		   json_number_value(json_object_get(item, "inodes_used_percent")),
		   path ? json_string_value(path) : "?", type ? json_string_value(type) : "?");
}

static void disk_tell(struct disk *d, const char *path)
{
	auto_buf struct buf table = BUF_INIT(65536);
	json_t *items = json_array();

	for (struct volume *v = d->volumes; v < d->volumes + d->count; v++) {
		json_t *item;

		if (!volume_wait(d, v, path ? path : v->mount->point))
			continue;
		if (path)
			volume_correct(d, v);
		/* pseudo file systems have no blocks */
		if (!path && !v->space.fs.f_blocks)
			continue;
		item = volume_json(d, v);
		add_row(&table, item);
		json_array_append_new(items, item);
	}
	tell_worst(d->o, items);
	if (json_array_size(items))
		observer_evidence(d->o, "filesystems", buf_text(&table), table.len);
	observer_set(d->o, "filesystems", items);
}

/* Who holds deleted files open is known only when all processes could be looked at. */
static int disk_read_deleted(struct disk *d, struct err **e)
{
	const struct process_table *t = observer_table(d->o, &processes_table, e);
	const struct deleted_table *deleted = observer_table(d->o, &deleted_table, e);

	if (!t || !deleted)
		return -1;
	deleted_read(deleted, t);
	if (!t->hidden && !deleted_denied(deleted))
		d->deleted = deleted;
	else if (!observer_wants(d->o, "deleted_open_bytes"))
		observer_trace(d->o, "not all processes may be looked at: there is no "
				     "deleted_open_bytes");
	else if (t->hidden)
		observer_trouble(d->o, KIND_PERMISSION,
				 "who holds deleted files open is hidden: /proc is mounted with "
				 "hidepid");
	else
		observer_trouble(d->o, KIND_PERMISSION,
				 "the open files of process %d may not be read",
				 deleted_denied(deleted));
	return 0;
}

/* What the text of the path says; a link may lead elsewhere. */
static const struct mount *mount_by_text(const struct disk *d, const char *path)
{
	const char *folder = d->root ? root_folder(d->root) : "/";
	auto_free char *below = strcmp(folder, "/") != 0 ? xasprintf("%s%s", folder, path) : NULL;

	return mounts_over(d->mounts, below ? below : path);
}

static int disk_look(struct disk *d, const struct disk_query *q, struct err **e)
{
	if (q->path)
		disk_add(d, mount_by_text(d, q->path))->query = space_ask(d->root, q->path);
	else
		disk_pick(d, q);
	/* an expectation of filesystems may name it, too */
	if ((observer_wants(d->o, "deleted_open_bytes") || observer_wants(d->o, "filesystems")) &&
	    disk_read_deleted(d, e) < 0)
		return -1;
	disk_tell(d, q->path);
	return 0;
}

/* A question that nobody waits for any more is left to its thread. */
static void disk_release(struct disk *d)
{
	struct space unused;

	for (struct volume *v = d->volumes; v < d->volumes + d->count; v++)
		if (v->query)
			space_wait(v->query, clock_mono(), &unused);
	free(d->volumes);
}

static int disk_observe(const void *query, struct observer *o, struct err **e)
{
	const struct disk_query *q = query;
	struct disk d = {
		.mounts = observer_table(o, &mounts_table, e),
		.root = q->path ? observer_root(o) : NULL,
		.o = o,
	};
	int r;

	if (!d.mounts)
		return -1;
	if (!q->path && !q->all)
		return err_set(e, ERR_DATA, "needs a path or all: true");
	r = disk_look(&d, q, e);
	disk_release(&d);
	return r;
}

const struct check_type check_disk = {
	.name = "disk",
	.summary = "file systems have room left",
	.lane = LANE_LOCAL,
	.rooted = true,
	.fields = disk_fields,
	.query_size = sizeof(struct disk_query),
	.facts = disk_facts,
	.validate = disk_validate,
	.observe = disk_observe,
};
