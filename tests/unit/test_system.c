/*
 * What files of /proc and of control groups say: version 1, 2, both, nested, without limit, mounted
 * nowhere; and rates between two samples.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "checks/snapshot/cgroup_text.h"
#include "checks/snapshot/cpu.h"
#include "checks/snapshot/host_text.h"
#include "checks/snapshot/percent.h"
#include "engine/decl/table_cache.h"
#include "tests/unit/observe.h"

static void memory_is_read(void **state)
{
	static const char text[] = "MemTotal:       24684096 kB\nMemFree:        22150600 kB\n"
				   "MemAvailable:   23713188 kB\nBuffers:           16644 kB\n"
				   "Cached:          1662712 kB\nSwapCached:            0 kB\n"
				   "Shmem:               712 kB\nHugePages_Total:       0\n";
	static const char old[] = "MemTotal: 1000 kB\nMemFree: 100 kB\nBuffers: 20 kB\n"
				  "Cached: 300 kB\nShmem: 120 kB\n";
	uint64_t v;

	(void)state;
	assert_true(host_memory(text, "MemTotal", &v));
	assert_int_equal(v, UINT64_C(24684096) * 1024);
	assert_true(host_memory_available(text, &v));
	assert_int_equal(v, UINT64_C(23713188) * 1024);
	assert_false(host_memory(text, "Mem", &v));
	assert_false(host_memory(text, "SwapTotal", &v));
	assert_false(host_memory("", "MemTotal", &v));
	assert_false(host_memory("MemTotal: 99999999999999999999 kB\n", "MemTotal", &v));
	/* before Linux 3.14: what is free, and caches without what is shared */
	assert_true(host_memory_available(old, &v));
	assert_int_equal(v, 300 * 1024);
}

static void processors_are_read(void **state)
{
	static const char text[] = "cpu  10 2 30 400 50 6 7 8 9 1\ncpu0 5 1 15 200 25 3 3 4 0 0\n"
				   "cpu1 5 1 15 200 25 3 4 4 0 0\nintr 1 2 3\ncpufreq x\n";
	struct host_cpu c;

	(void)state;
	assert_true(host_cpu(text, &c));
	assert_int_equal(c.total, 10 + 2 + 30 + 400 + 50 + 6 + 7 + 8);
	assert_int_equal(c.idle, 450);
	assert_int_equal(c.cpus, 2);
	assert_true(host_cpu("cpu  1 2 3 4\ncpu0 1 2 3 4\n", &c));
	assert_int_equal(c.total, 10);
	assert_false(host_cpu("cpu  1 2\ncpu0 1 2\n", &c));
	assert_false(host_cpu("intr 1\n", &c));
	assert_false(host_cpu("", &c));
}

static void small_files_are_read(void **state)
{
	struct host_load load;
	struct host_pressure p;
	uint64_t used, most;
	double seconds;

	(void)state;
	assert_true(host_load("0.52 1.25 10.00 1/234 5678\n", &load));
	assert_float_equal(load.one, 0.52, 1e-9);
	assert_float_equal(load.five, 1.25, 1e-9);
	assert_float_equal(load.fifteen, 10, 1e-9);
	assert_false(host_load("0.52 x\n", &load));
	assert_false(host_load("", &load));
	assert_true(host_uptime("12345.67 99999.00\n", &seconds));
	assert_float_equal(seconds, 12345.67, 1e-9);
	assert_true(host_files("1234\t0\t9223372036854775807\n", &used, &most));
	assert_int_equal(used, 1234);
	assert_int_equal(most, INT64_MAX);
	assert_false(host_files("1234\t0\t0\n", &used, &most));
	assert_false(host_files("1234\n", &used, &most));
	assert_true(host_pressure("some avg10=1.50 avg60=0.25 avg300=0.01 total=7\n"
				  "full avg10=0.50 avg60=0.00 avg300=0.00 total=3\n",
				  "full", &p));
	assert_float_equal(p.avg10, 0.5, 1e-9);
	assert_false(host_pressure("some avg10=1.50 avg60=0.25 avg300=0.01 total=7\n", "full", &p));
	assert_false(host_pressure("some avg10=1.50\nfull avg60=1.00 avg300=2.00\n", "some", &p));
}

