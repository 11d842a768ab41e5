#include "engine/result/report_format.h"

#include <stdarg.h>
#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/xalloc.h"

int sink_puts(struct sink *s, const char *text, struct err **e)
{
	return s->write(s, text, strlen(text), e);
}

int sink_printf(struct sink *s, struct err **e, const char *fmt, ...)
{
	va_list ap;
	auto_free char *text = NULL;

	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	return sink_puts(s, text, e);
}
