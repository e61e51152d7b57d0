/* Speed of BG/NBD prediction: P(alive), expected and discounted-for-ever purchases by a plan, and the named
 * functions. Prints ns of processor time per customer on one thread; the minimum of several runs. */
#define _POSIX_C_SOURCE 199309L
#include "crmcore/model.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROWS = 200000, RUNS = 7 };

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* A base like the CDNOW sample: T of 27 to 39 weeks in days, x geometric with a long tail. */
static void fill(double *x, double *t_x, double *T)
{
    uint64_t s = 1;
    for (int i = 0; i < ROWS; i++) {
        s = s * 6364136223846793005u + 1442695040888963407u;
        const double u = (double)(s >> 11) * 0x1p-53;
        s = s * 6364136223846793005u + 1442695040888963407u;
        const double v = (double)(s >> 11) * 0x1p-53;
        T[i] = floor(189 + 84 * v) / 7.0;
        x[i] = u < .6 ? 0 : floor(pow(1.0 - (u - .6) / .4001, -.7));
        x[i] = x[i] > 60 ? 60 : x[i];
        t_x[i] = x[i] > 0 ? T[i] * (.02 + .97 * v * u) : 0;
    }
}

static const double parameter[] = {.242594529, 4.413602161, .792922028, 2.425906719};
static const double covariance[] = {1.577e-4, 3.6e-3, 2e-5,  -1e-4, 3.6e-3, .143,  -1e-3, -1e-2,
                                    2e-5,     -1e-3,  .0345, .12,   -1e-4,  -1e-2, .12,   .4976};

static void plan_bench(const crm_context *context, const char *name, double horizon, const double *cov,
                       const double *x, const double *t_x, const double *T, double *out, double *se)
{
    crm_model *model;
    crm_plan *plan;
    int32_t column;
    double total[6];
    crm_model_create(context, CRM_MODEL_BG_NBD, 4, parameter, cov, &model, NULL);
    const double begun = seconds();
    crm_plan_create(context, model, NULL, &plan, NULL);
    crm_plan_add(plan, CRM_QUANTITY_P_ALIVE, 0, 0, 0, 0, &column, NULL);
    crm_plan_add(plan, CRM_QUANTITY_EXPECTED, 0, 39, 0, 0, &column, NULL);
    const double between = seconds();
    crm_plan_add(plan, CRM_QUANTITY_DISCOUNTED, 0, horizon, .0027, 0, &column, NULL);
    const double built = seconds();
    double best = 1e9;
    for (int run = 0; run < RUNS; run++) {
        const double start = seconds();
        crm_plan_run(context, plan, ROWS, x, t_x, T, NULL, NULL, NULL, out, se, se ? total : NULL, NULL);
        const double took = seconds() - start;
        best = took < best ? took : best;
    }
    printf("%-34s %8.1f ns a customer   tables %.2f + %.2f ms\n", name, best / ROWS * 1e9,
           (between - begun) * 1e3, (built - between) * 1e3);
    crm_plan_destroy(plan);
    crm_model_destroy(model);
}

static void single(const crm_context *context, const char *name, int which)
{
    crm_model *model;
    crm_model_create(NULL, CRM_MODEL_BG_NBD, 4, parameter, NULL, &model, NULL);
    double x = 2, t_x = 213.0 / 7, T = 272.0 / 7, t = 39, out;
    double best = 1e9;
    for (int run = 0; run < RUNS; run++) {
        const int turns = 2000;
        const double start = seconds();
        for (int i = 0; i < turns; i++) {
            if (which == 0)
                crm_model_p_alive(context, model, 1, &x, &t_x, &T, 0, &out, NULL, NULL);
            else if (which == 1)
                crm_model_expected(context, model, 1, &x, &t_x, &T, t, &out, NULL, NULL);
            else if (which == 2)
                crm_model_expected_new(context, model, 1, &t, &out, NULL, NULL);
            else if (which == 3)
                crm_model_discounted(context, model, 1, &x, &t_x, &T, INFINITY, .0027, &out, NULL, NULL);
            else
                crm_model_discounted(context, model, 1, &x, &t_x, &T, 156, .0027, &out, NULL, NULL);
        }
        const double took = (seconds() - start) / turns;
        best = took < best ? took : best;
    }
    printf("%-34s %8.2f us for one customer\n", name, best * 1e6);
    crm_model_destroy(model);
}

static void many(const crm_context *context, const char *name, int which, const double *x, const double *t_x,
                 const double *T, double *out)
{
    crm_model *model;
    enum { SOME = 20000 };
    crm_model_create(NULL, CRM_MODEL_BG_NBD, 4, parameter, NULL, &model, NULL);
    const double start = seconds();
    if (which == 0)
        crm_model_p_alive(context, model, SOME, x, t_x, T, 0, out, NULL, NULL);
    else if (which == 1)
        crm_model_expected(context, model, SOME, x, t_x, T, 39, out, NULL, NULL);
    else if (which == 2)
        crm_model_discounted(context, model, SOME, x, t_x, T, INFINITY, .0027, out, NULL, NULL);
    else
        crm_model_discounted(context, model, SOME, x, t_x, T, 156, .0027, out, NULL, NULL);
    printf("%-34s %8.1f ns a customer\n", name, (seconds() - start) / SOME * 1e9);
    crm_model_destroy(model);
}

int main(void)
{
    double *memory = malloc(9 * ROWS * sizeof *memory);
    if (!memory)
        return 1;
    double *x = memory, *t_x = x + ROWS, *T = t_x + ROWS, *out = T + ROWS, *se = out + 3 * ROWS;
    fill(x, t_x, T);
    const char *level[] = {"baseline", "avx2", "avx512"};
    crm_context *found;
    crm_context_create(NULL, NULL, 1, &found, NULL);
    for (int32_t isa = crm_context_isa(found); isa >= 0; isa--) {
        crm_context *context;
        char name[64];
        crm_context_limit(found, isa, &context, NULL);
        snprintf(name, sizeof name, "plan, 3 columns, %s", level[isa]);
        plan_bench(context, name, (double)INFINITY, NULL, x, t_x, T, out, NULL);
        snprintf(name, sizeof name, "  with standard errors and totals");
        plan_bench(context, name, (double)INFINITY, covariance, x, t_x, T, out, se);
        snprintf(name, sizeof name, "  with errors, discounted to 156");
        plan_bench(context, name, 156, covariance, x, t_x, T, out, se);
        crm_context_destroy(context);
    }
    single(found, "p_alive", 0);
    single(found, "expected", 1);
    single(found, "expected_new", 2);
    single(found, "discounted for ever", 3);
    single(found, "discounted to 156", 4);
    many(found, "p_alive, 20000", 0, x, t_x, T, out);
    many(found, "expected, 20000", 1, x, t_x, T, out);
    many(found, "discounted for ever, 20000", 2, x, t_x, T, out);
    many(found, "discounted to 156, 20000", 3, x, t_x, T, out);
    crm_context_destroy(found);
    free(memory);
    return 0;
}
