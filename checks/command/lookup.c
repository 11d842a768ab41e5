#include "checks/command/lookup.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/clock.h"
#include "engine/base/xalloc.h"

/* With so many names all are forgotten. */
#define ENTRIES_MAX 64
#define REMEMBERED NS_PER_S

/* What the answer depends on; path and cwd may be NULL. */
struct question {
	const char *name, *path, *cwd;
};

struct entry {
	char *name, *path, *cwd;
	struct strings programs;
	size_t found;
	int64_t since; /* clock_mono when all were last tried */
};

struct programs {
	struct entry entries[ENTRIES_MAX];
	size_t count;
	size_t nothing; /* `found` of a command of another user */
};

static void lookup_forget(struct programs *l)
{
	for (size_t i = 0; i < l->count; i++) {
		free(l->entries[i].name);
		free(l->entries[i].path);
		free(l->entries[i].cwd);
		strings_free(&l->entries[i].programs);
	}
	l->count = 0;
}

static bool is_same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static struct entry *entry_find(struct programs *l, const struct question *q)
{
	for (size_t i = 0; i < l->count; i++) {
		struct entry *e = &l->entries[i];

		if (is_same(e->name, q->name) && is_same(e->path, q->path) &&
		    is_same(e->cwd, q->cwd))
			return e;
	}
	return NULL;
}

static char *copy(const char *text)
{
	return text ? xstrdup(text) : NULL;
}

static struct entry *entry_add(struct programs *l, const struct question *q)
{
	struct entry *e;

	if (l->count == ARRAY_SIZE(l->entries))
		lookup_forget(l);
	e = &l->entries[l->count++];
	*e = (struct entry){
		.name = copy(q->name), .path = copy(q->path), .cwd = copy(q->cwd)
	};
	programs_find(&e->programs, e->name, e->path);
	return e;
}

void lookup_programs(struct programs *l, struct spawn *s, const struct strings *environment)
{
	const struct question q = { .name = s->argv[0],
				    .path = environment_get(environment, "PATH"),
				    .cwd = s->cwd };
	const int64_t now = clock_mono();
	struct entry *e = entry_find(l, &q);

	if (!e)
		e = entry_add(l, &q);
	if (now - e->since > REMEMBERED)
		e->found = 0;
	if (!e->found)
		e->since = now;
	l->nothing = 0;
	s->programs = (const char *const *)e->programs.items;
	s->found = s->identity.change ? &l->nothing : &e->found;
}

static void *lookup_create(struct loop *loop, struct err **e)
{
	(void)loop;
	(void)e;
	return xcalloc(1, sizeof(struct programs));
}

static void lookup_free(void *object)
{
	lookup_forget(object);
	free(object);
}

const struct lane_object lookup_object = {
	.name = "lookup",
	.create = lookup_create,
	.free = lookup_free,
};
