/*
 * The list of mounts as text: escapes, optional words, what hides what; and room as df counts it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/sysmacros.h>

#include <cmocka.h>

#include "checks/snapshot/mounts.h"
#include "checks/snapshot/space.h"
#include "tests/unit/observe.h"

/* As of a machine whose root was moved there after /proc: the order is not that of mounting. */
static const char listing[] =
	"22 27 0:21 / /proc rw,relatime - proc proc rw\n"
	"27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard\n"
	"30 27 8:1 / /data rw,noatime shared:7 master:3 propagate_from:2 - xfs /dev/sda1 "
	"rw,attr2,noquota\n"
	"31 27 8:1 /www /srv/www ro,nosuid,relatime - xfs /dev/sda1 rw,attr2\n"
	"32 27 0:40 / /mnt/a\\040b\\134c\\011d rw - tmpfs a\\040tmpfs rw,size=4k\n"
	"33 30 0:41 / /data/deep rw - tmpfs deep rw\n"
	"34 27 0:42 / /over/below rw - tmpfs hidden rw\n"
	"35 27 0:43 / /over rw - tmpfs above rw\n"
	"36 35 0:44 / /over/new rw - tmpfs new rw\n"
	"37 27 8:2 / /twice rw - ext4 /dev/first rw\n"
	"38 37 8:3 / /twice rw - ext4 /dev/second ro,errors=remount-ro\n"
	"39 38 0:45 / /twice/in rw - tmpfs in rw\n"
	"40 34 0:46 / /over/below/child rw - tmpfs child rw\n"
	"41 27 0:47 / /nfs rw,hard - nfs4 server:/export rw,vers=4.2\n"
	"42 27 0:48 / /ssh rw - fuse.sshfs me@host:/ rw\n"
	"43 27 0:49 / /nameless rw -  tmpfs  rw\n"
	"44 27 0:50 / /no-source rw - tmpfs  rw\n"
	"47 27 0:52 / /failed rw - ext4 /dev/third rw,abort,errors=remount-ro,emergency_ro\n"
	"a line that is none\n"
	"45 27 0:51 / /cut rw\n"
	"46 27 nonsense / /bad rw - tmpfs x rw\n";

static void lines_are_read(void **state)
{
	struct mount_table *t = mounts_parse(listing);
	const struct mount *m = mounts_at(t, "/data");

	(void)state;
	assert_non_null(m);
	assert_int_equal(m->id, 30);
	assert_int_equal(m->parent, 27);
	assert_int_equal(m->major, 8);
	assert_int_equal(m->minor, 1);
	assert_string_equal(m->root, "/");
	assert_string_equal(m->options, "rw,noatime");
	assert_string_equal(m->fstype, "xfs");
	assert_string_equal(m->source, "/dev/sda1");
	assert_string_equal(m->super_options, "rw,attr2,noquota");
	m = mounts_at(t, "/mnt/a b\\c\td");
	assert_non_null(m);
	assert_string_equal(m->source, "a tmpfs");
	assert_null(mounts_at(t, "/cut"));
	assert_null(mounts_at(t, "/bad"));
	assert_null(mounts_at(t, "/dat"));
	m = mounts_at(t, "/no-source");
	assert_non_null(m);
	assert_string_equal(m->source, "");
	assert_string_equal(m->super_options, "rw");
	mounts_free(t);
}

static void what_lies_on_top_counts(void **state)
{
	static const struct {
		const char *path, *source; /* NULL: no mount is in sight there */
	} rows[] = {
		{ "/", "/dev/vda" },
		{ "/proc", "proc" },
		{ "/twice", "/dev/second" },
		{ "/twice/in", "in" },
		{ "/over", "above" },
		{ "/over/new", "new" },
		{ "/over/below", NULL },
		{ "/data/deep", "deep" },
		{ "/over/below/child", NULL },
		{ "/srv/www", "/dev/sda1" },
	};
	struct mount_table *t = mounts_parse(listing);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct mount *m = mounts_at(t, rows[i].path);

		if (!m != !rows[i].source || (m && strcmp(m->source, rows[i].source) != 0))
			fail_msg("%s: %s", rows[i].path, m ? m->source : "none");
	}
	mounts_free(t);
}

