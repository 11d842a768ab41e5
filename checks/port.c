/*
 * port - which sockets of this machine listen on a port, and who holds them?
 *
 * Reads the kernel's tables, so it needs no connection and sees what is bound to any address.
 * Whether a port answers from elsewhere is tcp's question.
 */
#include <string.h>

#include "checks/check.h"
#include "checks/snapshot/processes.h"
#include "checks/snapshot/socket_owners.h"
#include "checks/snapshot/sockets.h"
#include "checks/snapshot/users.h"

enum { TRANSPORT_TCP, TRANSPORT_UDP };

static const char *const transports[] = {
	[TRANSPORT_TCP] = "tcp",
	[TRANSPORT_UDP] = "udp",
	NULL,
};

struct port_query {
	char *address;
	uint64_t port;
	int protocol;
};

static const struct field port_fields[] = {
	FIELD_TEXT(struct port_query, address,
		   .doc = "IPv4 or IPv6 address: only sockets that serve it count, being bound to "
			  "it or to all addresses."),
	FIELD_UINT(struct port_query, port, .required = true, .min = 1, .max = 65535,
		   .doc = "Port number."),
	FIELD_ENUM(struct port_query, protocol, .choices = transports, .dflt = "tcp",
		   .doc = "Transport protocol."),
	{ .name = NULL },
};

static const struct fact port_facts[] = {
	{ .name = "addresses",
	  .type = FACT_LIST,
	  .item = FACT_TEXT,
	  .doc = "Local address and port of each listening socket, IPv6 in brackets: "
		 "\"0.0.0.0:80\", \"[::]:80\"." },
	{ .name = "backlog",
	  .type = FACT_INT,
	  .doc = "Length of the accept queue that the program asked for; the shortest of several "
		 "sockets (tcp)." },
	{ .name = "dual_stack",
	  .type = FACT_BOOL,
	  .doc = "Whether one IPv6 socket serves IPv4, too." },
	{ .name = "ipv4",
	  .type = FACT_BOOL,
	  .doc = "Whether it listens for IPv4, by a socket of its own or a dual-stack one." },
	{ .name = "ipv6", .type = FACT_BOOL, .doc = "Whether it listens for IPv6." },
	{ .name = "listening",
	  .type = FACT_BOOL,
	  .doc = "Whether at least one socket listens (tcp) or is bound and not connected (udp)." },
	{ .name = "pid",
	  .type = FACT_LIST,
	  .item = FACT_INT,
	  .doc = "All processes that hold such a socket, ascending." },
	{ .name = "process", .type = FACT_TEXT, .doc = "Name of the first of these processes." },
	{ .name = "user",
	  .type = FACT_TEXT,
	  .doc = "Effective user of the first of these processes." },
	{ .name = "waiting",
	  .type = FACT_INT,
	  .doc = "Connections that wait to be accepted, together (tcp)." },
	{ .name = NULL },
};

/* The sockets that a check is about. */
struct holders {
	const struct socket_row **rows;
	size_t count;
};

static void tell_others(const struct port_query *q, const struct socket_row *rows, size_t count,
			struct observer *o)
{
	auto_buf struct buf text = BUF_INIT(1024);

	for (size_t i = 0; i < count; i++) {
		buf_adds(&text, i ? ", " : "");
		socket_print(&rows[i], &text);
	}
	observer_trace(o, "port %u is bound to %s, which does not serve %s", (unsigned)q->port,
		       buf_text(&text), q->address);
}

/* -1 when the address is none: after the load only a capture can bring that. */
static int holders_find(const struct port_query *q, const struct socket_table *t, struct holders *h,
			struct observer *o, struct err **e)
{
	struct socket_address wanted;
	size_t count;
	const struct socket_row *rows = sockets_of_port(t, (uint16_t)q->port, &count);

	if (q->address && socket_address_parse(q->address, &wanted) < 0)
		return err_set(e, ERR_DATA, "address: '%s' is neither an IPv4 nor an IPv6 address",
			       q->address);
	h->rows = xcalloc(count + 1, sizeof(*h->rows));
	for (size_t i = 0; i < count; i++)
		if (!q->address || socket_serves(&rows[i], &wanted))
			h->rows[h->count++] = &rows[i];
	if (count && !h->count)
		tell_others(q, rows, count, o);
	return 0;
}

static void tell_addresses(const struct holders *h, struct observer *o)
{
	bool ipv4 = false, ipv6 = false, dual = false;
	json_t *addresses = json_array();

	for (size_t i = 0; i < h->count; i++) {
		auto_buf struct buf text = BUF_INIT(128);

		socket_print(h->rows[i], &text);
		json_array_append_new(addresses, observer_text(buf_text(&text), text.len));
		ipv4 |= socket_serves_ipv4(h->rows[i]);
		ipv6 |= socket_serves_ipv6(h->rows[i]);
		dual |= socket_serves_ipv4(h->rows[i]) && socket_serves_ipv6(h->rows[i]);
	}
	observer_set_bool(o, "listening", h->count > 0);
	observer_set(o, "addresses", addresses);
	observer_set_bool(o, "ipv4", ipv4);
	observer_set_bool(o, "ipv6", ipv6);
	observer_set_bool(o, "dual_stack", dual);
}

