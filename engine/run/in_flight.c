#include "engine/run/in_flight.h"

#include <sys/resource.h>

/* Descriptors that are not a check's: the wire, epoll, the resolver's sockets, a log. */
#define RESERVED 64
/* A check may need a second one for a moment (a second address, a resolver's). */
#define PER_CHECK 2
#define MOST 8192

size_t in_flight_network(void)
{
	struct rlimit limit = { .rlim_max = 1024 };
	size_t descriptors;

	getrlimit(RLIMIT_NOFILE, &limit);
	descriptors = limit.rlim_max > 1024 * 1024 ? (size_t)1024 * 1024 : (size_t)limit.rlim_max;
	if (descriptors < RESERVED + 4 * PER_CHECK)
		return 4;
	descriptors = (descriptors - RESERVED) / PER_CHECK;
	return descriptors < MOST ? descriptors : MOST;
}
