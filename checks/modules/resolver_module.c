/*
 * resolver_module - the resolver as a module of its own, for the network lane.
 *
 * Modules of the isolated lane that dial by name link resolver.c instead.
 */
#include <ares.h>

#include "checks/net/names.h"
#include "engine/base/err.h"
#include "engine/decl/check_type.h"

static int resolver_init(struct err **e)
{
	int status = ares_library_init(ARES_LIB_INIT_ALL);

	if (status != ARES_SUCCESS)
		return err_set(e, ERR_UNAVAILABLE, "c-ares: %s", ares_strerror(status));
	return 0;
}

const struct module rounds_module = {
	.abi = MODULE_ABI,
	.init = resolver_init,
	.api = &resolver_api,
};
