/* What every model of purchases must hold, whatever its formulas: laws, exact gradients, the same bits
 * however the work is cut, failing memory, simulation by the model's own law, 40-digit likelihoods. A model's
 * test calls these with its kind and parameters, and adds its figures. */
#ifndef CRM_TEST_PURCHASES_H
#define CRM_TEST_PURCHASES_H

#include "failing.h"
#include "test.h"

#include "crmcore.h"
#include "model/predict.h"

typedef struct purchases {
    int32_t kind;
    double parameter[8];
} purchases;

static inline crm_model *purchases_model(purchases m, const double *covariance)
{
    crm_model *model = NULL;
    assert_int_equal(
        crm_model_create(NULL, m.kind, crm_kind_parameters(m.kind), m.parameter, covariance, &model, NULL),
        CRM_OK);
    return model;
}

/* One question of a plan. */
typedef struct purchases_ask {
    int32_t quantity;
    double t0, t1, delta, number;
} purchases_ask;

/* The answer for one history (x, t_x, T), which a plan gives to the bit, without its tables; se opt. */
static inline double purchases_answer(const crm_context *context, const crm_model *model, purchases_ask ask,
                                      const double *history, double *se)
{
    double out;
    crm_i_column column;
    const crm_i_ask own = {ask.quantity, ask.t0, ask.t1, ask.delta, ask.number};
    assert_int_equal(crm_i_predict_ask(model, NULL, &own, &column, NULL), CRM_OK);
    const crm_i_predict job = {.model = model,
                               .columns = 1,
                               .column = &column,
                               .n = 1,
                               .x = history,
                               .t_x = history + 1,
                               .T = history + 2,
                               .out = &out,
                               .se = se};
    assert_int_equal(crm_i_predict_run(context, &job, NULL), CRM_OK);
    return out;
}

/* The questions that show every branch of a quantity; those the kind does not have are left out. */
enum { PURCHASES_ASKS = 12 };
static inline int purchases_asks(int32_t kind, purchases_ask *ask)
{
    const double endless = (double)INFINITY;
    const purchases_ask all[PURCHASES_ASKS] = {
        {CRM_QUANTITY_P_ALIVE, 0, 0, 0, 0},
        {CRM_QUANTITY_P_ALIVE, 12, 0, 0, 0},
        {CRM_QUANTITY_EXPECTED, 0, 39, 0, 0},
        {CRM_QUANTITY_EXPECTED, 13, 39, 0, 0},
        {CRM_QUANTITY_DISCOUNTED, 0, endless, .0027, 0},
        {CRM_QUANTITY_DISCOUNTED, 0, 52, .0027, 0},
        {CRM_QUANTITY_DISCOUNTED, 9, 52, .0027, 0},
        {CRM_QUANTITY_DISCOUNTED, 9, endless, .0027, 0},
        {CRM_QUANTITY_PROBABILITY, 0, 39, 0, 0},
        {CRM_QUANTITY_PROBABILITY, 0, 39, 0, 3},
        {CRM_QUANTITY_RATE, 0, 0, 0, 0},
        {CRM_QUANTITY_SPREAD, 4, 39, 0, 0},
    };
    int n = 0;
    for (int i = 0; i < PURCHASES_ASKS; i++)
        if (crm_kind_supports(kind, all[i].quantity))
            ask[n++] = all[i];
    return n;
}

/* ---- a base ---- */

enum { PURCHASES_ROWS = 3000 };
typedef struct purchases_base {
    double x[PURCHASES_ROWS], t_x[PURCHASES_ROWS], T[PURCHASES_ROWS], weight[PURCHASES_ROWS];
} purchases_base;

