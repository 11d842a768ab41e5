#include "checks/modules/redis/facts.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "checks/check.h"
#include "engine/base/number.h"
#include "engine/base/secret.h"
#include "engine/base/text.h"

/* Names that end so hold texts, even where one of them happens to be of digits alone. */
static const char *const text_endings[] = {
	"_id", "_ip", "_name", "_version", "host", "name", "replid", "replid2", "runid", "sha1",
};

static bool is_text(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(text_endings); i++)
		if (text_ends_with(name, text_endings[i]))
			return true;
	return false;
}

static json_t *typed(const char *name, const char *text)
{
	int64_t whole;
	double real;

	if (!is_text(name) && number_is_json(text)) {
		if (number_int(text, &whole) == 0)
			return json_integer(whole);
		if (number_real(text, &real) == 0)
			return json_real(real);
	}
	return observer_text(text, strlen(text));
}

/* "ip=10.0.0.1,port=6379,state=online"; NULL when it is no such list. */
static json_t *members(const char *text)
{
	json_t *map;

	if (!strchr(text, '='))
		return NULL;
	map = json_object();
	while (*text) {
		const size_t len = strcspn(text, ",");
		const size_t name_len = strcspn(text, "=,");
		auto_free char *name = xmemdup0(text, name_len);

		if (name_len == 0 || name_len >= len) {
			json_decref(map);
			return NULL;
		}
		{
			auto_free char *value = xmemdup0(text + name_len + 1, len - name_len - 1);

			json_object_set_new(map, name, typed(name, value));
		}
		text += len;
		text += *text == ',';
	}
	return map;
}

json_t *facts_info(const char *text)
{
	json_t *info = json_object();

	while (*text) {
		const size_t len = strcspn(text, "\r\n");
		auto_free char *line = xmemdup0(text, len);
		char *colon = *line == '#' ? NULL : strchr(line, ':');

		if (colon) {
			json_t *value;

			*colon = '\0';
			value = members(colon + 1);
			json_object_set_new(info, line, value ? value : typed(line, colon + 1));
		}
		text += len;
		text += strspn(text, "\r\n");
	}
	return info;
}

/* "slave" and digits, whose value is a map. */
static bool is_replica(const char *name, const json_t *value)
{
	return text_starts_with(name, "slave") && isdigit((unsigned char)name[5]) &&
	       json_is_object(value);
}

/* In INFO's order, which is the master's. */
static json_t *replicas_of(const json_t *info)
{
	json_t *list = json_array();

	for (int i = 0; i < 1000; i++) {
		auto_free char *name = xasprintf("slave%d", i);
		json_t *value = json_object_get(info, name);

		if (is_replica(name, value))
			json_array_append(list, value);
	}
	return list;
}

void facts_replication(struct observer *o, const json_t *info)
{
	const json_t *role = json_object_get(info, "role");
	const json_t *mode = json_object_get(info, "redis_mode");
	const json_t *port = json_object_get(info, "master_port");
	const char *host = json_string_value(json_object_get(info, "master_host"));

	if (json_is_string(role)) {
		observer_set_string(o, "role", json_string_value(role));
		observer_set(o, "replicas", replicas_of(info));
	} else if (json_is_string(mode) && !strcmp(json_string_value(mode), "sentinel")) {
		observer_set_string(o, "role", "sentinel");
	}
	if (host)
		observer_set_string(o, "master_host", host);
	if (json_is_integer(port))
		observer_set_int(o, "master_port", json_integer_value(port));
}

static json_t *sentinel_map(const json_t *pairs)
{
	json_t *map = json_object();

	for (size_t i = 0; i + 1 < json_array_size(pairs); i += 2) {
		const char *name = json_string_value(json_array_get(pairs, i));
		const char *value = json_string_value(json_array_get(pairs, i + 1));

		if (name && value)
			json_object_set_new(map, name, typed(name, value));
	}
	return map;
}

json_t *facts_sentinel(const json_t *reply)
{
	json_t *list;

	if (!json_is_array(reply))
		return NULL;
	list = json_array();
	for (size_t i = 0; i < json_array_size(reply); i++)
		json_array_append_new(list, sentinel_map(json_array_get(reply, i)));
	return list;
}

void facts_hide_config(json_t *reply)
{
	for (size_t i = 0; i + 1 < json_array_size(reply); i += 2) {
		const char *name = json_string_value(json_array_get(reply, i));

		if (name && (secrets_name_is_sensitive(name) || strstr(name, "pass") ||
			     strstr(name, "masterauth")))
			json_array_set_new(reply, i + 1, json_string("***"));
	}
}
