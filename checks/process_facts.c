/*
 * process_facts - what a process check tells of the processes that it found, no more than somebody
 * asks for.
 *
 * A zombie shows in `states` alone: it does no work any more, so it is not counted and adds
 * nothing.
 */
#include "checks/process_facts.h"

#include <string.h>

#include "checks/check.h"
#include "checks/snapshot/process_files.h"
#include "checks/snapshot/processes.h"
#include "checks/snapshot/users.h"

/* So many are named in the evidence. */
#define EVIDENCE_PROCESSES 10

static const struct fact state_facts[] = {
	{ .name = "D",
	  .type = FACT_INT,
	  .doc = "Waiting in the kernel, not to be interrupted (usually for a disk)." },
	{ .name = "R", .type = FACT_INT, .doc = "Running or ready to." },
	{ .name = "S", .type = FACT_INT, .doc = "Waiting." },
	{ .name = "T", .type = FACT_INT, .doc = "Stopped by a signal." },
	{ .name = "Z",
	  .type = FACT_INT,
	  .doc = "Ended, but not yet reaped by the parent; not in count." },
	{ .name = "t", .type = FACT_INT, .doc = "Stopped by a debugger." },
	{ .name = NULL },
};

static const struct fact item_facts[] = {
	{ .name = "age", .type = FACT_DURATION, .doc = "Time since it was started." },
	{ .name = "command",
	  .type = FACT_TEXT,
	  .doc = "Whole command line, the arguments joined by blanks." },
	{ .name = "cpu", .type = FACT_DURATION, .doc = "Processor time that it has used." },
	{ .name = "exe",
	  .type = FACT_TEXT,
	  .doc = "Base name of the program, or of the script of an interpreter." },
	{ .name = "name",
	  .type = FACT_TEXT,
	  .doc = "Name that the kernel keeps, uncut where it can be known." },
	{ .name = "pid", .type = FACT_INT, .doc = "Process id." },
	{ .name = "ppid", .type = FACT_INT, .doc = "Process id of the parent." },
	{ .name = "rss", .type = FACT_SIZE, .doc = "Memory in use (resident set)." },
	{ .name = "started", .type = FACT_TIME, .doc = "When it was started." },
	{ .name = "state", .type = FACT_TEXT, .doc = "State as one letter: R, S, D, T, t." },
	{ .name = "threads", .type = FACT_INT, .doc = "Number of threads." },
	{ .name = "user",
	  .type = FACT_TEXT,
	  .doc = "Effective user, as a number where it has no name." },
	{ .name = NULL },
};

const struct fact process_facts[] = {
	{ .name = "age", .type = FACT_DURATION, .doc = "Time since the youngest was started." },
	{ .name = "commands",
	  .type = FACT_LIST,
	  .item = FACT_TEXT,
	  .doc = "Whole command line of each." },
	{ .name = "count", .type = FACT_INT, .doc = "How many run; zombies do not count." },
	{ .name = "cpu",
	  .type = FACT_DURATION,
	  .doc = "Processor time that they have used, together." },
	{ .name = "deleted_open_bytes",
	  .type = FACT_SIZE,
	  .doc = "Space on disk of deleted files that they still hold open, together." },
	{ .name = "open_files", .type = FACT_INT, .doc = "Open descriptors, together." },
	{ .name = "pids",
	  .type = FACT_LIST,
	  .item = FACT_INT,
	  .doc = "Process id of each, ascending." },
	{ .name = "processes",
	  .type = FACT_LIST,
	  .item = FACT_MAP,
	  .of = item_facts,
	  .doc = "Everything about each of them, by pid." },
	{ .name = "rss", .type = FACT_SIZE, .doc = "Memory in use (resident set), together." },
	{ .name = "started", .type = FACT_TIME, .doc = "When the youngest was started." },
	{ .name = "states",
	  .type = FACT_MAP,
	  .of = state_facts,
	  .doc = "How many are in each state, zombies included." },
	{ .name = "threads", .type = FACT_INT, .doc = "Number of threads, together." },
	{ .name = "users",
	  .type = FACT_LIST,
	  .item = FACT_TEXT,
	  .doc = "Effective users, each once." },
	{ .name = NULL },
};

struct teller {
	const struct process_table *table;
	const struct user_table *users;
	struct process **items; /* the living ones */
	size_t count;
	struct observer *o;
};

