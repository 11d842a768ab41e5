/*
 * tls_module - TLS as a module of its own, for the network lane.
 *
 * Modules of the isolated lane that speak over sockets of their own link tls.c instead.
 */
#include <signal.h>

#include "checks/net/tls.h"
#include "engine/base/err.h"
#include "engine/decl/check_type.h"

/* OpenSSL writes to sockets by write(2), which knows no MSG_NOSIGNAL. */
static int tls_init(struct err **e)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };

	if (sigaction(SIGPIPE, &ignore, NULL) < 0)
		return err_errno(e, ERR_SYSTEM, "sigaction");
	return 0;
}

const struct module rounds_module = {
	.abi = MODULE_ABI,
	.init = tls_init,
	.api = &tls_api,
};
