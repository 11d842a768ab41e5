/*
 * file - is a file there, whose is it, how old, what stands in it?
 *
 * Opens nothing but regular files and folders: a FIFO, a socket or a device has no content to read,
 * and never blocks.
 */
#include "checks/file.h"

static const struct field file_fields[] = {
	FIELD_TEXT(struct file_query, as_user,
		   .doc = "User for whom readable, writable and searchable are judged, by name or "
			  "number; needs root unless it is oneself."),
	FIELD_PATH(struct file_query, glob,
		   .doc = "Pattern (*, ?, [a-z], {a,b}): files[*] are all that it finds, the other "
			  "facts those of the newest."),
	FIELD_SIZE(struct file_query, max_bytes, .dflt = "4MiB",
		   .doc = "As much of the content is read; more of it is the finding too_large."),
	FIELD_PATH(struct file_query, path, .doc = "The file; links are followed."),
	{ .name = NULL },
};

static const struct fact item_facts[] = {
	{ .name = "age",
	  .type = FACT_DURATION,
	  .range = RANGE_SIGNED,
	  .doc = "Time since it was last modified; negative where that lies ahead." },
	{ .name = "group", .type = FACT_TEXT, .doc = "Group, as a number where it has no name." },
	{ .name = "mode", .type = FACT_MODE, .doc = "Permission bits." },
	{ .name = "modified", .type = FACT_TIME, .doc = "When it was last modified." },
	{ .name = "owner", .type = FACT_TEXT, .doc = "Owner, as a number where it has no name." },
	{ .name = "path", .type = FACT_TEXT, .doc = "Path." },
	{ .name = "size", .type = FACT_SIZE, .doc = "Size." },
	{ .name = "type", .type = FACT_TEXT, .doc = "Type, as of one file." },
	{ .name = NULL },
};

static const struct fact file_facts[] = {
	{ .name = "age",
	  .type = FACT_DURATION,
	  .range = RANGE_SIGNED,
	  .doc = "Time since it was last modified; negative when that lies ahead." },
	{ .name = "content",
	  .type = FACT_TEXT,
	  .doc = "Text of the whole file, at most max_bytes." },
	{ .name = "count",
	  .type = FACT_INT,
	  .doc = "How many files the pattern finds; of a path 1 or 0." },
	{ .name = "empty",
	  .type = FACT_BOOL,
	  .doc = "Whether a file has no byte, or a folder no entry." },
	{ .name = "entries",
	  .type = FACT_LIST,
	  .item = FACT_TEXT,
	  .doc = "Names in a folder, sorted." },
	{ .name = "exists",
	  .type = FACT_BOOL,
	  .doc = "Whether it is there; a link that leads to nothing is not." },
	{ .name = "files",
	  .type = FACT_LIST,
	  .item = FACT_MAP,
	  .of = item_facts,
	  .doc = "All files that the pattern finds, sorted by path." },
	{ .name = "group", .type = FACT_TEXT, .doc = "Group, as a number where it has no name." },
	{ .name = "ini", .type = FACT_OPEN, .doc = "Content read as INI: sections of keys." },
	{ .name = "json", .type = FACT_OPEN, .doc = "Content read as JSON." },
	{ .name = "lines",
	  .type = FACT_LIST,
	  .item = FACT_TEXT,
	  .doc = "Lines of the file, without their ends." },
	{ .name = "mode", .type = FACT_MODE, .doc = "Permission bits." },
	{ .name = "modified", .type = FACT_TIME, .doc = "When it was last modified." },
	{ .name = "owner", .type = FACT_TEXT, .doc = "Owner, as a number where it has no name." },
	{ .name = "properties",
	  .type = FACT_OPEN,
	  .doc = "Content read as Java properties, one step a key." },
	{ .name = "readable",
	  .type = FACT_BOOL,
	  .doc = "Whether as_user (without it: rounds) may read it." },
	{ .name = "searchable", .type = FACT_BOOL, .doc = "Whether as_user may enter the folder." },
	{ .name = "sha256", .type = FACT_TEXT, .doc = "SHA-256 of the content, 64 hex digits." },
	{ .name = "size", .type = FACT_SIZE, .doc = "Size." },
	{ .name = "toml", .type = FACT_OPEN, .doc = "Content read as TOML." },
	{ .name = "type",
	  .type = FACT_TEXT,
	  .doc = "Whether it is a file, directory, fifo, socket, block_device or char_device." },
	{ .name = "writable", .type = FACT_BOOL, .doc = "Whether as_user may write it." },
	{ .name = "yaml", .type = FACT_OPEN, .doc = "Content read as YAML." },
	{ .name = NULL },
};

int file_tell(const struct file_query *q, const struct file_seen *f, struct observer *o,
	      struct err **e)
{
	observer_set_bool(o, "exists", true);
	if (file_tell_stat(f, o, e) < 0 || file_tell_access(q, f, o, e) < 0)
		return -1;
	if (S_ISDIR(f->st.st_mode))
		file_tell_folder(f, o);
	else if (S_ISREG(f->st.st_mode))
		file_tell_content(q, f, o);
	else
		observer_trace(o, "'%s' is a %s: there is no content to read", f->path,
			       file_type_name(f->st.st_mode));
	return 0;
}

static int file_observe(const void *query, struct observer *o, struct err **e)
{
	const struct file_query *q = query;
	struct file_seen f;
	int there;

	if (q->glob)
		return file_observe_glob(q, o, e);
	if (!q->path)
		return err_set(e, ERR_DATA, "needs a path or a glob");
	there = file_look(q->path, &f, o);
	if (there < 0)
		return 0;
	observer_set_int(o, "count", there);
	if (there)
		return file_tell(q, &f, o, e);
	observer_set_bool(o, "exists", false);
	return 0;
}

static int file_validate(const void *query, bool (*given)(const void *ctx, const char *field),
			 const void *ctx, struct err **e)
{
	(void)query;
	if (given(ctx, "path") && given(ctx, "glob"))
		return err_set(e, ERR_DATA, "takes path or glob, not both");
	if (!given(ctx, "path") && !given(ctx, "glob"))
		return err_set(e, ERR_DATA, "needs a path or a glob");
	return 0;
}

const struct check_type check_file = {
	.name = "file",
	.summary = "a file is there and as it should be",
	.lane = LANE_LOCAL,
	.rooted = true,
	.fields = file_fields,
	.query_size = sizeof(struct file_query),
	.facts = file_facts,
	.default_expect = "{ exists: true }",
	.extract_from = "content",
	.validate = file_validate,
	.observe = file_observe,
};
