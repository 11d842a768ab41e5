/*
 * proc_hidden - whether this /proc hides other people's processes from us.
 */
#include "checks/snapshot/proc_hidden.h"

#include <linux/capability.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "checks/snapshot/proc_text.h"
#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/io.h"
#include "engine/base/xalloc.h"

#define MOUNTINFO_MAX ((size_t)4 * 1024 * 1024)

/* capget(2): who has CAP_SYS_PTRACE sees all. */
static bool may_trace_all(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };

	return syscall(SYS_capget, &head, data) == 0 &&
	       data[CAP_TO_INDEX(CAP_SYS_PTRACE)].effective & CAP_TO_MASK(CAP_SYS_PTRACE);
}

static bool in_group(uint64_t gid)
{
	int n = getgroups(0, NULL);
	auto_free gid_t *groups = xcalloc((size_t)(n > 0 ? n : 1), sizeof(*groups));

	if (getegid() == (gid_t)gid)
		return true;
	n = getgroups(n, groups);
	for (int i = 0; i < n; i++)
		if (groups[i] == (gid_t)gid)
			return true;
	return false;
}

/* Capabilities and groups may be those of a user namespace, and count for nothing outside of it:
 * there is always a process 1, and who may see all sees it. */
static bool sees_first(int proc)
{
	struct stat st;

	return fstatat(proc, "1/stat", &st, 0) == 0;
}

bool proc_hidden(int proc)
{
	auto_buf struct buf mounts = BUF_INIT(MOUNTINFO_MAX);
	const bool first = sees_first(proc), all = may_trace_all();
	unsigned hidepid;
	uint64_t gid;

	/* most run us as root: then the mounts, hundreds of them where containers run, tell
	 * nothing */
	if ((first && all) || io_read_proc(proc, "self/mountinfo", &mounts) < 0)
		return false;
	hidepid = proc_mount_hidepid(buf_text(&mounts), &gid);
	if (!hidepid)
		return false;
	/* "ptraceable" (4) knows no exempt group; without gid= the exempt group is root's */
	return !first || hidepid == 4 || !in_group(gid);
}
