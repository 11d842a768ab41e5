/*
 * auto - owned locals: released when they go out of scope, handed over by TAKE().
 *
 *	auto_free char *s = xstrdup("x");
 *	return TAKE(s);
 */
#ifndef ENGINE_BASE_AUTO_H
#define ENGINE_BASE_AUTO_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static inline void auto_free_cleanup(void *p)
{
	free(*(void **)p);
}

static inline void auto_fd_cleanup(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void auto_file_cleanup(FILE **f)
{
	if (*f)
		fclose(*f);
}

static inline void auto_dir_cleanup(DIR **d)
{
	if (*d)
		closedir(*d);
}

#define auto_free __attribute__((cleanup(auto_free_cleanup)))
#define auto_fd __attribute__((cleanup(auto_fd_cleanup)))
#define auto_file __attribute__((cleanup(auto_file_cleanup)))
#define auto_dir __attribute__((cleanup(auto_dir_cleanup)))

/* Hand a pointer over: evaluates to it and leaves NULL behind. */
#define TAKE(p) \
	({ \
		__typeof__(p) take_ = (p); \
		(p) = NULL; \
		take_; \
	})

/* The same for a descriptor: leaves -1 behind. */
static inline int fd_take(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

#endif
