/*
 * packages - the data base of installed packages: dpkg's, apk's or rpm's, read without their
 * programs.
 */
#include "checks/snapshot/packages.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "checks/snapshot/rpm_database.h"
#include "engine/base/auto.h"
#include "engine/base/err.h"
#include "engine/base/io.h"
#include "engine/base/root.h"
#include "engine/base/text.h"
#include "engine/base/xalloc.h"

/* A large Debian desktop has 6 MB. */
#define TEXT_MAX ((size_t)128 * 1024 * 1024)
#define RPM_MAX ((size_t)512 * 1024 * 1024)
#define STATUS "/var/lib/dpkg/status"
#define STATUS_FOLDER "/var/lib/dpkg/status.d"
/* What dpkg has done since it last wrote its status as a whole: files named by number, each later
 * one above those before it. It leaves them behind when it is killed. */
#define UPDATES "/var/lib/dpkg/updates"

/* How each format writes a paragraph. */
struct format {
	const char *name, *version, *architecture, *status;
};

static const struct format formats[] = {
	[PACKAGES_DPKG] = { "Package: ", "Version: ", "Architecture: ", "Status: " },
	[PACKAGES_APK] = { "P:", "V:", "A:", NULL },
	[PACKAGES_RPM] = { "Package: ", "Version: ", "Architecture: ", NULL },
};

/*
 * The text.
 */

/* The value of a field of the paragraph; none: at NULL. */
static struct span field_of(struct span paragraph, const char *key)
{
	const char *end = paragraph.at + paragraph.len;
	size_t n = strlen(key);

	for (const char *line = paragraph.at; line < end;) {
		const char *stop = memchr(line, '\n', (size_t)(end - line));
		size_t len = (size_t)((stop ? stop : end) - line);

		if (len >= n && !memcmp(line, key, n))
			return (struct span){ line + n, len - n };
		line += len + 1;
	}
	return (struct span){ NULL, 0 };
}

/* "install ok installed": the last word. Images without dpkg have paragraphs without a status. */
static struct span last_word(struct span s)
{
	const char *blank = s.at ? memrchr(s.at, ' ', s.len) : NULL;

	if (!blank)
		return s;
	return (struct span){ blank + 1, (size_t)(s.at + s.len - (blank + 1)) };
}

static void read_paragraph(struct span paragraph, const struct format *f, struct package *out)
{
	*out = (struct package){ .version = field_of(paragraph, f->version),
				 .architecture = field_of(paragraph, f->architecture) };
	if (f->status)
		out->status = last_word(field_of(paragraph, f->status));
	out->installed = !out->status.at || span_is(out->status, "installed") ||
			 span_is(out->status, "triggers-awaited") ||
			 span_is(out->status, "triggers-pending");
}

/* The next line KEY NAME at or after `from`, or NULL. */
static const char *next_name(const char *text, const char *from, const char *key, struct span name)
{
	size_t n = strlen(key);

	while ((from = strstr(from, key))) {
		const char *value = from + n;

		if ((from == text || from[-1] == '\n') && !strncmp(value, name.at, name.len) &&
		    (value[name.len] == '\n' || !value[name.len]))
			return from;
		from = value;
	}
	return NULL;
}

static struct span paragraph_around(const char *text, const char *at)
{
	const char *end = strstr(at, "\n\n");

	while (at > text && !(at[-1] == '\n' && (at - 1 == text || at[-2] == '\n')))
		at--;
	return (struct span){ at, end ? (size_t)(end - at) : strlen(at) };
}

/* Architectures that were told of; of those that follow no more than the first is of interest. */
struct told {
	struct span seen[8];
	size_t count;
};

/* dpkg's later words come first: what the status said before is no longer true. */
static bool told_before(struct told *t, struct span architecture)
{
	for (size_t i = 0; i < t->count; i++)
		if (t->seen[i].len == architecture.len &&
		    (!architecture.len ||
		     !memcmp(t->seen[i].at, architecture.at, architecture.len)))
			return true;
	if (t->count < ARRAY_SIZE(t->seen))
		t->seen[t->count++] = architecture;
	return false;
}

bool package_find(const char *text, enum package_format format, const char *name,
		  struct package *out)
{
	const struct format *f = &formats[format];
	const char *colon = format == PACKAGES_APK ? NULL : strchr(name, ':');
	const struct span wanted = { name, colon ? (size_t)(colon - name) : strlen(name) };
	const char *at = text;
	struct told told = { .count = 0 };
	bool found = false;

	while ((at = next_name(text, at, f->name, wanted))) {
		struct package p;

		read_paragraph(paragraph_around(text, at), f, &p);
		at += strlen(f->name);
		if ((colon && !span_is(p.architecture, colon + 1)) ||
		    told_before(&told, p.architecture))
			continue;
		if (!found || p.installed)
			*out = p;
		found = true;
		if (p.installed)
			break;
	}
	return found;
}

/*
 * The files.
 */

/* Images made without dpkg have a file for each package. */
static int read_folder(const struct root *r, const char *folder, struct buf *out, struct err **e)
{
	auto_dir DIR *dir = root_opendir(r, folder);
	const struct dirent *d;

	if (!dir)
		return err_errno(e, ERR_SYSTEM, "'%s'", folder);
	while ((d = readdir(dir))) {
		auto_free char *path = xasprintf("%s/%s", folder, d->d_name);

		if (d->d_name[0] == '.' || text_ends_with(d->d_name, ".md5sums"))
			continue;
		if (io_read_file_below(r, path, out, e) < 0)
			return -1;
		buf_adds(out, "\n\n");
	}
	return 0;
}