static void a_path_lies_on_the_longest(void **state)
{
	static const struct {
		const char *path, *point;
	} rows[] = {
		{ "/", "/" },
		{ "/database/x", "/" },
		{ "/data/x", "/data" },
		{ "/data/deep/er", "/data/deep" },
		{ "/over/below/x", "/over" },
		{ "/twice/in", "/twice/in" },
	};
	struct mount_table *t = mounts_parse(listing);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_string_equal(mounts_over(t, rows[i].path)->point, rows[i].point);
	assert_string_equal(mounts_of_device(t, makedev(8, 1))->point, "/data");
	assert_null(mounts_of_device(t, makedev(99, 1)));
	mounts_free(t);
}

static void options_are_whole_words(void **state)
{
	struct mount_table *t = mounts_parse(listing);

	(void)state;
	assert_true(mount_has_option("rw,noexec,size=4k", "noexec"));
	assert_true(mount_has_option("ro", "ro"));
	assert_false(mount_has_option("errors=remount-ro,rw", "ro"));
	assert_false(mount_has_option("", "ro"));
	assert_false(mount_has_option("noexecs", "noexec"));
	assert_false(mount_is_read_only(mounts_at(t, "/data")));
	assert_true(mount_is_read_only(mounts_at(t, "/srv/www")));
	assert_true(mount_is_read_only(mounts_at(t, "/twice")));
	assert_true(mount_is_read_only(mounts_at(t, "/failed")));
	assert_true(mount_is_remote(mounts_at(t, "/nfs")));
	assert_true(mount_is_remote(mounts_at(t, "/ssh")));
	assert_false(mount_is_remote(mounts_at(t, "/data")));
	mounts_free(t);
}

static void nonsense_is_no_mount(void **state)
{
	static const char *const texts[] = {
		"",
		"\n\n",
		" ",
		"1",
		"1 2 3:4 / /x rw - tmpfs",
		"1 2 3 / /x rw - tmpfs a rw\n",
		"99999999999999999999999 2 3:4 / /x rw - tmpfs a rw\n",
		"1 2 3:4 / /x rw tmpfs a rw\n",
		"1 2 3:4 / /x rw -  a rw\n",
		"1 2 3:4 / /x rw -  a b rw\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct mount_table *t = mounts_parse(texts[i]);

		if (t->count)
			fail_msg("'%s' is taken for a mount", texts[i]);
		assert_null(mounts_at(t, "/x"));
		assert_null(mounts_over(t, "/x"));
		mounts_free(t);
	}
}

/* A list that changed while it was read may name parents in a ring. */
static void a_ring_ends(void **state)
{
	struct mount_table *t = mounts_parse("1 2 0:1 / /a rw - tmpfs a rw\n"
					     "2 1 0:2 / /a/b rw - tmpfs b rw\n");

	(void)state;
	assert_non_null(mounts_at(t, "/a/b"));
	mounts_free(t);
}

