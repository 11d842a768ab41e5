/*
 * proc_read - reads small files and links of /proc at few system calls; what vanishes is errno,
 * never a message.
 */
#ifndef CHECKS_SNAPSHOT_PROC_READ_H
#define CHECKS_SNAPSHOT_PROC_READ_H

#include <stddef.h>
#include <sys/types.h>

/* "4294967295/status" and the like */
#define PROC_PATH_MAX 48

/* Read at most size - 1 bytes in one go and end them with NUL. -1 with errno. */
ssize_t proc_read_small(int dir, const char *path, char *out, size_t size);
/* The target of a link, ended with NUL and owned by the caller. NULL with errno. */
char *proc_read_link(int dir, const char *path);

#endif
