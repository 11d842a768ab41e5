#include "engine/run/outbox.h"

static bool is_being_sent(const struct slot *s)
{
	return atomic_load(&s->sending) & 1;
}

bool outbox_keep(struct desk *d, uint32_t job, uint32_t serial, const struct buf *bytes)
{
	const struct wire_header h = { .type = WIRE_RESULT,
				       .length = (uint32_t)bytes->len,
				       .job = job,
				       .serial = serial };

	if (!is_being_sent(d->slot) &&
	    slot_post(d->slot, &h, sizeof(h), bytes->data, bytes->len))
		return true;
	wire_send(&d->wire, WIRE_RESULT, job, serial, bytes->data, bytes->len);
	return false;
}

bool outbox_is_empty(const struct desk *d)
{
	return atomic_load(&d->slot->outbox_len) == 0;
}

int outbox_send(struct desk *d)
{
	struct slot *s = d->slot;
	int left;

	if (!is_being_sent(s) && !outbox_is_empty(d)) {
		slot_send_begin(s);
		buf_add(&d->wire.out, s->outbox, atomic_load(&s->outbox_len));
	}
	left = wire_flush(&d->wire, NULL);
	if (left == 0 && is_being_sent(s))
		slot_send_end(s);
	return left;
}