/* One file of a data base. What is cut off, or what a crash left of it, may lack any package. */
static int read_whole(const struct root *r, const char *path, struct buf *out, struct err **e)
{
	const size_t before = out->len;

	if (io_read_file_below(r, path, out, e) < 0)
		return -1;
	if (out->len == before)
		return 0;
	if (memchr(out->data + before, '\0', out->len - before))
		return err_set(e, ERR_DATA, "'%s' is damaged: it holds NULs", path);
	if (out->data[out->len - 1] != '\n')
		return err_set(e, ERR_DATA, "'%s' is damaged: its last line has no end", path);
	return 0;
}

static bool is_number(const char *name)
{
	return *name && !name[strspn(name, "0123456789")];
}

static int later_first(const void *a, const void *b)
{
	return strcmp(*(char *const *)b, *(char *const *)a);
}

/* The names of the updates, the latest first: all of one length, as dpkg has it. */
static int list_updates(const struct root *r, char ***names, size_t *count, struct err **e)
{
	auto_dir DIR *dir = root_opendir(r, UPDATES);
	const struct dirent *d;
	size_t cap = 0;

	if (!dir)
		return errno == ENOENT ? 0 : err_errno(e, ERR_SYSTEM, "'%s'", UPDATES);
	while ((d = readdir(dir)))
		if (is_number(d->d_name)) {
			array_grow(*names, *count, cap);
			(*names)[(*count)++] = xstrdup(d->d_name);
		}
	if (*count)
		qsort(*names, *count, sizeof(**names), later_first);
	return 0;
}

static int read_status(const struct root *r, struct buf *out, struct err **e)
{
	auto_free char **names = NULL;
	size_t count = 0;
	int rc = list_updates(r, &names, &count, e);

	for (size_t i = 0; i < count; i++) {
		auto_free char *name = names[i], *path = xasprintf("%s/%s", UPDATES, name);

		if (!rc)
			rc = read_whole(r, path, out, e);
		buf_adds(out, "\n\n");
	}
	return rc ? rc : read_whole(r, STATUS, out, e);
}

/* 1: it is there, 0: it is not, -1: who knows. */
static int is_there(const struct root *r, const char *path, struct err **e)
{
	if (!root_access(r, path, F_OK))
		return 1;
	if (errno == ENOENT || errno == ENOTDIR)
		return 0;
	return err_errno(e, ERR_SYSTEM, "'%s'", path);
}

static int read_database(struct package_table *t, const struct root *r, struct err **e)
{
	static const char *const apk[] = { "/lib/apk/db/installed", "/usr/lib/apk/db/installed" };
	int there = is_there(r, STATUS, e);

	t->found = true;
	t->format = PACKAGES_DPKG;
	if (there)
		return there < 0 ? -1 : read_status(r, &t->text, e);
	there = is_there(r, STATUS_FOLDER, e);
	if (there)
		return there < 0 ? -1 : read_folder(r, STATUS_FOLDER, &t->text, e);
	t->format = PACKAGES_APK;
	for (size_t i = 0; i < ARRAY_SIZE(apk); i++) {
		there = is_there(r, apk[i], e);
		if (there)
			return there < 0 ? -1 : read_whole(r, apk[i], &t->text, e);
	}
	t->found = false;
	return 0;
}

static void packages_free(void *table)
{
	struct package_table *t = table;

	buf_free(&t->text);
	buf_free(&t->rpm_text);
	free(t->rpm_why);
	free(t);
}

/* What rpm has not yet put into the file itself stands beside it. */
static bool has_journal(const struct root *r, const char *file)
{
	auto_free char *wal = xasprintf("%s-wal", file);
	struct stat st;

	return root_stat(r, wal, &st) == 0 && st.st_size > 0;
}

static void rpm_unread(struct package_table *t, const char *file, const struct err *why)
{
	t->rpm = file;
	t->rpm_why = xstrdup(err_text(why));
	t->rpm_errno = err_errno_of(why);
}

/* What cannot be read is an error of those packages alone that no other data base has. */
static void read_rpm_file(struct package_table *t, const struct root *r, const char *file)
{
	auto_buf struct buf bytes = BUF_INIT(RPM_MAX);
	auto_err struct err *e = NULL;

	if (has_journal(r, file))
		err_set_(&e, ERR_DATA, 0,
			 "it is being written: a part of it stands in its -wal");
	else if (io_read_file_below(r, file, &bytes, &e) == 0)
		rpm_database_tell(buf_text(&bytes), bytes.len, &t->rpm_text, &e);
	if (e)
		rpm_unread(t, file, e);
	else
		t->rpm_found = true;
}

/* rpm's formats, the newest first: what an upgrade of rpm left behind is older. */
static void read_rpm(struct package_table *t, const struct root *r)
{
	static const char *const files[] = {
		"/usr/lib/sysimage/rpm/rpmdb.sqlite", "/var/lib/rpm/rpmdb.sqlite",
		"/usr/lib/sysimage/rpm/Packages.db",  "/var/lib/rpm/Packages.db",
		"/usr/lib/sysimage/rpm/Packages",     "/var/lib/rpm/Packages",
	};

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		auto_err struct err *e = NULL;
		const int there = is_there(r, files[i], &e);

		if (there > 0)
			read_rpm_file(t, r, files[i]);
		if (there < 0)
			rpm_unread(t, files[i], e);
		if (there)
			return;
	}
}

static void *packages_read(const struct root *r, struct err **e)
{
	struct package_table *t = xcalloc(1, sizeof(*t));

	t->text = BUF_INIT(TEXT_MAX);
	t->rpm_text = BUF_INIT(TEXT_MAX);
	if (read_database(t, r, e) < 0) {
		packages_free(t);
		return NULL;
	}
	read_rpm(t, r);
	return t;
}

const struct shared_table packages_table = {
	.name = "packages", .read_below = packages_read, .free = packages_free
};
