/*
 * process_facts - what a process check tells of the processes that it found.
 */
#ifndef CHECKS_PROCESS_FACTS_H
#define CHECKS_PROCESS_FACTS_H

#include <stddef.h>

#include "engine/decl/fact.h"

struct err;
struct observer;
struct process;
struct process_table;

extern const struct fact process_facts[];

int process_tell(const struct process_table *t, struct process *const *found, size_t count,
		 struct observer *o, struct err **e);

#endif