/* Small and large x, young and old, new customers, one beyond any table. */
static inline const purchases_base *purchases_rows(void)
{
    static purchases_base b;
    uint64_t s = 7;
    for (int i = 0; i < PURCHASES_ROWS; i++) {
        s = s * 6364136223846793005u + 1442695040888963407u;
        const double u = (double)(s >> 11) * 0x1p-53;
        s = s * 6364136223846793005u + 1442695040888963407u;
        const double v = (double)(s >> 11) * 0x1p-53;
        b.T[i] = floor(189 + 84 * v) / 7.0 * (i % 500 == 3 ? 100 : 1);
        b.x[i] = u < .5 ? 0 : floor(pow(1.0 - (u - .5) / .5001, -.6));
        if (i % 700 == 5)
            b.T[i] = b.x[i] = 0;
        b.t_x[i] = b.x[i] > 0 ? b.T[i] * (.02 + .97 * v) : 0;
        b.weight[i] = i % 3 == 0 ? 1 : .25 + u;
    }
    b.x[17] = 98765;
    b.t_x[17] = 3.5;
    return &b;
}

/* The same in whole opportunities, as BG/BB counts them. */
static inline const purchases_base *purchases_whole_rows(void)
{
    static purchases_base b;
    b = *purchases_rows();
    for (int i = 0; i < PURCHASES_ROWS; i++) {
        b.T[i] = floor(b.T[i]);
        b.t_x[i] = ceil(b.t_x[i]) < b.T[i] ? ceil(b.t_x[i]) : b.T[i];
        b.x[i] = b.x[i] < b.t_x[i] ? b.x[i] : b.t_x[i];
    }
    b.x[17] = 4000;
    b.t_x[17] = 4500;
    b.T[17] = 5000;
    return &b;
}

static inline const purchases_base *purchases_rows_of(int32_t kind)
{
    return kind == CRM_MODEL_BG_BB ? purchases_whole_rows() : purchases_rows();
}

static inline crm_summary *purchases_summary(const purchases_base *b, const double *weight)
{
    crm_summary *summary = NULL;
    assert_int_equal(
        crm_summary_of_purchases(NULL, PURCHASES_ROWS, b->x, b->t_x, b->T, weight, &summary, NULL), CRM_OK);
    return summary;
}

/* ---- the same bits ---- */

typedef struct purchases_result {
    double value, gradient[8], hessian[64], row[PURCHASES_ROWS];
    double out[PURCHASES_ASKS * PURCHASES_ROWS], se[PURCHASES_ASKS * PURCHASES_ROWS];
    double total[2 * PURCHASES_ASKS];
} purchases_result;

static inline crm_plan *purchases_plan(const crm_context *context, const crm_model *model)
{
    crm_plan *plan = NULL;
    purchases_ask ask[PURCHASES_ASKS];
    int32_t column;
    const int n = purchases_asks(crm_model_kind(model), ask);
    assert_int_equal(crm_plan_create(context, model, NULL, &plan, NULL), CRM_OK);
    for (int i = 0; i < n; i++)
        assert_int_equal(crm_plan_add(plan, ask[i].quantity, ask[i].t0, ask[i].t1, ask[i].delta,
                                      ask[i].number, &column, NULL),
                         CRM_OK);
    return plan;
}

static inline void purchases_evaluate(const crm_context *context, const crm_model *model,
                                      const crm_summary *summary, purchases_result *r)
{
    const purchases_base *b = purchases_rows_of(crm_model_kind(model));
    memset(r, 0, sizeof *r);
    assert_int_equal(
        crm_model_log_likelihood(context, model, summary, &r->value, r->gradient, r->hessian, NULL), CRM_OK);
    assert_int_equal(crm_model_rows(context, model, PURCHASES_ROWS, b->x, b->t_x, b->T, r->row, NULL),
                     CRM_OK);
    crm_plan *plan = purchases_plan(context, model);
    assert_int_equal(crm_plan_run(context, plan, PURCHASES_ROWS, b->x, b->t_x, b->T, NULL, NULL, NULL, r->out,
                                  r->se, r->total, NULL),
                     CRM_OK);
    crm_plan_destroy(plan);
}

/* A covariance of 10 % each. */
static inline void purchases_covariance(purchases m, double *covariance)
{
    const int k = crm_kind_parameters(m.kind);
    memset(covariance, 0, 64 * sizeof *covariance);
    for (int i = 0; i < k; i++)
        covariance[i + k * i] = .01 * m.parameter[i] * m.parameter[i];
}

