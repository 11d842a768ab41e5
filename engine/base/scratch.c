#include "engine/base/scratch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
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

static int lock_of(const char *path)
{
	auto_fd int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0 ? fd_take(&fd) : -1;
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	remove(path);
	return 0;
}

static void remove_tree(const char *path)
{
	nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

/* The process that its name says has made it; 0: it has not the name of one. */
static pid_t maker_of(const char *name)
{
	uint64_t pid;
	const char *end;

	if (!text_starts_with(name, PREFIX))
		return 0;
	end = number_scan(name + strlen(PREFIX), &pid);
	return end && *end == '.' && pid <= INT32_MAX ? (pid_t)pid : 0;
}

/* In a folder in which all may write somebody else may have used the name: what is not ours could
 * change under us into a link to anything. */
static bool is_ours(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == geteuid();
}

/* Whether its maker is no more: neither among the processes that we see, nor in a container that
 * shares the folder with us. */
static bool is_left(const char *path, pid_t maker)
{
	int lock;

	if (kill(maker, 0) == 0 || errno != ESRCH)
		return false;
	lock = lock_of(path);
	if (lock < 0)
		return false;
	close(lock);
	return true;
}

/* pid 0: of all that are no more. */
static void remove_in(const char *folder, pid_t pid)
{
	auto_dir DIR *d = opendir(folder);
	const struct dirent *entry;

	while (d && (entry = readdir(d))) {
		const pid_t maker = maker_of(entry->d_name);
		auto_free char *path = NULL;

		if (!maker || (pid && maker != pid))
			continue;
		path = xasprintf("%s/%s", folder, entry->d_name);
		if (is_ours(path) && (pid || is_left(path, maker)))
			remove_tree(path);
	}
}

/* In this folder; NULL: errno. */
static char *make_in(const char *folder)
{
	auto_free char *path = xasprintf("%s/" PREFIX "%ld.XXXXXX", folder, (long)getpid());

	return mkdtemp(path) ? TAKE(path) : NULL;
}

int scratch_open(struct scratch *s, struct err **e)
{
	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		const char *folder = folder_at(i);

		if (!folder)
			continue;
		remove_in(folder, 0);
		s->path = make_in(folder);
		if (!s->path)
			continue;
		s->lock = lock_of(s->path);
		return 0;
	}
	return err_errno(e, ERR_SYSTEM, "no private directory in /dev/shm or /tmp");
}

void scratch_close(struct scratch *s)
{
	remove_tree(s->path);
	if (s->lock >= 0)
		close(s->lock);
	free(s->path);
	*s = (struct scratch){ .lock = -1 };
}

void scratch_remove_of(pid_t pid)
{
	for (size_t i = 0; i < ARRAY_SIZE(folders); i++)
		if (folder_at(i))
			remove_in(folder_at(i), pid);
}