static void shares_go_up(void **state)
{
	(void)state;
	assert_float_equal(percent_of(80001, 100000), 80.01, 1e-9);
	assert_float_equal(percent_of(80, 100), 80, 1e-9);
	assert_float_equal(percent_of(1, 3), 33.34, 1e-9);
	assert_float_equal(percent_of(0, 3), 0, 0);
	assert_float_equal(percent_of(3, 0), 0, 0);
	assert_float_equal(percent_of(-3, 7), 0, 0);
}

static const char v1_groups[] = "9:name=systemd:/docker/abc\n4:memory:/docker/abc\n"
				"2:cpu,cpuacct:/docker/abc/in:ner\n"
				"0::/system.slice/docker.service\n";

static void paths_of_groups_are_found(void **state)
{
	static const struct {
		const char *text, *controller, *path;
	} rows[] = {
		{ v1_groups, "memory", "/docker/abc" },
		{ v1_groups, "cpu", "/docker/abc/in:ner" },
		{ v1_groups, "cpuacct", "/docker/abc/in:ner" },
		{ v1_groups, NULL, "/system.slice/docker.service" },
		{ v1_groups, "cpuset", NULL },
		{ v1_groups, "mem", NULL },
		{ "0::/\n", NULL, "/" },
		{ "0::/\n", "memory", NULL },
		{ "4:memory:/x", NULL, NULL },
		{ "", NULL, NULL },
		{ "nonsense\n:\n::\n", "memory", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		auto_free char *path = cgroup_path(rows[i].text, rows[i].controller);

		if (!path != !rows[i].path || (path && strcmp(path, rows[i].path) != 0))
			fail_msg("%zu: %s", i, path ? path : "none");
	}
}

static void common_groups_are_found(void **state)
{
	static const struct {
		const char *a, *b, *common;
	} rows[] = {
		/* a service with a limit of its own, and the init of the machine */
		{ "/system.slice/rounds.service", "/init.scope", "/" },
		{ "/", "/", "/" },
		{ "/docker/abc", "/docker/abc", "/docker/abc" },
		{ "/docker/abc/x", "/docker/abc", "/docker/abc" },
		{ "/kubepods/pod1/web", "/kubepods/pod1/pause", "/kubepods/pod1" },
		{ "/docker/abc", "/docker/abcd", "/docker" },
		{ "/", "/../../init.scope", "/" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		auto_free char *one = cgroup_common(rows[i].a, rows[i].b);
		auto_free char *other = cgroup_common(rows[i].b, rows[i].a);

		assert_string_equal(one, rows[i].common);
		assert_string_equal(other, rows[i].common);
	}
}

#define V1                                                                                         \
	"30 20 0:26 / /sys/fs/cgroup ro - tmpfs tmpfs ro,mode=755\n"                               \
	"31 30 0:27 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"              \
	"32 30 0:28 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"                        \
	"33 30 0:29 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd\n"
#define HYBRID V1 "34 30 0:30 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw,nsdelegate\n"
#define V2 "31 20 0:27 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n"
/* A container of version 1 without a namespace of its own: its group is all that is mounted. */
#define DOCKER_V1                                                                                  \
	"40 39 0:28 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n"              \
	"41 39 0:27 /docker/abc /sys/fs/cgroup/cpu,cpuacct ro - cgroup cgroup rw,cpu,cpuacct\n"

static void groups_are_placed(void **state)
{
	static const struct {
		const char *mountinfo, *controller, *path, *folder; /* NULL: not mounted */
	} rows[] = {
		{ V1, "memory", "/a/b", "/sys/fs/cgroup/memory/a/b" },
		{ V1, "cpu", "/", "/sys/fs/cgroup/cpu,cpuacct" },
		{ V1, "cpuset", "/", NULL },
		{ V1, NULL, "/", NULL },
		{ HYBRID, "memory", "/a", "/sys/fs/cgroup/memory/a" },
		{ HYBRID, NULL, "/a", "/sys/fs/cgroup/unified/a" },
		{ V2, NULL, "/a/b c", "/sys/fs/cgroup/a/b c" },
		{ V2, "memory", "/a", NULL },
		{ V2, NULL, "/../../init.scope", "/sys/fs/cgroup" },
		{ DOCKER_V1, "memory", "/docker/abc", "/sys/fs/cgroup/memory" },
		{ DOCKER_V1, "memory", "/docker/abc/below", "/sys/fs/cgroup/memory/below" },
		{ DOCKER_V1, "memory", "/docker/abcd", "/sys/fs/cgroup/memory" },
		{ DOCKER_V1, "cpuacct", "/", "/sys/fs/cgroup/cpu,cpuacct" },
		{ "", NULL, "/", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct mount_table *t = mounts_parse(rows[i].mountinfo);
		struct cgroup_place p = { 0 };
		bool found = cgroup_place(t, rows[i].controller, rows[i].path, &p);

		if (found != (rows[i].folder != NULL) ||
		    (found && strcmp(p.folder, rows[i].folder) != 0))
			fail_msg("%zu: %s", i, found ? p.folder : "none");
		cgroup_place_free(&p);
		mounts_free(t);
	}
}

static void groups_end_at_the_top(void **state)
{
	struct mount_table *t = mounts_parse(V2);
	struct cgroup_place p;

	(void)state;
	assert_true(cgroup_place(t, NULL, "/a/b", &p));
	assert_true(cgroup_up(&p));
	assert_string_equal(p.folder, "/sys/fs/cgroup/a");
	assert_true(cgroup_up(&p));
	assert_string_equal(p.folder, "/sys/fs/cgroup");
	assert_false(cgroup_up(&p));
	cgroup_place_free(&p);
	mounts_free(t);
}

static void limits_are_read(void **state)
{
	const uint64_t most = UINT64_C(8) << 30;
	double cpus;
	uint64_t v;

	(void)state;
	assert_true(cgroup_limit("1073741824\n", most, &v));
	assert_int_equal(v, 1073741824);
	assert_true(cgroup_limit("0\n", most, &v));
	assert_false(cgroup_limit("max\n", most, &v));
	/* what version 1 says for "none", and what is more than there is */
	assert_false(cgroup_limit("9223372036854771712\n", most, &v));
	assert_false(cgroup_limit("8589934592\n", most, &v));
	assert_false(cgroup_limit("", most, &v));
	assert_true(cgroup_quota_v2("150000 100000\n", &cpus));
	assert_float_equal(cpus, 1.5, 1e-9);
	assert_false(cgroup_quota_v2("max 100000\n", &cpus));
	assert_false(cgroup_quota_v2("150000\n", &cpus));
	assert_false(cgroup_quota_v2("150000 0\n", &cpus));
	assert_true(cgroup_quota_v1("50000\n", "100000\n", &cpus));
	assert_float_equal(cpus, 0.5, 1e-9);
	assert_false(cgroup_quota_v1("-1\n", "100000\n", &cpus));
}

static void what_is_no_amount_is_known(void **state)
{
	static const struct {
		const char *text;
		bool amount, no_quota;
	} rows[] = {
		{ "1073741824\n", true, false },
		{ "0", true, false },
		{ "max\n", true, true },
		{ "max 100000\n", true, true },
		{ "maximum\n", false, false },
		{ "-1\n", false, true },
		{ "-10\n", false, false },
		{ "512M\n", false, false },
		{ "99999999999999999999\n", false, false },
		{ "\n", false, false },
		{ "", false, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (cgroup_is_amount(rows[i].text) != rows[i].amount ||
		    cgroup_no_quota(rows[i].text) != rows[i].no_quota)
			fail_msg("'%s'", rows[i].text);
}

static void page_cache_is_no_use(void **state)
{
	(void)state;
	assert_int_equal(cgroup_working_set(1000, "anon 5\nactive_file 9\ninactive_file 300\n"),
			 700);
	assert_int_equal(cgroup_working_set(1000, "inactive_file 1\ntotal_inactive_file 400\n"),
			 600);
	assert_int_equal(cgroup_working_set(100, "inactive_file 300\n"), 0);
	assert_int_equal(cgroup_working_set(100, ""), 100);
}

static void the_fullest_quota_counts(void **state)
{
	char outer[] = "/outer", inner[] = "/outer/inner", new[] = "/new";
	struct container_cpu before[] = {
		{ inner, 2, 100, 10, 0 },
		{ outer, 3, 200, 10, 4 },
	};
	struct container_cpu after[] = {
		{ inner, 2, 100.5, 20, 0 },
		{ outer, 3, 202.7, 20, 9 },
		{ new, 1, 500, 99, 99 },
	};
	const struct cpu_sample from = { NS_PER_S, { 1000, 500, 4 }, before, 2 };
	const struct cpu_sample to = { 2 * NS_PER_S, { 1400, 800, 4 }, after, 3 };
	const struct cpu_sample host_from = { NS_PER_S, { 1000, 500, 4 }, NULL, 0 };
	const struct cpu_sample host_to = { 3 * NS_PER_S, { 1400, 800, 4 }, NULL, 0 };
	struct cpu_rates r = cpu_rates(&from, &to);

	(void)state;
	assert_float_equal(r.busy, 90, 0.011); /* 2.7 of 3 */
	assert_float_equal(r.cpus, 3, 0);
	assert_float_equal(r.throttled, 50, 0.011);
	assert_float_equal(r.seconds, 1, 1e-9);
	r = cpu_rates(&host_from, &host_to);
	assert_float_equal(r.busy, 25, 0.011); /* 300 of 400 idle */
	assert_float_equal(r.cpus, 4, 0);
	assert_float_equal(r.throttled, 0, 0);
	/* nothing has moved */
	r = cpu_rates(&host_from, &host_from);
	assert_float_equal(r.busy, 0, 0);
}

static void the_machine_is_told(void **state)
{
	static const char *const wants[] = { "load1",	  "load1_per_cpu",  "memory_percent",
					     "processes", "swap_percent",   "open_files_percent",
					     "uptime",	  NULL };
	auto_seen struct seen s = see_with("system", "{}", wants, NULL);

	(void)state;
	assert_null(s.mistake);
	for (size_t i = 0; wants[i]; i++)
		if (!json_is_number(json_object_get(s.facts, wants[i])))
			fail_msg("%s is no number", wants[i]);
	assert_fact(&s, "cpu_percent", "nothing");
	assert_true(json_number_value(json_object_get(s.facts, "memory_percent")) > 0);
	assert_true(json_number_value(json_object_get(s.facts, "memory_percent")) <= 100);
}

/* Of one generation they share one measurement, and the next begins where it ended. */
static void rates_are_shared_and_go_on(void **state)
{
	static const char *const wants[] = { "cpu_percent", NULL };
	struct table_cache *cache = table_cache_new();
	int64_t begun;

	(void)state;
	for (int generation = 0; generation < 2; generation++) {
		auto_seen struct seen a = see_with("system", "{ scope: host }", wants, cache);
		auto_seen struct seen b = see_with("system", "{ scope: host }", wants, cache);
		auto_free char *first = seen_text(&a, "cpu_percent");
		auto_free char *traces = seen_traces(&a);
		auto_free char *same = seen_traces(&b);

		assert_null(a.mistake);
		assert_string_not_equal(first, "nothing");
		assert_fact(&b, "cpu_percent", first);
		assert_string_equal(traces, same);
		table_cache_renew(cache);
	}
	begun = clock_mono();
	while (clock_mono() - begun < NS_PER_S)
		;
	{
		auto_seen struct seen c = see_with("system", "{ scope: host }", wants, cache);

		/* the second in which this process was busy is behind it */
		assert_true(json_number_value(json_object_get(c.facts, "cpu_percent")) > 0);
	}
	table_cache_free(cache);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_read),
		cmocka_unit_test(processors_are_read),
		cmocka_unit_test(small_files_are_read),
		cmocka_unit_test(shares_go_up),
		cmocka_unit_test(paths_of_groups_are_found),
		cmocka_unit_test(common_groups_are_found),
		cmocka_unit_test(groups_are_placed),
		cmocka_unit_test(groups_end_at_the_top),
		cmocka_unit_test(limits_are_read),
		cmocka_unit_test(what_is_no_amount_is_known),
		cmocka_unit_test(page_cache_is_no_use),
		cmocka_unit_test(the_fullest_quota_counts),
		cmocka_unit_test(the_machine_is_told),
		cmocka_unit_test(rates_are_shared_and_go_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
