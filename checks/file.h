/*
 * file - what the parts of the file check share.
 */
#ifndef CHECKS_FILE_H
#define CHECKS_FILE_H

#include <stdbool.h>
#include <sys/stat.h>

#include "checks/check.h"

struct file_query {
	char *as_user, *glob, *path;
	struct byte_size max_bytes;
};

/* One file that is there. */
struct file_seen {
	const char *path;
	struct stat st; /* of what a link leads to */
};

/* "file", "directory", "fifo", "socket", "block_device", "char_device" */
const char *file_type_name(mode_t mode);

/* Look at the path. 1: it is there; 0: it is not, and the observer knows why; -1: it cannot be
 * known, and the observer knows why. */
int file_look(const char *path, struct file_seen *seen, struct observer *o);
/* What kept us from looking at it or from reading it, as trouble of the right kind. EILSEQ is what
 * begins as UTF-16 or UTF-32 (text_is_wide). */
void file_trouble(const char *path, int errnum, struct observer *o);
/* type, mode, owner, group, size, modified, age */
int file_tell_stat(const struct file_seen *f, struct observer *o, struct err **e);
/* The same as a map, with the path: an item of files[*]; a new reference, NULL on failure. */
json_t *file_stat_json(const struct file_seen *f, struct observer *o, struct err **e);
/* readable, writable, searchable: with the eyes of as_user. */
int file_tell_access(const struct file_query *q, const struct file_seen *f, struct observer *o,
		     struct err **e);
/* entries, and empty of a folder */
void file_tell_folder(const struct file_seen *f, struct observer *o);
/* sha256, content, lines, json … of a regular file, and its empty */
void file_tell_content(const struct file_query *q, const struct file_seen *f, struct observer *o);

/* All that the pattern finds; the newest is told as one file is. */
int file_observe_glob(const struct file_query *q, struct observer *o, struct err **e);
/* Everything about one file that is there. */
int file_tell(const struct file_query *q, const struct file_seen *f, struct observer *o,
	      struct err **e);

#endif
