/*
 * home - where modules, rulesets and the site's settings lie: installed, or in the build tree that
 * the program runs from.
 */
#ifndef ENGINE_CLI_HOME_H
#define ENGINE_CLI_HOME_H

#include "engine/decl/field.h"

struct home {
	char *modules;            /* folder of the loadable modules */
	struct text_list folders; /* folders to look for rulesets in: the strongest first */
	char *config;             /* /etc/rounds */
	char *state;              /* /var/lib/rounds */
};

/* ROUNDS_RULESETS (folders parted by colons) goes before all other folders; ROUNDS_CONFIG,
 * ROUNDS_MODULES and ROUNDS_STATE replace. */
void home_find(struct home *h);
void home_release(struct home *h);

/* Append a copy of the text. */
void text_list_add(struct text_list *l, const char *text);
void text_list_release(struct text_list *l);

/* The regular files FOLDER/(star).yaml, sorted; none is fine. */
void home_site_files(const struct home *h, struct text_list *out);

#endif
