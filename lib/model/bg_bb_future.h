/* What BG/BB says of the life that a customer who is alive at T still has: functions of d = delta + T alone,
 * theta ~ Beta(gamma, d), e = gamma + d. He is alive at opportunity k from now with probability Q_k =
 * (d)_k/(e)_k. */
#ifndef CRM_I_BG_BB_FUTURE_H
#define CRM_I_BG_BB_FUTURE_H

#include "model/prediction.h"

/* Value and derivatives by gamma and delta. */
typedef struct crm_i_bg_bb_future {
    double v;
    double gamma;
    double delta;
} crm_i_bg_bb_future;

/* Tables are made in blocks of T. */
enum { CRM_I_BG_BB_FUTURE_BLOCK = 64 };

/* P_ALIVE: Q_t0; EXPECTED, DISCOUNTED: sum of Q_k exp(-delta k) over t0 < k <= t1; for out[i] of T = first +
 * i, i < n, within one block: first / BLOCK is that of first + n - 1. Derivatives only if gradient. The bits
 * of a T do not depend on the others. */
void crm_i_bg_bb_future_at(int32_t isa, const double *parameter, const crm_i_ask *ask, int64_t first,
                           int32_t n, int32_t gradient, crm_i_bg_bb_future *out);

/* Q_k from T on, and 1 - Q_k in dead, with derivatives by gamma and delta of ln Q_k. */
typedef struct crm_i_bg_bb_survival {
    double alive;
    double dead;
    double gamma;
    double delta;
} crm_i_bg_bb_survival;
crm_i_bg_bb_survival crm_i_bg_bb_survive(const double *parameter, double T, double k);

/* Mean and variance of the number of opportunities in (t0, t1] that a customer who is alive at t0 lives to
 * see. */
void crm_i_bg_bb_lived(const double *parameter, double T, double t0, double t1, crm_i_bg_bb_future *mean,
                       crm_i_bg_bb_future *variance);

#endif