/* To the millisecond: the kernel's clock ticks are coarser. */
static double seconds(int64_t ns)
{
	return (double)(ns / NS_PER_MS) / 1000.0;
}

static json_t *span_json(struct span s)
{
	return observer_text(s.at ? s.at : "", s.len);
}

static int64_t cpu_ns(const struct process_table *t, const struct process *p)
{
	return (int64_t)p->stat.cpu_ticks * t->tick_ns;
}

/* The name of its user; a process that ended in between has none. */
static json_t *user_json(const struct teller *x, struct process *p)
{
	if (process_read_uid(x->table, p) != COLUMN_READ)
		return json_string("");
	return json_string(user_name(x->users, p->uid));
}

static json_t *command_json(const struct teller *x, struct process *p)
{
	if (process_read_command(x->table, p) == COLUMN_READ)
		return observer_text(p->command, p->command_len);
	if (p->args_state == COLUMN_DENIED)
		observer_trouble(x->o, KIND_PERMISSION,
				 "the command line of process %d may not be read", p->pid);
	return json_string("");
}

static json_t *item_json(const struct teller *x, struct process *p)
{
	const struct process_table *t = x->table;
	json_t *item = json_object();
	char started[32];

	clock_rfc3339(process_started(t, p), started, sizeof(started));
	json_object_set_new(item, "pid", json_integer(p->pid));
	json_object_set_new(item, "ppid", json_integer(p->ppid));
	json_object_set_new(item, "name", span_json(process_name(t, p)));
	json_object_set_new(item, "exe", span_json(process_exe(t, p)));
	json_object_set_new(item, "command", command_json(x, p));
	json_object_set_new(item, "user", user_json(x, p));
	json_object_set_new(item, "state", json_stringn(&p->stat.state, 1));
	json_object_set_new(item, "age", json_real(seconds(t->now - process_started(t, p))));
	json_object_set_new(item, "started", json_string(started));
	json_object_set_new(item, "rss", json_integer((json_int_t)p->stat.rss_pages * t->page));
	json_object_set_new(item, "cpu", json_real(seconds(cpu_ns(t, p))));
	json_object_set_new(item, "threads", json_integer((json_int_t)p->stat.threads));
	return item;
}

static void tell_lists(const struct teller *x)
{
	json_t *pids, *commands, *processes;

	if (observer_wants(x->o, "pids")) {
		pids = json_array();
		for (size_t i = 0; i < x->count; i++)
			json_array_append_new(pids, json_integer(x->items[i]->pid));
		observer_set(x->o, "pids", pids);
	}
	if (observer_wants(x->o, "commands")) {
		commands = json_array();
		for (size_t i = 0; i < x->count; i++)
			json_array_append_new(commands, command_json(x, x->items[i]));
		observer_set(x->o, "commands", commands);
	}
	if (observer_wants(x->o, "processes")) {
		processes = json_array();
		for (size_t i = 0; i < x->count; i++)
			json_array_append_new(processes, item_json(x, x->items[i]));
		observer_set(x->o, "processes", processes);
	}
}

static bool list_has(const json_t *list, const json_t *value)
{
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
		if (json_equal(item, value)) return true;
	return false;
}

static void tell_users(const struct teller *x)
{
	json_t *users = json_array();

	for (size_t i = 0; i < x->count; i++) {
		json_t *name = user_json(x, x->items[i]);

		if (!list_has(users, name))
			json_array_append(users, name);
		json_decref(name);
	}
	observer_set(x->o, "users", users);
}

static void tell_youngest(const struct teller *x, const struct process *youngest)
{
	const int64_t when = process_started(x->table, youngest);
	char started[32];

	if (observer_wants(x->o, "age"))
		observer_set_real(x->o, "age", seconds(x->table->now - when));
	if (!observer_wants(x->o, "started"))
		return;
	clock_rfc3339(when, started, sizeof(started));
	observer_set_string(x->o, "started", started);
}

static void tell_sum(const struct teller *x, const char *fact, int64_t sum)
{
	if (observer_wants(x->o, fact))
		observer_set_int(x->o, fact, sum);
}

