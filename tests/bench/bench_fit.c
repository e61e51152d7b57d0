/* Speed of fits: a likelihood per distinct row on each instruction set, whole fits of 1,000,000 simulated
 * customers with their collapsing, and what a second worker gains. One line a figure, the minimum of several
 * runs. */
#define _POSIX_C_SOURCE 199309L
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "crmcore.h"
#include "model/likelihood.h"
#include "numeric/random.h"

enum { CUSTOMERS = 1000000, RUNS = 15 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void need(crm_status status, const crm_error *err)
{
    if (status == CRM_OK)
        return;
    fprintf(stderr, "%s: %s\n", crm_status_name(status), err->text);
    exit(1);
}

static double *column(void)
{
    double *c = malloc(CUSTOMERS * sizeof *c);
    if (!c)
        exit(1);
    return c;
}

typedef struct base {
    double *x, *t_x, *T;     /* Pareto/NBD .55, 10.6, .61, 11.7; T uniform over the days of 27..39 weeks */
    double *count, *mean;    /* Gamma-Gamma 6.25, 3.74, 15.44 on x + 1 purchases, cents */
} base;

/* Seed 20050501. */
static base simulate(void)
{
    base b = {column(), column(), column(), column(), column()};
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
    crm_error err;
    if (kind == CRM_MODEL_BG_NBD)
        need(crm_summary_of_purchases(context, CUSTOMERS, b->x, b->t_x, b->T, NULL, &summary, &err), &err);
    else
        need(crm_summary_of_spend(context, CUSTOMERS, b->count, b->mean, NULL, &summary, &err), &err);
    return summary;
}

static double fit_time(const crm_context *context, int32_t kind, const base *b, int32_t collapsing,
                       double *evaluations)
{
    double best = 1e9;
    for (int run = 0; run < RUNS; run++) {
        crm_error err;
        crm_model *model = NULL;
        const double start = now();
        crm_summary *summary = summarise(context, kind, b);
        const double between = now();
        need(crm_model_fit(context, kind, summary, NULL, &model, &err), &err);
        const double took = now() - (collapsing ? start : between);
        best = took < best ? took : best;
        *evaluations = crm_model_fact(model, CRM_FACT_EVALUATIONS);
        crm_model_destroy(model);
        crm_summary_destroy(summary);
    }
    return best;
}

/* Seconds of one pass: order 0 is what a pass needs prepared once a fit. */
static double pass_time(const crm_context *context, int32_t kind, const crm_summary *summary, int32_t order)
{
    static const double parameter[2][4] = {{.2475, 4.975, .738, 2.867}, {6.25, 3.74, 15.44, 0.0}};
    double best = 1e9;
    for (int run = 0; run < 3 * RUNS; run++) {
        crm_error err;
        crm_i_sample sample;
        crm_i_derivatives at;
        const double start = now();
        need(crm_i_sample_build(context, crm_i_kind_of(kind)->likelihood, summary, &sample, &err), &err);
        const double between = now();
        need(crm_i_likelihood_evaluate(context, &sample, parameter[kind == CRM_MODEL_GAMMA_GAMMA],
                                       order ? order : CRM_I_ORDER_GRADIENT, 0.0, 1.0, &at, &err),
             &err);
        const double took = order ? now() - between : between - start;
        best = took < best ? took : best;
        crm_i_sample_release(&sample);
    }
    return best;
}

static void bench_passes(int32_t kind, const base *b)
{
    static const char *const isa_name[] = {"baseline", "avx2", "avx512"};
    static const char *const order_name[] = {"prepared", "value + gradient", "value + gradient + Hessian"};
    crm_summary *summary = summarise(NULL, kind, b);
    const int64_t rows = crm_summary_fact(summary, kind == CRM_MODEL_BG_NBD ? CRM_SUMMARY_PURCHASES_DISTINCT
                                                                            : CRM_SUMMARY_SPEND_DISTINCT);
    printf("%s: %lld distinct rows\n", crm_kind_name(kind), (long long)rows);
    for (int32_t isa = 0; isa <= CRM_ISA_AVX512; isa++) {
        crm_context *context = NULL;
        crm_error err;
        need(crm_context_limit(NULL, isa, &context, &err), &err);
        if (crm_context_isa(context) < isa) {
            crm_context_destroy(context);
            break;
        }
        for (int32_t order = 0; order <= CRM_I_ORDER_HESSIAN; order++)
            printf("%-12s %-8s %-28s %6.2f ns a row\n", crm_kind_name(kind), isa_name[isa], order_name[order],
                   1e9 * pass_time(context, kind, summary, order) / (double)rows);
        crm_context_destroy(context);
    }
    crm_summary_destroy(summary);
}

static void bench_fit(int32_t kind, const base *b, double most)
{
    double evaluations = 0.0;
    crm_context *one = NULL;
    crm_error err;
    need(crm_context_create(NULL, NULL, 1, &one, &err), &err);
    const double whole = fit_time(one, kind, b, 1, &evaluations);
    const double alone = fit_time(one, kind, b, 0, &evaluations);
    crm_context_destroy(one);
    printf("%-12s fit, 1 M customers, collapsing included %.4f s (at most %.2f), without %.4f s, %.0f "
           "evaluations\n",
           crm_kind_name(kind), whole, most, alone, evaluations);
    crm_context *context = NULL;
    if (crm_context_create(NULL, NULL, 2, &context, NULL) != CRM_OK)
        return;
    const double two = fit_time(context, kind, b, 0, &evaluations);
    printf("%-12s fit without collapsing, two workers %.4f s: %.2f times as fast\n", crm_kind_name(kind), two,
           alone / two);
    crm_context_destroy(context);
}

int main(void)
{
    const base b = simulate();
    bench_passes(CRM_MODEL_BG_NBD, &b);
    bench_passes(CRM_MODEL_GAMMA_GAMMA, &b);
    bench_fit(CRM_MODEL_BG_NBD, &b, 0.05);
    bench_fit(CRM_MODEL_GAMMA_GAMMA, &b, 0.08);
    free(b.x);
    free(b.t_x);
    free(b.T);
    free(b.count);
    free(b.mean);
    return 0;
}