/* Any instruction set, any number of workers, any row alone or in a plan; rows add up to the sum. */
static inline void purchases_same_bits(purchases m)
{
    static purchases_result want, got;
    const purchases_base *b = purchases_rows_of(m.kind);
    double covariance[64];
    purchases_covariance(m, covariance);
    crm_model *model = purchases_model(m, covariance);
    crm_summary *summary = purchases_summary(b, b->weight);
    purchases_evaluate(NULL, model, summary, &want);
    long double sum = 0;
    for (int i = 0; i < PURCHASES_ROWS; i++)
        sum += (long double)b->weight[i] * (long double)want.row[i];
    assert_relative(want.value, (double)sum, 1e-12);
    for (int32_t isa = CRM_ISA_BASELINE; isa <= CRM_ISA_AVX512; isa++) {
        crm_context *context = NULL;
        assert_int_equal(crm_context_limit(NULL, isa, &context, NULL), CRM_OK);
        purchases_evaluate(context, model, summary, &got);
        assert_memory_equal(&got, &want, sizeof got);
        crm_context_destroy(context);
    }
    static const int32_t workers[] = {1, 2, 7};
    for (int i = 0; i < 3; i++) {
        crm_context *context = NULL;
        if (crm_context_create(NULL, NULL, workers[i], &context, NULL) != CRM_OK)
            continue;
        purchases_evaluate(context, model, summary, &got);
        assert_memory_equal(&got, &want, sizeof got);
        crm_context_destroy(context);
    }
    purchases_ask ask[PURCHASES_ASKS];
    const int asks = purchases_asks(m.kind, ask);
    crm_plan *plan = purchases_plan(NULL, model);
    for (int i = 0; i < PURCHASES_ROWS; i += i < 64 ? 1 : 97) {
        double out[PURCHASES_ASKS], se[PURCHASES_ASKS];
        assert_int_equal(crm_plan_run(NULL, plan, 1, b->x + i, b->t_x + i, b->T + i, NULL, NULL, NULL, out,
                                      se, NULL, NULL),
                         CRM_OK);
        for (int c = 0; c < asks; c++) {
            assert_same_bits(out[c], want.out[c * PURCHASES_ROWS + i]);
            assert_same_bits(se[c], want.se[c * PURCHASES_ROWS + i]);
            assert_true(isfinite(out[c]) && out[c] >= 0 && isfinite(se[c]));
        }
        double alive;
        assert_int_equal(
            crm_model_p_alive(NULL, model, 1, b->x + i, b->t_x + i, b->T + i, 12, &alive, NULL, NULL),
            CRM_OK);
        assert_same_bits(alive, out[1]);
    }
    crm_plan_destroy(plan);
    crm_summary_destroy(summary);
    crm_model_destroy(model);
}

/* ---- exact gradients ---- */

/* A covariance with one parameter alone makes the standard error |gradient|: against central differences. */
static inline void purchases_gradients(purchases m, const double *history, double tolerance)
{
    const int k = crm_kind_parameters(m.kind);
    purchases_ask ask[PURCHASES_ASKS];
    const int asks = purchases_asks(m.kind, ask);
    for (int j = 0; j < k; j++) {
        double covariance[64] = {0};
        covariance[j + k * j] = m.parameter[j] * m.parameter[j];
        crm_model *model = purchases_model(m, covariance);
        purchases ends[4] = {m, m, m, m}; /* fourth order */
        static const double step[4] = {-2e-3, -1e-3, 1e-3, 2e-3};
        static const double share[4] = {1 / 12., -2 / 3., 2 / 3., -1 / 12.};
        crm_model *near[4];
        for (int e = 0; e < 4; e++) {
            ends[e].parameter[j] *= 1 + step[e];
            near[e] = purchases_model(ends[e], NULL);
        }
        for (int c = 0; c < asks; c++) {
            double se;
            const double value = purchases_answer(NULL, model, ask[c], history, &se);
            double slope = 0;
            for (int e = 0; e < 4; e++)
                slope += share[e] * purchases_answer(NULL, near[e], ask[c], history, NULL) / 1e-3;
            if (!(fabs(se - fabs(slope)) <= tolerance * (value + fabs(slope))))
                print_error("quantity %d (%g, %g], parameter %d: %.17g, by differences %.17g\n",
                            ask[c].quantity, ask[c].t0, ask[c].t1, j, se, fabs(slope));
            assert_true(fabs(se - fabs(slope)) <= tolerance * (value + fabs(slope)));
        }
        for (int e = 0; e < 4; e++)
            crm_model_destroy(near[e]);
        crm_model_destroy(model);
    }
}

