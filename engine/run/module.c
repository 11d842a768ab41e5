#include "engine/run/module.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/err.h"
#include "engine/base/xalloc.h"

struct loaded {
	char *name;
	const struct module *module; /* NULL: could not be loaded, for this reason */
	char *problem;
	struct loaded *next;
};

struct modules {
	const char *folder;
	struct loaded *first;
};

struct modules *modules_new(const char *folder)
{
	struct modules *m = xcalloc(1, sizeof(*m));

	m->folder = folder;
	return m;
}

/* Where libtool leaves a module: installed, or not yet. The caller's; NULL: in neither place. */
static char *module_file(const char *folder, const char *name)
{
	auto_free char *installed = xasprintf("%s/%s.so", folder, name);
	auto_free char *built = xasprintf("%s/.libs/%s.so", folder, name);

	if (access(installed, F_OK) == 0)
		return TAKE(installed);
	return access(built, F_OK) == 0 ? TAKE(built) : NULL;
}

static const struct module *module_load(const char *folder, const char *name, const char *package,
					struct err **e)
{
	auto_free char *file = folder ? module_file(folder, name) : NULL;
	void *handle = file ? dlopen(file, RTLD_NOW | RTLD_LOCAL) : NULL;
	const struct module *module = handle ? dlsym(handle, "rounds_module") : NULL;
	const char *why = handle ? NULL : dlerror();

	if (!file) {
		err_set(e, ERR_UNAVAILABLE,
			"module '%s' is not in '%s': rounds was built without it; it needs %s",
			name, folder ? folder : "", package ? package : "nothing more");
		return NULL;
	}
	if (!module) {
		err_set(e, ERR_UNAVAILABLE, "module '%s' cannot be loaded (%s): install %s", name,
			why ? why : "it exports no table", package ? package : "it");
		return NULL;
	}
	if (module->abi != MODULE_ABI) {
		err_set(e, ERR_UNAVAILABLE,
			"module '%s' is of another version (%u, not %u): install that of this "
			"release",
			name, module->abi, MODULE_ABI);
		return NULL;
	}
	if (module->init && module->init(e) < 0) {
		err_wrap(e, "module '%s'", name);
		return NULL;
	}
	return module;
}

const struct module *modules_load(struct modules *m, const char *name, const char *package,
				  struct err **e)
{
	struct loaded *l = m->first;

	while (l && strcmp(l->name, name))
		l = l->next;
	if (!l) {
		auto_err struct err *problem = NULL;

		l = xcalloc(1, sizeof(*l));
		l->name = xstrdup(name);
		l->module = module_load(m->folder, name, package, &problem);
		l->problem = l->module ? NULL : xstrdup(err_text(problem));
		l->next = m->first;
		m->first = l;
	}
	if (!l->module)
		err_set(e, ERR_UNAVAILABLE, "%s", l->problem);
	return l->module;
}

const struct check_type *modules_type(struct modules *m, const struct check_type *type,
				      struct err **e)
{
	const struct module *module;

	if (!type->module)
		return type;
	module = modules_load(m, type->module, type->package, e);
	if (!module)
		return NULL;
	for (const struct check_type *const *t = module->types; t && *t; t++)
		if (!strcmp((*t)->name, type->name))
			return *t;
	err_set(e, ERR_UNAVAILABLE,
		"module '%s' has no code for '%s': install that of this release", type->module,
		type->name);
	return NULL;
}