static void tell_queues(const struct holders *h, struct observer *o)
{
	uint32_t backlog = UINT32_MAX;
	int64_t waiting = 0;
	bool known = true;

	for (size_t i = 0; i < h->count; i++) {
		known &= h->rows[i]->backlog_known;
		backlog = h->rows[i]->backlog < backlog ? h->rows[i]->backlog : backlog;
		waiting += h->rows[i]->waiting;
	}
	observer_set_int(o, "waiting", waiting);
	if (known)
		observer_set_int(o, "backlog", backlog);
	else if (observer_wants(o, "backlog"))
		observer_trouble(o, KIND_PERMISSION,
				 "the backlog is told by netlink alone, which is refused here");
}

static int pid_compare(const void *a, const void *b)
{
	pid_t x = *(const pid_t *)a, y = *(const pid_t *)b;

	return (x > y) - (x < y);
}

/* All pids that hold one of the sockets, each once, ascending; the array is the caller's. */
static size_t holders_pids(const struct holders *h, const struct socket_owners *owners,
			   pid_t **pids)
{
	size_t count = 0, cap = 0, kept = 0;

	*pids = NULL;
	for (size_t i = 0; i < h->count; i++) {
		size_t n;
		const struct socket_owner *first =
			socket_owners_find(owners, h->rows[i]->inode, &n);

		for (size_t j = 0; j < n; j++) {
			array_grow(*pids, count, cap);
			(*pids)[count++] = first[j].pid;
		}
	}
	if (count)
		qsort(*pids, count, sizeof(**pids), pid_compare);
	for (size_t i = 0; i < count; i++)
		if (!kept || (*pids)[kept - 1] != (*pids)[i])
			(*pids)[kept++] = (*pids)[i];
	return kept;
}

static int tell_first(const struct process_table *t, pid_t pid, struct observer *o, struct err **e)
{
	const struct user_table *users = observer_table(o, &users_table, e);
	struct process *p = process_find(t, pid);
	struct span name;

	if (!users)
		return -1;
	if (!p)
		return 0;
	name = process_name(t, p);
	observer_set_text(o, "process", name.at, name.len);
	if (process_read_uid(t, p) == COLUMN_READ)
		observer_set_string(o, "user", user_name(users, p->uid));
	return 0;
}

/* A socket may be held by several, also by some whom we cannot see: then what is asked is not
 * known. */
static int tell_owners(const struct holders *h, struct observer *o, struct err **e)
{
	const struct process_table *t = observer_table(o, &processes_table, e);
	const struct socket_owners *owners = observer_table(o, &socket_owners_table, e);
	auto_free pid_t *pids = NULL;
	json_t *list;
	size_t count;

	if (!t || !owners)
		return -1;
	socket_owners_read(owners, t);
	if (t->hidden)
		observer_trouble(o, KIND_PERMISSION,
				 "who holds a socket is hidden: /proc is mounted with hidepid");
	else if (socket_owners_denied(owners))
		observer_trouble(o, KIND_PERMISSION,
				 "who holds a socket is not known: the descriptors of process %d "
				 "may not be read",
				 socket_owners_denied(owners));
	count = holders_pids(h, owners, &pids);
	list = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, json_integer(pids[i]));
	observer_set(o, "pid", list);
	if (!count)
		observer_trace(o, "no process of this /proc holds the socket (another PID "
				  "namespace, or the kernel itself)");
	return count ? tell_first(t, pids[0], o, e) : 0;
}

static int port_observe(const void *query, struct observer *o, struct err **e)
{
	const struct port_query *q = query;
	const struct socket_table *t = observer_table(
		o, q->protocol == TRANSPORT_TCP ? &tcp_sockets_table : &udp_sockets_table, e);
	struct holders h = { NULL, 0 };
	auto_free const struct socket_row **rows = NULL;

	if (!t || holders_find(q, t, &h, o, e) < 0)
		return -1;
	rows = h.rows;
	tell_addresses(&h, o);
	if (!h.count) {
		/* who would connect to it fails for this */
		if (q->protocol == TRANSPORT_TCP)
			observer_target(o, q->address ? q->address : "localhost",
					(unsigned)q->port);
		return 0;
	}
	if (q->protocol == TRANSPORT_TCP)
		tell_queues(&h, o);
	if (!observer_wants(o, "pid") && !observer_wants(o, "process") &&
	    !observer_wants(o, "user"))
		return 0;
	return tell_owners(&h, o, e);
}

static int port_validate(const void *query, bool (*given)(const void *ctx, const char *field),
			 const void *ctx, struct err **e)
{
	const struct port_query *q = query;
	struct socket_address parsed;

	if (!given(ctx, "address") || !q->address || !socket_address_parse(q->address, &parsed))
		return 0;
	return err_set(e, ERR_DATA, "address: '%s' is neither an IPv4 nor an IPv6 address",
		       q->address);
}

const struct check_type check_port = {
	.name = "port",
	.summary = "a port is being listened on",
	.lane = LANE_LOCAL,
	.table = "sockets",
	.fields = port_fields,
	.query_size = sizeof(struct port_query),
	.facts = port_facts,
	.default_expect = "{ listening: true }",
	.validate = port_validate,
	.observe = port_observe,
};
