#include "engine/run/enter.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <nss.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/err.h"
#include "engine/base/io.h"
#include "engine/base/xalloc.h"

/* The mounts come last: with them the other files are out of sight. */
static const struct {
	const char *name, *called;
	int type;
} spaces[ENTRANCE_SPACES] = {
	{ "user", "user", CLONE_NEWUSER }, { "net", "network", CLONE_NEWNET },
	{ "uts", "uts", CLONE_NEWUTS },    { "pid", "process", CLONE_NEWPID },
	{ "mnt", "mount", CLONE_NEWNS },
};

static int space_failed(pid_t pid, const char *called, struct err **e)
{
	if (errno == ENOENT || errno == ESRCH)
		return err_set(e, ERR_NOT_FOUND, "there is no process %d", (int)pid);
	return err_errno(e, ERR_SYSTEM, "the %s namespace of process %d", called, (int)pid);
}

int enter_find(pid_t pid, struct entrance *out, struct err **e)
{
	bool any = false;

	*out = (struct entrance){ .pid = pid };
	for (size_t i = 0; i < ENTRANCE_SPACES; i++) {
		auto_free char *path = xasprintf("/proc/%d/ns/%s", (int)pid, spaces[i].name);
		auto_free char *own = xasprintf("/proc/self/ns/%s", spaces[i].name);
		struct stat st, self;

		/* a kernel without user namespaces has no such file, not even of ourselves */
		if (stat(own, &self) < 0 && spaces[i].type == CLONE_NEWUSER)
			continue;
		if (stat(path, &st) < 0)
			return space_failed(pid, spaces[i].called, e);
		out->spaces[i].join = st.st_dev != self.st_dev || st.st_ino != self.st_ino;
		out->spaces[i].device = st.st_dev;
		out->spaces[i].inode = st.st_ino;
		any |= out->spaces[i].join;
	}
	if (any)
		return 0;
	return err_set(e, ERR_DATA, "process %d is in no other namespaces than rounds itself",
		       (int)pid);
}

static int open_space(const struct entrance *x, size_t i, struct err **e)
{
	auto_free char *path = xasprintf("/proc/%d/ns/%s", (int)x->pid, spaces[i].name);
	auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return space_failed(x->pid, spaces[i].called, e);
	if (st.st_dev != x->spaces[i].device || st.st_ino != x->spaces[i].inode)
		return err_set(e, ERR_NOT_FOUND,
			       "process %d has ended, and another has its number", (int)x->pid);
	return fd_take(&fd);
}

static int join_all(const struct entrance *x, const int fds[ENTRANCE_SPACES], struct err **e)
{
	for (size_t i = 0; i < ENTRANCE_SPACES; i++)
		if (fds[i] >= 0 && setns(fds[i], spaces[i].type) < 0)
			return err_errno(e, ERR_SYSTEM,
					 "the %s namespace of process %d cannot be joined",
					 spaces[i].called, (int)x->pid);
	return 0;
}

/* In a user namespace we are a stranger until we are its root; one without a root has us as we
 * are. */
static void become_root_inside(void)
{
	if (setgroups(0, NULL) < 0 || setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0)
		errno = 0;
}

int enter_join(const struct entrance *x, struct err **e)
{
	int fds[ENTRANCE_SPACES], rc = 0;

	/* name services of the inside are libraries of the inside: files and the resolver do */
	__nss_configure_lookup("passwd", "files");
	__nss_configure_lookup("group", "files");
	__nss_configure_lookup("hosts", "files dns");
	__nss_configure_lookup("services", "files");
	for (size_t i = 0; i < ENTRANCE_SPACES; i++) {
		fds[i] = x->spaces[i].join && !rc ? open_space(x, i, e) : -1;
		if (x->spaces[i].join && fds[i] < 0)
			rc = -1;
	}
	if (!rc)
		rc = join_all(x, fds, e);
	if (!rc && x->spaces[0].join)
		become_root_inside();
	for (size_t i = 0; i < ENTRANCE_SPACES; i++)
		if (fds[i] >= 0)
			close(fds[i]);
	return rc;
}

/* In the child: what went wrong is told through the pipe. */
static void __attribute__((noreturn)) try_and_tell(const struct entrance *x, int out)
{
	auto_err struct err *e = NULL;
	pid_t inside;

	if (enter_join(x, &e) == 0) {
		inside = fork();
		if (inside == 0)
			_exit(0);
		if (inside < 0)
			err_errno_(&e, ERR_SYSTEM, "no process can be made inside");
		else
			waitpid(inside, NULL, 0);
	}
	if (e) {
		const int code = err_code(e);

		io_write_all(out, &code, sizeof(code), NULL);
		io_write_all(out, err_text(e), strlen(err_text(e)), NULL);
	}
	_exit(0);
}

int enter_try(const struct entrance *x, struct err **e)
{
	auto_buf struct buf told = BUF_INIT(4096);
	int ends[2], code;
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_errno(e, ERR_SYSTEM, "pipe");
	child = fork();
	if (child == 0) {
		close(ends[0]);
		try_and_tell(x, ends[1]);
	}
	close(ends[1]);
	if (child > 0) {
		io_read_all(ends[0], &told, NULL);
		waitpid(child, NULL, 0);
	}
	close(ends[0]);
	if (child < 0)
		return err_errno(e, ERR_SYSTEM, "fork");
	if (told.len < sizeof(code))
		return 0;
	memcpy(&code, told.data, sizeof(code));
	return err_set(e, (enum err_code)code, "%s%s", buf_text(&told) + sizeof(code),
		       code == ERR_PERMISSION ? " (it takes root, or a container of one's own)"
					      : "");
}

/* mmap(2) of a file as code: EACCES. Memory that a pattern's compiler fills (no file) is free. */
static void forbid_code(void)
{
#if defined(__x86_64__) || defined(__aarch64__)
#ifdef __x86_64__
	const unsigned arch = AUDIT_ARCH_X86_64;
#else
	const unsigned arch = AUDIT_ARCH_AARCH64;
#endif
	struct sock_filter rules[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, arch, 0, 7),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mmap, 0, 5),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2])),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[3])),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, MAP_ANONYMOUS, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EACCES),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = { .len = ARRAY_SIZE(rules), .filter = rules };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
		errno = 0; /* a kernel without it: NSS and OpenSSL are kept from it all the same */
#endif
}

void enter_trust_nothing(bool commands)
{
	/* its configuration may name libraries; one that is not there is none */
	setenv("OPENSSL_CONF", "/nonexistent/openssl.cnf", 1);
	if (!commands)
		forbid_code();
}

void enter_scratch(void)
{
	/* folders that hold nothing which such a check looks at */
	static const char *const covered[] = {
		"/sys", "/media", "/boot", "/dev/shm", "/mnt", "/tmp"
	};

	if (unshare(CLONE_NEWNS) < 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(covered); i++)
		if (mount("rounds", covered[i], "tmpfs", MS_NOSUID | MS_NODEV, "mode=0700") == 0) {
			setenv("ROUNDS_SCRATCH", covered[i], 1);
			return;
		}
}
