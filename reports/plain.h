/*
 * plain - JSON text that may be copied as it stands: a look at each byte instead of a tree.
 *
 * Plain is what a worker writes of most checks: no space, ASCII without escapes, whole numbers. All
 * other JSON, and what is none, is for a parser to read.
 */
#ifndef REPORTS_PLAIN_H
#define REPORTS_PLAIN_H

#include <stdbool.h>
#include <stddef.h>

struct plain_member {
	const char *value; /* in the text; NULL: there is no such member */
	size_t len;
};
/* Finds the members of the object that are called so; of two of a name the last one. Answers
 * whether the whole text is plain, without which no member may be used. */
bool plain_find(const char *text, const char *const *names, size_t count,
		struct plain_member *found);

#endif
