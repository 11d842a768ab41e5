/*
 * standin - stands in for a product's program on the miniature site.
 *
 * It is started under the product's name and with the product's arguments, which it does not
 * read: `java -jar linkc.jar`, `batman shard`, `mongod --replSet rs_linke`. What it does stands in
 * the file that the environment variable STANDIN names, a word and its values a line:
 *
 *	http PORT FILE          answers as FILE says: "PATH STATUS [+NAME:VALUE] BODY" a line, with
 *	                        a header or not, '*' for any path; read anew for each request
 *	banner PORT TEXT        says TEXT to everybody, and closes
 *	forward PORT HOST PORT  passes connections on
 *	log MILLISECONDS FILE TEXT
 *	                        appends TEXT, with %T (or %I, as ISO 8601 has it) for the time,
 *	                        now and ever again; FILE - is standard error
 *	run COMMAND             a shell command that lives as long as this program
 *
 * It is no part of rounds and is never installed.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define DUTIES_MAX 32
#define LINE_MAX_BYTES 2048
#define REQUEST_MAX 16384
#define PATIENCE_MS 10000

enum duty_kind { DUTY_HTTP, DUTY_BANNER, DUTY_FORWARD, DUTY_LOG, DUTY_RUN };

struct duty {
	enum duty_kind kind;
	int fd;		/* that listens */
	int64_t every;	/* ms */
	int64_t next;	/* ms, when the log is written to next */
	char where[512];
	char text[1024];
};

static struct duty duties[DUTIES_MAX];
static size_t duty_count;
static char *arguments; /* of this process, to be blanked in what it forks */
static size_t arguments_size;

static void die(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

static void die(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	fputs("standin: ", stderr);
	vfprintf(stderr, format, ap);
	fputc('\n', stderr);
	va_end(ap);
	exit(1);
}

/* The next word of a line, cut off; "" when there is none. */
static char *word(char **at)
{
	char *start = *at + strspn(*at, " \t");
	char *end = start + strcspn(start, " \t\r\n");

	*at = *end ? end + 1 : end;
	*end = '\0';
	return start;
}

static long number(const char *text)
{
	long n = 0;

	if (!*text || strlen(text) > 9 || text[strspn(text, "0123456789")])
		die("'%s' is not a number", text);
	for (; *text; text++)
		n = n * 10 + (*text - '0');
	return n;
}

static void on_signal(int signo, void (*what)(int))
{
	const struct sigaction action = { .sa_handler = what };

	sigaction(signo, &action, NULL);
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int listen_on(const char *port)
{
	struct sockaddr_in6 at = { .sin6_family = AF_INET6, .sin6_addr = in6addr_any };
	struct sockaddr_in old = { .sin_family = AF_INET };
	int on = 1, off = 0, fd;

	at.sin6_port = old.sin_port = htons((uint16_t)number(port));
	fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0) {
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
		if (!bind(fd, (struct sockaddr *)&at, sizeof(at)) && !listen(fd, 128))
			return fd;
		close(fd);
	}
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&old, sizeof(old)) || listen(fd, 128))
		die("port %s: %s", port, strerror(errno));
	return fd;
}

static void say(int fd, const char *text, size_t size)
{
	while (size) {
		ssize_t n = send(fd, text, size, MSG_NOSIGNAL);

		if (n <= 0)
			return;
		text += n;
		size -= (size_t)n;
	}
}

/* What the answers' file says of a path, else 404. */
static void find_answer(const char *file, const char *path, int *status, char *body, size_t size)
{
	char line[LINE_MAX_BYTES];
	FILE *f = fopen(file, "re");

	*status = 404;
	snprintf(body, size, "not found");
	if (!f)
		return;
	while (fgets(line, sizeof(line), f)) {
		char *at = line, *pattern = word(&at), *code = word(&at);

		if (*code && (!strcmp(pattern, "*") || !strcmp(pattern, path))) {
			at[strcspn(at, "\n")] = '\0';
			*status = (int)number(code);
			snprintf(body, size, "%s", at);
			break;
		}
	}
	fclose(f);
}

static void answer(int fd, const char *file)
{
	char request[REQUEST_MAX], body[1024], head[2048], *at = request, *path, *header;
	size_t used = 0;
	ssize_t n;
	int status;

	while (used < sizeof(request) - 1 &&
	       (n = recv(fd, request + used, sizeof(request) - 1 - used, 0)) > 0) {
		used += (size_t)n;
		request[used] = '\0';
		if (strstr(request, "\r\n\r\n"))
			break;
	}
	request[used] = '\0';
	word(&at);
	path = word(&at);
	if (!*path)
		return;
	path[strcspn(path, "?")] = '\0';
	find_answer(file, path, &status, body, sizeof(body));
	at = body;
	header = *at == '+' ? word(&at) + 1 : "Server:standin";
	n = snprintf(head, sizeof(head),
		     "HTTP/1.1 %d Answer\r\nContent-Type: %s\r\nContent-Length: %zu\r\n"
		     "%s\r\nConnection: close\r\n\r\n%s",
		     status, *at == '{' ? "application/json" : "text/html", strlen(at), header, at);
	say(fd, head, (size_t)n);
}

static int connect_to(const char *where)
{
	char line[512], *at = line, *host, *port;
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_family = AF_INET }, *found;
	int fd;

	snprintf(line, sizeof(line), "%s", where);
	host = word(&at);
	port = word(&at);
	if (getaddrinfo(host, port, &hints, &found))
		return -1;
	fd = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(fd, found->ai_addr, found->ai_addrlen)) {
		close(fd);
		fd = -1;
	}
	freeaddrinfo(found);
	return fd;
}

