/* Speed of BG/BB: the likelihood by row of every history of 6 opportunities (a file of donations), of 52, and
 * of 1 .. 52 at once, a fit, and a plan with its table and one customer alone. */
#include "bench/bench.h"

#include <math.h>

enum { MOST = 30000, CUSTOMERS = 1000000 };

static const double parameter[] = {1.203522470, .749716366, .656718167, 2.783441916};

typedef struct histories {
    int64_t n;
    double x[MOST], t_x[MOST], T[MOST], weight[MOST];
} histories;

/* All histories of least .. most opportunities, weighted by their probability. */
static void fill(const crm_model *model, int least, int most, histories *h)
{
    h->n = 0;
    for (int T = least; T <= most; T++)
        for (int x = 0; x <= T; x++)
            for (int t_x = x; t_x <= (x == 0 ? 0 : T); t_x++) {
                h->x[h->n] = x;
                h->t_x[h->n] = t_x;
                h->T[h->n++] = T;
            }
    bench_need(crm_model_rows(NULL, model, h->n, h->x, h->t_x, h->T, h->weight, NULL), "rows");
    for (int64_t i = 0; i < h->n; i++) {
        double ways = 0; /* ln of the ways to take x - 1 of the t_x - 1 before the last */
        for (int j = 1; j < (int)h->x[i]; j++)
            ways += log((h->t_x[i] - j) / j);
        h->weight[i] = ceil(exp(ways + h->weight[i]) * CUSTOMERS / (most - least + 1));
    }
}

static void bench_likelihood(const bench *b, const char *what, const crm_model *model, const histories *h)
{
    crm_summary *summary = NULL;
    bench_need(crm_summary_of_purchases(NULL, h->n, h->x, h->t_x, h->T, h->weight, &summary, NULL),
               "summary");
    for (int32_t isa = crm_context_isa(b->one); isa >= CRM_ISA_BASELINE; isa--) {
        crm_context *limited = NULL;
        bench_need(crm_context_limit(b->one, isa, &limited, NULL), "limit");
        for (int order = 1; order <= 2; order++) {
            double value, gradient[4], hessian[16];
            char name[80];
            bench_timer t = bench_timing(b);
            while (bench_more(&t)) {
                bench_tick(&t);
                bench_need(crm_model_log_likelihood(limited, model, summary, &value, gradient,
                                                    order == 2 ? hessian : NULL, NULL),
                           "likelihood");
                bench_tock(&t);
            }
            snprintf(name, sizeof name, "bg-bb %s, %s", order == 1 ? "gradient" : "Hessian", what);
            bench_time(b, limited, name, h->n, 32, t.best, BENCH_NO_LIMIT, 0);
        }
        crm_context_destroy(limited);
    }
    char name[80];
    bench_timer t = bench_timing(b);
    while (bench_more(&t)) {
        crm_model *fit = NULL;
        bench_tick(&t);
        bench_need(crm_model_fit(b->one, CRM_MODEL_BG_BB, summary, NULL, &fit, NULL), "fit");
        bench_tock(&t);
        crm_model_destroy(fit);
    }
    snprintf(name, sizeof name, "bg-bb fit, %s", what);
    bench_time(b, b->one, name, h->n, 0, t.best, BENCH_NO_LIMIT, 0);
    crm_summary_destroy(summary);
}

static void bench_plan(const bench *b, const crm_model *model, const histories *h)
{
    double *out = bench_room(3 * h->n, sizeof *out);
    crm_plan *plan = NULL;
    int32_t column;
    const double endless = (double)INFINITY;
    bench_need(crm_plan_create(b->one, model, NULL, &plan, NULL), "plan");
    bench_need(crm_plan_add(plan, CRM_QUANTITY_P_ALIVE, 0, 0, 0, 0, &column, NULL), "add");
    bench_need(crm_plan_add(plan, CRM_QUANTITY_EXPECTED, 0, 52, 0, 0, &column, NULL), "add");
    bench_need(crm_plan_add(plan, CRM_QUANTITY_DISCOUNTED, 0, endless, .0027, 0, &column, NULL), "add");
    bench_timer t = bench_timing(b);
    while (bench_more(&t)) {
        bench_tick(&t);
        bench_need(
            crm_plan_run(b->one, plan, h->n, h->x, h->t_x, h->T, NULL, NULL, NULL, out, NULL, NULL, NULL),
            "run");
        bench_tock(&t);
    }
    bench_time(b, b->one, "bg-bb P(alive), CET, DERT by plan", h->n, 48, t.best, BENCH_NO_LIMIT, 0);
    crm_plan_destroy(plan);
    enum { REPEATS = 500 };
    bench_timer alone = bench_timing(b);
    while (bench_more(&alone)) {
        bench_tick(&alone);
        for (int i = 0; i < REPEATS; i++)
            bench_need(crm_model_discounted(b->one, model, 1, h->x + 9, h->t_x + 9, h->T + 9, endless, .0027,
                                            out, NULL, NULL),
                       "dert");
        bench_tock(&alone);
    }
    bench_time(b, b->one, "bg-bb DERT, one customer", REPEATS, 0, alone.best, BENCH_NO_LIMIT, 0);
    free(out);
}

int main(void)
{
    static histories h;
    bench b = bench_begin("bg_bb");
    crm_model *model = NULL;
    bench_need(crm_model_create(b.one, CRM_MODEL_BG_BB, 4, parameter, NULL, &model, NULL), "model");
    fill(model, 6, 6, &h);
    bench_likelihood(&b, "6 chances", model, &h);
    fill(model, 52, 52, &h);
    bench_likelihood(&b, "52 chances", model, &h);
    fill(model, 1, 52, &h);
    bench_likelihood(&b, "1 to 52 chances", model, &h);
    bench_plan(&b, model, &h);
    crm_model_destroy(model);
    bench_end(&b);
    return 0;
}
