/*
 * nagios - a run told as a monitoring plugin: one line with performance data, and the codes 0 to 3.
 */
#ifndef ENGINE_CLI_NAGIOS_H
#define ENGINE_CLI_NAGIOS_H

struct buf;
struct run;

enum nagios_code { NAGIOS_OK, NAGIOS_WARNING, NAGIOS_CRITICAL, NAGIOS_UNKNOWN };

/* Of a judged run: a critical or high fail at the gate is CRITICAL, another WARNING; no verdict and
 * nothing inspected are UNKNOWN, unless something failed. */
enum nagios_code nagios_code(const struct run *r);
/* "ROUNDS CRITICAL - 1 of 4 checks failed (web/port) | 'failed'=1;;0;0 'total'=4 'duration'=1.234s"
 * and a line end. */
void nagios_line(const struct run *r, enum nagios_code code, struct buf *out);

#endif
