/*
 * proc_hidden - whether this /proc hides other people's processes from us.
 */
#include "checks/snapshot/proc_hidden.h"

#include <unistd.h>

#include "checks/snapshot/proc_read.h"
#include "checks/snapshot/proc_text.h"
#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/io.h"
#include "engine/base/xalloc.h"

#define MOUNTINFO_MAX ((size_t)4 * 1024 * 1024)
#define CAP_SYS_PTRACE_BIT 19

static bool may_trace_all(int proc)
{
	char text[4096];

	return proc_read_small(proc, "self/status", text, sizeof(text)) > 0 &&
	       (proc_status_capabilities(text) >> CAP_SYS_PTRACE_BIT & 1);
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

bool proc_hidden(int proc)
{
	auto_buf struct buf mounts = BUF_INIT(MOUNTINFO_MAX);
	unsigned hidepid;
	uint64_t gid;

	if (io_read_proc(proc, "self/mountinfo", &mounts) < 0)
		return false;
	hidepid = proc_mount_hidepid(buf_text(&mounts), &gid);
	if (!hidepid || may_trace_all(proc))
		return false;
	/* "ptraceable" (4) knows no exempt group; without gid= the exempt group is root's */
	return hidepid == 4 || !in_group(gid);
}
