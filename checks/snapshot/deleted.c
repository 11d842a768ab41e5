/*
 * deleted - all deleted files that processes of this machine still hold open.
 */
#include "checks/snapshot/deleted.h"

#include <stdlib.h>

#include "checks/snapshot/process_files.h"
#include "checks/snapshot/processes.h"
#include "engine/base/xalloc.h"

/* Filled after the first reader asked: behind a pointer, since tables are const to readers. */
struct walk {
	bool read;
	struct deleted_files *files;
	pid_t denied;
};

struct deleted_table {
	struct walk *walk;
};

static void *deleted_new(struct err **e)
{
	struct deleted_table *d = xcalloc(1, sizeof(*d));

	(void)e;
	d->walk = xcalloc(1, sizeof(*d->walk));
	d->walk->files = deleted_files_new();
	return d;
}

static void deleted_free(void *table)
{
	struct deleted_table *d = table;

	deleted_files_free(d->walk->files);
	free(d->walk);
	free(d);
}

const struct shared_table deleted_table = { .name = "deleted files",
					    .read = deleted_new,
					    .free = deleted_free };

/* A kernel thread and a zombie hold nothing; our own supervisor may be closed even to us. */
void deleted_read(const struct deleted_table *d, const struct process_table *t)
{
	struct walk *w = d->walk;

	if (w->read)
		return;
	w->read = true;
	for (size_t i = 0; i < t->count; i++) {
		struct process *p = &t->rows[i];

		if (p->stat.kernel_thread || !process_alive(p))
			continue;
		if (deleted_files_add(w->files, t, p) == COLUMN_DENIED && !process_is_ours(t, p))
			w->denied = p->pid;
	}
}

pid_t deleted_denied(const struct deleted_table *d)
{
	return d->walk->denied;
}

int64_t deleted_bytes_on(const struct deleted_table *d, dev_t device)
{
	return deleted_files_bytes_on(d->walk->files, device);
}
