/*
 * err - an error with its context, built from the inside out.
 *
 * A fallible function takes `struct err **e` last and returns -1 (or NULL) on failure;
 * success leaves *e alone. Messages are one line, lower case, without a full stop, user text
 * in single quotes. Each caller adds by err_wrap() what it alone knows.
 */
#ifndef ENGINE_BASE_ERR_H
#define ENGINE_BASE_ERR_H

/* What went wrong in the large; the values are the exit codes of sysexits.h(3). */
enum err_code {
	ERR_USAGE = 64,       /* the command line */
	ERR_DATA = 65,        /* a ruleset or a value in it */
	ERR_NOT_FOUND = 66,   /* a named thing does not exist */
	ERR_UNAVAILABLE = 69, /* a module or a service that we need is not there */
	ERR_BUG = 70,         /* ours */
	ERR_SYSTEM = 71,      /* a system call failed; err_errno_of() tells how */
	ERR_CREATE = 73,      /* an output could not be written */
	ERR_BUSY = 75,        /* another run holds the lock */
	ERR_PERMISSION = 77,  /* we may not look */
	ERR_CONFIG = 78,      /* our own configuration */
};

struct err;

/* Set *e (when e is not NULL and *e is empty); evaluates to -1, which the analyzer can see
 * (a statement expression, since compilers warn about an unused right side of a comma). */
#define err_set(e, code, ...) ({ err_set_((e), (code), 0, __VA_ARGS__); -1; })

/* As err_set, and appends ": " and the text of errno; keeps errno in the error.
 * EACCES and EPERM turn ERR_SYSTEM into ERR_PERMISSION. */
#define err_errno(e, code, ...) ({ err_errno_((e), (code), __VA_ARGS__); -1; })

/* Put "context: " before the message of *e; evaluates to -1. */
#define err_wrap(e, ...) ({ err_wrap_((e), __VA_ARGS__); -1; })

void err_set_(struct err **e, enum err_code code, int errnum, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
void err_errno_(struct err **e, enum err_code code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void err_wrap_(struct err **e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The whole message, outermost context first; owned by the error. e may be NULL: "". */
const char *err_text(const struct err *e);
/* Its code; 0 for NULL. */
int err_code(const struct err *e);
/* The errno it was made from, or 0. */
int err_errno_of(const struct err *e);
void err_free(struct err *e);
void err_cleanup(struct err **e);

#define auto_err __attribute__((cleanup(err_cleanup)))

#endif
