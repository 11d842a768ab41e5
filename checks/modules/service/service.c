/*
 * service - the module `service`: units of systemd, as facts.
 */
#include "checks/service.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "checks/check.h"
#include "checks/modules/service/bus.h"
#include "checks/modules/service/properties.h"
#include "engine/base/text.h"

#define UNITS_MAX 1000

/* systemd.unit(5). */
static const char *const suffixes[] = { ".automount", ".device", ".mount", ".path",
					".scope",     ".service", ".slice", ".socket",
					".swap",      ".target",  ".timer" };

static bool is_pattern(const char *unit)
{
	return strpbrk(unit, "*?[") != NULL;
}

/* "nginx" as "nginx.service", as systemctl(1) does; patterns stay as they are. */
static char *full_name(const char *unit)
{
	for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++)
		if (text_ends_with(unit, suffixes[i]))
			return xstrdup(unit);
	return is_pattern(unit) ? xstrdup(unit) : xasprintf("%s.service", unit);
}

/* A row of ListUnits (org.freedesktop.systemd1(5)). */
struct row {
	const char *name, *description, *load, *state, *sub;
};

static int read_row(sd_bus_message *m, struct row *row)
{
	const char *following, *path, *job_type, *job_path;
	uint32_t job;

	return sd_bus_message_read(m, "(ssssssouso)", &row->name, &row->description, &row->load,
				   &row->state, &row->sub, &following, &path, &job, &job_type,
				   &job_path);
}

/* The states from good to bad. */
static size_t badness(const char *state)
{
	static const char *const order[] = { "active", "reloading", "inactive" };

	for (size_t i = 0; i < ARRAY_SIZE(order); i++)
		if (!strcmp(order[i], state))
			return i;
	return ARRAY_SIZE(order) + !strcmp(state, "failed");
}

static json_t *facts_of(const struct row *row)
{
	const bool active = badness(row->state) <= badness("reloading");
	const struct {
		const char *fact, *text;
	} members[] = { { "name", row->name },
			{ "description", row->description },
			{ "load_state", row->load },
			{ "state", row->state },
			{ "sub_state", row->sub } };
	json_t *unit = json_object();

	for (size_t i = 0; i < ARRAY_SIZE(members); i++)
		json_object_set_new_nocheck(unit, members[i].fact,
					    observer_text(members[i].text,
							  strlen(members[i].text)));
	json_object_set_new_nocheck(unit, "active", json_boolean(active));
	return unit;
}

static const char *name_of(const json_t *unit)
{
	return json_string_value(json_object_get(unit, "name"));
}

/* Where it belongs among those sorted by name. */
static void insert(json_t *units, json_t *unit)
{
	size_t at = json_array_size(units);

	while (at && strcmp(name_of(json_array_get(units, at - 1)), name_of(unit)) > 0)
		at--;
	json_array_insert_new(units, at, unit);
}

struct matches {
	json_t *units;
	size_t count, badness;
	char *worst; /* the first one by name of those in the worst state */
};

static void add_match(struct matches *m, const struct row *row)
{
	const size_t bad = badness(row->state);

	if (!m->worst || bad > m->badness ||
	    (bad == m->badness && strcmp(row->name, m->worst) < 0)) {
		free(m->worst);
		m->worst = xstrdup(row->name);
		m->badness = bad;
	}
	if (m->count++ < UNITS_MAX)
		insert(m->units, facts_of(row));
}

static int read_matches(sd_bus_message *reply, const char *pattern, struct matches *m)
{
	struct row row;
	int r = sd_bus_message_enter_container(reply, 'a', "(ssssssouso)");

	while (r >= 0 && (r = read_row(reply, &row)) > 0)
		/* what systemd merely heard of is no unit of its own */
		if (fnmatch(pattern, row.name, 0) == 0 && strcmp(row.load, "not-found"))
			add_match(m, &row);
	return r;
}

/* The name of the unit that stands for all that match; NULL: none, the observer knows why. */
static char *find_worst(struct bus *b, const char *pattern, struct observer *o)
{
	struct matches m = { .units = json_array() };
	sd_bus_message *reply = bus_call(b, "/org/freedesktop/systemd1",
					 "org.freedesktop.systemd1.Manager", "ListUnits", NULL);
	const int r = reply ? read_matches(reply, pattern, &m) : 0;

	if (r < 0)
		bus_trouble(b, r);
	else if (reply)
		observer_trace(o, "%zu units match '%s'", m.count, pattern);
	if (r >= 0 && reply) {
		observer_set(o, "units", json_incref(m.units));
		observer_set_int(o, "count", (int64_t)m.count);
		observer_set_bool(o, "exists", m.count > 0);
		observer_set_bool(o, "active", false);
	}
	json_decref(m.units);
	sd_bus_message_unref(reply);
	return m.worst;
}

static json_t *properties_of(struct bus *b, const char *name)
{
	json_t *properties = NULL;
	sd_bus_message *reply = NULL;
	char *path = NULL;
	int r = sd_bus_path_encode("/org/freedesktop/systemd1/unit", name, &path);

	if (r >= 0)
		reply = bus_call(b, path, "org.freedesktop.DBus.Properties", "GetAll", "");
	if (reply)
		r = properties_read(reply, &properties);
	if (r < 0)
		bus_trouble(b, r);
	sd_bus_message_unref(reply);
	free(path);
	return properties;
}

static const char *text_of(const json_t *properties, const char *name)
{
	const char *text = json_string_value(json_object_get(properties, name));

	return text ? text : "";
}

/* One that was asked for by its name is the only item of the list. */
static void tell_alone(const json_t *p, struct observer *o)
{
	const struct row row = { text_of(p, "Id"), text_of(p, "Description"),
				 text_of(p, "LoadState"), text_of(p, "ActiveState"),
				 text_of(p, "SubState") };
	json_t *units = json_array();

	json_array_append_new(units, facts_of(&row));
	observer_set(o, "units", units);
	observer_set_int(o, "count", 1);
}

static void tell(const json_t *p, const char *name, bool alone, struct observer *o)
{
	if (!*text_of(p, "ActiveState")) {
		observer_trouble(o, KIND_PROTOCOL, "what answered for %s tells no state of it",
				 name);
	} else {
		properties_tell(p, o);
		if (alone)
			tell_alone(p, o);
	}
}

static void look(struct bus *b, const char *unit, struct observer *o)
{
	auto_free char *asked = full_name(unit);
	const bool pattern = is_pattern(asked);
	auto_free char *name = pattern ? find_worst(b, asked, o) : xstrdup(asked);
	json_t *properties = name ? properties_of(b, name) : NULL;

	if (properties)
		tell(properties, name, !pattern, o);
	json_decref(properties);
}

static int service_observe(const void *query, struct observer *o, struct err **e)
{
	const struct service_query *q = query;
	struct bus *b = bus_open(o, q->socket);

	(void)e;
	if (b)
		look(b, q->unit, o);
	bus_close(b);
	return 0;
}

static const struct check_type service_code = {
	.name = "service",
	.observe = service_observe,
};

static const struct check_type *const types[] = { &service_code, NULL };

const struct module rounds_module = {
	.abi = MODULE_ABI,
	.types = types,
};