/* ---- laws ---- */

/* Sum and mean of the probabilities of 0 .. most purchases, and their standard deviation where offered. */
static inline void purchases_distribution(purchases m, const double *history, double t, int most)
{
    crm_model *model = purchases_model(m, NULL);
    double sum = 0, mean = 0, square = 0;
    for (int n = most; n >= 0; n--) {
        const purchases_ask ask = {CRM_QUANTITY_PROBABILITY, 0, t, 0, n};
        const double p = purchases_answer(NULL, model, ask, history, NULL);
        assert_true(p >= 0 && p <= 1);
        sum += p;
        mean += n * p;
        square += (double)n * n * p;
    }
    const purchases_ask expected = {CRM_QUANTITY_EXPECTED, 0, t, 0, 0};
    assert_relative(sum, 1, 1e-12);
    assert_relative(mean, purchases_answer(NULL, model, expected, history, NULL), 1e-11);
    if (crm_kind_supports(m.kind, CRM_QUANTITY_SPREAD)) {
        const purchases_ask spread = {CRM_QUANTITY_SPREAD, 0, t, 0, 0};
        assert_relative(sqrt(square - mean * mean), purchases_answer(NULL, model, spread, history, NULL),
                        1e-10);
    }
    crm_model_destroy(model);
}

/* P(alive) in [0, 1], falling in T and in time ahead, rising in t_x; spans add up; no discount is none. */
static inline void purchases_laws(purchases m)
{
    crm_model *model = purchases_model(m, NULL);
    const double endless = (double)INFINITY;
    const purchases_ask now = {CRM_QUANTITY_P_ALIVE, 0, 0, 0, 0}, later = {CRM_QUANTITY_P_ALIVE, 5, 0, 0, 0};
    double last = 1;
    for (double T = 20; T < 400; T += 13) {
        const double history[] = {4, 19, T};
        const double p = purchases_answer(NULL, model, now, history, NULL);
        assert_true(p >= 0 && p <= last && purchases_answer(NULL, model, later, history, NULL) <= p);
        last = p;
    }
    last = 0;
    for (double t_x = 4; t_x <= 31; t_x += 3) {
        const double history[] = {4, t_x, 31};
        const double p = purchases_answer(NULL, model, now, history, NULL);
        assert_true(p >= last);
        last = p;
    }
    const double seen = m.kind == CRM_MODEL_BG_BB ? 90 : 30; /* not less than x */
    for (int x = 0; x < 90; x += 17) {
        const double h[] = {x, x > 0 ? seen - 5 : 0, seen};
        double whole, value;
        assert_int_equal(crm_model_expected(NULL, model, 1, h, h + 1, h + 2, 90, &whole, NULL, NULL), CRM_OK);
        const purchases_ask span[4] = {{CRM_QUANTITY_EXPECTED, 0, 17, 0, 0},
                                       {CRM_QUANTITY_EXPECTED, 17, 60, 0, 0},
                                       {CRM_QUANTITY_EXPECTED, 60, 90, 0, 0},
                                       {CRM_QUANTITY_EXPECTED, 90, 90, 0, 0}};
        double sum = 0;
        for (int i = 0; i < 4; i++)
            sum += purchases_answer(NULL, model, span[i], h, NULL);
        assert_relative(sum, whole, 1e-12);
        assert_true(purchases_answer(NULL, model, span[3], h, NULL) == 0);
        assert_int_equal(crm_model_discounted(NULL, model, 1, h, h + 1, h + 2, 90, 0, &value, NULL, NULL),
                         CRM_OK);
        assert_same_bits(value, whole);
        const purchases_ask discounted[4] = {{CRM_QUANTITY_DISCOUNTED, 0, 17, .01, 0},
                                             {CRM_QUANTITY_DISCOUNTED, 17, 80, .01, 0},
                                             {CRM_QUANTITY_DISCOUNTED, 80, endless, .01, 0},
                                             {CRM_QUANTITY_DISCOUNTED, 0, endless, .01, 0}};
        sum = 0;
        for (int i = 0; i < 3; i++)
            sum += purchases_answer(NULL, model, discounted[i], h, NULL);
        assert_relative(sum, purchases_answer(NULL, model, discounted[3], h, NULL), 1e-12);
    }
    crm_model_destroy(model);
}

