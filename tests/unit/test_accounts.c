/*
 * Users, groups, packages, parameters of the kernel and interfaces: the text of their files, and
 * this machine's own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "checks/snapshot/accounts.h"
#include "checks/snapshot/packages.h"
#include "tests/unit/observe.h"

static const char passwd[] = "# a comment\n"
			     "root:x:0:0:root:/root:/bin/bash\n"
			     "rooter:x:7:7::/:/bin/sh\n"
			     "app:!:1000:100:App, the:/srv/app:\n"
			     "second:x:1001:100:::/bin/a:b\n"
			     "+nis::::::\n"
			     "short:x:01: 1\n"
			     "shorter:x:1\n"
			     "junk:x:8x:1::/:/bin/sh\n"
			     "none:x::1::/:/bin/sh\n"
			     "  \tindented:x:8:0100::/:/bin/sh\r\n"
			     "  # a comment:x:9:9::/:/\n"
			     "last:x:1002:200:::";
static const char group[] = "root:x:0:\n"
			    "users:x:100:last,apple\n"
			    "docker:x:999:app,last,app\n"
			    "empty:x:200\n"
			    "also:x:100:\n"
			    " blanks:x:0300:b, last ,\tapp,,\n"
			    "short:x\n";

static void users_are_found(void **state)
{
	static const struct {
		const char *name, *home, *shell; /* home NULL: there is none */
	} rows[] = {
		{ "root", "/root", "/bin/bash" },
		{ "app", "/srv/app", "" },
		{ "second", "", "/bin/a" },
		{ "last", "", "" },
		{ "roo", NULL, NULL },
		{ "+nis", NULL, NULL },
		{ "short", "", "" },
		{ "shorter", NULL, NULL },
		{ "junk", NULL, NULL },
		{ "none", NULL, NULL },
		{ "indented", "/", "/bin/sh\r" },
		{ "a comment", NULL, NULL },
		{ "", NULL, NULL },
		{ "# a comment", NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		auto_record struct record r;
		bool found =
			record_find(passwd, PASSWD_NAME, rows[i].name, PASSWD_GID + 1, &r);

		assert_int_equal(found, rows[i].home != NULL);
		if (!found)
			continue;
		assert_string_equal(r.fields[PASSWD_HOME], rows[i].home);
		assert_string_equal(r.fields[PASSWD_SHELL], rows[i].shell);
	}
}

static void numbers_are_found_by_what_they_mean(void **state)
{
	auto_record struct record r = { 0 };
	int64_t number;

	(void)state;
	assert_true(record_find(passwd, PASSWD_UID, "1", PASSWD_GID + 1, &r));
	assert_string_equal(r.fields[PASSWD_NAME], "short");
	assert_true(record_number(&r, PASSWD_GID, &number));
	assert_int_equal(number, 1);
	record_free(&r);
	/* a name is no number */
	assert_false(record_find(passwd, PASSWD_NAME, "01", PASSWD_GID + 1, &r));
}

static void groups_of(const char *user, const char *gid, const char *expected)
{
	json_t *list = groups_of_user(group, user, gid);
	auto_free char *text = json_dumps(list, JSON_COMPACT);

	assert_string_equal(text, expected);
	json_decref(list);
}

static void members_of(const char *name, const char *expected)
{
	auto_record struct record r;
	auto_free char *text = NULL;
	json_t *list;

	assert_true(record_find(group, GROUP_NAME, name, GROUP_GID + 1, &r));
	list = members_of_group(passwd, &r);
	text = json_dumps(list, JSON_COMPACT);
	json_decref(list);
	assert_string_equal(text, expected);
}

static void memberships_are_found(void **state)
{
	(void)state;
	groups_of("app", "100", "[\"also\",\"blanks\",\"docker\",\"users\"]");
	groups_of("last", "200", "[\"docker\",\"empty\",\"users\"]");
	groups_of("nobody", "65534", "[]");
	groups_of("b", "0300", "[\"blanks\"]");
	groups_of("last ", "300", "[\"blanks\"]");
	members_of("docker", "[\"app\",\"last\"]");
	members_of("users", "[\"app\",\"apple\",\"indented\",\"last\",\"second\"]");
	members_of("blanks", "[\"app\",\"b\",\"last \"]");
	members_of("empty", "[\"last\"]");
}

static void locked_passwords_are_told(void **state)
{
	(void)state;
	assert_true(password_is_locked("!"));
	assert_true(password_is_locked("!$6$abc"));
	assert_true(password_is_locked("*"));
	assert_false(password_is_locked("$6$abc"));
	assert_false(password_is_locked(""));
}

static const char dpkg[] = "Package: bash\nStatus: install ok installed\nArchitecture: amd64\n"
			   "Version: 5.2.15-2+b2\nDescription: x\n Package: fake\n\n"
			   "Package: old\nStatus: deinstall ok config-files\nArchitecture: amd64\n"
			   "Version: 1.0\n\n"
			   "Package: libc6\nStatus: install ok half-configured\n"
			   "Architecture: i386\nVersion: 2.35\n\n"
			   "Package: libc6\nArchitecture: amd64\nVersion: 2.36\n"
			   "Status: hold ok installed\n\n"
			   "Package: bash-doc\nStatus: install ok unpacked\nVersion: 1\n\n"
			   "Package: distroless\nVersion: 9\n";
static const char apk[] = "C:Q1x\nP:musl\nV:1.2.4-r2\nA:x86_64\nF:lib\n\n"
			  "C:Q1y\nP:musl-utils\nV:1.2.5-r0\nA:x86_64\n";

