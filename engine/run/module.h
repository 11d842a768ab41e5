/*
 * module - load the code of check types that need a foreign library. In workers only.
 */
#ifndef ENGINE_RUN_MODULE_H
#define ENGINE_RUN_MODULE_H

#include "engine/decl/check_type.h"

struct err;

struct modules;
struct modules *modules_new(const char *folder);
/* Load it (once; a failure is remembered). NULL: ERR_UNAVAILABLE, naming the package. */
const struct module *modules_load(struct modules *m, const char *name, const char *package,
				  struct err **e);
/* The type with its code: itself when it is built in. NULL as above. */
const struct check_type *modules_type(struct modules *m, const struct check_type *type,
				      struct err **e);

#endif
