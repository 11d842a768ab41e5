#include "engine/run/children.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/clock.h"
#include "engine/base/io.h"
#include "engine/base/number.h"
#include "engine/base/xalloc.h"

struct killing {
	bool (*spared)(const void *ctx, pid_t pid);
	const void *ctx;
	size_t count;
};

static void kill_one(struct killing *k, uint64_t number)
{
	pid_t pid = (pid_t)number;

	if (pid > 1 && !(k->spared && k->spared(k->ctx, pid)) && kill(pid, SIGKILL) == 0)
		k->count++;
}

/* The kernel's own list (CONFIG_PROC_CHILDREN, Linux 3.5); false where there is none. */
static bool kill_listed(struct killing *k)
{
	auto_buf struct buf list = BUF_INIT(1024 * 1024);
	auto_free char *path = xasprintf("/proc/self/task/%d/children", (int)getpid());
	const char *at;
	uint64_t pid;

	if (io_read_proc(AT_FDCWD, path, &list) < 0)
		return false;
	for (at = buf_text(&list); (at = number_scan(at, &pid)); at += strspn(at, " \n"))
		kill_one(k, pid);
	return true;
}

/* The parent's number in /proc/PID/stat stands second after the name, which may hold anything. */
static bool is_child(const char *pid_text)
{
	auto_buf struct buf stat = BUF_INIT(4096);
	auto_free char *path = xasprintf("/proc/%s/stat", pid_text);
	const char *after;
	uint64_t ppid;

	if (io_read_proc(AT_FDCWD, path, &stat) < 0)
		return false;
	after = strrchr(buf_text(&stat), ')');
	return after && strlen(after) > 4 && number_scan(after + 4, &ppid) &&
	       (pid_t)ppid == getpid();
}

/* In a namespace of its own with the /proc of another, numbers there are not those that kill(2)
 * takes. */
static bool proc_is_ours(void)
{
	char self[32] = "";
	uint64_t pid;

	return readlink("/proc/self", self, sizeof(self) - 1) > 0 && number_uint(self, &pid) == 0 &&
	       (pid_t)pid == getpid();
}

static void kill_scanned(struct killing *k)
{
	auto_dir DIR *proc = proc_is_ours() ? opendir("/proc") : NULL;
	const struct dirent *entry;
	uint64_t pid;

	while (proc && (entry = readdir(proc)))
		if (number_uint(entry->d_name, &pid) == 0 && is_child(entry->d_name))
			kill_one(k, pid);
}

size_t children_kill(bool (*spared)(const void *ctx, pid_t pid), const void *ctx)
{
	struct killing k = { .spared = spared, .ctx = ctx };

	if (!kill_listed(&k))
		kill_scanned(&k);
	return k.count;
}

void children_end(int64_t patience)
{
	const struct timespec moment = { .tv_nsec = 200000 };
	int64_t end = clock_mono() + patience;

	for (;;) {
		pid_t gone;

		children_kill(NULL, NULL);
		do {
			gone = waitpid(-1, NULL, WNOHANG);
		} while (gone > 0 || (gone < 0 && errno == EINTR));
		if (gone < 0 || clock_mono() >= end)
			return;
		nanosleep(&moment, NULL);
	}
}
