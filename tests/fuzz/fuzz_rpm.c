/*
 * fuzz_rpm - a data base of rpm's, as anybody may have left it below a root: whatever it is, it is
 * read within its bounds or refused.
 *
 * The corpus: two packages in each of the three formats, made by tests/lab/rpmdb.py.
 */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "checks/snapshot/packages.h"
#include "checks/snapshot/rpm_database.h"
#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/err.h"
#include "engine/base/xalloc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_buf struct buf told = BUF_INIT((size_t)16 * 1024 * 1024);
	auto_err struct err *e = NULL;
	/* exactly as long as it is, so that a byte too many is found */
	auto_free uint8_t *bytes = xmalloc(size ? size : 1);
	struct package p;

	memcpy(bytes, data, size);
	if (rpm_database_tell(bytes, size, &told, &e) < 0) {
		promise(e && *err_text(e) && !told.len);
		return 0;
	}
	promise(!e);
	if (package_find(buf_text(&told), PACKAGES_RPM, "first", &p))
		promise(p.installed && p.version.at);
	return 0;
}
