#include "engine/base/scratch.h"

#include <errno.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/auto.h"
#include "engine/base/err.h"
#include "engine/base/number.h"
#include "engine/base/text.h"
#include "engine/base/xalloc.h"

/* A clone belongs into memory; where there is no tmpfs, anywhere. Before both: $ROUNDS_SCRATCH. */
static const char *const folders[] = { NULL, "/dev/shm", "/tmp" };
#define PREFIX "rounds-scratch."

static const char *folder_at(size_t i)
{
	const char *folder = folders[i] ? folders[i] : getenv("ROUNDS_SCRATCH");

	return folder && *folder ? folder : NULL;
}

char *scratch_make(struct err **e)
{
	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		const char *folder = folder_at(i);
		auto_free char *path = NULL;

		if (!folder)
			continue;
		path = xasprintf("%s/" PREFIX "%ld.XXXXXX", folder, (long)getpid());
		if (mkdtemp(path))
			return TAKE(path);
	}
	err_errno(e, ERR_SYSTEM, "no private directory in /dev/shm or /tmp");
	return NULL;
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	remove(path);
	return 0;
}

void scratch_remove(const char *path)
{
	nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

/* Whether the folder's name says that it is of this process; of 0: of one that is no more. */
static bool is_of(const char *name, pid_t pid)
{
	uint64_t owner;
	const char *end;

	if (!text_starts_with(name, PREFIX))
		return false;
	end = number_scan(name + strlen(PREFIX), &owner);
	if (!end || *end != '.' || !owner || owner > INT32_MAX)
		return false;
	return pid ? (pid_t)owner == pid : kill((pid_t)owner, 0) != 0 && errno == ESRCH;
}

static void remove_in(const char *folder, pid_t pid)
{
	auto_dir DIR *d = opendir(folder);
	const struct dirent *entry;

	while (d && (entry = readdir(d))) {
		auto_free char *path = NULL;

		if (!is_of(entry->d_name, pid))
			continue;
		path = xasprintf("%s/%s", folder, entry->d_name);
		scratch_remove(path);
	}
}

void scratch_remove_of(pid_t pid)
{
	for (size_t i = 0; i < ARRAY_SIZE(folders); i++)
		if (folder_at(i))
			remove_in(folder_at(i), pid);
}
