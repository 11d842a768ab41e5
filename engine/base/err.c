/*
 * err - an error with its context, built from the inside out.
 */
#include "engine/base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/xalloc.h"

struct err {
	enum err_code code;
	int errnum;
	char *text;
};

/* The first error is the cause: what is set later by a clean-up must not hide it. */
static struct err *err_begin(struct err **e, enum err_code code, int errnum)
{
	struct err *x;

	if (!e || *e)
		return NULL;
	x = xcalloc(1, sizeof(*x));
	x->code = code;
	x->errnum = errnum;
	*e = x;
	return x;
}

void err_set_(struct err **e, enum err_code code, int errnum, const char *fmt, ...)
{
	struct err *x = err_begin(e, code, errnum);
	va_list ap;

	if (!x)
		return;
	va_start(ap, fmt);
	x->text = xvasprintf(fmt, ap);
	va_end(ap);
}

void err_errno_(struct err **e, enum err_code code, const char *fmt, ...)
{
	int errnum = errno;
	char reason[128] = "";
	auto_free char *what = NULL;
	struct err *x;
	va_list ap;

	if (code == ERR_SYSTEM && (errnum == EACCES || errnum == EPERM))
		code = ERR_PERMISSION;
	x = err_begin(e, code, errnum);
	if (x) {
		va_start(ap, fmt);
		what = xvasprintf(fmt, ap);
		va_end(ap);
		/* The GNU form: it returns the text, which need not be in the buffer. */
		x->text = xasprintf("%s: %s", what, strerror_r(errnum, reason, sizeof(reason)));
	}
	errno = errnum;
}

void err_wrap_(struct err **e, const char *fmt, ...)
{
	auto_free char *inner = NULL;
	auto_free char *context = NULL;
	va_list ap;

	if (!e || !*e)
		return;
	va_start(ap, fmt);
	context = xvasprintf(fmt, ap);
	va_end(ap);
	inner = (*e)->text;
	(*e)->text = xasprintf("%s: %s", context, inner);
}

const char *err_text(const struct err *e)
{
	return e ? e->text : "";
}

int err_code(const struct err *e)
{
	return e ? (int)e->code : 0;
}

int err_errno_of(const struct err *e)
{
	return e ? e->errnum : 0;
}

void err_free(struct err *e)
{
	if (!e)
		return;
	free(e->text);
	free(e);
}

void err_cleanup(struct err **e)
{
	err_free(*e);
	*e = NULL;
}