/* Time in days for weeks: scale is which parameters go with it, by bits. */
static inline void purchases_units(purchases m, unsigned scale)
{
    purchases days = m;
    for (int i = 0; i < crm_kind_parameters(m.kind); i++)
        days.parameter[i] *= scale >> i & 1 ? 7 : 1;
    crm_model *by_week = purchases_model(m, NULL), *by_day = purchases_model(days, NULL);
    purchases_ask ask[PURCHASES_ASKS];
    const int asks = purchases_asks(m.kind, ask);
    const double week[] = {5, 20, 30}, day[] = {5, 140, 210};
    for (int c = 0; c < asks; c++) {
        purchases_ask own = ask[c];
        own.t0 *= 7;
        own.t1 *= 7;
        own.delta /= 7;
        const double factor = ask[c].quantity == CRM_QUANTITY_RATE ? 7 : 1;
        assert_relative(factor * purchases_answer(NULL, by_day, own, day, NULL),
                        purchases_answer(NULL, by_week, ask[c], week, NULL), 1e-12);
    }
    double w, d;
    assert_int_equal(crm_model_rows(NULL, by_week, 1, week, week + 1, week + 2, &w, NULL), CRM_OK);
    assert_int_equal(crm_model_rows(NULL, by_day, 1, day, day + 1, day + 2, &d, NULL), CRM_OK);
    assert_relative(d, w - 5 * 1.945910149055313305105, 1e-12);
    crm_model_destroy(by_day);
    crm_model_destroy(by_week);
}

/* ---- memory, bad rows, blobs ---- */

static inline crm_status purchases_call_fit(const crm_context *context, void *arg)
{
    const purchases *m = arg;
    const purchases_base *b = purchases_rows_of(m->kind);
    crm_summary *summary = NULL;
    crm_model *model = NULL;
    crm_plan *plan = NULL;
    int32_t column;
    double out[PURCHASES_ROWS];
    assert_int_equal(crm_summary_of_purchases(NULL, 1000, b->x, b->t_x, b->T, NULL, &summary, NULL), CRM_OK);
    crm_status s = crm_model_fit(context, m->kind, summary, NULL, &model, NULL);
    crm_summary_destroy(summary);
    assert_true(s >= 0 || model == NULL);
    crm_model_destroy(model);
    model = NULL;
    if (s >= 0)
        s = crm_model_create(context, m->kind, crm_kind_parameters(m->kind), m->parameter, NULL, &model,
                             NULL);
    if (s >= 0)
        s = crm_plan_create(context, model, NULL, &plan, NULL);
    if (s >= 0)
        s = crm_plan_add(plan, CRM_QUANTITY_EXPECTED, 0, 39, 0, 0, &column, NULL);
    if (s >= 0)
        s = crm_plan_run(context, plan, 100, b->x, b->t_x, b->T, NULL, NULL, NULL, out, NULL, NULL, NULL);
    crm_plan_destroy(plan);
    crm_model_destroy(model);
    return s;
}

static inline crm_status purchases_call_rows(const crm_context *context, void *arg)
{
    const purchases_base *b = purchases_rows_of(crm_model_kind(arg));
    double out[100];
    crm_model_rows(context, arg, 100, b->x, b->t_x, b->T, out, NULL);
    crm_model_p_alive(context, arg, 100, b->x, b->t_x, b->T, 3, out, NULL, NULL);
    return crm_model_discounted(context, arg, 20, b->x, b->t_x, b->T, 39, .01, out, NULL, NULL);
}