/* Until both sides have nothing more to say. */
static void forward(int a, const char *where)
{
	char bytes[65536];
	int b = connect_to(where);
	struct pollfd p[2] = { { .fd = a, .events = POLLIN }, { .fd = b, .events = POLLIN } };
	int other[2] = { b, a };

	while (b >= 0 && (p[0].fd >= 0 || p[1].fd >= 0) && poll(p, 2, 60000) > 0)
		for (int i = 0; i < 2; i++) {
			ssize_t n;

			if (p[i].fd < 0 || !p[i].revents)
				continue;
			n = recv(p[i].fd, bytes, sizeof(bytes), 0);
			if (n > 0) {
				say(other[i], bytes, (size_t)n);
			} else {
				shutdown(other[i], SHUT_WR);
				p[i].fd = -1;
			}
		}
}

static void greet(int fd, const char *text)
{
	say(fd, text, strlen(text));
	say(fd, "\r\n", 2);
}

/* In a process of its own, which does not carry the product's arguments. */
static void serve(const struct duty *d)
{
	struct timeval patience = { .tv_sec = PATIENCE_MS / 1000 };
	int fd = accept4(d->fd, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0)
		return;
	if (fork() == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		memset(arguments, 0, arguments_size);
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
		if (d->kind == DUTY_HTTP)
			answer(fd, d->where);
		else if (d->kind == DUTY_FORWARD)
			forward(fd, d->where);
		else
			greet(fd, d->text);
		_exit(0);
	}
	close(fd);
}

/* The text of a log with the time in it; the length. */
static size_t log_line(const char *text, char *line, size_t size)
{
	const char *at = strchr(text, '%');
	char stamp[64] = "";
	time_t t = time(NULL);
	struct tm tm;
	int n;

	localtime_r(&t, &tm);
	if (at && at[1] == 'T')
		strftime(stamp, sizeof(stamp), "%Y-%m-%d %H:%M:%S", &tm);
	else if (at && at[1] == 'I')
		strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%S+00:00", &tm);
	n = *stamp ? snprintf(line, size, "%.*s%s%s\n", (int)(at - text), text, stamp, at + 2) :
		     snprintf(line, size, "%s\n", text);
	return (size_t)n < size ? (size_t)n : size - 1;
}

static void write_log(struct duty *d)
{
	char line[LINE_MAX_BYTES];
	const size_t n = log_line(d->text, line, sizeof(line));
	const int fd = !strcmp(d->where, "-") ?
			       dup(STDERR_FILENO) :
			       open(d->where, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);

	if (fd >= 0) {
		if (write(fd, line, n) < 0)
			fprintf(stderr, "standin: %s: %s\n", d->where, strerror(errno));
		close(fd);
	}
	d->next = now_ms() + d->every;
}

static void run(const char *command)
{
	if (fork() == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		on_signal(SIGCHLD, SIG_DFL);
		unsetenv("STANDIN");
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
}

static void set(char *to, size_t size, const char *text)
{
	if ((size_t)snprintf(to, size, "%s", text) >= size)
		die("too long: %s", text);
}

static void read_duty(char *line)
{
	struct duty *d = &duties[duty_count];
	char *at = line, *what = word(&at);

	if (!*what || *what == '#')
		return;
	if (duty_count == DUTIES_MAX)
		die("too many duties");
	d->fd = -1;
	if (!strcmp(what, "http")) {
		d->kind = DUTY_HTTP;
		d->fd = listen_on(word(&at));
		set(d->where, sizeof(d->where), word(&at));
	} else if (!strcmp(what, "banner")) {
		d->kind = DUTY_BANNER;
		d->fd = listen_on(word(&at));
		set(d->text, sizeof(d->text), at);
	} else if (!strcmp(what, "forward")) {
		d->kind = DUTY_FORWARD;
		d->fd = listen_on(word(&at));
		set(d->where, sizeof(d->where), at);
	} else if (!strcmp(what, "log")) {
		d->kind = DUTY_LOG;
		d->every = number(word(&at));
		set(d->where, sizeof(d->where), word(&at));
		set(d->text, sizeof(d->text), at);
	} else if (!strcmp(what, "run")) {
		d->kind = DUTY_RUN;
		run(at);
	} else {
		die("not understood: %s", what);
	}
	duty_count++;
}

static void read_duties(const char *path)
{
	char line[LINE_MAX_BYTES];
	FILE *f = fopen(path, "re");

	if (!f)
		die("%s: %s", path, strerror(errno));
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		read_duty(line);
	}
	fclose(f);
}

static void work(void)
{
	struct pollfd p[DUTIES_MAX];
	int64_t now = now_ms(), next = now + 3600000;

	for (size_t i = 0; i < duty_count; i++) {
		if (duties[i].kind == DUTY_LOG) {
			if (duties[i].next <= now)
				write_log(&duties[i]);
			if (duties[i].next < next)
				next = duties[i].next;
		}
		p[i] = (struct pollfd){ .fd = duties[i].fd, .events = POLLIN };
	}
	if (poll(p, duty_count, (int)(next > now ? next - now : 0)) <= 0)
		return;
	for (size_t i = 0; i < duty_count; i++)
		if (p[i].revents & POLLIN)
			serve(&duties[i]);
}

int main(int argc, char **argv)
{
	const char *path = getenv("STANDIN");

	if (!path)
		die("STANDIN does not name a file");
	arguments = argv[0];
	arguments_size = (size_t)(argv[argc - 1] + strlen(argv[argc - 1]) - argv[0]);
	on_signal(SIGCHLD, SIG_IGN);
	on_signal(SIGPIPE, SIG_IGN);
	read_duties(path);
	for (;;)
		work();
}
