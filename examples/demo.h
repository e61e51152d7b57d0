/* The truth behind examples/demo.csv, which simulate.c makes and demo.c tries to find again. */
#ifndef DEMO_H
#define DEMO_H

enum { DEMO_CUSTOMERS = 1200, DEMO_DAYS = 366, DEMO_SEED = 20240101 };

static const char *const demo_names[7] = {"r", "alpha", "a", "b", "p", "q", "v"};
static const double demo_purchases[4] = {0.8, 5.0, 0.7, 2.5}; /* BG/NBD r, alpha, a, b, in weeks */
static const double demo_spend[3] = {5.0, 4.0, 16.0};         /* Gamma-Gamma p, q, v */

#endif
