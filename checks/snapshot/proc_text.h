/*
 * proc_text - what files of /proc say, as pure functions over their text. See proc(5).
 */
#ifndef CHECKS_SNAPSHOT_PROC_TEXT_H
#define CHECKS_SNAPSHOT_PROC_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The kernel's TASK_COMM_LEN without its NUL: longer names are cut to it. */
#define PROC_COMM_MAX 15

/* Of /proc/PID/stat, times in clock ticks. */
struct proc_stat {
	uint64_t pid, ppid;
	char comm[64]; /* kernel threads have more than PROC_COMM_MAX bytes; may hold blanks, ')'
			  and line ends */
	char state;
	bool kernel_thread;
	uint64_t cpu_ticks; /* user and system */
	uint64_t threads;
	uint64_t start_ticks; /* since boot */
	uint64_t rss_pages;
};

/* 0, or -1 when the text is not such a line. */
int proc_parse_stat(const char *text, size_t len, struct proc_stat *out);
/* How many PID namespaces see the process, from /proc/PID/status (NSpid: one number each); 0 when
 * unknown (before Linux 4.1). */
unsigned proc_status_depth(const char *text);
/* The hidepid option of /proc in the text of /proc/self/mountinfo: 0 (nothing is hidden), 1, 2 or
 * 4; *gid gets the group that is exempt, 0 when there is none. */
unsigned proc_mount_hidepid(const char *mountinfo, uint64_t *gid);

#endif
