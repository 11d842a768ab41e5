/*
 * space - how much room a file system has.
 */
#include "checks/snapshot/space.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "checks/snapshot/percent.h"
#include "engine/base/auto.h"
#include "engine/base/clock.h"
#include "engine/base/root.h"
#include "engine/base/xalloc.h"

struct space_query {
	pthread_mutex_t lock;
	pthread_cond_t answered;
	bool done, abandoned; /* the last of the two who goes releases it */
	/* A thread could be made: with no room for it, or in a sandbox of old (the C library takes
	 * EPERM at clone3(2) for an answer), it cannot. */
	bool asked;
	const struct root *root;
	char *path;
	struct space space;
};

/* Of this machine by its path, which needs no descriptor (nor a kernel that can tell it of one that
 * was only looked up: 3.12). */
static int ask_kernel(int fd, const char *path, struct space *out)
{
	while ((fd < 0 ? statvfs(path, &out->fs) : fstatvfs(fd, &out->fs)) < 0)
		if (errno != EINTR)
			return -1;
	return 0;
}

void space_look(const struct root *r, const char *path, struct space *out)
{
	auto_fd int fd = r ? root_openat(r, path, O_PATH) : -1;
	struct stat st;

	*out = (struct space){ 0 };
	if ((r && fd < 0) || ask_kernel(fd, path, out) < 0) {
		out->errnum = errno;
		return;
	}
	if ((fd < 0 ? stat(path, &st) : fstat(fd, &st)) < 0)
		out->errnum = errno;
	else
		out->device = st.st_dev;
}

static void query_free(struct space_query *q)
{
	pthread_cond_destroy(&q->answered);
	pthread_mutex_destroy(&q->lock);
	free(q->path);
	free(q);
}

static void *query_run(void *data)
{
	struct space_query *q = data;
	bool abandoned;

	space_look(q->root, q->path, &q->space);
	pthread_mutex_lock(&q->lock);
	q->done = true;
	abandoned = q->abandoned;
	pthread_cond_signal(&q->answered);
	pthread_mutex_unlock(&q->lock);
	if (abandoned)
		query_free(q);
	return NULL;
}

struct space_query *space_ask(const struct root *r, const char *path)
{
	struct space_query *q = xcalloc(1, sizeof(*q));
	pthread_condattr_t by_clock;
	pthread_t thread;

	q->root = r;
	q->path = xstrdup(path);
	pthread_mutex_init(&q->lock, NULL);
	pthread_condattr_init(&by_clock);
	pthread_condattr_setclock(&by_clock, CLOCK_MONOTONIC);
	pthread_cond_init(&q->answered, &by_clock);
	pthread_condattr_destroy(&by_clock);
	q->asked = !pthread_create(&thread, NULL, query_run, q);
	if (q->asked)
		pthread_detach(thread);
	return q;
}

bool space_wait(struct space_query *q, int64_t deadline, struct space *out)
{
	const struct timespec until = { .tv_sec = (time_t)(deadline / NS_PER_S),
					.tv_nsec = (long)(deadline % NS_PER_S) };
	bool done;

	if (!q->asked) {
		/* what hangs here hangs the worker, which the supervisor then tells of */
		space_look(q->root, q->path, out);
		query_free(q);
		return true;
	}
	pthread_mutex_lock(&q->lock);
	while (!q->done && pthread_cond_timedwait(&q->answered, &q->lock, &until) != ETIMEDOUT)
		;
	done = q->done;
	q->abandoned = !done;
	*out = q->space;
	pthread_mutex_unlock(&q->lock);
	if (done)
		query_free(q);
	return done;
}

/* Where the reserve is in use, some file systems tell what is left for users below zero. */
static uint64_t not_negative(uint64_t blocks)
{
	return blocks > INT64_MAX ? 0 : blocks;
}

/* Some, of programs mostly, tell of more that is free than there is. */
static double used_of(uint64_t all, uint64_t left)
{
	return all > left ? (double)(all - left) : 0;
}

/* Some claim to have no end: more bytes than can be told are as many as can. */
static int64_t bytes_of(uint64_t blocks, const struct statvfs *fs)
{
	if (fs->f_frsize && blocks > INT64_MAX / fs->f_frsize)
		return INT64_MAX;
	return (int64_t)(blocks * fs->f_frsize);
}

double space_used_percent(const struct statvfs *fs)
{
	double used = used_of(fs->f_blocks, fs->f_bfree);
	double all = used + (double)not_negative(fs->f_bavail);

	return all > 0 ? percent_of(used, all) : -1;
}

double space_inodes_used_percent(const struct statvfs *fs)
{
	double all = (double)fs->f_files;

	return all > 0 ? percent_of(used_of(fs->f_files, fs->f_ffree), all) : -1;
}

int64_t space_free(const struct statvfs *fs)
{
	return bytes_of(not_negative(fs->f_bavail), fs);
}

int64_t space_size(const struct statvfs *fs)
{
	return bytes_of(fs->f_blocks, fs);
}
