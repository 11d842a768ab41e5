/*
 * state_file - a JSON file of a task's folder: read whole or not at all, written whole.
 *
 * What cannot be read is warned of and counts as nothing: a damaged state must not keep anybody
 * from inspecting.
 */
#ifndef ENGINE_STORE_STATE_FILE_H
#define ENGINE_STORE_STATE_FILE_H

#include <jansson.h>

struct err;
struct log;

/* The object in the file, when its member `format` is this one; a new reference. NULL: there is
 * none, or the warning is out that `lost` is not known ("what the last run has read of logs"). */
json_t *state_file_read(const char *path, const char *format, const char *lost, struct log *log);
/* -1: ERR_CREATE, and the old one stands. */
int state_file_write(const char *path, const json_t *file, struct err **e);

#endif
