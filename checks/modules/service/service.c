/*
 * service - what systemd says of its units, by D-Bus (org.freedesktop.systemd1(5)).
 */
#include "checks/service.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "checks/check.h"
#include "checks/modules/service/bus.h"

#define MANAGER_PATH "/org/freedesktop/systemd1"
#define MANAGER "org.freedesktop.systemd1.Manager"
#define DIRECT_SOCKET "/run/systemd/private"
#define BUS_SOCKET "/run/dbus/system_bus_socket"
#define UNITS_MAX 4096
#define USEC_PER_SEC 1000000

/* --- one unit: its properties --- */

struct unit {
	struct observer *o;
	uint64_t active_since; /* us since the epoch; 0: never */
	bool active;
};

/* An unsigned property says "not known" by its greatest value. */
static bool is_known(uint64_t v)
{
	return v != UINT64_MAX && v != UINT32_MAX;
}

static void set_moment(struct observer *o, const char *fact, uint64_t us)
{
	char text[40];

	if (!us || !is_known(us))
		return;
	clock_rfc3339((int64_t)(us / USEC_PER_SEC) * NS_PER_S, text, sizeof(text));
	observer_set_string(o, fact, text);
}

/* A property that is a text. */
static void take_text(struct unit *u, const char *name, const char *value)
{
	static const struct {
		const char *property, *fact;
	} texts[] = {
		{ "ActiveState", "state" },    { "Description", "description" },
		{ "LoadState", "load_state" }, { "Result", "result" },
		{ "SubState", "sub_state" },   { "UnitFileState", "unit_file_state" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		if (!strcmp(texts[i].property, name))
			observer_set_string(u->o, texts[i].fact, value);
	if (!strcmp(name, "ActiveState")) {
		u->active = !strcmp(value, "active") || !strcmp(value, "reloading");
		observer_set_bool(u->o, "active", u->active);
	} else if (!strcmp(name, "LoadState")) {
		observer_set_bool(u->o, "exists", strcmp(value, "not-found") != 0);
	} else if (!strcmp(name, "UnitFileState")) {
		observer_set_bool(u->o, "enabled",
				  !strcmp(value, "enabled") || !strcmp(value, "enabled-runtime"));
	}
}

/* A property that is a number. */
static void take_number(struct unit *u, const char *name, uint64_t value)
{
	static const struct {
		const char *property, *fact;
	} numbers[] = {
		{ "MemoryCurrent", "memory" },
		{ "NRestarts", "restarts" },
		{ "TasksCurrent", "tasks" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		if (!strcmp(numbers[i].property, name) && is_known(value))
			observer_set_int(u->o, numbers[i].fact, (int64_t)value);
	if (!strcmp(name, "MainPID") && value)
		observer_set_int(u->o, "pid", (int64_t)value);
	else if (!strcmp(name, "ActiveEnterTimestamp"))
		u->active_since = value;
	else if (!strcmp(name, "LastTriggerUSec"))
		set_moment(u->o, "last_trigger", value);
	else if (!strcmp(name, "NextElapseUSecRealtime"))
		set_moment(u->o, "next_trigger", value);
}

/* The value of one property; other types are passed over. */
static int take_value(struct unit *u, sd_bus_message *m, const char *name, const char *type)
{
	const char *text;
	uint64_t wide;
	uint32_t narrow;
	int32_t whole;
	int flag, r;

	if (!strcmp(type, "s") && (r = sd_bus_message_read(m, "v", "s", &text)) > 0) {
		take_text(u, name, text);
	} else if (!strcmp(type, "t") && (r = sd_bus_message_read(m, "v", "t", &wide)) > 0) {
		take_number(u, name, wide);
	} else if (!strcmp(type, "u") && (r = sd_bus_message_read(m, "v", "u", &narrow)) > 0) {
		take_number(u, name, narrow);
	} else if (!strcmp(type, "i") && (r = sd_bus_message_read(m, "v", "i", &whole)) > 0) {
		if (!strcmp(name, "ExecMainStatus"))
			observer_set_int(u->o, "exit_status", whole);
	} else if (!strcmp(type, "b") && (r = sd_bus_message_read(m, "v", "b", &flag)) > 0) {
		if (!strcmp(name, "NeedDaemonReload"))
			observer_set_bool(u->o, "reload_needed", flag);
	} else {
		r = sd_bus_message_skip(m, "v");
	}
	return r < 0 ? r : 0;
}

static int take_properties(struct unit *u, sd_bus_message *m)
{
	int r = sd_bus_message_enter_container(m, 'a', "{sv}");

	while (r >= 0 && (r = sd_bus_message_enter_container(m, 'e', "sv")) > 0) {
		const char *name, *type;

		r = sd_bus_message_read(m, "s", &name);
		if (r > 0)
			r = sd_bus_message_peek_type(m, NULL, &type);
		if (r > 0)
			r = take_value(u, m, name, type);
		if (r >= 0)
			r = sd_bus_message_exit_container(m);
	}
	return r;
}

/* All properties of the unit at this object path. */
static int tell_unit(struct bus_link *l, const char *path)
{
	struct unit u = { .o = l->observer };
	sd_bus_message *m = bus_message(l, path, "org.freedesktop.DBus.Properties", "GetAll");
	int r;

	if (!m)
		return -1;
	sd_bus_message_append(m, "s", "");
	m = bus_call(l, m);
	if (!m)
		return -1;
	r = take_properties(&u, m);
	sd_bus_message_unref(m);
	if (r < 0)
		return bus_trouble(l, r);
	if (u.active && u.active_since)
		observer_set_real(u.o, "uptime",
				  (double)(clock_real() / 1000 - (int64_t)u.active_since) /
					  USEC_PER_SEC);
	return 0;
}

/* --- by name --- */

/* "nginx" is nginx.service, as systemctl has it: names end with one of these (systemd.unit(5)). */
static char *full_name(const char *unit)
{
	static const char *const endings[] = { ".automount", ".device",	 ".mount", ".path",
					       ".scope",     ".service", ".slice", ".socket",
					       ".swap",	     ".target",	 ".timer" };
	const char *ending = strrchr(unit, '.');

	for (size_t i = 0; ending && i < ARRAY_SIZE(endings); i++)
		if (!strcmp(ending, endings[i]))
			return xstrdup(unit);
	return xasprintf("%s.service", unit);
}

static int observe_one(struct bus_link *l, const char *unit)
{
	auto_free char *name = full_name(unit);
	sd_bus_message *m = bus_message(l, MANAGER_PATH, MANAGER, "LoadUnit");
	auto_free char *copy = NULL;
	const char *path;
	int r;

	if (!m)
		return -1;
	r = sd_bus_message_append(m, "s", name);
	if (r < 0) {
		sd_bus_message_unref(m);
		return bus_trouble(l, r);
	}
	m = bus_call(l, m);
	if (!m)
		return -1;
	r = sd_bus_message_read(m, "o", &path);
	copy = r > 0 ? xstrdup(path) : NULL;
	sd_bus_message_unref(m);
	if (!copy)
		return bus_trouble(l, r < 0 ? r : -EBADMSG);
	observer_trace(l->observer, "asked for %s", name);
	return tell_unit(l, copy);
}

/* --- by pattern --- */

/* What is kept of each unit that matches. */
struct chosen {
	json_t *units;
	char *first, *first_bad; /* object paths */
};

static json_t *text_json(const char *s)
{
	return observer_text(s, strlen(s));
}

static void choose(struct chosen *c, const char *const *words, const char *path)
{
	const bool active = !strcmp(words[3], "active") || !strcmp(words[3], "reloading");
	json_t *unit = json_object();

	json_object_set_new(unit, "name", text_json(words[0]));
	json_object_set_new(unit, "description", text_json(words[1]));
	json_object_set_new(unit, "load_state", text_json(words[2]));
	json_object_set_new(unit, "state", text_json(words[3]));
	json_object_set_new(unit, "sub_state", text_json(words[4]));
	json_object_set_new(unit, "active", json_boolean(active));
	json_array_append_new(c->units, unit);
	if (!c->first)
		c->first = xstrdup(path);
	if (!active && !c->first_bad)
		c->first_bad = xstrdup(path);
}

/* ListUnits: a(ssssssouso), see org.freedesktop.systemd1(5). */
static int choose_units(struct chosen *c, sd_bus_message *m, const char *pattern)
{
	int r = sd_bus_message_enter_container(m, 'a', "(ssssssouso)");

	while (r >= 0 && json_array_size(c->units) < UNITS_MAX) {
		const char *words[5], *following, *path, *job_type, *job_path;
		uint32_t job;

		r = sd_bus_message_read(m, "(ssssssouso)", &words[0], &words[1], &words[2],
					&words[3], &words[4], &following, &path, &job, &job_type,
					&job_path);
		if (r <= 0)
			break;
		if (!fnmatch(pattern, words[0], 0))
			choose(c, words, path);
	}
	return r;
}

static int compare_names(const void *a, const void *b)
{
	const json_t *const *x = a, *const *y = b;

	return strcmp(json_string_value(json_object_get(*x, "name")),
		      json_string_value(json_object_get(*y, "name")));
}

static json_t *sorted(const json_t *units)
{
	const size_t n = json_array_size(units);
	json_t **order = xcalloc(n + 1, sizeof(*order));
	json_t *out = json_array();

	for (size_t i = 0; i < n; i++)
		order[i] = json_array_get(units, i);
	qsort(order, n, sizeof(*order), compare_names);
	for (size_t i = 0; i < n; i++)
		json_array_append(out, order[i]);
	free(order);
	return out;
}

static int tell_chosen(struct bus_link *l, const struct chosen *c)
{
	struct observer *o = l->observer;

	observer_set_int(o, "count", (json_int_t)json_array_size(c->units));
	observer_set_bool(o, "exists", c->first != NULL);
	observer_set(o, "units", sorted(c->units));
	if (c->first)
		return tell_unit(l, c->first_bad ? c->first_bad : c->first);
	observer_set_bool(o, "active", false);
	return 0;
}

static int observe_many(struct bus_link *l, const char *pattern)
{
	struct chosen c = { .units = json_array() };
	sd_bus_message *m = bus_call(l, bus_message(l, MANAGER_PATH, MANAGER, "ListUnits"));
	int r = m ? choose_units(&c, m, pattern) : -1;

	if (m)
		r = r < 0 ? bus_trouble(l, r) : tell_chosen(l, &c);
	sd_bus_message_unref(m);
	json_decref(c.units);
	free(c.first);
	free(c.first_bad);
	return r;
}

/* --- where --- */

/* As sd_booted(3) has it. */
static bool runs_systemd(void)
{
	struct stat st;

	return !lstat("/run/systemd/system", &st) && S_ISDIR(st.st_mode);
}

static int service_observe(const void *query, struct observer *o, struct err **e)
{
	const struct service_query *q = query;
	const bool direct = q->socket ? strstr(q->socket, "private") != NULL
				      : geteuid() == 0 && !access(DIRECT_SOCKET, F_OK);
	const char *path = q->socket ? q->socket : direct ? DIRECT_SOCKET : BUS_SOCKET;
	struct bus_link l;

	(void)e;
	if (!q->socket && !runs_systemd()) {
		observer_inapplicable(o, "this machine is not run by systemd");
		return 0;
	}
	if (bus_open(&l, path, direct, o))
		return 0;
	if (strpbrk(q->unit, "*?["))
		observe_many(&l, q->unit);
	else
		observe_one(&l, q->unit);
	bus_close(&l);
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
