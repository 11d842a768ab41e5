/*
 * layers - what the site, the environment and the command line say of parameters. Inside
 * engine/ruleset only.
 */
#ifndef ENGINE_RULESET_LAYERS_H
#define ENGINE_RULESET_LAYERS_H

#include "engine/ruleset/values.h"

struct diagnostics;

/* One value that somebody gives. */
struct given {
	enum layer layer;
	const char *name;
	const char *ruleset;     /* only for this one; NULL: for all */
	const struct node *node; /* in a file */
	char *text;              /* borrowed, else; NULL with node */
	bool used;               /* some parameter is meant by it */
};

struct givens {
	struct given *items; /* weakest first */
	size_t count, cap;
	struct document **documents;
	size_t document_count, document_cap;
};

/* Read all layers; mistakes in files and options go to d. */
void givens_read(struct givens *g, const struct layers *layers, struct diagnostics *d);
/* Overwrites the texts of the files and releases. */
void givens_free(struct givens *g);
/* Whether this value is for this parameter of this scope. */
bool given_is_for(const struct given *g, const struct param *p, const struct scope *s);
/* The parameter's name as it is written there; the caller's. */
char *given_name(const struct given *g);
/* "site.yaml:3", "ROUNDS_PARAM_X", "--param"; the caller's. */
char *given_origin(const struct given *g);
/* A mistake at the value, which is never shown: it may be a secret. Returns -1. */
int given_diagnose(const struct given *g, struct diagnostics *d, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* The same, as a warning. */
int given_warn(const struct given *g, struct diagnostics *d, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
