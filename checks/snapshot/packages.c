/*
 * packages - the data base of installed packages: dpkg's, apk's or rpm's, read without their
 * programs.
 */
#include "checks/snapshot/packages.h"

#include <dirent.h>
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

bool package_find(const char *text, enum package_format format, const char *name,
		  struct package *out)
{
	const struct format *f = &formats[format];
	const char *colon = format == PACKAGES_APK ? NULL : strchr(name, ':');
	const struct span wanted = { name, colon ? (size_t)(colon - name) : strlen(name) };
	const char *at = text;
	bool found = false;

	while ((at = next_name(text, at, f->name, wanted))) {
		struct package p;

		read_paragraph(paragraph_around(text, at), f, &p);
		at += strlen(f->name);
		if (colon && !span_is(p.architecture, colon + 1))
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

static int read_database(struct package_table *t, const struct root *r, struct err **e)
{
	static const char *const apk[] = { "/lib/apk/db/installed", "/usr/lib/apk/db/installed" };

	t->found = true;
	t->format = PACKAGES_DPKG;
	if (!root_access(r, STATUS, F_OK))
		return io_read_file_below(r, STATUS, &t->text, e);
	if (!root_access(r, STATUS_FOLDER, F_OK))
		return read_folder(r, STATUS_FOLDER, &t->text, e);
	t->format = PACKAGES_APK;
	for (size_t i = 0; i < ARRAY_SIZE(apk); i++)
		if (!root_access(r, apk[i], F_OK))
			return io_read_file_below(r, apk[i], &t->text, e);
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

static void rpm_unread(struct package_table *t, const char *file, const char *why)
{
	t->rpm = file;
	t->rpm_why = xstrdup(why);
}

/* What cannot be read is an error of those packages alone that no other data base has. */
static void read_rpm_file(struct package_table *t, const struct root *r, const char *file)
{
	auto_buf struct buf bytes = BUF_INIT(RPM_MAX);
	auto_err struct err *e = NULL;

	if (has_journal(r, file)) {
		rpm_unread(t, file, "it is being written: a part of it stands in its -wal");
		return;
	}
	if (io_read_file_below(r, file, &bytes, &e) < 0 ||
	    rpm_database_tell(buf_text(&bytes), bytes.len, &t->rpm_text, &e) < 0) {
		rpm_unread(t, file, err_text(e));
		t->rpm_errno = err_errno_of(e);
	} else {
		t->rpm_found = true;
	}
}

/* rpm's formats, the newest first: what an upgrade of rpm left behind is older. */
static void read_rpm(struct package_table *t, const struct root *r)
{
	static const char *const files[] = {
		"/usr/lib/sysimage/rpm/rpmdb.sqlite", "/var/lib/rpm/rpmdb.sqlite",
		"/usr/lib/sysimage/rpm/Packages.db",  "/var/lib/rpm/Packages.db",
		"/usr/lib/sysimage/rpm/Packages",     "/var/lib/rpm/Packages",
	};

	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		if (!root_access(r, files[i], F_OK)) {
			read_rpm_file(t, r, files[i]);
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
