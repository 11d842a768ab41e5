/*
 * check - everything that a check type includes.
 */
#ifndef CHECKS_CHECK_H
#define CHECKS_CHECK_H

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/clock.h"
#include "engine/base/err.h"
#include "engine/base/xalloc.h"
#include "engine/decl/check_type.h"
#include "engine/decl/fact.h"
#include "engine/decl/field.h"
#include "engine/decl/kind.h"
#include "engine/decl/observer.h"

#endif
