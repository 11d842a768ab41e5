/*
 * mask - values without the secrets in them, for what people and reports are shown of a plan.
 */
#include "engine/ruleset/mask.h"

#include <stdint.h>

#include "engine/base/buf.h"
#include "engine/base/secret.h"

static json_t *mask_string(const struct secrets *secrets, json_t *value)
{
	auto_buf struct buf out = BUF_INIT(SIZE_MAX);

	if (!secrets_mask(secrets, &out, json_string_value(value), json_string_length(value)))
		return json_incref(value);
	return json_stringn_nocheck(buf_text(&out), out.len);
}

json_t *mask_json(const struct secrets *secrets, json_t *value)
{
	const char *key;
	json_t *item, *copy;
	size_t i;

	if (!secrets)
		return json_incref(value);
	if (json_is_string(value))
		return mask_string(secrets, value);
	if (json_is_array(value)) {
		copy = json_array();
		json_array_foreach(value, i, item)
			json_array_append_new(copy, mask_json(secrets, item));
		return copy;
	}
	if (!json_is_object(value))
		return json_incref(value);
	copy = json_object();
	json_object_foreach(value, key, item)
		json_object_set_new(copy, key, mask_json(secrets, item));
	return copy;
}
