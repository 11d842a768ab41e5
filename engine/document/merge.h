/*
 * merge - maps that are complete: `<<` put in, duplicate keys refused. Inside engine/document only.
 */
#ifndef ENGINE_DOCUMENT_MERGE_H
#define ENGINE_DOCUMENT_MERGE_H

struct diagnostics;
struct node;
struct node_arena;

/* Put in what the map merges by `<<` (a map, or a list of maps; its own keys win, then the first of
 * the list), and say which keys it has twice. Its pairs become new ones; what it merges is shared.
 */
void map_finish(struct node_arena *arena, struct node *map, struct diagnostics *d);

#endif
