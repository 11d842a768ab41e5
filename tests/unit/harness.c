/*
 * harness - carries checks of the network and command lanes out in a test program.
 */
#include "tests/unit/harness.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/clock.h"
#include "engine/base/err.h"
#include "engine/base/loop.h"
#include "engine/base/xalloc.h"
#include "engine/decl/observer.h"
#include "engine/document/diagnostic.h"
#include "engine/document/node.h"

struct harness {
	struct loop *loop;
	struct lane_store *store;
	size_t running;
};

struct job {
	struct probe probe;
	struct harness *lane;
	const struct check_type *code;
	const struct check_type *type;
	void *query;
	struct loop_timer *timer;
	struct sighting *out;
};

struct harness *harness_new(void)
{
	struct harness *l = xcalloc(1, sizeof(*l));

	l->loop = loop_new(NULL);
	l->store = lane_store_new(l->loop);
	return l;
}

void harness_free(struct harness *l)
{
	lane_store_free(l->store);
	loop_free(l->loop);
	free(l);
}

struct loop *harness_loop(struct harness *l)
{
	return l->loop;
}

static const struct module *load(const char *name, struct err **e)
{
	const char *folder = getenv("ROUNDS_BUILDDIR");
	auto_free char *path = xasprintf("%s/.libs/%s.so", folder ? folder : ".", name);
	void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
	const struct module *m = handle ? dlsym(handle, "rounds_module") : NULL;

	if (!m)
		err_set(e, ERR_UNAVAILABLE, "%s", handle ? "no table" : dlerror());
	else if (m->init && m->init(e) < 0)
		return NULL;
	return m;
}

static const void *on_module(struct probe *p, const char *module, const char *package,
			     struct err **e)
{
	const struct module *m = load(module, e);

	(void)p;
	(void)package;
	return m ? m->api : NULL;
}

static void job_end(struct job *j)
{
	struct observer *o = j->probe.observer;

	loop_timer_remove(j->timer);
	j->out->facts = json_incref(observer_facts(o));
	j->out->traces = json_incref(observer_traces(o));
	j->out->evidences = json_incref(observer_evidences(o));
	observer_free(o);
	fields_free(j->type->fields, j->query);
	free(j->query);
	j->lane->running--;
	free(j);
}

static void on_done(struct probe *p)
{
	job_end(p->owner);
}

static void on_deadline(void *ctx)
{
	struct job *j = ctx;

	j->timer = NULL;
	j->out->timed_out = true;
	j->code->cancel(&j->probe);
	job_end(j);
}

static void bind(struct job *j, const char *fields)
{
	auto_diagnostics struct diagnostics d = { 0 };
	struct document *doc = document_parse(fields, strlen(fields), "test.yaml", &d);

	if (!doc ||
	    fields_bind(j->type->fields, j->query, document_root(doc), j->type->name, &d) < 0) {
		fprintf(stderr, "%s: %s\n", fields, d.count ? d.items[0].message : "?");
		abort();
	}
	document_free(doc);
}

static const struct check_type *code_of(const struct check_type *type, struct err **e)
{
	const struct module *m;

	if (!type->module)
		return type;
	m = load(type->module, e);
	return m ? check_type_find(m->types, type->name) : NULL;
}

void harness_start(struct harness *l, const struct check_type *type, const char *fields,
		   const char *const *wants, int64_t timeout, struct sighting *out)
{
	struct job *j = xcalloc(1, sizeof(*j));
	auto_err struct err *e = NULL;

	*out = (struct sighting){ 0 };
	*j = (struct job){
		.lane = l, .type = type, .query = xcalloc(1, type->query_size), .out = out
	};
	l->running++;
	bind(j, fields);
	j->code = code_of(type, &e);
	j->probe = (struct probe){ .query = j->query,
				   .observer = observer_new(wants),
				   .loop = l->loop,
				   .store = l->store,
				   .id = "test/check",
				   .started = clock_mono(),
				   .done = on_done,
				   .owner = j,
				   .module_api = on_module };
	j->probe.deadline = j->probe.started + timeout;
	j->timer = loop_timer_add(l->loop, j->probe.deadline + (type->ends_itself ? NS_PER_S : 0),
				  on_deadline, j);
	if (!j->code || j->code->begin(j->query, &j->probe, &e) < 0) {
		out->error = xstrdup(err_text(e));
		job_end(j);
	}
}

void harness_wait(struct harness *l)
{
	while (l->running)
		if (loop_turn(l->loop, INT64_MAX, NULL) < 0)
			abort();
}

void harness_observe(struct harness *l, const struct check_type *type, const char *fields,
		     int64_t timeout, struct sighting *out)
{
	harness_start(l, type, fields, NULL, timeout, out);
	harness_wait(l);
}

void sighting_free(struct sighting *s)
{
	json_decref(s->facts);
	json_decref(s->traces);
	json_decref(s->evidences);
	free(s->error);
	*s = (struct sighting){ 0 };
}

const char *sighting_fact(const struct sighting *s, const char *fact)
{
	static char text[4096];
	const char *dot = strchr(fact, '.');
	auto_free char *first = xmemdup0(fact, dot ? (size_t)(dot - fact) : strlen(fact));
	json_t *value = json_object_get(s->facts, first);
	auto_free char *dumped = NULL;

	if (dot)
		value = json_object_get(value, dot + 1);
	if (!value)
		return "-";
	if (json_is_string(value))
		return json_string_value(value);
	dumped = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_SORT_KEYS);
	snprintf(text, sizeof(text), "%s", dumped ? dumped : "?");
	return text;
}

bool sighting_tells(const struct sighting *s, const char *text)
{
	size_t i;
	json_t *item;

	json_array_foreach(s->traces, i,
			   item) if (strstr(json_string_value(item), text)) return true;
	json_array_foreach(s->evidences, i,
			   item) if (strstr(json_string_value(json_object_get(item, "text")),
					    text)) return true;
	return false;
}
