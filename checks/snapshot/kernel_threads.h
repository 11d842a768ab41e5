/*
 * kernel_threads - which processes are threads of the kernel, without reading of each what it is.
 *
 * On a machine with many processors most entries of /proc are. All are children of kthreadd (2),
 * but so are programs that the kernel starts, as for a core dump: those have a program's file.
 */
#ifndef CHECKS_SNAPSHOT_KERNEL_THREADS_H
#define CHECKS_SNAPSHOT_KERNEL_THREADS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define KTHREADD 2

struct kernel_threads {
	pid_t *children; /* of kthreadd, ascending */
	size_t count, cap;
};

/* Of process 2, which the caller knows to be a thread of the kernel. Without that list (it needs
 * CONFIG_PROC_CHILDREN) none is known. */
void kernel_threads_read(struct kernel_threads *k, int proc);
/* true: certainly one. From the first on that we may not look at, nobody is. */
bool kernel_threads_have(struct kernel_threads *k, int proc, pid_t pid);
void kernel_threads_free(struct kernel_threads *k);

#endif