static inline void purchases_memory(purchases m)
{
    failing_sweep(purchases_call_fit, &m);
    crm_model *model = purchases_model(m, NULL);
    failing_none(purchases_call_rows, model);
    crm_model_destroy(model);
}

static inline void purchases_bad_rows(purchases m)
{
    const double nan = (double)NAN, inf = (double)INFINITY;
    const double x[] = {3, nan, 1.5, -1, 0, 2, 2, 2, 2, inf, 0, 1, 2};
    const double t[] = {4, 2, 2, 2, 1, 0, 9, nan, -1, 1, 0, 2, inf};
    const double T[] = {6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, inf, inf};
    enum { ROWS = sizeof x / sizeof x[0] };
    double out[ROWS], alone;
    crm_error err;
    crm_model *model = purchases_model(m, NULL);
    for (int call = 0; call < 2; call++) {
        const crm_status s = call ? crm_model_rows(NULL, model, ROWS, x, t, T, out, &err)
                                  : crm_model_expected(NULL, model, ROWS, x, t, T, 39, out, NULL, &err);
        assert_int_equal(s, CRM_BAD_ROWS);
        assert_int_equal(err.row, 2);
        assert_int_equal(err.bad_rows, 9);
        for (int i = 0; i < ROWS; i++) {
            if (i != 0 && i != 10) {
                assert_true(isnan(out[i]));
                continue;
            }
            assert_int_equal(
                call ? crm_model_rows(NULL, model, 1, x + i, t + i, T + i, &alone, NULL)
                     : crm_model_expected(NULL, model, 1, x + i, t + i, T + i, 39, &alone, NULL, NULL),
                CRM_OK);
            assert_same_bits(out[i], alone);
        }
    }
    crm_model_destroy(model);
}

static inline void purchases_blob(purchases m)
{
    uint8_t bytes[2048];
    int64_t length = 0;
    double covariance[64], got[8], want[8];
    purchases_covariance(m, covariance);
    crm_model *model = purchases_model(m, covariance), *again = NULL;
    assert_int_equal(crm_model_save(model, bytes, sizeof bytes, &length, NULL), CRM_OK);
    assert_int_equal(crm_model_load(NULL, bytes, length, &again, NULL), CRM_OK);
    assert_int_equal(crm_model_kind(again), m.kind);
    assert_int_equal(crm_model_parameters(model, want, NULL, NULL), CRM_OK);
    assert_int_equal(crm_model_parameters(again, got, NULL, NULL), CRM_OK);
    assert_memory_equal(got, want, (size_t)crm_kind_parameters(m.kind) * sizeof *got);
    crm_model_destroy(again);
    crm_model_destroy(model);
}

/* ---- simulation ---- */

/* Repeat purchases of 20,000 new customers in 39 periods: mean and variance within 4.5 of their own errors.
 */
static inline void purchases_simulation(purchases m, uint64_t seed)
{
    enum { N = 20000 };
    static int64_t first[N];
    static int repeats[N];
    crm_model *model = purchases_model(m, NULL);
    crm_transactions *log = NULL;
    assert_int_equal(
        crm_model_simulate(NULL, model, NULL, N, first, 39 << 20, 0x1p20, 2, seed, 1, &log, NULL), CRM_OK);
    memset(repeats, 0, sizeof repeats);
    const int64_t rows = crm_transactions_count(log);
    const uint64_t *key = crm_transactions_keys(log);
    for (int64_t i = 1; i < rows; i++)
        repeats[key[i]] += key[i] == key[i - 1];
    double sum = 0, square = 0, fourth = 0, none = 0;
    for (int i = 0; i < N; i++) {
        sum += repeats[i];
        none += repeats[i] == 0;
    }
    for (int i = 0; i < N; i++) {
        const double off = repeats[i] - sum / N;
        square += off * off;
        fourth += off * off * off * off;
    }
    const double nobody[] = {0, 0, 0};
    const purchases_ask ask[3] = {{CRM_QUANTITY_EXPECTED, 0, 39, 0, 0},
                                  {CRM_QUANTITY_SPREAD, 0, 39, 0, 0},
                                  {CRM_QUANTITY_PROBABILITY, 0, 39, 0, 0}};
    const double variance = square / N;
    const double error = sqrt(variance / N);
    assert_true(fabs(sum / N - purchases_answer(NULL, model, ask[0], nobody, NULL)) <= 4.5 * error);
    if (crm_kind_supports(m.kind, CRM_QUANTITY_SPREAD)) {
        const double spread = purchases_answer(NULL, model, ask[1], nobody, NULL);
        assert_true(fabs(variance - spread * spread) <= 4.5 * sqrt((fourth / N - variance * variance) / N));
    }
    const double p = purchases_answer(NULL, model, ask[2], nobody, NULL);
    assert_true(fabs(none / N - p) <= 4.5 * sqrt(p * (1 - p) / N));
    crm_transactions_destroy(log);
    crm_model_destroy(model);
}

