#include "checks/modules/service/properties.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>

#include "checks/check.h"
#include "engine/base/text.h"

/* A unit has some 300. */
#define PROPERTIES_MAX 2000

/* --- off the wire --- */

static json_t *number_of(char type, const void *raw)
{
	switch (type) {
	case 'b':
		return json_boolean(*(const int *)raw);
	case 'y':
		return json_integer(*(const uint8_t *)raw);
	case 'n':
		return json_integer(*(const int16_t *)raw);
	case 'q':
		return json_integer(*(const uint16_t *)raw);
	case 'i':
		return json_integer(*(const int32_t *)raw);
	case 'u':
		return json_integer(*(const uint32_t *)raw);
	case 'x':
		return json_integer(*(const int64_t *)raw);
	default:
		return *(const uint64_t *)raw <= INT64_MAX
			       ? json_integer((json_int_t) * (const uint64_t *)raw)
			       : NULL;
	}
}

/* The variant that comes next; *out stays NULL when it is none that we keep. */
static int read_variant(sd_bus_message *m, json_t **out)
{
	const char *contents = NULL;
	char type;
	int r = sd_bus_message_peek_type(m, &type, &contents);

	if (r < 0)
		return r;
	if (type != 'v' || !contents || strlen(contents) != 1 || !strchr("bynqiuxtso", *contents))
		return sd_bus_message_skip(m, "v");
	r = sd_bus_message_enter_container(m, 'v', contents);
	if (r >= 0 && strchr("so", *contents)) {
		const char *text = "";

		r = sd_bus_message_read_basic(m, *contents, &text);
		if (r >= 0)
			*out = observer_text(text, strlen(text));
	} else if (r >= 0) {
		uint64_t raw = 0;

		r = sd_bus_message_read_basic(m, *contents, &raw);
		if (r >= 0)
			*out = number_of(*contents, &raw);
	}
	return r < 0 ? r : sd_bus_message_exit_container(m);
}

static int read_pair(sd_bus_message *m, json_t *into)
{
	const char *name = NULL;
	json_t *value = NULL;
	int r = sd_bus_message_read_basic(m, 's', &name);

	if (r >= 0)
		r = read_variant(m, &value);
	if (value)
		json_object_set_new_nocheck(into, name, value);
	return r < 0 ? r : sd_bus_message_exit_container(m);
}

int properties_read(sd_bus_message *reply, json_t **out)
{
	json_t *all = json_object();
	size_t count = 0;
	int r = sd_bus_message_enter_container(reply, 'a', "{sv}");

	while (r >= 0 && (r = sd_bus_message_enter_container(reply, 'e', "sv")) > 0) {
		r = ++count > PROPERTIES_MAX ? -EBADMSG : read_pair(reply, all);
	}
	if (r >= 0) {
		*out = all;
		return 0;
	}
	json_decref(all);
	return r;
}

/* --- as facts --- */

/* A property that is a fact as it stands; it is left out when it says nothing. */
static const struct {
	const char *property, *fact;
} plain[] = {
	{ "Description", "description" },
	{ "Id", "name" },
	{ "LoadState", "load_state" },
	{ "MainPID", "pid" },
	{ "MemoryCurrent", "memory" },
	{ "Result", "result" },
	{ "StatusText", "status_text" },
	{ "SubState", "sub_state" },
	{ "TasksCurrent", "tasks" },
	{ "UnitFileState", "unit_file_state" },
};

/* Microseconds since the epoch; 0: never. */
static const struct {
	const char *property, *fact;
} moments[] = {
	{ "LastTriggerUSec", "last_trigger" },
	{ "NextElapseUSecRealtime", "next_trigger" },
	{ "StateChangeTimestamp", "since" },
};

static int64_t int_of(const json_t *properties, const char *name)
{
	return json_integer_value(json_object_get(properties, name));
}

static const char *text_of(const json_t *properties, const char *name)
{
	const char *text = json_string_value(json_object_get(properties, name));

	return text ? text : "";
}

static bool says_something(const json_t *value)
{
	if (json_is_string(value))
		return *json_string_value(value) != '\0';
	return json_integer_value(value) != 0;
}

