/* Speed of prediction: P(alive), expected and discounted-for-ever purchases by a plan on each instruction
 * set, with standard errors, by two workers, and by the named functions. BG/NBD where no other model is
 * named. */
#include "bench/bench.h"

#include <math.h>

enum { ROWS = 500000, SOME = 10000 };

/* A base like the CDNOW sample: T of 27 to 39 weeks in days, x geometric with a long tail. */
static void fill(double *x, double *t_x, double *T)
{
    uint64_t s = 1;
    for (int i = 0; i < ROWS; i++) {
        const double u = bench_uniform(&s);
        const double v = bench_uniform(&s);
        T[i] = floor(189 + 84 * v) / 7.0;
        x[i] = u < .6 ? 0 : floor(pow(1.0 - (u - .6) / .4001, -.7));
        x[i] = x[i] > 60 ? 60 : x[i];
        t_x[i] = x[i] > 0 ? T[i] * (.02 + .97 * v * u) : 0;
    }
}

/* Maximum likelihood on the CDNOW sample. */
typedef struct subject {
    const char *prefix;
    int32_t kind;
    double parameter[4];
    double covariance[16];
    double limit;        /* ns a customer; 0: none is stated */
    double limit_errors; /* with standard errors */
} subject;

static const subject bg_nbd = {"",
                               CRM_MODEL_BG_NBD,
                               {.242594529, 4.413602161, .792922028, 2.425906719},
                               {1.577e-4, 3.6e-3, 2e-5, -1e-4, 3.6e-3, .143, -1e-3, -1e-2, 2e-5, -1e-3, .0345,
                                .12, -1e-4, -1e-2, .12, .4976},
                               150,
                               0};

static const subject pareto_nbd = {"Pareto/NBD ",
                                   CRM_MODEL_PARETO_NBD,
                                   {.553277098, 10.577684255, .606240101, 11.668735803},
                                   {.00227, .0336, -.0009, -.031, .0336, .711, -.012, -.4, -.0009, -.012,
                                    .035, 1.07, -.031, -.4, 1.07, 38.6},
                                   150,
                                   300};

typedef struct columns {
    double *x, *t_x, *T, *out, *se;
} columns;

static double time_plan(const bench *b, const crm_context *context, const subject *who, double horizon,
                        int errors, int64_t rows, const columns *c)
{
    crm_model *model = NULL;
    crm_plan *plan = NULL;
    int32_t column;
    double total[6];
    const double *cov = errors ? who->covariance : NULL;
    double *se = cov ? c->se : NULL;
    bench_need(crm_model_create(context, who->kind, 4, who->parameter, cov, &model, NULL), "model");
    bench_need(crm_plan_create(context, model, NULL, &plan, NULL), "plan");
    bench_need(crm_plan_add(plan, CRM_QUANTITY_P_ALIVE, 0, 0, 0, 0, &column, NULL), "add");
    bench_need(crm_plan_add(plan, CRM_QUANTITY_EXPECTED, 0, 39, 0, 0, &column, NULL), "add");
    bench_need(crm_plan_add(plan, CRM_QUANTITY_DISCOUNTED, 0, horizon, .0027, 0, &column, NULL), "add");
    bench_timer t = bench_timing(b);
    while (bench_more(&t)) {
        bench_tick(&t);
        bench_need(crm_plan_run(context, plan, rows, c->x, c->t_x, c->T, NULL, NULL, NULL, c->out, se,
                                se ? total : NULL, NULL),
                   "run");
        bench_tock(&t);
    }
    crm_plan_destroy(plan);
    crm_model_destroy(model);
    return t.best;
}

static double time_build(const bench *b, const subject *who, int errors)
{
    const double *cov = errors ? who->covariance : NULL;
    bench_timer t = bench_timing(b);
    while (bench_more(&t)) {
        crm_model *model = NULL;
        crm_plan *plan = NULL;
        int32_t column;
        bench_need(crm_model_create(b->one, who->kind, 4, who->parameter, cov, &model, NULL), "model");
        bench_tick(&t);
        bench_need(crm_plan_create(b->one, model, NULL, &plan, NULL), "plan");
        bench_need(crm_plan_add(plan, CRM_QUANTITY_EXPECTED, 0, 39, 0, 0, &column, NULL), "add");
        bench_need(crm_plan_add(plan, CRM_QUANTITY_DISCOUNTED, 0, (double)INFINITY, .0027, 0, &column, NULL),
                   "add");
        bench_tock(&t);
        crm_plan_destroy(plan);
        crm_model_destroy(model);
    }
    return t.best;
}

typedef crm_status (*named)(const crm_context *context, const crm_model *model, int64_t n, const columns *c);

static crm_status p_alive(const crm_context *context, const crm_model *model, int64_t n, const columns *c)
{
    return crm_model_p_alive(context, model, n, c->x, c->t_x, c->T, 0, c->out, NULL, NULL);
}

static crm_status expected(const crm_context *context, const crm_model *model, int64_t n, const columns *c)
{
    return crm_model_expected(context, model, n, c->x, c->t_x, c->T, 39, c->out, NULL, NULL);
}

static crm_status expected_new(const crm_context *context, const crm_model *model, int64_t n,
                               const columns *c)
{
    return crm_model_expected_new(context, model, n, c->T, c->out, NULL, NULL);
}

