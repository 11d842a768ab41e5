/*
 * kind - what trouble a check can have had. One table (checks/kinds.c) for every type alike.
 */
#ifndef ENGINE_DECL_KIND_H
#define ENGINE_DECL_KIND_H

#include <stdbool.h>

enum kind {
	KIND_NONE,
	/* findings: seen at what is inspected; a fail, unless expect names error.kind */
	KIND_AUTH,
	KIND_AUTH_ALGORITHM,
	KIND_BRANCH_MISSING,
	KIND_CLOSED,
	KIND_CORRUPT,
	KIND_DNS,
	KIND_EMPTY,
	KIND_FORBIDDEN,
	KIND_HOST_KEY_CHANGED,
	KIND_HOST_KEY_UNKNOWN,
	KIND_NOT_FOUND,
	KIND_NOT_RUNNING,
	KIND_PROTOCOL,
	KIND_QUERY,
	KIND_REFUSED,
	KIND_RESET,
	KIND_TIMEOUT,
	KIND_TLS,
	KIND_TOO_LARGE,
	KIND_UNREACHABLE,
	/* blind: we could not look; an error always */
	KIND_BLOCKED,
	KIND_CAPTURE,
	KIND_CRASHED,
	KIND_INTERNAL,
	KIND_KILLED,
	KIND_MODULE,
	KIND_PARAMETER,
	KIND_PERMISSION,
	KIND_RESOURCE,
	KIND_COUNT,
};

struct kind_row {
	const char *name; /* as in error.kind: "refused" */
	bool blind;
	const char *en, *zh; /* one sentence each */
};

/* Indexed by enum kind; defined in checks/kinds.c. Row KIND_NONE has the name "". */
extern const struct kind_row kinds[KIND_COUNT];
/* KIND_NONE when there is none of this name. */
enum kind kind_find(const char *name);

#endif
