/* What a kind of model offers to the plan and to the named functions: which quantities, how their tables are
 * built, and how a strip of rows is run. plan.c checks arguments and rows, cuts strips, adds up; a kind
 * computes. */
#ifndef CRM_I_PREDICTION_H
#define CRM_I_PREDICTION_H

#include "model/kind.h"

struct crm_i_random; /* numeric/random.h */

/* Rows are worked in strips: inner loops run over a strip. */
enum { CRM_I_STRIP = 64, CRM_I_OWN = 4 };

/* One quantity asked for, with its assumptions (times are periods from now; what a quantity does not take is
 * 0). */
typedef struct crm_i_ask {
    int32_t quantity;
    double t0;
    double t1;
    double delta;
    double number;
} crm_i_ask;

/* A strip of customers in work. Entries n .. CRM_I_STRIP-1, and rows that are bad or missing, hold a new
 * customer (0, 0, 0), so that loops may run over the whole strip and no kind sees a bad row. */
typedef struct crm_i_strip {
    int64_t n;
    int32_t gradient; /* 1: partial derivatives by the natural parameters are wanted beside values */
    double x[CRM_I_STRIP];
    double t_x[CRM_I_STRIP];
    double T[CRM_I_STRIP];
    /* What `begin` leaves for `rows`: P(alive) now, and its partials. */
    double alive[CRM_I_STRIP];
    double alive_d[CRM_I_KIND_PARAMETERS][CRM_I_STRIP];
} crm_i_strip;

struct crm_i_prediction {
    uint32_t quantities; /* bit q set: CRM_QUANTITY q is offered */
    int32_t whole;       /* 1: times are whole numbers of opportunities */
    int32_t contractual; /* 1: a row is T alone; x and t_x, which may be NULL, are not read and seen as 0 */

    /* Purchase models (all NULL for a spend model). */

    /* Assumptions this kind cannot meet, with these parameters, although they are in the domain of the
     * quantity; opt. */
    crm_status (*check)(const double *parameter, const crm_i_ask *ask, crm_error *err);

    /* Why a history that is good for any kind is not for this one: NULL if it is, else a sentence, *column
     * the one to blame (0 x, 1 t_x, 2 T); opt */
    const char *(*wrong)(double x, double t_x, double T, int32_t *column);

    /* A table that makes rows faster: its size in doubles (0: none), with room for gradients or without; and
     * filling it in. rows gives the same bits with the table and without; gradients likewise. opt */
    int64_t (*table_size)(const double *parameter, const crm_i_ask *ask, int32_t gradient);
    void (*table_build)(int32_t isa, const double *parameter, const crm_i_ask *ask, int32_t gradient,
                        double *table);

    /* Fills in alive (and alive_d) of a strip; then any number of rows. out: CRM_I_STRIP entries; gradient
     * (if the strip wants it): entry of parameter j, row i at gradient[j * CRM_I_STRIP + i]. table NULL:
     * without. Values are the same bits whether gradients are wanted or not. A row for which the quantity
     * does not exist gets NaN. */
    void (*begin)(int32_t isa, const double *parameter, crm_i_strip *strip);
    void (*rows)(int32_t isa, const double *parameter, const crm_i_ask *ask, const double *table,
                 const crm_i_strip *strip, double *out, double *gradient);

    /* Spend models (NULL for a purchase model): n <= CRM_I_STRIP rows of (count, mean), all valid; NaN where
     * the mean does not exist. gradient opt, laid out as above. */
    void (*spend)(const double *parameter, int64_t n, const double *count, const double *mean, double *out,
                  double *gradient);

    /* Simulation. draw: what is the customer's own, up to CRM_I_OWN numbers; next: periods to the next
     * purchase (INFINITY: none ever), or of a spend model the amount of the next. NULL: not offered. The
     * order of draws is frozen. */
    void (*draw)(const double *parameter, struct crm_i_random *random, double *own);
    double (*next)(const double *parameter, struct crm_i_random *random, double *own);
};

#define CRM_I_OFFERS(quantity) ((uint32_t)1 << (quantity))

extern const crm_i_prediction crm_i_nbd_prediction;         /* nbd.c */
extern const crm_i_prediction crm_i_pareto_nbd_prediction;  /* pareto_nbd.c */
extern const crm_i_prediction crm_i_bg_bb_prediction;       /* bg_bb.c */
extern const crm_i_prediction crm_i_bg_nbd_prediction;      /* bg_nbd.c */
extern const crm_i_prediction crm_i_mbg_nbd_prediction;     /* bg_nbd.c */
extern const crm_i_prediction crm_i_ggompertz_prediction;   /* ggompertz.c */
extern const crm_i_prediction crm_i_gamma_gamma_prediction; /* gamma_gamma.c */
extern const crm_i_prediction crm_i_sbg_prediction;         /* contract.c */
extern const crm_i_prediction crm_i_bdw_prediction;

#endif
