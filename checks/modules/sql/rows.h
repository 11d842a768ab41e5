/*
 * rows - the rows of a result as typed maps, bounded in number and bytes.
 */
#ifndef CHECKS_MODULES_SQL_ROWS_H
#define CHECKS_MODULES_SQL_ROWS_H

#include "checks/modules/sql/link.h"

struct text_list;

/* Run the statement, its args bound to its question marks where there are any, and set rows and
 * row_count. -1: the observer knows why. */
int rows_query(struct link *l, const char *statement, const struct text_list *args);

#endif
