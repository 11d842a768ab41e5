/*
 * file_access - what a user may do with a file, asked of the kernel by a short-lived process that
 * becomes that user.
 *
 * Bits alone do not tell: folders on the way, groups, access lists, read-only mounts and
 * capabilities count too. Never opens the file.
 */
#include "checks/file.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "checks/snapshot/users.h"
#include "engine/base/root.h"

enum { MAY_READ = 1, MAY_WRITE = 2, MAY_SEARCH = 4, CANNOT_BECOME = 64 };

static int ask_kernel(const struct root *r, const char *path)
{
	int may = 0;

	may |= root_access(r, path, R_OK) ? 0 : MAY_READ;
	may |= root_access(r, path, W_OK) ? 0 : MAY_WRITE;
	may |= root_access(r, path, X_OK) ? 0 : MAY_SEARCH;
	return may;
}

struct identity {
	uid_t uid;
	gid_t gid;
	gid_t *groups;
	size_t count;
};

/* In the child: only system calls, then the end. The parent's death must end it also where the
 * kernel hangs (a dead mount). */
static void __attribute__((noreturn)) ask_as(const struct identity *who, const char *path)
{
	if (setgroups(who->count, who->groups) < 0 || setresgid(who->gid, who->gid, who->gid) < 0 ||
	    setresuid(who->uid, who->uid, who->uid) < 0)
		_exit(CANNOT_BECOME);
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* a change of user forgets it, hence here */
	_exit(ask_kernel(NULL, path));
}

/* MAY_…, or -1 with errno. */
static int ask_in_child(const struct identity *who, const char *path)
{
	pid_t child = fork();
	int status;

	if (!child)
		ask_as(who, path);
	if (child < 0)
		return -1;
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	if (WIFEXITED(status) && WEXITSTATUS(status) < CANNOT_BECOME)
		return WEXITSTATUS(status);
	errno = EPERM;
	return -1;
}

/* Of a number without a name, the group of that number and no other. */
static void identity_fill(struct identity *who)
{
	const struct passwd *pw = getpwuid(who->uid);
	int n = 64;

	who->gid = pw ? pw->pw_gid : (gid_t)who->uid;
	who->groups = xcalloc((size_t)n, sizeof(*who->groups));
	if (!pw)
		return;
	while (getgrouplist(pw->pw_name, who->gid, who->groups, &n) < 0)
		who->groups = xrealloc(who->groups, (size_t)n, sizeof(*who->groups));
	who->count = (size_t)n;
}

static int ask_as_user(uid_t uid, const char *path)
{
	struct identity who = { .uid = uid };
	int may, saved;

	if (uid == geteuid())
		return ask_kernel(NULL, path);
	if (geteuid()) {
		errno = EPERM;
		return -1;
	}
	identity_fill(&who);
	may = ask_in_child(&who, path);
	saved = errno;
	free(who.groups);
	errno = saved;
	return may;
}

static void tell(const struct file_seen *f, int may, struct observer *o)
{
	observer_set_bool(o, "readable", may & MAY_READ);
	observer_set_bool(o, "writable", may & MAY_WRITE);
	if (S_ISDIR(f->st.st_mode))
		observer_set_bool(o, "searchable", may & MAY_SEARCH);
}

int file_tell_access(const struct file_query *q, const struct file_seen *f, struct observer *o,
		     struct err **e)
{
	int found = 1, may;
	uid_t uid;

	if (!observer_wants(o, "readable") && !observer_wants(o, "writable") &&
	    !observer_wants(o, "searchable"))
		return 0;
	if (observer_root(o) && q->as_user) {
		observer_trouble(o, KIND_PARAMETER,
				 "as_user: it cannot be asked for with --root or --enter");
		return 0;
	}
	if (observer_root(o)) {
		tell(f, ask_kernel(observer_root(o), f->path), o);
		return 0;
	}
	uid = geteuid();
	if (q->as_user)
		found = user_find(q->as_user, &uid, e);
	if (found < 0)
		return -1;
	if (!found) {
		/* nobody of that name can do anything with it: the facts stay away, so nothing
		 * passes */
		observer_trace(o, "there is no user '%s' here", q->as_user);
		return 0;
	}
	may = ask_as_user(uid, f->path);
	if (may < 0)
		observer_trouble(o, KIND_PERMISSION,
				 "only root can see '%s' with the eyes of user '%s': %s", f->path,
				 q->as_user, strerror(errno));
	else
		tell(f, may, o);
	return 0;
}
