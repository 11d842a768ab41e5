#include "reports/registry.h"

#include <string.h>

extern const struct report_format report_json;
extern const struct report_format report_jsonl;
extern const struct report_format report_junit;
extern const struct report_format report_text;

const struct report_format *const report_registry[] = {
	&report_json, &report_jsonl, &report_junit, &report_text, NULL,
};

const struct report_format *report_find(const char *name)
{
	for (size_t i = 0; report_registry[i]; i++)
		if (strcmp(report_registry[i]->name, name) == 0)
			return report_registry[i];
	return NULL;
}
