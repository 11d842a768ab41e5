/*
 * group - is there a group, and who is in it?
 *
 * Reads the files of this machine alone: a directory service (LDAP, sssd) is not asked.
 */
#include "checks/check.h"
#include "checks/snapshot/accounts.h"
#include "engine/base/number.h"

#define FILE_MAX ((size_t)16 * 1024 * 1024)

struct group_query {
	char *name;
};

static const struct field group_fields[] = {
	FIELD_TEXT(struct group_query, name, .filled = true, .required = true,
		   .doc = "Name of the group, or the number; only /etc/group is looked at, no "
			  "directory service."),
	{ .name = NULL },
};

static const struct fact group_facts[] = {
	{ .name = "exists", .type = FACT_BOOL, .doc = "Whether /etc/group has such a group." },
	{ .name = "gid", .type = FACT_INT, .doc = "Number." },
	{ .name = "members",
	  .type = FACT_LIST,
	  .item = FACT_TEXT,
	  .doc = "Users in it, by name: those that it lists and those whose own group it is." },
	{ .name = "name", .type = FACT_TEXT, .doc = "Name." },
	{ .name = NULL },
};

static int tell_group(const struct record *group, struct observer *o, struct err **e)
{
	auto_buf struct buf passwd = BUF_INIT(FILE_MAX);
	int64_t gid;

	observer_set_string(o, "name", group->fields[GROUP_NAME]);
	if (record_number(group, GROUP_GID, &gid))
		observer_set_int(o, "gid", gid);
	if (!observer_wants(o, "members"))
		return 0;
	if (accounts_read(observer_root(o), "/etc/passwd", &passwd, e) < 0)
		return -1;
	observer_set(o, "members", members_of_group(buf_text(&passwd), group));
	return 0;
}

static int group_observe(const void *query, struct observer *o, struct err **e)
{
	const struct group_query *q = query;
	auto_buf struct buf text = BUF_INIT(FILE_MAX);
	auto_record struct record group = { 0 };
	uint64_t number;
	bool found;

	if (accounts_read(observer_root(o), "/etc/group", &text, e) < 0)
		return -1;
	found = record_find(buf_text(&text), GROUP_NAME, q->name, GROUP_GID + 1, &group);
	if (!found && !number_uint(q->name, &number))
		found = record_find(buf_text(&text), GROUP_GID, q->name, GROUP_GID + 1, &group);
	observer_set_bool(o, "exists", found);
	if (found)
		return tell_group(&group, o, e);
	observer_trace(o, "/etc/group has no '%s'; directory services were not asked", q->name);
	return 0;
}

const struct check_type check_group = {
	.name = "group",
	.summary = "a group of this machine exists",
	.lane = LANE_LOCAL,
	.rooted = true,
	.fields = group_fields,
	.query_size = sizeof(struct group_query),
	.facts = group_facts,
	.default_expect = "{ exists: true }",
	.observe = group_observe,
};
