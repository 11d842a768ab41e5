/*
 * proc_args - names out of the arguments of a process. Pure.
 */
#include "checks/snapshot/proc_args.h"

#include <string.h>

#include "checks/snapshot/proc_text.h"
#include "engine/base/text.h"

/* Interpreters whose script is what people call the program. */
struct interpreter {
	const char *name;       /* digits and dots may follow: python3.11 */
	const char *no_script;  /* option letters after which no script comes (-c, -e, -m) */
	const char *with_value; /* option letters whose value is attached or is the next argument */
	const char *attached;   /* option letters whose value, if any, is attached */
	const char *const *long_with_value;
};

static const char *const bash_long[] = { "--init-file", "--rcfile", NULL };
static const char *const node_long[] = { "--import", "--loader", "--require", NULL };
static const char *const no_long[] = { NULL };

static const struct interpreter interpreters[] = {
	{ "ash", "cs", "oO", "", no_long },         { "bash", "cs", "oO", "", bash_long },
	{ "dash", "cs", "o", "", no_long },         { "ksh", "cs", "o", "", no_long },
	{ "mksh", "cs", "o", "", no_long },         { "node", "eip", "r", "", node_long },
	{ "nodejs", "eip", "r", "", node_long },    { "perl", "eE", "IMm", "0CDFilx", no_long },
	{ "pypy", "cm", "WX", "", no_long },        { "python", "cm", "WX", "", no_long },
	{ "ruby", "e", "Cr", "0FIKTWix", no_long }, { "sh", "cs", "o", "", no_long },
	{ "zsh", "cs", "o", "", no_long },
};

bool span_is(struct span s, const char *text)
{
	return s.at && strlen(text) == s.len && !memcmp(s.at, text, s.len);
}

struct span span_base(struct span path)
{
	const char *slash = path.at ? memrchr(path.at, '/', path.len) : NULL;

	if (!slash)
		return path;
	return (struct span){ slash + 1, (size_t)(path.at + path.len - slash - 1) };
}

static size_t args_trim(const char *args, size_t len)
{
	while (len && (!args[len - 1] || args[len - 1] == ' '))
		len--;
	return len;
}

size_t args_join(char *args, size_t len)
{
	len = args_trim(args, len);
	args[len] = '\0';
	for (size_t i = 0; i < len; i++)
		if (!args[i])
			args[i] = ' ';
	return len;
}

/* The argument that begins at *pos, and step over it; none at the end. */
static struct span args_next(const char *args, size_t len, size_t *pos)
{
	struct span arg = { NULL, 0 };

	if (*pos >= len)
		return arg;
	arg.at = args + *pos;
	arg.len = strnlen(arg.at, len - *pos);
	*pos += arg.len + 1;
	return arg;
}

static bool begins_with(struct span s, const char *prefix)
{
	size_t n = strlen(prefix);

	return s.at && s.len >= n && !memcmp(s.at, prefix, n);
}

/* Whether the kernel would have kept this name as comm. */
static bool is_comm(struct span name, const char *comm)
{
	return begins_with(name, comm) &&
	       (name.len == strlen(comm) || strlen(comm) == PROC_COMM_MAX);
}

/* "nginx: master process", "redis-server *:6379": the first word of what setproctitle(3) wrote. */
static struct span title_word(struct span title)
{
	const char *blank = memchr(title.at, ' ', title.len);

	if (blank)
		title.len = (size_t)(blank - title.at);
	if (title.len && title.at[title.len - 1] == ':')
		title.len--;
	return span_base(title);
}

struct span args_name(const char *comm, const char *args, size_t len)
{
	size_t pos = 0, trimmed = args_trim(args, len);
	struct span arg = args_next(args, len, &pos), base;

	if (!arg.len)
		return (struct span){ NULL, 0 };
	if (arg.len > 1 && arg.at[0] == '-')
		arg = (struct span){ arg.at + 1, arg.len - 1 };
	base = span_base(arg);
	/* a program's own name may have blanks; a title is one text with nothing after it */
	if (pos < trimmed || (is_comm(base, comm) && !memmem(base.at, base.len, ": ", 2)))
		return base;
	return title_word(arg);
}

static const struct interpreter *interpreter_find(const char *program)
{
	for (size_t i = 0; i < sizeof(interpreters) / sizeof(interpreters[0]); i++) {
		size_t n = strlen(interpreters[i].name);

		if (!strncmp(program, interpreters[i].name, n) &&
		    !program[n + strspn(program + n, "0123456789.")])
			return &interpreters[i];
	}
	return NULL;
}

enum option { OPTION_PLAIN, OPTION_TAKES_NEXT, OPTION_NO_SCRIPT };

static enum option option_long(const struct interpreter *in, struct span arg)
{
	for (const char *const *l = in->long_with_value; *l; l++)
		if (span_is(arg, *l))
			return OPTION_TAKES_NEXT;
	return span_is(arg, "--eval") || span_is(arg, "--print") ? OPTION_NO_SCRIPT : OPTION_PLAIN;
}

/* Letters of one argument may be bundled: -eux, -uc. */
static enum option option_of(const struct interpreter *in, struct span arg)
{
	if (arg.at[1] == '-')
		return option_long(in, arg);
	for (size_t i = 1; i < arg.len; i++) {
		if (strchr(in->no_script, arg.at[i]))
			return OPTION_NO_SCRIPT;
		if (strchr(in->with_value, arg.at[i]))
			return i + 1 == arg.len ? OPTION_TAKES_NEXT : OPTION_PLAIN;
		if (strchr(in->attached, arg.at[i]))
			return OPTION_PLAIN;
	}
	return OPTION_PLAIN;
}

/* What is fed by a descriptor (<(…), a pipe) has no name of its own. */
static struct span script_name(struct span path)
{
	const bool nameless = !path.len || span_is(path, "-") || begins_with(path, "/dev/") ||
			      begins_with(path, "/proc/");

	return nameless ? (struct span){ NULL, 0 } : span_base(path);
}

struct span args_script(const char *program, const char *args, size_t len)
{
	const struct interpreter *in = interpreter_find(program);
	const struct span none = { NULL, 0 };
	size_t pos = 0;
	struct span arg;

	if (!in)
		return none;
	args_next(args, len, &pos);
	while ((arg = args_next(args, len, &pos)).at) {
		enum option option;

		if (span_is(arg, "--"))
			return script_name(args_next(args, len, &pos));
		if (arg.len < 2 || (arg.at[0] != '-' && arg.at[0] != '+'))
			return script_name(arg);
		option = option_of(in, arg);
		if (option == OPTION_NO_SCRIPT)
			return none;
		if (option == OPTION_TAKES_NEXT)
			args_next(args, len, &pos);
	}
	return none;
}

struct span args_full_name(const char *comm, const char *program, const char *args, size_t len)
{
	const struct span all = { comm, strlen(comm) };
	struct span longer;

	if (all.len != PROC_COMM_MAX)
		return all;
	longer = args_script(program, args, len);
	if (begins_with(longer, comm))
		return longer;
	longer = args_name(comm, args, len);
	if (begins_with(longer, comm))
		return longer;
	longer = (struct span){ program, strlen(program) };
	return begins_with(longer, comm) ? longer : all;
}
