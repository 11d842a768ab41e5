/*
 * percent - shares as they are told: up, so that 80.001 is not 80, and two decimals are enough.
 */
#ifndef CHECKS_SNAPSHOT_PERCENT_H
#define CHECKS_SNAPSHOT_PERCENT_H

#include <stdint.h>

/* 0 of nothing. */
static inline double percent_of(double part, double whole)
{
	const double exact = part > 0 && whole > 0 ? part * 10000.0 / whole - 1e-6 : 0;
	double hundredths;

	if (exact <= 0 || exact >= 0x1p53)
		return exact <= 0 ? 0 : exact / 100.0;
	/* ceil(3) of libm would be a library more in each process */
	hundredths = (double)(int64_t)exact;
	return (hundredths < exact ? hundredths + 1 : hundredths) / 100.0;
}

#endif
