/*
 * fault - checks that misbehave on purpose, one type a lane: for tests of what the engine survives.
 *
 * Compiled only with --enable-fault-injection.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "checks/check.h"
#include "engine/base/loop.h"

/* Where the kernel does not stop an eater (sanitizers need all addresses), it stops itself. */
#define EAT_MOST ((size_t)1536 * 1024 * 1024)
#define EAT_BITE ((size_t)64 * 1024 * 1024)
#define FLOOD ((size_t)64 * 1024 * 1024)
#define WIRE_FD 3

struct fault_query {
	int deed;
	int when;
	struct duration after;
	char *path;
};

enum deed { BLOCK, CRASH, EAT, EXIT, FAIL, FLOOD_OUTPUT, GARBAGE, HANG, LOOP, PASS };
static const char *const deeds[] = {
	"block", "crash", "eat", "exit", "fail", "flood", "garbage", "hang", "loop", "pass", NULL,
};

enum when { START, CALLBACK, SHARED };
static const char *const whens[] = { "start", "callback", "shared", NULL };

static const struct field fault_fields[] = {
	FIELD_DURATION(struct fault_query, after, .dflt = "0s",
		       .doc = "How long to wait before the deed."),
	{ .name = "do",
	  .kind = FIELD_KIND_ENUM,
	  .offset = offsetof(struct fault_query, deed),
	  .required = true,
	  .choices = deeds,
	  .doc = "The deed." },
	FIELD_PATH(struct fault_query, path,
		   .doc = "For block: a file to write, on a frozen file system."),
	FIELD_ENUM(struct fault_query, when, .dflt = "start", .choices = whens,
		   .doc = "In a lane with a loop: at once, in a callback, or in one of nobody's."),
	{ .name = NULL },
};

static const struct fact fault_facts[] = {
	{ .name = "ok", .type = FACT_BOOL, .doc = "Whether it was told to pass." },
	{ .name = "text", .type = FACT_TEXT, .doc = "The text 'fault'." },
	{ .name = NULL },
};

static void eat(void)
{
	for (size_t eaten = 0; eaten < EAT_MOST; eaten += EAT_BITE) {
		volatile char *bite = xmalloc(EAT_BITE);

		bite[0] = 1;
	}
	_exit(XALLOC_EXIT);
}

static void flood(int fd, size_t len)
{
	char chunk[65536];

	memset(chunk, 'x', sizeof(chunk));
	for (size_t i = 0; i < sizeof(chunk); i += 80)
		chunk[i] = '\n';
	for (size_t done = 0; done < len; done += sizeof(chunk))
		if (write(fd, chunk, sizeof(chunk)) < 0)
			break;
}

static void loop_for_ever(void)
{
	volatile unsigned turns = 0;

	for (;;)
		turns++;
}

/* On a frozen file system this waits in the kernel, where no signal helps. */
static void write_to(const char *path)
{
	auto_fd int fd = path ? open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600) : -1;

	if (fd >= 0 && write(fd, "x", 1) < 0)
		return;
}

/* Whether the check goes on after it. */
static bool misdeed(const struct fault_query *q)
{
	switch ((enum deed)q->deed) {
	case BLOCK:
		write_to(q->path);
		return true;
	case CRASH:
		raise(SIGSEGV);
		return false;
	case EAT:
		eat();
		return false;
	case EXIT:
		_exit(3);
	case LOOP:
		loop_for_ever();
		return false;
	case FLOOD_OUTPUT:
		flood(STDOUT_FILENO, FLOOD);
		return true;
	case GARBAGE:
		flood(WIRE_FD, 65536);
		return true;
	default:
		return true;
	}
}

static void wait_before(const struct fault_query *q)
{
	struct timespec t = { .tv_sec = q->after.ns / NS_PER_S, .tv_nsec = q->after.ns % NS_PER_S };

	if (q->after.ns)
		nanosleep(&t, NULL);
}

static int fault_observe(const void *query, struct observer *o, struct err **e)
{
	const struct fault_query *q = query;

	(void)e;
	wait_before(q);
	while (q->deed == HANG)
		pause();
	misdeed(q);
	observer_set_bool(o, "ok", q->deed != FAIL);
	observer_set_string(o, "text", "fault");
	return 0;
}

struct fault_state {
	struct probe *probe;
	struct loop_timer *timer;
	struct fault_holder *holder; /* what the timer is called with, when that is nobody's */
};

struct fault_holder {
	struct fault_state *state;
};

static void fault_end(struct fault_state *s)
{
	struct probe *p = s->probe;
	const struct fault_query *q = p->query;

	misdeed(q);
	if (q->deed == HANG)
		return;
	observer_set_bool(p->observer, "ok", q->deed != FAIL);
	observer_set_string(p->observer, "text", "fault");
	free(s->holder);
	free(s);
	p->state = NULL;
	probe_done(p);
}

static void on_own(void *ctx)
{
	struct fault_state *s = ctx;

	s->timer = NULL;
	fault_end(s);
}

static void on_shared(void *ctx)
{
	struct fault_holder *h = ctx;

	h->state->timer = NULL;
	fault_end(h->state);
}

static int fault_begin(const void *query, struct probe *p, struct err **e)
{
	const struct fault_query *q = query;
	struct fault_state *s = xcalloc(1, sizeof(*s));
	int64_t when = clock_mono() + q->after.ns;

	(void)e;
	s->probe = p;
	p->state = s;
	if (q->when == START && !q->after.ns) {
		fault_end(s);
	} else if (q->when == SHARED) {
		s->holder = xcalloc(1, sizeof(*s->holder));
		s->holder->state = s;
		s->timer = loop_timer_add(p->loop, when, on_shared, s->holder);
	} else {
		s->timer = loop_timer_add(p->loop, when, on_own, s);
	}
	return 0;
}

static void fault_cancel(struct probe *p)
{
	struct fault_state *s = p->state;

	loop_timer_remove(s->timer);
	free(s->holder);
	free(s);
	p->state = NULL;
}

#define FAULT_COMMON                                                                               \
	.summary = "nothing bad was done on purpose", .fields = fault_fields,                      \
	.query_size = sizeof(struct fault_query), .facts = fault_facts,                            \
	.default_expect = "{ ok: true }", .extract_from = "text"

const struct check_type check_fault_command = {
	.name = "fault_command",
	.lane = LANE_COMMAND,
	FAULT_COMMON,
	.begin = fault_begin,
	.cancel = fault_cancel,
};

const struct check_type check_fault_isolated = {
	.name = "fault_isolated",
	.lane = LANE_ISOLATED,
	FAULT_COMMON,
	.observe = fault_observe,
};

const struct check_type check_fault_local = {
	.name = "fault_local",
	.lane = LANE_LOCAL,
	FAULT_COMMON,
	.observe = fault_observe,
};

const struct check_type check_fault_network = {
	.name = "fault_network",
	.lane = LANE_NETWORK,
	FAULT_COMMON,
	.begin = fault_begin,
	.cancel = fault_cancel,
};
