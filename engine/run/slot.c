#include "engine/run/slot.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "engine/base/buf.h"
#include "engine/base/clock.h"
#include "engine/base/err.h"
#include "engine/base/xalloc.h"

#define OUTBOX_SIZE (SLOT_SIZE - sizeof(struct slot))

struct slots {
	char *pages;
	size_t count, page;
	bool *used;
};

struct slots *slots_new(size_t count, struct err **e)
{
	struct slots *s = xcalloc(1, sizeof(*s));

	s->count = count;
	s->page = (size_t)sysconf(_SC_PAGESIZE);
	if (s->page < SLOT_SIZE)
		s->page = SLOT_SIZE;
	s->used = xcalloc(count, sizeof(*s->used));
	s->pages = mmap(NULL, count * s->page, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			-1, 0);
	if (s->pages == MAP_FAILED) {
		err_errno_(e, ERR_SYSTEM, "shared memory");
		s->pages = NULL;
		slots_free(s);
		return NULL;
	}
	return s;
}

void slots_free(struct slots *s)
{
	if (!s)
		return;
	if (s->pages)
		munmap(s->pages, s->count * s->page);
	free(s->used);
	free(s);
}

int slots_take(struct slots *s)
{
	for (size_t i = 0; i < s->count; i++) {
		struct slot *slot = slots_at(s, i);

		if (s->used[i])
			continue;
		s->used[i] = true;
		atomic_store(&slot->next, 0);
		atomic_store(&slot->sending, 0);
		atomic_store(&slot->outbox_len, 0);
		slot_leave(slot);
		return (int)i;
	}
	return -1;
}

void slots_give_back(struct slots *s, size_t index)
{
	s->used[index] = false;
	explicit_bzero(slots_at(s, index)->outbox, OUTBOX_SIZE);
}

struct slot *slots_at(const struct slots *s, size_t index)
{
	return (struct slot *)(void *)(s->pages + index * s->page);
}

void slots_keep_only(const struct slots *s, size_t index)
{
	if (index > 0)
		munmap(s->pages, index * s->page);
	if (index + 1 < s->count)
		munmap(s->pages + (index + 1) * s->page, (s->count - index - 1) * s->page);
}

bool slot_take(struct slot *s, uint32_t serial)
{
	uint32_t expected = serial;

	return atomic_compare_exchange_strong(&s->next, &expected, serial + 1);
}

void slot_enter(struct slot *s, uint32_t job)
{
	atomic_store(&s->job, job + 1);
	atomic_store(&s->since, clock_mono());
}

void slot_enter_unknown(struct slot *s)
{
	atomic_store(&s->job, 0);
	atomic_store(&s->since, clock_mono());
}

void slot_leave(struct slot *s)
{
	atomic_store(&s->since, 0);
	atomic_store(&s->job, 0);
}

uint32_t slot_take_back(struct slot *s, uint32_t last)
{
	uint32_t next = atomic_load(&s->next);

	while (next <= last && !atomic_compare_exchange_weak(&s->next, &next, last + 1))
		;
	return next;
}

bool slot_look(const struct slot *s, uint32_t *job, int64_t *since)
{
	/* read twice: the worker may have gone on between the two loads */
	for (int i = 0; i < 8; i++) {
		int64_t before = atomic_load(&s->since);

		*job = atomic_load(&s->job);
		*since = atomic_load(&s->since);
		if (before == *since)
			break;
	}
	return *since != 0;
}

bool slot_post(struct slot *s, const void *header, size_t header_len, const void *bytes, size_t len)
{
	uint32_t used = atomic_load(&s->outbox_len);

	if (header_len + len > OUTBOX_SIZE - used)
		return false;
	memcpy(s->outbox + used, header, header_len);
	if (len)
		memcpy(s->outbox + used + header_len, bytes, len);
	atomic_store(&s->outbox_len, used + (uint32_t)(header_len + len));
	return true;
}

void slot_send_begin(struct slot *s)
{
	atomic_fetch_add(&s->sending, 1);
}

void slot_send_end(struct slot *s)
{
	const uint32_t len = atomic_exchange(&s->outbox_len, 0);

	explicit_bzero(s->outbox, len);
	atomic_fetch_add(&s->sending, 1);
}

bool slot_outbox(const struct slot *s, bool dead, struct buf *out)
{
	uint32_t before = atomic_load(&s->sending), len = atomic_load(&s->outbox_len);

	buf_clear(out);
	if ((before & 1 && !dead) || len > OUTBOX_SIZE)
		return false;
	if (len)
		buf_add(out, s->outbox, len);
	return atomic_load(&s->sending) == before;
}
