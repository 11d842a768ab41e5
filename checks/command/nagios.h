/*
 * nagios - what a monitoring plugin says by its exit status and its output.
 *
 * Monitoring Plugins Development Guidelines, chapters "Plugin Output" and "Performance data".
 */
#ifndef CHECKS_COMMAND_NAGIOS_H
#define CHECKS_COMMAND_NAGIOS_H

#include <stddef.h>

#include <jansson.h>

/* { state, message, perfdata: { label: { value, unit, warn, crit, min, max } } }: a new reference.
 * exit_status -1: it was killed. Performance data that is malformed is left out. */
json_t *nagios_read(int exit_status, const char *output, size_t len);

#endif
