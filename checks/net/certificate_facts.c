#include "checks/net/certificate_facts.h"

#include <stddef.h>

const struct fact chain_certificate_facts[] = {
	CERTIFICATE_FACTS_DAYS,
	CERTIFICATE_FACTS_REST,
	{ .name = NULL },
};
