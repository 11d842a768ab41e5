/*
 * say - how the command line speaks: results on standard output, trouble on standard error.
 */
#ifndef ENGINE_CLI_SAY_H
#define ENGINE_CLI_SAY_H

#include <stdbool.h>
#include <stddef.h>

struct diagnostics;

/* "rounds: …" and a line end, on standard error. */
void say_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Text on standard output; returns 0, or ERR_CREATE when it could not be written (and says so). */
int say_out(const char *text);

/* --color: how it is decided for this descriptor; auto heeds NO_COLOR and TERM=dumb. */
enum color { COLOR_ALWAYS, COLOR_AUTO, COLOR_NEVER };
extern const char *const color_names[];
/* Whether the descriptor is a terminal that understands escape sequences (not TERM=dumb). */
bool terminal_obeys(int fd);
bool color_wanted(int color, int fd);
/* Columns of the terminal at fd; 0 when there is none. */
size_t terminal_columns(int fd);

/* "en" or "zh": the option (index into language_names, or -1), else the locale of the environment.
 */
extern const char *const language_names[];
const char *language(int option);

/* All mistakes, sorted, to standard error or output. Returns 0 or ERR_CREATE. */
int say_diagnostics(struct diagnostics *d, int fd, int color);

#endif
