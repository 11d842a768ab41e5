#include "engine/cli/identity.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/clock.h"
#include "engine/base/io.h"
#include "engine/base/xalloc.h"
#include "engine/result/result.h"

enum { OS_RELEASE_MAX = 16 * 1024 };

static char *host_name(void)
{
	char name[HOST_NAME_MAX + 1] = "";

	if (gethostname(name, sizeof(name) - 1) != 0 || !*name)
		return xstrdup("localhost");
	return xstrdup(name);
}

/* "20261122T031000Z-web-01-7f3a": sorts by time, and two runs of one second differ. */
static char *run_id(int64_t started, const char *host)
{
	const time_t seconds = (time_t)(started / NS_PER_S);
	unsigned char salt[2] = { 0 };
	char stamp[32];
	struct tm tm;

	if (getrandom(salt, sizeof(salt), GRND_NONBLOCK) != (ssize_t)sizeof(salt)) {
		salt[0] = (unsigned char)getpid();
		salt[1] = (unsigned char)started;
	}
	gmtime_r(&seconds, &tm);
	strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &tm);
	return xasprintf("%s-%s-%02x%02x", stamp, host, salt[0], salt[1]);
}

/* The environment says who called; asking the user database could wait for a directory server. */
static char *operator_name(void)
{
	static const char *const names[] = { "SUDO_USER", "LOGNAME", "USER" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const char *value = getenv(names[i]);

		if (value && *value)
			return xstrdup(value);
	}
	return geteuid() == 0 ? xstrdup("root") : xasprintf("uid %u", (unsigned)geteuid());
}

/* The name of a process, and its parent's number: 0 when /proc does not say. */
static pid_t parent_of(pid_t pid, struct buf *name)
{
	auto_buf struct buf stat = BUF_INIT(512);
	auto_free char *path = xasprintf("/proc/%d/stat", (int)pid);
	const char *open, *close;
	uint64_t parent = 0;

	buf_clear(name);
	if (io_read_proc(-1, path, &stat) != 0)
		return 0;
	open = strchr(buf_text(&stat), '(');
	close = strrchr(buf_text(&stat), ')');
	if (!open || !close || close < open || strlen(close) < strlen(") S 1"))
		return 0;
	buf_add(name, open + 1, (size_t)(close - open) - 1);
	for (const char *digit = close + strlen(") S "); *digit >= '0' && *digit <= '9'; digit++)
		parent = parent * 10 + (uint64_t)(*digit - '0');
	return (pid_t)parent;
}

/* cron starts us itself or by a shell, which may have started a script. */
static bool by_cron(void)
{
	enum { SHELLS_BETWEEN = 2 };
	auto_buf struct buf name = BUF_INIT(64);
	pid_t pid = getppid();

	if (isatty(STDIN_FILENO))
		return false;
	for (int i = 0; i <= SHELLS_BETWEEN && pid > 0; i++) {
		pid = parent_of(pid, &name);
		if (strstr(buf_text(&name), "cron"))
			return true;
	}
	return false;
}

static const char *run_trigger(void)
{
	const char *ci = getenv("CI");

	if (ci && *ci && strcmp(ci, "false") != 0)
		return "ci";
	return by_cron() ? "cron" : "manual";
}

/* The value of NAME= in os-release(5), quotes taken off; "" when there is none. The caller frees
 * it. */
static char *os_value(const char *text, const char *name)
{
	const size_t name_len = strlen(name);

	for (const char *line = text; *line;
	     line += strcspn(line, "\n") + (line[strcspn(line, "\n")] == '\n')) {
		const char *value = line + name_len + 1;
		size_t len;

		if (strncmp(line, name, name_len) != 0 || line[name_len] != '=')
			continue;
		value += strspn(value, "\"'");
		len = strcspn(value, "\"'\n");
		return xmemdup0(value, len);
	}
	return xstrdup("");
}

static char *os_name(void)
{
	auto_buf struct buf text = BUF_INIT(OS_RELEASE_MAX);
	auto_free char *id = NULL;
	auto_free char *version = NULL;

	if (io_read_file("/etc/os-release", &text, NULL) != 0)
		return xstrdup("linux");
	id = os_value(buf_text(&text), "ID");
	version = os_value(buf_text(&text), "VERSION_ID");
	return xasprintf("%s%s%s", *id ? id : "linux", *version ? " " : "", version);
}

void run_identify(struct run *r, bool full)
{
	r->started = clock_real();
	r->host = host_name();
	r->id = run_id(r->started, r->host);
	r->operator_name = operator_name();
	if (!full)
		return;
	r->trigger = run_trigger();
	r->os = os_name();
}
