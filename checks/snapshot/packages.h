/*
 * packages - the data base of installed packages: dpkg's, apk's or rpm's, read without their
 * programs.
 */
#ifndef CHECKS_SNAPSHOT_PACKAGES_H
#define CHECKS_SNAPSHOT_PACKAGES_H

#include <stdbool.h>
#include <stddef.h>

#include "checks/snapshot/proc_args.h"
#include "engine/base/buf.h"
#include "engine/decl/observer.h"

enum package_format { PACKAGES_DPKG,
		      PACKAGES_APK,
		      PACKAGES_RPM };

struct package_table {
	bool found; /* a data base that we can read */
	enum package_format format;
	struct buf text;
	bool rpm_found;      /* one of rpm, beside it or alone */
	struct buf rpm_text; /* as rpm_database_tell() tells it */
	const char *rpm;     /* a data base of rpm that we cannot read; NULL: none */
	char *rpm_why;       /* and why not */
	int rpm_errno;       /* of the system call that failed, or 0 */
};

extern const struct shared_table packages_table;

/* What a data base says of one package; all are spans of its text. */
struct package {
	struct span version, architecture;
	struct span status; /* dpkg: the third word of it; apk: none */
	bool installed;     /* whole, not only unpacked or its configuration left */
};

/* Pure: whether the text has such a package; of several architectures the first that is installed.
 * `name` may be NAME:ARCHITECTURE. */
bool package_find(const char *text, enum package_format format, const char *name,
		  struct package *out);

#endif