/* ---- 40-digit likelihoods ---- */

/* A row of a reference: k parameters, x, t_x, T, value, condition, gradient, lower triangle of the Hessian by
 * columns. Value within 1e-12 max(1, |value|), or 32 condition 2^-53 for at most 1 % of the points; gradient
 * 1e-11 and Hessian 1e-10 of max(1, largest entry). */
static inline void purchases_references(int32_t kind, int n, int width, const double *table)
{
    const int k = crm_kind_parameters(kind);
    int conditioned = 0;
    double worst[3] = {0};
    assert_int_equal(width, k + 5 + k + k * (k + 1) / 2);
    for (int i = 0; i < n; i++) {
        const double *p = table + (int64_t)i * width, *h = p + k;
        const double *g = h + 5, *H = g + k;
        purchases m = {kind, {0}};
        memcpy(m.parameter, p, (size_t)k * sizeof *p);
        crm_model *model = purchases_model(m, NULL);
        crm_summary *summary = NULL;
        double row, value, gradient[8], hessian[64];
        assert_int_equal(crm_summary_of_purchases(NULL, 1, h, h + 1, h + 2, NULL, &summary, NULL), CRM_OK);
        assert_int_equal(crm_model_rows(NULL, model, 1, h, h + 1, h + 2, &row, NULL), CRM_OK);
        assert_int_equal(crm_model_log_likelihood(NULL, model, summary, &value, gradient, hessian, NULL),
                         CRM_OK);
        const double allowed = 1e-12 * (fabs(h[3]) > 1 ? fabs(h[3]) : 1), wide = 32 * h[4] * 0x1p-53;
        const double off = fabs(row - h[3]) > fabs(value - h[3]) ? fabs(row - h[3]) : fabs(value - h[3]);
        assert_true(off <= (allowed > wide ? allowed : wide));
        conditioned += off > allowed;
        worst[0] = off / allowed > worst[0] ? off / allowed : worst[0];
        double most = 1;
        for (int j = 0; j < k; j++)
            most = fabs(g[j]) > most ? fabs(g[j]) : most;
        for (int j = 0; j < k; j++) {
            const double error = fabs(gradient[j] - g[j]) / (1e-11 * most);
            worst[1] = error > worst[1] ? error : worst[1];
        }
        most = 1;
        for (int j = 0; j < k * (k + 1) / 2; j++)
            most = fabs(H[j]) > most ? fabs(H[j]) : most;
        for (int j = 0, at = 0; j < k; j++)
            for (int l = j; l < k; l++, at++) {
                const double error = fabs(hessian[l + k * j] - H[at]) / (1e-10 * most);
                worst[2] = error > worst[2] ? error : worst[2];
                assert_same_bits(hessian[l + k * j], hessian[j + k * l]);
            }
        assert_true(worst[1] <= 1 && worst[2] <= 1);
        crm_summary_destroy(summary);
        crm_model_destroy(model);
    }
    print_message("%s: %d of %d points needed their condition; worst shares of what is allowed: value %.2g, "
                  "gradient %.2g, Hessian %.2g\n",
                  crm_kind_name(kind), conditioned, n, worst[0], worst[1], worst[2]);
    assert_true(conditioned <= n / 100);
}

#endif
