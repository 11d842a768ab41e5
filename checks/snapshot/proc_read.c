/*
 * proc_read - reads small files and links of /proc at few system calls.
 */
#include "checks/snapshot/proc_read.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include "engine/base/auto.h"
#include "engine/base/xalloc.h"

/* One read is enough: the kernel makes such a file whole when the buffer has room for it. */
ssize_t proc_read_small(int dir, const char *path, char *out, size_t size)
{
	auto_fd int fd = openat(dir, path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -1;
	do
		n = read(fd, out, size - 1);
	while (n < 0 && errno == EINTR);
	if (n >= 0)
		out[n] = '\0';
	return n;
}

char *proc_read_link(int dir, const char *path)
{
	char target[PATH_MAX];
	ssize_t n = readlinkat(dir, path, target, sizeof(target));

	return n < 0 ? NULL : xmemdup0(target, (size_t)n);
}
