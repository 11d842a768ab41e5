/*
 * table_cache - tables that many checks share, each read once a generation. For the observer alone.
 */
#ifndef ENGINE_DECL_TABLE_CACHE_H
#define ENGINE_DECL_TABLE_CACHE_H

struct err;
struct root;
struct shared_table;
struct table_cache;

/* The table of this type, read now if nobody has asked before; a failure is remembered until the
 * next generation. NULL on failure. The table is the cache's. */
const void *table_cache_get(struct table_cache *c, const struct shared_table *type, struct err **e);
/* What table_cache_set_root() has set. */
const struct root *table_cache_root(const struct table_cache *c);

#endif
