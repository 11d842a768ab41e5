#include "engine/run/job.h"

static void put_between(struct job_list *l, struct job *prev, struct job *j, struct job *next)
{
	j->list = l;
	j->prev = prev;
	j->next = next;
	*(prev ? &prev->next : &l->first) = j;
	*(next ? &next->prev : &l->last) = j;
	l->count++;
}

void job_list_add(struct job_list *l, struct job *j)
{
	put_between(l, l->last, j, NULL);
}

void job_list_add_first(struct job_list *l, struct job *j)
{
	put_between(l, NULL, j, l->first);
}

void job_list_remove(struct job *j)
{
	struct job_list *l = j->list;

	if (!l)
		return;
	*(j->prev ? &j->prev->next : &l->first) = j->next;
	*(j->next ? &j->next->prev : &l->last) = j->prev;
	j->list = NULL;
	j->next = j->prev = NULL;
	l->count--;
}

struct job *job_list_take(struct job_list *l)
{
	struct job *j = l->first;

	if (j)
		job_list_remove(j);
	return j;
}
