/*
 * observer - where a check puts what it saw.
 *
 * The engine owns it. A check asks what is wanted, sets facts, and says what trouble it met.
 */
#ifndef ENGINE_DECL_OBSERVER_H
#define ENGINE_DECL_OBSERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "engine/decl/kind.h"

struct err;
struct loop;
struct observer;
struct root;

/* A table that many checks share (processes, sockets, mounts): read once a generation. */
struct shared_table {
	const char *name;
	void *(*read)(struct err **e); /* NULL on failure */
	/* Instead of read, of what is read from files: below the root, or NULL (root.h). */
	void *(*read_below)(const struct root *r, struct err **e);
	void (*free)(void *table);
	/* Kept through all generations of a worker: what was seen before, for a rate between two
	 * samples. */
	bool lasting;
};

struct observer *observer_new(
	const char *const *wants); /* NULL-ended names (not copied); NULL: everything is wanted */
void observer_free(struct observer *o);
/* Whether somebody asks for this fact ("sha256"; of a path the first name). What is not wanted need
 * not be read. */
bool observer_wants(const struct observer *o, const char *fact);

/* Set a fact; a later call replaces. observer_set steals the reference and keeps also what nobody
 * asked for; the others keep numbers and truths only where observer_wants(). */
void observer_set(struct observer *o, const char *fact, json_t *value);
void observer_set_bool(struct observer *o, const char *fact, bool value);
void observer_set_int(struct observer *o, const char *fact, int64_t value);
void observer_set_real(struct observer *o, const char *fact, double value);
/* Bytes that need not be UTF-8: malformed ones become U+FFFD, NUL U+2400. */
void observer_set_text(struct observer *o, const char *fact, const char *bytes, size_t len);
void observer_set_string(struct observer *o, const char *fact, const char *text);
/* Bytes as such a text, for members and items of facts; a new reference. */
json_t *observer_text(const char *bytes, size_t len);

/* What went wrong, in one line that a tired person understands ("connection refused by 127.0.0.1:81
 * after 0.2 ms"). The first one stays. */
void observer_trouble(struct observer *o, enum kind kind, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
enum kind observer_kind(const struct observer *o);
/* Something worth showing when the check does not pass (head of a body, standard error); cleaned,
 * masked and cut later. At most 64 KiB each are kept. */
void observer_evidence(struct observer *o, const char *name, const char *bytes, size_t len);
/* One step of what happened, for the diagnosis: "resolved to 10.0.0.1", "connected in 2 ms". */
void observer_trace(struct observer *o, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* What is under way from here on, in a word that lasts: "tls". Where there is trouble, the trace
 * ends with it: "stopped in phase tls". */
void observer_phase(struct observer *o, const char *phase);

/* What it would look at is not of this machine (no systemd here): the check is skipped as not
 * applicable, whatever else it tells. The first reason stays. */
void observer_inapplicable(struct observer *o, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Which host and port the check needs: what others fail on, too, when nobody answers there. The
 * first one stays. */
void observer_target(struct observer *o, const char *host, unsigned port);

/* When the check's own clock runs out (clock_mono), for types that wait by themselves; INT64_MAX
 * where there is no limit. */
int64_t observer_deadline(const struct observer *o);
void observer_set_deadline(struct observer *o, int64_t deadline);

/* What the check left behind at the last run of its task (a log's cursor), borrowed; NULL:
 * nothing. */
const json_t *observer_state(const struct observer *o);
/* What it leaves to the next one; steals the reference. It is kept only when the run is of a task,
 * and its reports were written. */
void observer_keep(struct observer *o, json_t *state);

/* A shared table, read at most once a generation. NULL on failure (e set; the failure is
 * remembered, too). */
const void *observer_table(struct observer *o, const struct shared_table *type, struct err **e);

/* Where paths are looked up: NULL is the machine's own '/'. */
const struct root *observer_root(const struct observer *o);

/* For the engine. */
struct table_cache;
struct table_cache *table_cache_new(void);
void table_cache_set_root(struct table_cache *c, const struct root *r); /* borrowed */
void table_cache_renew(struct table_cache *c); /* a new generation: everything is read anew */
void table_cache_free(struct table_cache *c);
void observer_use_cache(struct observer *o, struct table_cache *c);
void observer_set_state(struct observer *o, const json_t *state); /* borrowed */
/* Borrowed; NULL: nothing was kept. */
const json_t *observer_kept(const struct observer *o);
/* Facts incl. error {kind, text} where there was trouble; borrowed. */
json_t *observer_facts(struct observer *o);
json_t *observer_evidences(
	struct observer *o); /* [ {name, text} ] (text: raw bytes made valid UTF-8), borrowed */
json_t *observer_traces(struct observer *o); /* [ text ], borrowed */
/* Why it does not apply, borrowed; NULL: it does. */
const char *observer_inapplicable_text(const struct observer *o);
/* "db.example:3306", "[::1]:22", borrowed; NULL: none was named. */
const char *observer_target_text(const struct observer *o);

/*
 * A check under way in the network or command lane.
 */

/* Something that all probes of one worker share (a resolver, a curl multi handle): made at first
 * use. */
struct lane_object {
	const char *name;
	void *(*create)(struct loop *loop, struct err **e);
	void (*free)(void *object);
};
struct lane_store;
struct lane_store *lane_store_new(struct loop *loop);
void lane_store_free(struct lane_store *s);

struct probe {
	const void *query;
	struct observer *observer;
	struct loop *loop;
	struct lane_store *store;
	const char *id;   /* of the check, for marks in environments */
	int64_t started;  /* clock_mono; set by the engine just before begin */
	int64_t deadline; /* clock_mono: the engine cancels at it */
	bool again;       /* a later try or sample: nothing that was seen before counts */
	void *state;      /* the type's own, released by itself before probe_done or in cancel */
	void (*done)(struct probe *p); /* set by the engine: use probe_done() */
	/* Set by the engine: load MODULE.so (once a worker) and return what it offers to others
	 * (struct module, api). Use probe_module(). */
	const void *(*module_api)(struct probe *p, const char *module, const char *package,
				  struct err **e);
	void *owner; /* the engine's */
};

/* It is over: facts and trouble are in the observer; state is released. May be called inside begin.
 */
void probe_done(struct probe *p);
/* The worker's shared object of this type; NULL on failure. */
void *probe_object(struct probe *p, const struct lane_object *type, struct err **e);
/* What a loadable module offers to other types ("resolver": names for tcp, "tls"); loaded at the
 * first call. NULL when it is not installed or does not fit (ERR_UNAVAILABLE: the engine makes it
 * `error: module`); package: what to install. */
const void *probe_module(struct probe *p, const char *module, const char *package, struct err **e);

#endif
