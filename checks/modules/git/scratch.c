#include "checks/modules/git/scratch.h"

#include <errno.h>
#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/auto.h"
#include "engine/base/err.h"
#include "engine/base/xalloc.h"

static const char *const folders[] = { "/dev/shm", "/tmp" };

char *scratch_make(struct err **e)
{
	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		auto_free char *path = xasprintf("%s/rounds.%ld.XXXXXX", folders[i], (long)getpid());

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
