/*
 * http - what a check of type http asks for: shared by its declaration and by the module that
 * carries it out.
 */
#ifndef CHECKS_HTTP_H
#define CHECKS_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/decl/field.h"

struct http_query {
	char *body;
	char *ca;
	char *cert;
	bool follow;
	struct text_map headers;
	char *key;
	char *method;
	char *password;
	char *proxy;
	struct text_map resolve;
	char *token;
	char *url;
	char *user;
	bool verify;
};

#endif
