#include "engine/base/late.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "engine/base/err.h"

/* The names are those that the headers of the build belong to (configure asks the linker). */
static struct {
	const char *file, *package;
	void *handle;
} libraries[LATE_COUNT] = {
	[LATE_YAML] = { YAML_SONAME, "libyaml (libyaml-0-2)", NULL },
	[LATE_ZLIB] = { ZLIB_SONAME, "zlib (zlib1g)", NULL },
};

/* What stands under such a name is a stranger's from now on. */
static bool closed;

static int open_library(enum late_library which, struct err **e)
{
	const char *why = "it was not there before the files were a stranger's";

	if (libraries[which].handle)
		return 0;
	if (!closed) {
		libraries[which].handle = dlopen(libraries[which].file, RTLD_NOW | RTLD_LOCAL);
		if (libraries[which].handle)
			return 0;
		why = dlerror();
	}
	return err_set(e, ERR_UNAVAILABLE, "%s cannot be loaded (%s): install %s",
		       libraries[which].file, why, libraries[which].package);
}

int late_load(enum late_library which, const struct late_symbol *symbols, struct err **e)
{
	if (open_library(which, e) < 0)
		return -1;
	for (; symbols->name; symbols++) {
		void *function;

		memcpy(&function, symbols->pointer, sizeof(function));
		if (function)
			continue; /* from an earlier call */
		function = dlsym(libraries[which].handle, symbols->name);
		if (!function)
			return err_set(e, ERR_UNAVAILABLE, "%s has no function '%s'",
				       libraries[which].file, symbols->name);
		memcpy(symbols->pointer, &function, sizeof(function));
	}
	return 0;
}

void late_close(void)
{
	for (int i = 0; i < LATE_COUNT; i++)
		open_library((enum late_library)i, NULL);
	closed = true;
}
