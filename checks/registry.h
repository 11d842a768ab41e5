/*
 * registry - all check types, sorted by name, NULL-ended. Only engine/cli names it.
 */
#ifndef CHECKS_REGISTRY_H
#define CHECKS_REGISTRY_H

#include "engine/decl/check_type.h"

extern const struct check_type *const check_registry[];

#endif
