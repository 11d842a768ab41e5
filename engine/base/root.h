/*
 * root - look paths up below a folder as if it were '/': what chroot(2) would do, without its
 * privilege.
 *
 * No path and no symbolic link leads out of the folder: '..' of its top is its top, an absolute
 * link begins there again. The kernel does that (openat2(2), RESOLVE_IN_ROOT, Linux 5.6); where it
 * cannot, each step is walked by itself and '..' goes back to the descriptor that it came from, so
 * that a folder that is moved away meanwhile leads nowhere else either.
 *
 * Each function takes NULL for the machine's own '/', and then is the system call of its name.
 */
#ifndef ENGINE_BASE_ROOT_H
#define ENGINE_BASE_ROOT_H

#include <dirent.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

struct err;
struct root;

/* NULL: ERR_NOT_FOUND, ERR_DATA for what is no folder, ERR_SYSTEM. */
struct root *root_open(const char *folder, struct err **e);
void root_free(struct root *r);
/* The folder as the kernel lists it: absolute, without links; NULL for NULL. */
const char *root_folder(const struct root *r);
/* Walk by ourselves, though the kernel could: for tests. */
void root_walk_always(struct root *r);

/* -1 with errno. The descriptor is close-on-exec. */
int root_openat(const struct root *r, const char *path, int flags);
int root_stat(const struct root *r, const char *path, struct stat *st);
int root_lstat(const struct root *r, const char *path, struct stat *st);
int root_access(const struct root *r, const char *path, int mode);
ssize_t root_readlink(const struct root *r, const char *path, char *target, size_t size);
/* NULL with errno. */
DIR *root_opendir(const struct root *r, const char *path);

#endif
