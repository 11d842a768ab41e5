/*
 * xmlrpc - an answer of XML-RPC as JSON; by expat, within bounds, without document types.
 */
#ifndef CHECKS_MODULES_SUPERVISOR_XMLRPC_H
#define CHECKS_MODULES_SUPERVISOR_XMLRPC_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

struct err;

/* The value of the answer, a new reference; *fault: it is a fault { faultCode, faultString }.
 * NULL: e says what is wrong. */
json_t *xmlrpc_read(const char *bytes, size_t len, bool *fault, struct err **e);

#endif
