/*
 * proc_hidden - whether this /proc hides other people's processes from us (mount option hidepid).
 */
#ifndef CHECKS_SNAPSHOT_PROC_HIDDEN_H
#define CHECKS_SNAPSHOT_PROC_HIDDEN_H

#include <stdbool.h>

bool proc_hidden(int proc);

#endif
