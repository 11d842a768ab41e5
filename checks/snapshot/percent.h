/*
 * percent - shares as they are told: up, so that 80.001 is not 80, and two decimals are enough.
 */
#ifndef CHECKS_SNAPSHOT_PERCENT_H
#define CHECKS_SNAPSHOT_PERCENT_H

#include <math.h>

/* 0 of nothing. */
static inline double percent_of(double part, double whole)
{
	return part > 0 && whole > 0 ? ceil(part * 10000.0 / whole - 1e-6) / 100.0 : 0;
}

#endif
