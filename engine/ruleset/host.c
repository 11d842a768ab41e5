#include "engine/ruleset/host.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <limits.h>
#include <net/if.h>
#include <netinet/in.h>
#include <unistd.h>

#include "engine/base/xalloc.h"
#include "engine/ruleset/requests.h"

char *host_look_name(void)
{
	char name[HOST_NAME_MAX + 1] = "";

	if (gethostname(name, sizeof(name) - 1))
		name[0] = '\0';
	return xstrdup(name);
}

static void add_address(json_t *list, const struct ifaddrs *i)
{
	char text[INET6_ADDRSTRLEN];
	const void *address;

	if (!i->ifa_addr || (i->ifa_flags & IFF_LOOPBACK) || !(i->ifa_flags & IFF_UP))
		return;
	if (i->ifa_addr->sa_family == AF_INET)
		address = &((const struct sockaddr_in *)(const void *)i->ifa_addr)->sin_addr;
	else if (i->ifa_addr->sa_family == AF_INET6)
		address = &((const struct sockaddr_in6 *)(const void *)i->ifa_addr)->sin6_addr;
	else
		return;
	if (inet_ntop(i->ifa_addr->sa_family, address, text, sizeof(text)))
		json_array_append_new(list, json_string(text));
}

json_t *host_look_addresses(void)
{
	struct ifaddrs *all = NULL;
	json_t *list = json_array();

	if (!getifaddrs(&all))
		for (const struct ifaddrs *i = all; i; i = i->ifa_next)
			add_address(list, i);
	freeifaddrs(all);
	return list;
}

void host_answer(struct request *r)
{
	char *name = host_look_name();
	json_t *seen = json_object();
	json_t *text = json_string(name);

	/* a name that is not UTF-8 is none that a pattern could be written for */
	json_object_set_new(seen, "name", text ? text : json_string(""));
	json_object_set_new(seen, "addresses", host_look_addresses());
	r->answer = ANSWER_FOUND;
	r->text = json_dumps(seen, JSON_COMPACT);
	json_decref(seen);
	free(name);
}

json_t *host_of_answers(const struct requests *answers, bool *asked)
{
	const struct request wanted = { .what = REQUEST_HOST };
	const struct request *q = requests_find(answers, &wanted);

	*asked = q != NULL;
	return q && q->answer == ANSWER_FOUND ? json_loads(q->text, 0, NULL) : NULL;
}
