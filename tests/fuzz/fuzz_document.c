/*
 * fuzz_document - YAML, read in both ways: by the quick reader, and by libyaml's events.
 *
 * What the quick reader takes must become the very nodes, at the very places, that libyaml makes of
 * it.
 */
#include "tests/fuzz/fuzz.h"

#include "tests/unit/same_document.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *found = document_difference((const char *)data, size);

	if (found)
		fprintf(stderr, "%s\n", found);
	promise(!found);
	return 0;
}
