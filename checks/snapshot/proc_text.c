/*
 * proc_text - what files of /proc say, as pure functions over their text.
 */
#include "checks/snapshot/proc_text.h"

#include <string.h>

#include "engine/base/number.h"
#include "engine/base/text.h"

#define PF_KTHREAD 0x00200000u

/* Fields of /proc/PID/stat after the name, numbered as in proc(5). */
enum stat_field {
	STAT_STATE = 3,
	STAT_PPID = 4,
	STAT_FLAGS = 9,
	STAT_UTIME = 14,
	STAT_STIME = 15,
	STAT_THREADS = 20,
	STAT_START = 22,
	STAT_RSS = 24,
	STAT_END,
};

static void stat_take(struct proc_stat *out, int field, uint64_t v)
{
	switch (field) {
	case STAT_PPID:
		out->ppid = v;
		break;
	case STAT_FLAGS:
		out->kernel_thread = v & PF_KTHREAD;
		break;
	case STAT_UTIME:
	case STAT_STIME:
		out->cpu_ticks += v;
		break;
	case STAT_THREADS:
		out->threads = v;
		break;
	case STAT_START:
		out->start_ticks = v;
		break;
	case STAT_RSS:
		out->rss_pages = v;
		break;
	default:
		break;
	}
}

/* The numbers after the state. Some may be negative (tty, priority): none of those that we want. */
static int stat_numbers(const char *s, struct proc_stat *out)
{
	for (int field = STAT_PPID; field < STAT_END; field++) {
		const char *after;
		uint64_t v;

		if (*s != ' ')
			return -1;
		s += s[1] == '-' ? 2 : 1;
		after = number_scan(s, &v);
		if (!after)
			return -1;
		stat_take(out, field, v);
		s = after;
	}
	return 0;
}

/* The name stands in parentheses and may hold anything, ')' too: it ends at the last one. */
int proc_parse_stat(const char *text, size_t len, struct proc_stat *out)
{
	const char *open, *close = NULL;
	size_t n;

	memset(out, 0, sizeof(*out));
	open = number_scan(text, &out->pid);
	if (!open || open[0] != ' ' || open[1] != '(')
		return -1;
	open += 2;
	for (const char *p = open; p < text + len; p++)
		if (*p == ')')
			close = p;
	if (!close || close[1] != ' ' || !close[2])
		return -1;
	n = (size_t)(close - open);
	if (n >= sizeof(out->comm))
		n = sizeof(out->comm) - 1;
	memcpy(out->comm, open, n);
	out->state = close[2];
	return stat_numbers(close + 3, out);
}

/* The text after "NAME:" and blanks at the start of a line, or NULL. */
static const char *status_value(const char *text, const char *name)
{
	size_t n = strlen(name);

	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (!strncmp(line, name, n) && line[n] == ':')
			return line + n + 1 + strspn(line + n + 1, " \t");
	}
	return NULL;
}

unsigned proc_status_depth(const char *text)
{
	const char *s = status_value(text, "NSpid");
	unsigned depth = 0;
	uint64_t pid;

	while (s && (s = number_scan(s, &pid))) {
		depth++;
		s += strspn(s, " \t");
	}
	return depth;
}

/* Since Linux 5.8 the option may also be written as a word. */
static unsigned hidepid_value(const char *s)
{
	static const struct {
		const char *word;
		unsigned value;
	} words[] = { { "noaccess", 1 }, { "invisible", 2 }, { "ptraceable", 4 } };
	uint64_t v;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (text_starts_with(s, words[i].word))
			return words[i].value;
	return number_scan(s, &v) ? (unsigned)v : 0;
}

/* The options of one line's file system (after " - TYPE SOURCE "); the last word of the line. */
static unsigned line_hidepid(const char *line, size_t len, uint64_t *gid)
{
	const char *end = line + len, *options = end;
	unsigned hidden = 0;

	while (options > line && options[-1] != ' ')
		options--;
	*gid = 0;
	for (const char *s = options; s < end;) {
		if (text_starts_with(s, "hidepid="))
			hidden = hidepid_value(s + strlen("hidepid="));
		else if (text_starts_with(s, "gid="))
			number_scan(s + strlen("gid="), gid);
		while (s < end && *s++ != ',')
			;
	}
	return hidden;
}

/* "36 35 98:0 /root /point …": whether it is mounted at /proc. A root of that name is none. */
static bool line_is_proc(const char *line)
{
	for (int i = 0; i < 4; i++) {
		line += strcspn(line, " \n");
		line += *line == ' ';
	}
	return text_starts_with(line, "/proc ");
}

unsigned proc_mount_hidepid(const char *mountinfo, uint64_t *gid)
{
	unsigned hidden = 0;

	*gid = 0;
	/* the last line with this mount point is the mount on top */
	for (const char *line = mountinfo; *line;) {
		size_t len = strcspn(line, "\n");

		if (line_is_proc(line))
			hidden = line_hidepid(line, len, gid);
		line += len + (line[len] == '\n');
	}
	return hidden;
}
