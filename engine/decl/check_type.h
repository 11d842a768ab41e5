/*
 * check_type - a kind of check: what it takes, what it yields, how it looks.
 *
 * A check type only gathers facts. What is expected of them is judged elsewhere.
 */
#ifndef ENGINE_DECL_CHECK_TYPE_H
#define ENGINE_DECL_CHECK_TYPE_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/decl/fact.h"
#include "engine/decl/field.h"
#include "engine/decl/kind.h"

struct err;
struct observer;
struct probe;

enum lane { LANE_LOCAL, LANE_NETWORK, LANE_COMMAND, LANE_ISOLATED, LANE_COUNT };

struct check_type {
	const char *name;
	const char *summary; /* one line, lower case, what a pass means */
	enum lane lane;
	const char *module;  /* the code is in this loadable module ("http"); NULL: built in */
	/* what to install when the module cannot be loaded (libraries); NULL where module is */
	const char *package;
	/* local lane: the shared table that it reads ("processes"), so that one worker gets all its
	 * checks; or NULL */
	const char *table;
	bool rooted; /* looks at files alone, by observer_root(): can be carried out below a root */
	const struct field *fields;
	size_t query_size;
	const struct fact *facts;   /* without time, error and found, which every type has */
	const char *default_expect; /* YAML text of an expectation, or NULL */
	const char *extract_from; /* the text fact that `extract` works on, or NULL: the type has no
				     extract */
	/* Rules over several fields, at load: each mistake by err_set, as a line for the user; may
	 * be NULL. Called with deferred members unset: `known` tells whether a field of this name
	 * was given or is deferred. */
	int (*validate)(const void *query, bool (*given)(const void *ctx, const char *field),
			const void *ctx, struct err **e);
	/* As validate, for what is allowed but hardly meant: each is a warning at load; may be
	 * NULL. */
	int (*lint)(const void *query, bool (*given)(const void *ctx, const char *field),
		    const void *ctx, struct err **e);
	/* local, command (built in as its own runner) and isolated lanes: look; may block. -1 when
	 * it could not look (ERR_PERMISSION: permission; ERR_SYSTEM with ENOMEM, EMFILE, ENFILE:
	 * resource; else internal). */
	int (*observe)(const void *query, struct observer *o, struct err **e);
	/* network and command lanes: start; must not block; ends once, by probe_done(). -1 when it
	 * could not start. */
	int (*begin)(const void *query, struct probe *p, struct err **e);
	/* It keeps probe->deadline itself (command: TERM, and KILL 0.3 s later); cancel comes only 0.5 s
	 * after it. */
	bool ends_itself;
	/* Give up (timeout or interrupt): record what is known so far, release everything of this
	 * probe; no probe_done after. */
	void (*cancel)(struct probe *p);
};

/* What a module exports under the name "rounds_module". */
#define MODULE_ABI 1
struct module {
	unsigned abi;                          /* MODULE_ABI, else the module is refused */
	const struct check_type *const *types; /* NULL-ended: observe or begin/cancel of the types
						  of this module, found by name; may be NULL */
	int (*init)(struct err **e); /* once after loading, before the first check; may be NULL */
	const void *api; /* what it offers to other types by probe_module(); may be NULL */
};

/* Look a type up in a NULL-ended sorted registry. */
const struct check_type *check_type_find(const struct check_type *const *registry,
					 const char *name);
const char *lane_name(enum lane lane);

#endif