static crm_status for_ever(const crm_context *context, const crm_model *model, int64_t n, const columns *c)
{
    return crm_model_discounted(context, model, n, c->x, c->t_x, c->T, (double)INFINITY, .0027, c->out, NULL,
                                NULL);
}

static crm_status to_156(const crm_context *context, const crm_model *model, int64_t n, const columns *c)
{
    return crm_model_discounted(context, model, n, c->x, c->t_x, c->T, 156, .0027, c->out, NULL, NULL);
}

/* rows at a time: one customer is repeated, to be seen by the clock. */
static void bench_named(const bench *b, const subject *who, const char *name, named call, int64_t rows,
                        const columns *c)
{
    char full[64];
    const int repeats = rows == 1 ? 500 : 1;
    crm_model *model = NULL;
    bench_need(crm_model_create(b->one, who->kind, 4, who->parameter, NULL, &model, NULL), "model");
    bench_timer t = bench_timing(b);
    while (bench_more(&t)) {
        bench_tick(&t);
        for (int i = 0; i < repeats; i++)
            bench_need(call(b->one, model, rows, c), name);
        bench_tock(&t);
    }
    snprintf(full, sizeof full, "%s%s, %s", who->prefix, name, rows == 1 ? "one customer" : "by function");
    bench_time(b, b->one, full, rows, rows == 1 ? 0.0 : 24.0, t.best / repeats, BENCH_NO_LIMIT, 0.0);
    crm_model_destroy(model);
}

/* A line of this model; limit 0: none is stated. */
static void line(const bench *b, const crm_context *context, const subject *who, const char *name,
                 int64_t rows, double bytes, double seconds, double limit)
{
    char full[96];
    snprintf(full, sizeof full, "%s%s", who->prefix, name);
    bench_time(b, context, full, rows, bytes, seconds, limit > 0 ? BENCH_NS : BENCH_NO_LIMIT, limit);
}

static void gain(const bench *b, const subject *who, const char *name, double one, double two)
{
    char full[96];
    snprintf(full, sizeof full, "%s%s", who->prefix, name);
    bench_gain(b, full, one, two, 1.7);
}

static void bench_plan(const bench *b, const subject *who, const columns *c)
{
    double one = 0.0;
    double errors = 0.0;
    const double endless = (double)INFINITY;
    for (int32_t isa = crm_context_isa(b->one); isa >= CRM_ISA_BASELINE; isa--) {
        crm_context *limited = NULL;
        bench_need(crm_context_limit(b->one, isa, &limited, NULL), "limit");
        const int best = isa == crm_context_isa(b->one);
        const double plain = time_plan(b, limited, who, endless, 0, ROWS, c);
        const double with = time_plan(b, limited, who, endless, 1, ROWS, c);
        line(b, limited, who, "plan: P(alive), CET, DERT", ROWS, 24, plain, best ? who->limit : 0);
        line(b, limited, who, "the same with standard errors and totals", ROWS, 24, with,
             best ? who->limit_errors : 0);
        line(b, limited, who, "the same, discounted to 156", ROWS, 24,
             time_plan(b, limited, who, 156, 1, ROWS, c), 0);
        one = best ? plain : one;
        errors = best ? with : errors;
        crm_context_destroy(limited);
    }
    line(b, b->one, who, "plan of 10,000 customers", SOME, 24, time_plan(b, b->one, who, endless, 0, SOME, c),
         who->limit);
    line(b, b->one, who, "tables of a plan", 1, 0, time_build(b, who, 0), 0);
    line(b, b->one, who, "tables of a plan with standard errors", 1, 0, time_build(b, who, 1), 0);
    if (!b->two)
        return;
    const double two = time_plan(b, b->two, who, endless, 0, ROWS, c);
    line(b, b->two, who, "plan: P(alive), CET, DERT", ROWS, 24, two, 0);
    gain(b, who, "plan, two workers", one, two);
    gain(b, who, "plan with standard errors, two workers", errors,
         time_plan(b, b->two, who, endless, 1, ROWS, c));
}

static void bench_model(const bench *b, const subject *who, const columns *c)
{
    static const struct {
        const char *name;
        named call;
        int alone; /* only one customer at a time */
    } call[] = {
        {"P(alive)", p_alive, 0},
        {"expected", expected, 0},
        {"expected of a new one", expected_new, 1},
        {"discounted for ever", for_ever, 0},
        {"discounted to 156", to_156, 0},
    };
    bench_plan(b, who, c);
    for (int one = 0; one < 2; one++)
        for (size_t i = 0; i < sizeof call / sizeof call[0]; i++)
            if (one || !call[i].alone)
                bench_named(b, who, call[i].name, call[i].call, one ? 1 : SOME, c);
}

int main(void)
{
    bench b = bench_begin("predict");
    double *memory = bench_room(9 * ROWS, sizeof *memory);
    const columns c = {memory, memory + ROWS, memory + 2 * ROWS, memory + 3 * ROWS, memory + 6 * ROWS};
    fill(c.x, c.t_x, c.T);
    bench_model(&b, &bg_nbd, &c);
    bench_model(&b, &pareto_nbd, &c);
    free(memory);
    bench_end(&b);
    return 0;
}
