/*
 * host - what the machine that is inspected is called, and where it is reached.
 *
 * A worker that has entered a container sees another host than the supervisor: then it is asked for
 * like all else that must be looked at before the plan. Inside engine/ruleset only.
 */
#ifndef ENGINE_RULESET_HOST_H
#define ENGINE_RULESET_HOST_H

#include <jansson.h>
#include <stdbool.h>

struct request;
struct requests;

/* Name (gethostname(2)); "" where there is none. The caller's. */
char *host_look_name(void);
/* Addresses of the interfaces that are up, without loopback, as a list of texts. The caller's. */
json_t *host_look_addresses(void);
/* Answer REQUEST_HOST, where the worker is. */
void host_answer(struct request *r);
/* What the answers say. `asked`: whether it was asked for at all; when not, it may be looked at
 * from here. NULL: it was not asked for, or not answered. The caller's. */
json_t *host_of_answers(const struct requests *answers, bool *asked);

#endif
