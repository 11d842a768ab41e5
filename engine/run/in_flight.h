/*
 * in_flight - how much a loop worker has under way at once: both ends must agree.
 */
#ifndef ENGINE_RUN_IN_FLIGHT_H
#define ENGINE_RUN_IN_FLIGHT_H

#include <stddef.h>

/* Commands that one runner has under way at once. */
#define IN_FLIGHT_COMMANDS 8

/* Checks that a network worker has under way at once: below the descriptors that it can have. */
size_t in_flight_network(void);

#endif
