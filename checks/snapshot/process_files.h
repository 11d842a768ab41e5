/*
 * process_files - the open files of a process: how many, and the space that deleted ones still
 * hold.
 */
#ifndef CHECKS_SNAPSHOT_PROCESS_FILES_H
#define CHECKS_SNAPSHOT_PROCESS_FILES_H

#include <stdint.h>

#include "checks/snapshot/processes.h"

struct err;

/* Adds to *files. GONE when the process has ended. */
enum column process_count_files(const struct process_table *t, const struct process *p,
				int64_t *files);

/* Deleted files that several processes hold count once. */
struct deleted_files;
struct deleted_files *deleted_files_new(void);
void deleted_files_free(struct deleted_files *d);
enum column deleted_files_add(struct deleted_files *d, const struct process_table *t,
			      const struct process *p);
/* Bytes on disk that will be free once they are closed. */
int64_t deleted_files_bytes(const struct deleted_files *d);
/* Only those on the file system with this device number (stat(2)). */
int64_t deleted_files_bytes_on(const struct deleted_files *d, dev_t device);

#endif
