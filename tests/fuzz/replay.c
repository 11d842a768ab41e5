/*
 * replay - run a fuzz target over its corpus without a fuzzer: what once crashed must never again.
 *
 * The corpus of the program fuzz_THING is the folder tests/fuzz/corpus/THING of the sources, or
 * what stands on the command line. Prints TAP. scripts/fuzz defines ROUNDS_LIBFUZZER: then
 * libFuzzer brings main().
 */
#include <dirent.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#ifndef ROUNDS_LIBFUZZER

static size_t replayed;

static int replay_file(const char *path)
{
	FILE *in = fopen(path, "rb");
	uint8_t *data = NULL;
	struct stat st;
	size_t len;

	if (!in || stat(path, &st) != 0) {
		printf("not ok %zu - %s cannot be read\n", ++replayed, path);
		if (in)
			fclose(in);
		return -1;
	}
	data = malloc((size_t)st.st_size + 1);
	len = data ? fread(data, 1, (size_t)st.st_size, in) : 0;
	fclose(in);
	/* Copied to its exact size, so that a read behind the end is seen. */
	data = realloc(data, len ? len : 1);
	printf("# %s\n", path);
	fflush(stdout);
	LLVMFuzzerTestOneInput(data, len);
	free(data);
	printf("ok %zu - %s\n", ++replayed, strrchr(path, '/') ? strrchr(path, '/') + 1 : path);
	return 0;
}

static int is_file(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int replay_folder(const char *folder)
{
	struct dirent **names;
	const int count = scandir(folder, &names, is_file, alphasort);
	int failed = 0;

	for (int i = 0; i < count; i++) {
		char path[PATH_MAX];

		if (snprintf(path, sizeof(path), "%s/%s", folder, names[i]->d_name) < PATH_MAX)
			failed |= replay_file(path);
		free(names[i]);
	}
	if (count >= 0)
		free(names);
	return failed;
}

int main(int argc, char **argv)
{
	const char *source = getenv("ROUNDS_SRCDIR");
	const char *name = strrchr(argv[0], '/');
	char folder[PATH_MAX];
	int failed = 0;

	name = name ? name + 1 : argv[0];
	if (strncmp(name, "fuzz_", 5) == 0)
		name += 5;
	for (int i = 1; i < argc; i++)
		failed |= replay_file(argv[i]);
	if (argc == 1) {
		snprintf(folder, sizeof(folder), "%s/tests/fuzz/corpus/%s", source ? source : ".",
			 name);
		failed |= replay_folder(folder);
	}
	if (!replayed) {
		printf("not ok 1 - no corpus in %s\n", folder);
		failed = -1;
	}
	printf("1..%zu\n", replayed ? replayed : 1);
	return failed ? 1 : 0;
}

#endif
