/*
 * redis_commands - which commands an inspection may send: those that only read, and stay small.
 */
#ifndef CHECKS_REDIS_COMMANDS_H
#define CHECKS_REDIS_COMMANDS_H

#include "engine/decl/field.h"

struct err;

/* -1 when the command may write, harm or wait for ever, or when it is not known: e says which. */
int redis_command_allow(const struct text_list *words, struct err **e);

#endif
