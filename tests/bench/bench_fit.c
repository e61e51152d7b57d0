/* Speed of fits: a likelihood per distinct row on each instruction set, whole fits of 1,000,000 simulated
 * customers with and without their collapsing, and what a second worker gains. */
#include "bench/bench.h"

#include <math.h>

#include "model/daily.h"
#include "model/likelihood.h"
#include "numeric/random.h"

enum { CUSTOMERS = 1000000 };

typedef struct base {
    double *x, *t_x, *T;  /* Pareto/NBD .55, 10.6, .61, 11.7; T uniform over the days of 27..39 weeks */
    double *count, *mean; /* Gamma-Gamma 6.25, 3.74, 15.44 on x + 1 purchases, cents */
} base;

/* Seed 20050501. */
static base simulate(void)
{
    base b = {bench_room(CUSTOMERS, 8), bench_room(CUSTOMERS, 8), bench_room(CUSTOMERS, 8),
              bench_room(CUSTOMERS, 8), bench_room(CUSTOMERS, 8)};
    for (int64_t i = 0; i < CUSTOMERS; i++) {
        struct crm_i_random random;
        crm_i_random_start(&random, 20050501, (uint64_t)i);
        const double T = (double)(189 + (int64_t)crm_i_random_below(&random, 85)) / 7.0;
        const double rate = crm_i_random_gamma(&random, .55) / 10.6;
        const double leave = crm_i_random_exponential(&random) * 11.7 / crm_i_random_gamma(&random, .61);
        const double end = leave < T ? leave : T;
        double x = 0.0;
        double t_x = 0.0;
        for (double t = 0.0;;) {
            t += crm_i_random_exponential(&random) / rate;
            if (!(t < end))
                break;
            x += 1.0;
            t_x = ceil(7.0 * t) / 7.0;
        }
        b.x[i] = x;
        b.T[i] = T;
        b.t_x[i] = t_x < T ? t_x : T;
        b.count[i] = x + 1.0;
        const double nu = crm_i_random_gamma(&random, 3.74) / 15.44;
        const double spent = crm_i_random_gamma(&random, 6.25 * b.count[i]) / nu;
        b.mean[i] = ceil(100.0 * spent) / 100.0 / b.count[i];
    }
    return b;
}

static crm_summary *summarise(const crm_context *context, int32_t kind, const base *b)
{
    crm_summary *summary = NULL;
    if (kind != CRM_MODEL_GAMMA_GAMMA)
        bench_need(crm_summary_of_purchases(context, CUSTOMERS, b->x, b->t_x, b->T, NULL, &summary, NULL),
                   "collapse");
    else
        bench_need(crm_summary_of_spend(context, CUSTOMERS, b->count, b->mean, NULL, &summary, NULL),
                   "collapse");
    return summary;
}

/* Collapsing and fitting together, and fitting alone. */
static void time_fit(const bench *h, const crm_context *context, int32_t kind, const base *b, double *whole,
                     double *alone)
{
    bench_timer all = bench_timing(h);
    bench_timer fit = bench_timing(h);
    while (bench_more(&all)) {
        crm_model *model = NULL;
        bench_tick(&all);
        crm_summary *summary = summarise(context, kind, b);
        bench_tick(&fit);
        bench_need(crm_model_fit(context, kind, summary, NULL, &model, NULL), "fit");
        bench_tock(&fit);
        bench_tock(&all);
        crm_model_destroy(model);
        crm_summary_destroy(summary);
    }
    *whole = all.best;
    *alone = fit.best;
}

static void bench_fit(const bench *h, int32_t kind, const base *b, double most)
{
    char name[80];
    char gain[120];
    double one[2];
    double two[2];
    const double bytes = kind != CRM_MODEL_GAMMA_GAMMA ? 24 : 16;
    time_fit(h, h->one, kind, b, &one[0], &one[1]);
    snprintf(name, sizeof name, "%s fit, collapsing included", crm_kind_name(kind));
    bench_time(h, h->one, name, CUSTOMERS, bytes, one[0], BENCH_SECONDS, most);
    snprintf(name, sizeof name, "%s fit of the summary", crm_kind_name(kind));
    bench_time(h, h->one, name, CUSTOMERS, 0, one[1], BENCH_NO_LIMIT, 0);
    if (!h->two)
        return;
    time_fit(h, h->two, kind, b, &two[0], &two[1]);
    snprintf(name, sizeof name, "%s fit, collapsing included", crm_kind_name(kind));
    bench_time(h, h->two, name, CUSTOMERS, bytes, two[0], BENCH_NO_LIMIT, 0);
    snprintf(gain, sizeof gain, "%s, two workers", name);
    bench_gain(h, gain, one[0], two[0], 0);
    snprintf(name, sizeof name, "%s fit of the summary", crm_kind_name(kind));
    bench_time(h, h->two, name, CUSTOMERS, 0, two[1], BENCH_NO_LIMIT, 0);
}

/* Seconds of one pass: order 0 is what a fit prepares once. */
static double time_pass(const bench *h, const crm_context *context, int32_t kind, const double *parameter,
                        const crm_summary *summary, int32_t order)
{
    bench_timer t = bench_timing(h);
    while (bench_more(&t)) {
        crm_i_sample sample;
        crm_i_derivatives at;
        bench_tick(&t);
        bench_need(crm_i_sample_build(context, crm_i_kind_of(kind)->likelihood, summary, 3, &sample, NULL),
                   "sample");
        if (order == 0)
            bench_tock(&t);
        bench_tick(&t);
        if (order > 0) {
            bench_need(crm_i_likelihood_evaluate(context, &sample, parameter, order, 0.0, 1.0, &at, NULL),
                       "likelihood");
            bench_tock(&t);
        }
        crm_i_sample_release(&sample);
    }
    return t.best;
}

