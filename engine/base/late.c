#include "engine/base/late.h"

#include <dlfcn.h>
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

static void open_library(enum late_library which)
{
	if (!libraries[which].handle)
		libraries[which].handle = dlopen(libraries[which].file, RTLD_NOW | RTLD_LOCAL);
}

int late_load(enum late_library which, const struct late_symbol *symbols, struct err **e)
{
	open_library(which);
	if (!libraries[which].handle)
		return err_set(e, ERR_UNAVAILABLE, "%s cannot be loaded (%s): install %s",
			       libraries[which].file, dlerror(), libraries[which].package);
	for (; symbols->name; symbols++) {
		void *function = dlsym(libraries[which].handle, symbols->name);

		if (!function)
			return err_set(e, ERR_UNAVAILABLE, "%s has no function '%s'",
				       libraries[which].file, symbols->name);
		memcpy(symbols->pointer, &function, sizeof(function));
	}
	return 0;
}

void late_load_all(void)
{
	for (int i = 0; i < LATE_COUNT; i++)
		open_library((enum late_library)i);
}
