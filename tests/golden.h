/* The golden fixture of ten customers: what goes in, and the figures that every stage must give back. */
#ifndef CRM_GOLDEN_H
#define CRM_GOLDEN_H

#include <stdint.h>

enum { GOLDEN = 10 };
#define GOLDEN_RATE .80       /* cost of a minute: 10,000 / 12,500 */
#define GOLDEN_DISCOUNT .10   /* end of period */
#define GOLDEN_THETA 400.0
#define GOLDEN_UNUSED 1500.0  /* capacity that no customer is charged for */

static const uint64_t golden_key[GOLDEN] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
static const double golden_revenue[GOLDEN] = {20000, 18000, 16000, 5000, 3000, 2000, 1500, 1500, 800, 600};
static const double golden_cost[GOLDEN] = {12000, 15000, 14000, 2500, 1600, 1100, 900, 900, 500, 400};
static const double golden_minutes[GOLDEN] = {1500, 4500, 3000, 200, 150, 250, 125, 125, 375, 400};
static const double golden_margin[GOLDEN] = {7000, 2200, -300, 2600, 200, 900, 50, 600, 250, -100};
static const double golden_retention[GOLDEN] = {.85, .90, .60, .80, .75, .70, .60, .50, .50, .40};

static const double golden_profit[GOLDEN] = {6800, -600, -400, 2340, 1280, 700, 500, 500, 0, -120};
static const double golden_future[GOLDEN] = {23800.00, 9900.00, -360.00, 6933.33, 428.57,
                                             1575.00,  60.00,   500.00,  208.33,  -57.14};
static const uint8_t golden_class[GOLDEN] = {4, 2, 1, 4, 4, 4, 3, 4, 1, 1};
static const double golden_share[4] = {.2, .3, .3, .2};
static const uint8_t golden_tier_key[GOLDEN] = {1, 4, 4, 1, 2, 2, 2, 3, 3, 3};
static const uint8_t golden_tier_up[GOLDEN] = {1, 4, 4, 1, 2, 2, 2, 2, 3, 3};
static const uint8_t golden_tier_down[GOLDEN] = {1, 4, 4, 1, 2, 2, 3, 3, 3, 3};
static const uint8_t golden_tier_negative[GOLDEN] = {1, 4, 4, 1, 2, 2, 2, 3, 3, 4}; /* by key, negatives lowest */
static const double golden_whale[GOLDEN] = {6800, 9140, 10420, 11120, 11620, 12120, 12120, 12000, 11600, 11000};

/* Profit and future value by the rules; future in closed form, apart from the library. */
static inline void golden_compute(double *profit, double *future)
{
    for (int i = 0; i < GOLDEN; i++) {
        profit[i] = golden_revenue[i] - golden_cost[i] - golden_minutes[i] * GOLDEN_RATE;
        future[i] = golden_margin[i] * golden_retention[i] / (1 + GOLDEN_DISCOUNT - golden_retention[i]);
    }
}

#endif