static const double *parameter_of(int32_t kind)
{
    static const double bg_nbd[] = {.2475, 4.975, .738, 2.867};
    static const double pareto_nbd[] = {.55, 10.6, .61, 11.7};
    static const double gamma_gamma[] = {6.25, 3.74, 15.44};
    static const double ggompertz_nbd[] = {.5564, 10.94, .002, .6101, .02414};
    if (kind == CRM_MODEL_GGOMPERTZ_NBD)
        return ggompertz_nbd;
    if (kind == CRM_MODEL_PARETO_NBD)
        return pareto_nbd;
    return kind == CRM_MODEL_GAMMA_GAMMA ? gamma_gamma : bg_nbd;
}

static void bench_passes(const bench *h, int32_t kind, const base *b)
{
    static const char *const order_name[3] = {"prepared", "value and gradient",
                                              "value, gradient and Hessian"};
    /* by instruction set and order; 0: no limit */
    static const double bg_nbd[3][3] = {{0, 22, 28}, {0, 0, 0}, {0, 10, 14}};
    static const double pareto_nbd[3][3] = {{0, 0, 180}, {0, 0, 120}, {0, 0, 100}};
    const double(*most)[3] = kind == CRM_MODEL_PARETO_NBD ? pareto_nbd : bg_nbd;
    const int32_t counted =
        kind != CRM_MODEL_GAMMA_GAMMA ? CRM_SUMMARY_PURCHASES_DISTINCT : CRM_SUMMARY_SPEND_DISTINCT;
    crm_summary *summary = summarise(h->one, kind, b);
    const int64_t rows = crm_summary_fact(summary, counted);
    for (int32_t isa = crm_context_isa(h->one); isa >= CRM_ISA_BASELINE; isa--) {
        crm_context *limited = NULL;
        bench_need(crm_context_limit(h->one, isa, &limited, NULL), "limit");
        for (int32_t order = 0; order <= CRM_I_ORDER_HESSIAN; order++) {
            const int32_t limited_kind = kind == CRM_MODEL_BG_NBD || kind == CRM_MODEL_PARETO_NBD;
            const double limit = limited_kind ? most[isa][order] : 0.0;
            char name[80];
            snprintf(name, sizeof name, "%s %s", crm_kind_name(kind), order_name[order]);
            bench_time(h, limited, name, rows, kind != CRM_MODEL_GAMMA_GAMMA ? 32 : 24,
                       time_pass(h, limited, kind, parameter_of(kind), summary, order),
                       limit > 0.0 ? BENCH_NS : BENCH_NO_LIMIT, limit);
        }
        crm_context_destroy(limited);
    }
    crm_summary_destroy(summary);
}

/* A base in days, nearly every row its own: fitted with all that belongs to it, and one pass over its rows.
 */
static void bench_daily(const bench *h)
{
    double *x = bench_room(DAILY_CUSTOMERS, 3 * sizeof *x), *t_x = x + DAILY_CUSTOMERS,
           *T = t_x + DAILY_CUSTOMERS;
    bench_timer t = bench_timing(h);
    crm_summary *summary = NULL;
    crm_model *model = NULL;
    daily_simulate(x, t_x, T);
    while (bench_more(&t)) {
        crm_model_destroy(model);
        crm_summary_destroy(summary);
        bench_tick(&t);
        bench_need(crm_summary_of_purchases(h->one, DAILY_CUSTOMERS, x, t_x, T, NULL, &summary, NULL),
                   "collapse");
        bench_need(crm_model_fit(h->one, CRM_MODEL_PARETO_NBD, summary, NULL, &model, NULL), "fit");
        bench_tock(&t);
    }
    if (!(fabs(crm_model_fact(model, CRM_FACT_LOG_LIKELIHOOD) - DAILY_LOG_LIKELIHOOD) <= 1e-6))
        bench_need(CRM_E_STATE, "log-likelihood of the base in days");
    double parameter[4];
    bench_need(crm_model_parameters(model, parameter, NULL, NULL), "parameters");
    bench_time(h, h->one, "pareto-nbd fit of 289,000 in days, collapsing included", DAILY_CUSTOMERS, 24,
               t.best, BENCH_SECONDS, 2.0);
    bench_time(h, h->one, "pareto-nbd value, gradient and Hessian in days",
               crm_summary_fact(summary, CRM_SUMMARY_PURCHASES_DISTINCT), 32,
               time_pass(h, h->one, CRM_MODEL_PARETO_NBD, parameter, summary, CRM_I_ORDER_HESSIAN), BENCH_NS,
               200);
    crm_model_destroy(model);
    crm_summary_destroy(summary);
    free(x);
}

int main(void)
{
    bench h = bench_begin("fit");
    const base b = simulate();
    bench_passes(&h, CRM_MODEL_BG_NBD, &b);
    bench_passes(&h, CRM_MODEL_GAMMA_GAMMA, &b);
    bench_passes(&h, CRM_MODEL_PARETO_NBD, &b);
    bench_passes(&h, CRM_MODEL_GGOMPERTZ_NBD, &b);
    bench_fit(&h, CRM_MODEL_BG_NBD, &b, .05);
    bench_fit(&h, CRM_MODEL_PARETO_NBD, &b, .15);
    bench_daily(&h);
    bench_fit(&h, CRM_MODEL_MBG_NBD, &b, .06);
    bench_fit(&h, CRM_MODEL_GAMMA_GAMMA, &b, .08);
    bench_fit(&h, CRM_MODEL_GGOMPERTZ_NBD, &b, .6);
    free(b.x);
    free(b.t_x);
    free(b.T);
    free(b.count);
    free(b.mean);
    bench_end(&h);
    return 0;
}
