/*
 * package - is a package installed, and in which version?
 *
 * Reads the data base of dpkg, apk or rpm itself. What cannot be read ends as an error, never as
 * "not installed".
 */
#include <errno.h>

#include "checks/check.h"
#include "checks/snapshot/packages.h"

struct package_query {
	char *name;
};

static const struct field package_fields[] = {
	FIELD_TEXT(struct package_query, name, .required = true,
		   .doc = "Name of the package; with dpkg and rpm also "
			  "NAME:ARCHITECTURE."),
	{ .name = NULL },
};

static const struct fact package_facts[] = {
	{ .name = "architecture", .type = FACT_TEXT, .doc = "Architecture." },
	{ .name = "database",
	  .type = FACT_TEXT,
	  .doc = "Where it was looked up: dpkg, apk or rpm." },
	{ .name = "installed",
	  .type = FACT_BOOL,
	  .doc = "Whether it is installed as a whole: not only unpacked, or removed but for its "
		 "settings." },
	{ .name = "status",
	  .type = FACT_TEXT,
	  .doc = "What dpkg says of it: installed, config-files, unpacked, half-configured; not "
		 "there with apk and rpm." },
	{ .name = "version",
	  .type = FACT_VERSION,
	  .doc = "Version of what is installed; not there when it is not." },
	{ .name = NULL },
};

static void tell_span(struct observer *o, const char *fact, struct span s)
{
	if (s.at)
		observer_set_text(o, fact, s.at, s.len);
}

static void tell_package(const struct package *p, struct observer *o)
{
	tell_span(o, "architecture", p->architecture);
	tell_span(o, "status", p->status);
	if (p->installed)
		tell_span(o, "version", p->version);
}

static int cannot_know(const struct package_table *t, struct err **e)
{
	errno = t->rpm_errno;
	if (errno)
		return err_errno(e, ERR_SYSTEM, "'%s'", t->rpm);
	if (t->rpm)
		return err_set(e, ERR_UNAVAILABLE,
			       "the data base of rpm cannot be read: '%s': %s; use a command check "
			       "of rpm -q",
			       t->rpm, t->rpm_why);
	return err_set(e, ERR_UNAVAILABLE,
		       "there is no data base of packages that rounds can read (dpkg's, apk's or "
		       "rpm's)");
}

static const char *const databases[] = {
	[PACKAGES_DPKG] = "dpkg",
	[PACKAGES_APK] = "apk",
	[PACKAGES_RPM] = "rpm",
};

static int package_observe(const void *query, struct observer *o, struct err **e)
{
	const struct package_query *q = query;
	const struct package_table *t = observer_table(o, &packages_table, e);
	struct package p = { 0 };
	enum package_format format;
	bool found;

	if (!t)
		return -1;
	format = t->found ? t->format : PACKAGES_RPM;
	found = t->found && package_find(buf_text(&t->text), t->format, q->name, &p);
	if ((!found || !p.installed) && t->rpm_found &&
	    package_find(buf_text(&t->rpm_text), PACKAGES_RPM, q->name, &p)) {
		found = true;
		format = PACKAGES_RPM;
	}
	if ((!t->found && !t->rpm_found) || (!found && t->rpm))
		return cannot_know(t, e);
	observer_set_string(o, "database", databases[format]);
	observer_set_bool(o, "installed", found && p.installed);
	if (found)
		tell_package(&p, o);
	return 0;
}

static int package_validate(const void *query, bool (*given)(const void *ctx, const char *field),
			    const void *ctx, struct err **e)
{
	const struct package_query *q = query;

	if (!given(ctx, "name") || !q->name || *q->name)
		return 0;
	return err_set(e, ERR_DATA, "name: a package has one");
}

const struct check_type check_package = {
	.name = "package",
	.summary = "a package is installed",
	.lane = LANE_LOCAL,
	.rooted = true,
	.table = "packages",
	.fields = package_fields,
	.query_size = sizeof(struct package_query),
	.facts = package_facts,
	.default_expect = "{ installed: true }",
	.validate = package_validate,
	.observe = package_observe,
};
