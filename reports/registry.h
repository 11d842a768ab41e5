/*
 * registry - all report formats, sorted by name, NULL-ended. Only engine/cli names it.
 */
#ifndef REPORTS_REGISTRY_H
#define REPORTS_REGISTRY_H

#include "engine/result/report_format.h"

extern const struct report_format *const report_registry[];
const struct report_format *report_find(const char *name);

#endif
