/*
 * user - is there an account, and how is it set up?
 *
 * Reads the files of this machine alone: a directory service (LDAP, sssd) is not asked, so a dead
 * one hangs nothing here.
 */
#include <string.h>

#include "checks/check.h"
#include "checks/snapshot/accounts.h"
#include "engine/base/number.h"

#define FILE_MAX ((size_t)16 * 1024 * 1024)
#define DAY (INT64_C(86400) * NS_PER_S)

struct user_query {
	char *name;
};

static const struct field user_fields[] = {
	FIELD_TEXT(struct user_query, name, .filled = true, .required = true,
		   .doc = "Name of the user, or the number; only /etc/passwd is looked at, no "
			  "directory service."),
	{ .name = NULL },
};

static const struct fact user_facts[] = {
	{ .name = "exists", .type = FACT_BOOL, .doc = "Whether /etc/passwd has such a user." },
	{ .name = "gecos", .type = FACT_TEXT, .doc = "Full name and comment." },
	{ .name = "gid", .type = FACT_INT, .doc = "Number of its own group." },
	{ .name = "group", .type = FACT_TEXT, .doc = "Own group, a number where it has no name." },
	{ .name = "groups",
	  .type = FACT_LIST,
	  .item = FACT_TEXT,
	  .doc = "All groups that it is in, its own too, by name." },
	{ .name = "home", .type = FACT_TEXT, .doc = "Home folder." },
	{ .name = "locked",
	  .type = FACT_BOOL,
	  .doc = "Whether no password lets it in (keys still may); needs to read /etc/shadow." },
	{ .name = "name", .type = FACT_TEXT, .doc = "Name." },
	{ .name = "password_age",
	  .type = FACT_DURATION,
	  .doc = "Time since the password was set, in whole days; not there where it is not noted; "
		 "needs to read /etc/shadow." },
	{ .name = "shell", .type = FACT_TEXT, .doc = "Login shell; /bin/sh where none is named." },
	{ .name = "uid", .type = FACT_INT, .doc = "Number." },
	{ .name = NULL },
};

/* What is not told in /etc/passwd itself stands in /etc/shadow. */
static int tell_password(const struct record *user, struct observer *o, struct err **e)
{
	auto_buf struct buf shadow = BUF_INIT(FILE_MAX);
	auto_record struct record entry = { 0 };
	const char *password = user->fields[PASSWD_PASSWORD];
	int64_t day;

	if (strcmp(password, "x") != 0) {
		observer_set_bool(o, "locked", password_is_locked(password));
		return 0;
	}
	if (accounts_read(observer_root(o), "/etc/shadow", &shadow, e) < 0)
		return -1;
	if (!record_find(buf_text(&shadow), SHADOW_NAME, user->fields[PASSWD_NAME],
			 SHADOW_PASSWORD + 1, &entry)) {
		observer_trace(o, "/etc/shadow has no line of it: no password lets it in");
		observer_set_bool(o, "locked", true);
		return 0;
	}
	observer_set_bool(o, "locked", password_is_locked(entry.fields[SHADOW_PASSWORD]));
	/* 0: to be changed at the next login */
	if (entry.count > SHADOW_CHANGED && !number_int(entry.fields[SHADOW_CHANGED], &day) &&
	    day > 0 && day < INT64_MAX / DAY)
		observer_set_int(o, "password_age", (clock_real() / DAY - day) * 86400);
	return 0;
}

static int tell_groups(const struct record *user, struct observer *o, struct err **e)
{
	auto_buf struct buf group = BUF_INIT(FILE_MAX);
	auto_record struct record own = { 0 };
	const char *gid = user->fields[PASSWD_GID];

	if (accounts_read(observer_root(o), "/etc/group", &group, e) < 0)
		return -1;
	if (record_find(buf_text(&group), GROUP_GID, gid, GROUP_GID + 1, &own))
		observer_set_string(o, "group", own.fields[GROUP_NAME]);
	else
		observer_set_string(o, "group", gid);
	observer_set(o, "groups",
		     groups_of_user(buf_text(&group), user->fields[PASSWD_NAME], gid));
	return 0;
}

static void tell_number(struct observer *o, const char *fact, const struct record *r, size_t which)
{
	int64_t number;

	if (record_number(r, which, &number))
		observer_set_int(o, fact, number);
}

static int tell_user(const struct record *user, struct observer *o, struct err **e)
{
	const char *shell = user->fields[PASSWD_SHELL];

	observer_set_string(o, "name", user->fields[PASSWD_NAME]);
	tell_number(o, "uid", user, PASSWD_UID);
	tell_number(o, "gid", user, PASSWD_GID);
	observer_set_string(o, "gecos", user->fields[PASSWD_GECOS]);
	observer_set_string(o, "home", user->fields[PASSWD_HOME]);
	observer_set_string(o, "shell", *shell ? shell : "/bin/sh");
	if ((observer_wants(o, "group") || observer_wants(o, "groups")) &&
	    tell_groups(user, o, e) < 0)
		return -1;
	if (observer_wants(o, "locked") || observer_wants(o, "password_age"))
		return tell_password(user, o, e);
	return 0;
}

static int user_observe(const void *query, struct observer *o, struct err **e)
{
	const struct user_query *q = query;
	auto_buf struct buf passwd = BUF_INIT(FILE_MAX);
	auto_record struct record user = { 0 };
	uint64_t number;
	bool found;

	if (accounts_read(observer_root(o), "/etc/passwd", &passwd, e) < 0)
		return -1;
	found = record_find(buf_text(&passwd), PASSWD_NAME, q->name, PASSWD_GID + 1, &user);
	if (!found && !number_uint(q->name, &number))
		found = record_find(buf_text(&passwd), PASSWD_UID, q->name, PASSWD_GID + 1,
				    &user);
	observer_set_bool(o, "exists", found);
	if (found)
		return tell_user(&user, o, e);
	observer_trace(o, "/etc/passwd has no '%s'; directory services were not asked", q->name);
	return 0;
}

const struct check_type check_user = {
	.name = "user",
	.summary = "a user of this machine exists",
	.lane = LANE_LOCAL,
	.rooted = true,
	.fields = user_fields,
	.query_size = sizeof(struct user_query),
	.facts = user_facts,
	.default_expect = "{ exists: true }",
	.observe = user_observe,
};
