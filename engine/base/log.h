/*
 * log - what the engine says about itself, on standard error, one line each, masked and cleaned.
 */
#ifndef ENGINE_BASE_LOG_H
#define ENGINE_BASE_LOG_H

struct log;
struct secrets;

enum log_level { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG };

/* A log that writes to fd (not owned) what is at or above `level`; secrets may be NULL. */
struct log *log_new(int fd, enum log_level level, const struct secrets *secrets);
void log_free(struct log *l);
/* l may be NULL: nothing is written. */
void log_say(struct log *l, enum log_level level, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