static void packages_are_found(void **state)
{
	static const struct {
		enum package_format format;
		const char *name, *version; /* NULL: not in the data base */
		bool installed;
	} rows[] = {
		{ PACKAGES_DPKG, "bash", "5.2.15-2+b2", true },
		{ PACKAGES_DPKG, "bash-doc", "1", false },
		{ PACKAGES_DPKG, "old", "1.0", false },
		{ PACKAGES_DPKG, "libc6", "2.36", true },
		{ PACKAGES_DPKG, "libc6:i386", "2.35", false },
		{ PACKAGES_DPKG, "libc6:amd64", "2.36", true },
		{ PACKAGES_DPKG, "libc6:arm64", NULL, false },
		{ PACKAGES_DPKG, "distroless", "9", true },
		{ PACKAGES_DPKG, "bas", NULL, false },
		{ PACKAGES_DPKG, "fake", NULL, false },
		{ PACKAGES_DPKG, "", NULL, false },
		{ PACKAGES_APK, "musl", "1.2.4-r2", true },
		{ PACKAGES_APK, "musl-utils", "1.2.5-r0", true },
		{ PACKAGES_APK, "utils", NULL, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct package p;
		bool found = package_find(rows[i].format == PACKAGES_DPKG ? dpkg : apk,
					  rows[i].format, rows[i].name, &p);

		if (found != (rows[i].version != NULL))
			fail_msg("'%s' is %sfound", rows[i].name, found ? "" : "not ");
		if (!found)
			continue;
		assert_int_equal(p.installed, rows[i].installed);
		assert_true(span_is(p.version, rows[i].version));
	}
}

static void broken_data_bases_have_no_packages(void **state)
{
	struct package p;

	(void)state;
	assert_false(package_find("", PACKAGES_DPKG, "x", &p));
	assert_false(package_find("\n\n\n", PACKAGES_DPKG, "x", &p));
	assert_false(package_find("Package: ", PACKAGES_DPKG, "x", &p));
	assert_true(package_find("\nPackage: x", PACKAGES_DPKG, "x", &p));
	assert_null(p.version.at);
	assert_true(package_find("P:x\n", PACKAGES_APK, "x", &p));
}

static void parameters_are_read(void **state)
{
	auto_seen struct seen one = see("kernel_param", "{ name: kernel.ostype }");
	auto_seen struct seen slash = see("kernel_param", "{ name: kernel/ostype }");
	auto_seen struct seen number = see("kernel_param", "{ name: kernel.pid_max }");
	auto_seen struct seen several = see("kernel_param", "{ name: fs.file-nr }");
	auto_seen struct seen none = see("kernel_param", "{ name: kernel.no.such }");
	auto_seen struct seen folder = see("kernel_param", "{ name: kernel }");

	(void)state;
	assert_fact(&one, "value", "\"Linux\"");
	assert_fact(&one, "values", "[\"Linux\"]");
	assert_fact(&slash, "value", "\"Linux\"");
	assert_true(json_is_integer(json_object_get(number.facts, "value")));
	assert_true(json_is_string(json_object_get(several.facts, "value")));
	assert_int_equal(json_array_size(json_object_get(several.facts, "values")), 3);
	assert_fact(&none, "exists", "false");
	assert_fact(&none, "value", "nothing");
	assert_fact(&folder, "exists", "false");
}

static void names_of_parameters_lead_nowhere_else(void **state)
{
	static const char *const names[] = { "..", "/kernel/ostype", "a..b", "kernel/../x",
					     "kernel/./x", "kernel.", ".a", "",
					     "a.b/../c/x", "kernel//x" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		auto_free char *yaml = xasprintf("{ name: '%s' }", names[i]);
		auto_seen struct seen s = see("kernel_param", yaml);

		if (!s.mistake)
			fail_msg("'%s' is taken for a name", names[i]);
	}
}

static void this_machine_is_told(void **state)
{
	auto_seen struct seen root = see("user", "{ name: root }");
	auto_seen struct seen zero = see("user", "{ name: '0' }");
	auto_seen struct seen nobody = see("user", "{ name: no-such-user }");
	auto_seen struct seen wheel = see("group", "{ name: root }");
	auto_seen struct seen none = see("group", "{ name: no-such-group }");
	auto_seen struct seen lo = see("interface", "{ name: lo }");
	auto_seen struct seen nic = see("interface", "{ name: nonesuch0 }");

	(void)state;
	assert_fact(&root, "exists", "true");
	assert_fact(&root, "uid", "0");
	assert_fact(&zero, "name", "\"root\"");
	assert_fact(&nobody, "exists", "false");
	assert_fact(&nobody, "uid", "nothing");
	assert_fact(&wheel, "gid", "0");
	assert_fact(&none, "exists", "false");
	assert_fact(&lo, "exists", "true");
	assert_fact(&lo, "mac", "nothing");
	assert_true(json_integer_value(json_object_get(lo.facts, "mtu")) >= 1280);
	assert_fact(&nic, "exists", "false");
	assert_fact(&nic, "up", "false");
	assert_fact(&nic, "mtu", "nothing");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(users_are_found),
		cmocka_unit_test(numbers_are_found_by_what_they_mean),
		cmocka_unit_test(memberships_are_found),
		cmocka_unit_test(locked_passwords_are_told),
		cmocka_unit_test(packages_are_found),
		cmocka_unit_test(broken_data_bases_have_no_packages),
		cmocka_unit_test(parameters_are_read),
		cmocka_unit_test(names_of_parameters_lead_nowhere_else),
		cmocka_unit_test(this_machine_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