static void room_is_counted_as_df_does(void **state)
{
	static const struct {
		uint64_t blocks, free, available;
		double percent;
		int64_t left;
	} rows[] = {
		{ 1000, 500, 500, 50, 500 * 4096 },
		/* what is reserved for root counts for nobody: 800 / (800 + 100) */
		{ 1000, 200, 100, 88.89, 100 * 4096 },
		{ 1000, 50, 0, 100, 0 },
		/* the reserve itself is in use */
		{ 1000, 20, (uint64_t)-30, 100, 0 },
		/* never down: one block of very many is not nothing */
		{ 1000000, 999999, 999999, 0.01, INT64_C(999999) * 4096 },
		{ 1000, 1000, 1000, 0, 1000 * 4096 },
		{ 0, 0, 0, -1, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct statvfs fs = { .f_blocks = rows[i].blocks,
					    .f_bfree = rows[i].free,
					    .f_bavail = rows[i].available,
					    .f_frsize = 4096 };

		assert_float_equal(space_used_percent(&fs), rows[i].percent, 1e-9);
		assert_int_equal(space_free(&fs), rows[i].left);
		assert_int_equal(space_size(&fs), (int64_t)rows[i].blocks * 4096);
		assert_float_equal(space_inodes_used_percent(&fs), -1, 0);
	}
}

static void inodes_are_counted(void **state)
{
	const struct statvfs fs = { .f_files = 1000, .f_ffree = 250, .f_favail = 250 };

	(void)state;
	assert_float_equal(space_inodes_used_percent(&fs), 75, 1e-9);
}

static void what_programs_tell_is_bounded(void **state)
{
	/* 16 EiB, as some that store elsewhere tell; and more that is free than there is */
	const struct statvfs endless = { .f_blocks = UINT64_C(1) << 40,
					 .f_bfree = UINT64_C(1) << 40,
					 .f_bavail = UINT64_C(1) << 40,
					 .f_frsize = 1 << 24 };
	const struct statvfs free = { .f_blocks = 100,
				      .f_bfree = 200,
				      .f_bavail = 200,
				      .f_files = 10,
				      .f_ffree = 20,
				      .f_frsize = 4096 };

	(void)state;
	assert_true(space_size(&endless) == INT64_MAX);
	assert_true(space_free(&endless) == INT64_MAX);
	assert_float_equal(space_used_percent(&endless), 0, 0);
	assert_float_equal(space_used_percent(&free), 0, 0);
	assert_float_equal(space_inodes_used_percent(&free), 0, 0);
}

static void a_disk_is_looked_at(void **state)
{
	static const char *const wants[] = { "used_percent", "free", NULL };
	auto_seen struct seen root = see_with("disk", "{ path: / }", wants, NULL);
	auto_seen struct seen none = see("disk", "{ path: /nonesuch/at/all }");
	auto_seen struct seen all = see_with("disk", "{ all: true }", wants, NULL);

	(void)state;
	assert_null(root.mistake);
	assert_true(json_real_value(json_object_get(root.facts, "used_percent")) > 0);
	assert_true(json_integer_value(json_object_get(root.facts, "size")) > 0);
	assert_null(none.mistake);
	assert_int_equal(observer_kind(none.observer), KIND_NOT_FOUND);
	assert_null(json_object_get(none.facts, "used_percent"));
	assert_null(all.mistake);
	assert_true(json_array_size(json_object_get(all.facts, "filesystems")) > 0);
}

static void mistakes_are_told(void **state)
{
	static const struct {
		const char *type, *yaml, *mistake;
	} rows[] = {
		{ "disk", "{ exclude_types: [ tmpfs ] }", "needs a path or all: true" },
		{ "disk", "{ path: /, all: true }", "takes path or all, not both" },
		{ "mount", "{ path: data }", "path: 'data' is not an absolute path" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		auto_seen struct seen s = see(rows[i].type, rows[i].yaml);

		assert_non_null(s.mistake);
		assert_string_equal(s.mistake, rows[i].mistake);
	}
}

static void a_mount_is_told(void **state)
{
	auto_seen struct seen root = see("mount", "{ path: // }");
	auto_seen struct seen proc = see("mount", "{ path: //proc/ }");
	auto_seen struct seen none = see("mount", "{ path: /proc/self }");
	auto_free char *traces = seen_traces(&none);

	(void)state;
	assert_fact(&root, "mounted", "true");
	assert_fact(&proc, "mounted", "true");
	assert_fact(&proc, "fstype", "\"proc\"");
	assert_fact(&none, "mounted", "false");
	assert_fact(&none, "source", "nothing");
	assert_non_null(strstr(traces, "would lie on '/proc' (proc)"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_read),
		cmocka_unit_test(what_lies_on_top_counts),
		cmocka_unit_test(a_path_lies_on_the_longest),
		cmocka_unit_test(options_are_whole_words),
		cmocka_unit_test(nonsense_is_no_mount),
		cmocka_unit_test(a_ring_ends),
		cmocka_unit_test(room_is_counted_as_df_does),
		cmocka_unit_test(inodes_are_counted),
		cmocka_unit_test(what_programs_tell_is_bounded),
		cmocka_unit_test(a_disk_is_looked_at),
		cmocka_unit_test(mistakes_are_told),
		cmocka_unit_test(a_mount_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