/* Sums and the youngest: of none there are none, so that nothing passes for want of processes. */
static void tell_sums(const struct teller *x)
{
	const struct process *youngest = x->items[0];
	int64_t rss = 0, cpu = 0, threads = 0;

	for (size_t i = 0; i < x->count; i++) {
		const struct process *p = x->items[i];

		rss += (int64_t)p->stat.rss_pages * x->table->page;
		cpu += cpu_ns(x->table, p);
		threads += (int64_t)p->stat.threads;
		if (p->stat.start_ticks > youngest->stat.start_ticks)
			youngest = p;
	}
	tell_youngest(x, youngest);
	tell_sum(x, "rss", rss);
	if (observer_wants(x->o, "cpu"))
		observer_set_real(x->o, "cpu", seconds(cpu));
	tell_sum(x, "threads", threads);
}

static void tell_denied_files(const struct teller *x, const struct process *p)
{
	observer_trouble(x->o, KIND_PERMISSION,
			 "the open files of process %d ('%s') may not be read", p->pid,
			 p->stat.comm);
}

static void tell_open_files(const struct teller *x)
{
	int64_t files = 0;

	for (size_t i = 0; i < x->count; i++)
		if (process_count_files(x->table, x->items[i], &files) == COLUMN_DENIED) {
			tell_denied_files(x, x->items[i]);
			return;
		}
	observer_set_int(x->o, "open_files", files);
}

static void tell_deleted_files(const struct teller *x)
{
	struct deleted_files *deleted = deleted_files_new();
	size_t i = 0;

	while (i < x->count && deleted_files_add(deleted, x->table, x->items[i]) != COLUMN_DENIED)
		i++;
	if (i < x->count)
		tell_denied_files(x, x->items[i]);
	else
		observer_set_int(x->o, "deleted_open_bytes", deleted_files_bytes(deleted));
	deleted_files_free(deleted);
}

/* All letters that an expectation can name are there, so that `states.Z: 0` can hold. */
static void tell_states(struct process *const *found, size_t count, struct observer *o)
{
	json_t *states = json_object();

	for (const struct fact *f = state_facts; f->name; f++)
		json_object_set_new(states, f->name, json_integer(0));
	for (size_t i = 0; i < count; i++) {
		const char letter[2] = { found[i]->stat.state, '\0' };

		json_object_set_new(
			states, letter,
			json_integer(json_integer_value(json_object_get(states, letter)) + 1));
	}
	observer_set(o, "states", states);
}

static void tell_evidence(const struct teller *x)
{
	auto_buf struct buf text = BUF_INIT(8192);

	for (size_t i = 0; i < x->count && i < EVIDENCE_PROCESSES; i++) {
		struct process *p = x->items[i];
		struct span shown = process_name(x->table, p);

		if (process_read_command(x->table, p) == COLUMN_READ && p->command_len)
			shown = (struct span){ p->command, p->command_len };
		buf_add_int(&text, p->pid);
		buf_addc(&text, ' ');
		buf_add(&text, shown.at, shown.len < 500 ? shown.len : 500);
		buf_addc(&text, '\n');
	}
	if (x->count > EVIDENCE_PROCESSES)
		buf_printf(&text, "and %zu more\n", x->count - EVIDENCE_PROCESSES);
	observer_evidence(x->o, "processes", buf_text(&text), text.len);
}

static void tell_living(const struct teller *x)
{
	observer_set_int(x->o, "count", (int64_t)x->count);
	tell_lists(x);
	if (observer_wants(x->o, "users"))
		tell_users(x);
	if (!x->count)
		return;
	tell_sums(x);
	if (observer_wants(x->o, "open_files"))
		tell_open_files(x);
	if (observer_wants(x->o, "deleted_open_bytes"))
		tell_deleted_files(x);
	tell_evidence(x);
}

int process_tell(const struct process_table *t, struct process *const *found, size_t count,
		 struct observer *o, struct err **e)
{
	auto_free struct process **living = xcalloc(count + 1, sizeof(*living));
	struct teller x = {
		.table = t, .items = living, .o = o, .users = observer_table(o, &users_table, e)
	};

	if (!x.users)
		return -1;
	for (size_t i = 0; i < count; i++)
		if (process_alive(found[i]))
			living[x.count++] = found[i];
	if (x.count < count)
		observer_trace(o, "%zu more have ended and wait for their parent (zombies)",
			       count - x.count);
	tell_living(&x);
	if (observer_wants(o, "states"))
		tell_states(found, count, o);
	return 0;
}