static void tell_plain(const json_t *p, struct observer *o)
{
	for (size_t i = 0; i < ARRAY_SIZE(plain); i++) {
		json_t *value = json_object_get(p, plain[i].property);

		if (says_something(value))
			observer_set(o, plain[i].fact, json_incref(value));
	}
	if (json_object_get(p, "NRestarts"))
		observer_set_int(o, "restarts", int_of(p, "NRestarts"));
	if (json_object_get(p, "NeedDaemonReload"))
		observer_set_bool(o, "reload_needed",
				  json_is_true(json_object_get(p, "NeedDaemonReload")));
}

static void set_moment(struct observer *o, const char *fact, int64_t us)
{
	char text[64];

	if (us <= 0 || us > INT64_MAX / 1000)
		return;
	clock_rfc3339(us * 1000, text, sizeof(text));
	observer_set_string(o, fact, text);
}

static void tell_moments(const json_t *p, struct observer *o)
{
	const int64_t monotonic = int_of(p, "NextElapseUSecMonotonic");
	const int64_t entered = int_of(p, "ActiveEnterTimestampMonotonic");
	const int64_t now = clock_mono();

	/* one that counts from an event knows no time of day */
	if (monotonic && !int_of(p, "NextElapseUSecRealtime") && monotonic < INT64_MAX / 1000)
		set_moment(o, "next_trigger", (clock_real() - now) / 1000 + monotonic);
	for (size_t i = 0; i < ARRAY_SIZE(moments); i++)
		set_moment(o, moments[i].fact, int_of(p, moments[i].property));
	if (entered && !strcmp(text_of(p, "ActiveState"), "active") && entered < now / 1000)
		observer_set_real(o, "uptime", (double)(now / 1000 - entered) / 1e6);
}

/* ExecMainCode is si_code of waitid(2). */
static void tell_end(const json_t *p, struct observer *o)
{
	const int64_t code = int_of(p, "ExecMainCode"), status = int_of(p, "ExecMainStatus");

	if (code == CLD_EXITED)
		observer_set_int(o, "exit_status", status);
	else if (code == CLD_KILLED || code == CLD_DUMPED)
		observer_set_int(o, "signal", status);
}

static bool is_enabled(const char *state)
{
	/* "linked" ones are known, but nothing wants them; "static" ones have no [Install] */
	static const char *const yes[] = { "alias", "enabled", "enabled-runtime" };

	for (size_t i = 0; i < ARRAY_SIZE(yes); i++)
		if (!strcmp(yes[i], state))
			return true;
	return false;
}

/* One line that says how it is, as `systemctl status` would. */
static void tell_line(const json_t *p, struct observer *o)
{
	const int64_t code = int_of(p, "ExecMainCode"), status = int_of(p, "ExecMainStatus");
	auto_buf struct buf line = BUF_INIT(1000);
	const char *file = text_of(p, "UnitFileState"), *result = text_of(p, "Result");

	buf_printf(&line, "%s is %s, %s%s%s (%s)", text_of(p, "Id"), text_of(p, "LoadState"),
		   file, *file ? ", " : "", text_of(p, "ActiveState"), text_of(p, "SubState"));
	if (*result && strcmp(result, "success"))
		buf_printf(&line, ", result %s", result);
	if (code == CLD_EXITED && status)
		buf_printf(&line, ", exit status %lld", (long long)status);
	else if (code == CLD_KILLED || code == CLD_DUMPED)
		buf_printf(&line, ", ended by signal %lld", (long long)status);
	if (int_of(p, "NRestarts"))
		buf_printf(&line, ", restarted %lld times", (long long)int_of(p, "NRestarts"));
	if (json_is_true(json_object_get(p, "NeedDaemonReload")))
		buf_adds(&line, "; its files have changed since systemd read them");
	observer_trace(o, "%s", buf_text(&line));
}

void properties_tell(const json_t *p, struct observer *o)
{
	const char *state = text_of(p, "ActiveState"), *file = text_of(p, "UnitFileState");

	tell_plain(p, o);
	tell_moments(p, o);
	tell_end(p, o);
	observer_set_string(o, "state", state);
	observer_set_bool(o, "active", !strcmp(state, "active") || !strcmp(state, "reloading"));
	observer_set_bool(o, "enabled", is_enabled(file));
	observer_set_bool(o, "exists", strcmp(text_of(p, "LoadState"), "not-found") != 0);
	tell_line(p, o);
}
