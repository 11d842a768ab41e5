/*
 * kernel_param - what is a parameter of the running kernel set to (sysctl(8))?
 *
 * Reads below /proc/sys. What a file of settings says for the next start is file's question.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "checks/check.h"
#include "checks/snapshot/proc_read.h"
#include "engine/base/number.h"

/* Only one read gets all of it, so there must be room for it. Nearly all are short; lists of ports
 * (net.ipv4.ip_local_reserved_ports) have up to 200 KiB. */
#define TEXT_SIZE ((size_t)4096)
#define TEXT_MAX ((size_t)1024 * 1024)

struct kernel_param_query {
	char *name;
};

static const struct field kernel_param_fields[] = {
	FIELD_TEXT(struct kernel_param_query, name, .required = true,
		   .doc = "Name as sysctl has it: net.ipv4.ip_forward, or net/ipv4/conf/eth0.100/"
			  "forwarding where a part has a dot."),
	{ .name = NULL },
};

static const struct fact kernel_param_facts[] = {
	{ .name = "exists",
	  .type = FACT_BOOL,
	  .doc = "Whether this kernel has such a parameter (in this network namespace)." },
	{ .name = "value",
	  .type = FACT_OPEN,
	  .doc = "Its value: a number where it is just one, else the text with single blanks." },
	{ .name = "values",
	  .type = FACT_LIST,
	  .doc = "Its words, each a number where it is one: values[2] of net.ipv4.tcp_rmem." },
	{ .name = NULL },
};

/* "a.b/c" is a/b.c, "a/b.c" too: the first separator is that between parts. NULL: no name. */
static char *param_path(const char *name)
{
	char *path = xstrdup(name);
	bool dots = path[strcspn(path, "./")] == '.';
	size_t part = 0;

	for (char *c = path;; c++) {
		if (dots && (*c == '.' || *c == '/'))
			*c = *c == '.' ? '/' : '.';
		if (*c != '/' && *c) {
			part++;
			continue;
		}
		/* no empty part, and none that leads up */
		if (!part || (c[-1] == '.' && (part == 1 || (part == 2 && c[-2] == '.')))) {
			free(path);
			return NULL;
		}
		if (!*c)
			return path;
		part = 0;
	}
}

/* A number too large for an integer is one still. */
static json_t *word_json(const char *text, size_t len)
{
	auto_free char *word = xmemdup0(text, len);
	int64_t number;
	double real;

	if (!number_is_json(word))
		return observer_text(text, len);
	if (!number_int(word, &number))
		return json_integer(number);
	return number_real(word, &real) < 0 ? observer_text(text, len) : json_real(real);
}

static void tell_value(const char *text, struct observer *o)
{
	auto_buf struct buf joined = BUF_INIT(TEXT_MAX);
	json_t *words = json_array();

	for (const char *s = text + strspn(text, " \t\n"); *s;) {
		size_t len = strcspn(s, " \t\n");

		json_array_append_new(words, word_json(s, len));
		buf_adds(&joined, joined.len ? " " : "");
		buf_add(&joined, s, len);
		s += len + strspn(s + len, " \t\n");
	}
	if (json_array_size(words) == 1)
		observer_set(o, "value", json_incref(json_array_get(words, 0)));
	else
		observer_set_text(o, "value", buf_text(&joined), joined.len);
	observer_set(o, "values", words);
}

/* 0 with the caller's *text, or -1 with errno; of more than there is room for, EFBIG. */
static int read_whole(const char *path, char **text)
{
	for (size_t size = TEXT_SIZE;; size = TEXT_MAX) {
		auto_free char *s = xmalloc(size);
		const ssize_t n = proc_read_small(AT_FDCWD, path, s, size);

		if (n < 0)
			return -1;
		if ((size_t)n < size - 1) {
			*text = TAKE(s);
			return 0;
		}
		if (size == TEXT_MAX) {
			errno = EFBIG;
			return -1;
		}
	}
}

/* Nothing can be said of one where none can be seen: without /proc, or with one of processes
 * alone. */
static int tell_missing(struct observer *o, struct err **e)
{
	struct stat st;

	if (stat("/proc/sys/kernel", &st) < 0)
		return err_set(e, ERR_PERMISSION,
			       "parameters of the kernel cannot be seen: there is no "
			       "'/proc/sys/kernel'");
	observer_set_bool(o, "exists", false);
	return 0;
}

static int kernel_param_observe(const void *query, struct observer *o, struct err **e)
{
	const struct kernel_param_query *q = query;
	auto_free char *below = param_path(q->name);
	auto_free char *path = below ? xasprintf("/proc/sys/%s", below) : NULL;
	auto_free char *text = NULL;

	if (!path)
		return err_set(e, ERR_DATA, "name: '%s' is no name of a parameter", q->name);
	if (!read_whole(path, &text)) {
		observer_set_bool(o, "exists", true);
		tell_value(text, o);
		return 0;
	}
	switch (errno) {
	case ENOENT:
	case ENOTDIR:
		return tell_missing(o, e);
	case EFBIG:
		observer_set_bool(o, "exists", true);
		observer_trouble(o, KIND_TOO_LARGE, "the value of '%s' is longer than 1 MiB",
				 q->name);
		return 0;
	case EISDIR:
		observer_set_bool(o, "exists", false);
		observer_trace(o, "'%s' is a group of parameters", q->name);
		return 0;
	case EIO: /* net.ipv6.conf.*.stable_secret, as long as it is not set */
	case EINVAL:
		observer_set_bool(o, "exists", true);
		observer_trouble(o, KIND_EMPTY, "'%s' has no value that can be read", q->name);
		return 0;
	default:
		return err_errno(e, ERR_SYSTEM, "'%s'", path);
	}
}

static int kernel_param_validate(const void *query,
				 bool (*given)(const void *ctx, const char *field), const void *ctx,
				 struct err **e)
{
	const struct kernel_param_query *q = query;
	auto_free char *path = given(ctx, "name") && q->name ? param_path(q->name) : xstrdup("");

	return path ? 0
		    : err_set(e, ERR_DATA, "name: '%s' is no name of a parameter", q->name);
}

const struct check_type check_kernel_param = {
	.name = "kernel_param",
	.summary = "a parameter of the kernel is set as it should be",
	.lane = LANE_LOCAL,
	.fields = kernel_param_fields,
	.query_size = sizeof(struct kernel_param_query),
	.facts = kernel_param_facts,
	.default_expect = "{ exists: true }",
	.validate = kernel_param_validate,
	.observe = kernel_param_observe,
};
