/* Likelihoods: against 40-digit references, as sums, and the same bits however the work is cut. */
#include "test.h"

#include "crmcore.h"
#include "failing.h"

static const double bg_nbd[][23] = {
#include "bg_nbd_likelihood.inc"
};
static const double gamma_gamma[][15] = {
#include "gamma_gamma_likelihood.inc"
};

static crm_model *model_of(int32_t kind, const double *parameter)
{
    crm_model *model = NULL;
    assert_int_equal(crm_model_create(NULL, kind, crm_kind_parameters(kind), parameter, NULL, &model, NULL),
                     CRM_OK);
    return model;
}

static crm_summary *purchases(int64_t n, const double *x, const double *t_x, const double *T,
                              const double *weight)
{
    crm_summary *summary = NULL;
    assert_int_equal(crm_summary_of_purchases(NULL, n, x, t_x, T, weight, &summary, NULL), CRM_OK);
    return summary;
}

static crm_summary *spend(int64_t n, const double *count, const double *mean, const double *weight)
{
    crm_summary *summary = NULL;
    assert_int_equal(crm_summary_of_spend(NULL, n, count, mean, weight, &summary, NULL), CRM_OK);
    return summary;
}

static double largest(int n, const double *v)
{
    double most = 1.0;
    for (int i = 0; i < n; i++)
        most = fabs(v[i]) > most ? fabs(v[i]) : most;
    return most;
}

static void compare_hessian(int k, const double *got, const double *want)
{
    const double tolerance = 1e-10 * largest(k * (k + 1) / 2, want);
    int at = 0;
    for (int j = 0; j < k; j++)
        for (int i = j; i < k; i++, at++) {
            assert_true(fabs(got[i + k * j] - want[at]) <= tolerance);
            assert_same_bits(got[i + k * j], got[j + k * i]);
        }
}

/* At most one point in a hundred may need its condition; none does. */
static void bg_nbd_references(void **state)
{
    (void)state;
    const int n = (int)(sizeof bg_nbd / sizeof bg_nbd[0]);
    int conditioned = 0;
    for (int i = 0; i < n; i++) {
        const double *p = bg_nbd[i];
        crm_model *model = model_of(CRM_MODEL_BG_NBD, p);
        crm_summary *summary = purchases(1, p + 4, p + 5, p + 6, NULL);
        double row;
        double value;
        double gradient[4];
        double hessian[16];
        assert_int_equal(crm_model_rows(NULL, model, 1, p + 4, p + 5, p + 6, &row, NULL), CRM_OK);
        assert_int_equal(crm_model_log_likelihood(NULL, model, summary, &value, gradient, hessian, NULL),
                         CRM_OK);
        const double allowed = 1e-12 * (fabs(p[7]) > 1.0 ? fabs(p[7]) : 1.0);
        const double wide = 32.0 * p[8] * 0x1p-53;
        assert_true(fabs(row - p[7]) <= (allowed > wide ? allowed : wide));
        assert_true(fabs(value - p[7]) <= (allowed > wide ? allowed : wide));
        conditioned += fabs(row - p[7]) > allowed || fabs(value - p[7]) > allowed;
        const double slope = 1e-11 * largest(4, p + 9);
        for (int j = 0; j < 4; j++)
            assert_true(fabs(gradient[j] - p[9 + j]) <= slope);
        compare_hessian(4, hessian, p + 13);
        crm_summary_destroy(summary);
        crm_model_destroy(model);
    }
    print_message("%d of %d points needed their condition\n", conditioned, n);
    assert_true(conditioned <= n / 100);
}

static void gamma_gamma_references(void **state)
{
    (void)state;
    const int n = (int)(sizeof gamma_gamma / sizeof gamma_gamma[0]);
    for (int i = 0; i < n; i++) {
        const double *p = gamma_gamma[i];
        crm_model *model = model_of(CRM_MODEL_GAMMA_GAMMA, p);
        crm_summary *summary = spend(1, p + 3, p + 4, NULL);
        double row;
        double value;
        double gradient[3];
        double hessian[9];
        assert_int_equal(crm_model_rows(NULL, model, 1, p + 3, p + 4, NULL, &row, NULL), CRM_OK);
        assert_int_equal(crm_model_log_likelihood(NULL, model, summary, &value, gradient, hessian, NULL),
                         CRM_OK);
        /* ln B(p x, q) is of the size of the smaller shape, however small the whole */
        const double n_shape = p[0] * p[3];
        const double size = 16.0 * (n_shape < p[1] ? n_shape : p[1]) * 0x1p-53 * 32.0;
        const double allowed = 1e-12 * (fabs(p[5]) > 1.0 ? fabs(p[5]) : 1.0);
        assert_true(fabs(row - p[5]) <= (allowed > size ? allowed : size));
        assert_true(fabs(value - p[5]) <= (allowed > size ? allowed : size));
        const double slope = 1e-11 * largest(3, p + 6);
        for (int j = 0; j < 3; j++)
            assert_true(fabs(gradient[j] - p[6 + j]) <= slope);
        compare_hessian(3, hessian, p + 9);
        crm_summary_destroy(summary);
        crm_model_destroy(model);
    }
}

static void published(void **state)
{
    (void)state;
    crm_model *model = model_of(CRM_MODEL_BG_NBD, (const double[]){0.243, 4.414, 0.793, 2.426});
    double row;
    assert_int_equal(crm_model_rows(NULL, model, 1, (const double[]){3.0}, (const double[]){4.0},
                                    (const double[]){6.0}, &row, NULL),
                     CRM_OK);
    assert_close(row, -7.977381212, 5e-10 / 7.0);
    crm_model_destroy(model);
}

/* ---- many rows ---- */

enum { MANY = 20011 };
static double many_x[MANY];
static double many_t_x[MANY];
static double many_T[MANY];
static double many_mean[MANY];
static double many_weight[MANY];

static uint64_t random_state = 88172645463325252u;
static double uniform(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return ((double)(random_state >> 11) + 0.5) * 0x1p-53;
}

/* Mostly few purchases, some thousands, one beyond any table. */
static int make_many(void **state)
{
    (void)state;
    for (int i = 0; i < MANY; i++) {
        const double u = uniform();
        many_x[i] = i % 100 == 7 ? floor(5000.0 * u) : floor(3.0 * u / (1.02 - u));
        many_T[i] = (double)(27 * 7 + i % 85) / 7.0;
        many_t_x[i] = many_x[i] > 0.0 ? many_T[i] * (1.0 - 0.9 * uniform()) : 0.0;
        many_mean[i] = floor(10000.0 * uniform() * uniform() + 1.0) / 100.0;
        many_weight[i] = i % 3 == 0 ? 1.0 : 0.25 + uniform();
    }
    many_x[17] = 98765.0;
    many_t_x[17] = 3.5;
    return 0;
}

/* The total is the weighted sum of the rows. */
static void rows_add_up(void **state)
{
    (void)state;
    static double row[MANY];
    static double count[MANY];
    crm_model *model = model_of(CRM_MODEL_BG_NBD, (const double[]){0.3, 5.0, 0.7, 2.5});
    crm_model *money = model_of(CRM_MODEL_GAMMA_GAMMA, (const double[]){6.0, 3.5, 15.0});
    crm_summary *summary = purchases(MANY, many_x, many_t_x, many_T, many_weight);
    for (int i = 0; i < MANY; i++)
        count[i] = many_x[i] + 1.0;
    crm_summary *sums = spend(MANY, count, many_mean, many_weight);
    double value;
    long double want = 0.0L;
    assert_int_equal(crm_model_rows(NULL, model, MANY, many_x, many_t_x, many_T, row, NULL), CRM_OK);
    for (int i = 0; i < MANY; i++)
        want += (long double)many_weight[i] * (long double)row[i];
    assert_int_equal(crm_model_log_likelihood(NULL, model, summary, &value, NULL, NULL, NULL), CRM_OK);
    assert_relative(value, (double)want, 1e-12);

    want = 0.0L;
    assert_int_equal(crm_model_rows(NULL, money, MANY, count, many_mean, NULL, row, NULL), CRM_OK);
    for (int i = 0; i < MANY; i++)
        want += (long double)many_weight[i] * (long double)row[i];
    assert_int_equal(crm_model_log_likelihood(NULL, money, sums, &value, NULL, NULL, NULL), CRM_OK);
    assert_relative(value, (double)want, 1e-12);
    crm_summary_destroy(summary);
    crm_summary_destroy(sums);
    crm_model_destroy(model);
    crm_model_destroy(money);
}

typedef struct sums {
    double value;
    double gradient[4];
    double hessian[16];
    double row[MANY];
} sums;

static void evaluate(const crm_context *context, const crm_model *model, const crm_summary *summary,
                     sums *out)
{
    memset(out, 0, sizeof *out);
    assert_int_equal(
        crm_model_log_likelihood(context, model, summary, &out->value, out->gradient, out->hessian, NULL),
        CRM_OK);
    if (crm_model_kind(model) == CRM_MODEL_BG_NBD)
        assert_int_equal(crm_model_rows(context, model, MANY, many_x, many_t_x, many_T, out->row, NULL),
                         CRM_OK);
    else
        assert_int_equal(crm_model_rows(context, model, MANY, many_x, many_mean, NULL, out->row, NULL),
                         CRM_OK);
}

static void same_bits(int32_t kind, const double *parameter, const crm_summary *summary)
{
    static sums want;
    static sums got;
    crm_model *model = model_of(kind, parameter);
    evaluate(NULL, model, summary, &want);
    for (int32_t isa = CRM_ISA_BASELINE; isa <= CRM_ISA_AVX512; isa++) {
        crm_context *context = NULL;
        assert_int_equal(crm_context_limit(NULL, isa, &context, NULL), CRM_OK);
        evaluate(context, model, summary, &got);
        assert_memory_equal(&got, &want, sizeof got);
        crm_context_destroy(context);
    }
    static const int32_t workers[] = {1, 2, 7, 64};
    for (int i = 0; i < 4; i++) {
        crm_context *context = NULL;
        const crm_status status = crm_context_create(NULL, NULL, workers[i], &context, NULL);
        if (status == CRM_E_UNSUPPORTED)
            continue;
        assert_int_equal(status, CRM_OK);
        evaluate(context, model, summary, &got);
        assert_memory_equal(&got, &want, sizeof got);
        crm_context_destroy(context);
    }
    crm_model_destroy(model);
}

static void bits_do_not_depend_on_the_machine(void **state)
{
    (void)state;
    crm_summary *summary = purchases(MANY, many_x, many_t_x, many_T, many_weight);
    same_bits(CRM_MODEL_BG_NBD, (const double[]){0.3, 5.0, 0.7, 2.5}, summary);
    crm_summary_destroy(summary);
    summary = spend(MANY, many_x, many_mean, many_weight);
    same_bits(CRM_MODEL_GAMMA_GAMMA, (const double[]){6.0, 3.5, 15.0}, summary);
    same_bits(CRM_MODEL_GAMMA_GAMMA, (const double[]){6.0, 350.0, 1500.0}, summary);
    crm_summary_destroy(summary);
}

/* Time in days for weeks adds the same to every model: LL_day = LL_week - sum x ln 7. */
static void unit_identity(void **state)
{
    (void)state;
    static double t_x[MANY];
    static double T[MANY];
    long double purchased = 0.0L;
    for (int i = 0; i < MANY; i++) {
        t_x[i] = 7.0 * many_t_x[i];
        T[i] = 7.0 * many_T[i];
        purchased += (long double)many_x[i];
    }
    crm_summary *week = purchases(MANY, many_x, many_t_x, many_T, NULL);
    crm_summary *day = purchases(MANY, many_x, t_x, T, NULL);
    crm_model *by_week = model_of(CRM_MODEL_BG_NBD, (const double[]){0.3, 5.0, 0.7, 2.5});
    crm_model *by_day = model_of(CRM_MODEL_BG_NBD, (const double[]){0.3, 35.0, 0.7, 2.5});
    double w;
    double d;
    assert_int_equal(crm_model_log_likelihood(NULL, by_week, week, &w, NULL, NULL, NULL), CRM_OK);
    assert_int_equal(crm_model_log_likelihood(NULL, by_day, day, &d, NULL, NULL, NULL), CRM_OK);
    assert_relative(d, (double)((long double)w - purchased * 1.945910149055313305105L), 1e-13);
    crm_summary_destroy(week);
    crm_summary_destroy(day);
    crm_model_destroy(by_week);
    crm_model_destroy(by_day);
}

/* ---- what is not right ---- */

static void bad_rows(void **state)
{
    (void)state;
    const double nan = (double)NAN;
    const double inf = (double)INFINITY;
    const double x[] = {3.0, nan, 1.5, -1.0, 0.0, 2.0, 2.0, 2.0, 2.0, inf, 0.0, 1.0, 2.0};
    const double t[] = {4.0, 2.0, 2.0, 2.0, 1.0, 0.0, 9.0, nan, -1.0, 1.0, 0.0, 2.0, inf};
    const double T[] = {6.0, 6.0, 6.0, 6.0, 6.0, 6.0, 6.0, 6.0, 6.0, 6.0, 6.0, inf, inf};
    enum { ROWS = sizeof x / sizeof x[0] };
    double out[ROWS];
    double alone;
    crm_error err;
    crm_model *model = model_of(CRM_MODEL_BG_NBD, (const double[]){0.243, 4.414, 0.793, 2.426});
    assert_int_equal(crm_model_rows(NULL, model, ROWS, x, t, T, out, &err), CRM_BAD_ROWS);
    assert_int_equal(err.row, 2);
    assert_int_equal(err.bad_rows, 9);
    assert_int_equal(err.arg, 4);
    for (int i = 0; i < ROWS; i++) {
        if (i != 0 && i != 10) {
            assert_true(isnan(out[i]));
            continue;
        }
        assert_int_equal(crm_model_rows(NULL, model, 1, x + i, t + i, T + i, &alone, NULL), CRM_OK);
        assert_same_bits(out[i], alone);
    }
    assert_int_equal(crm_model_rows(NULL, model, 2, x, t, T, out, &err), CRM_OK); /* missing is no remark */
    crm_model_destroy(model);

    model = model_of(CRM_MODEL_GAMMA_GAMMA, (const double[]){6.0, 3.5, 15.0});
    const double count[] = {2.0, 0.0, nan, -1.0, 2.0, 2.0, 1.5, inf};
    const double mean[] = {30.0, nan, 30.0, 30.0, 0.0, inf, 30.0, 30.0};
    const double none[] = {0.0, 5.0};
    assert_int_equal(crm_model_rows(NULL, model, 8, count, mean, NULL, out, &err), CRM_BAD_ROWS);
    assert_int_equal(err.row, 3);
    assert_int_equal(err.bad_rows, 5);
    assert_true(out[0] < 0.0 && out[1] == 0.0 && isnan(out[2]) && isnan(out[7]));
    assert_int_equal(crm_model_rows(NULL, model, 1, none, none + 1, NULL, out, &err), CRM_OK);
    assert_true(out[0] == 0.0); /* no purchase says nothing */
    crm_model_destroy(model);
}

static void misuse(void **state)
{
    (void)state;
    const double one = 1.0;
    double out = 7.0;
    crm_error err;
    crm_model *model = model_of(CRM_MODEL_BG_NBD, (const double[]){0.3, 5.0, 0.7, 2.5});
    crm_summary *other = spend(1, &one, &one, NULL);
    crm_summary *summary = purchases(1, &one, &one, &one, NULL);
    assert_int_equal(crm_model_rows(NULL, NULL, 1, &one, &one, &one, &out, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 2);
    assert_int_equal(crm_model_rows(NULL, model, -1, &one, &one, &one, &out, &err), CRM_E_ARGUMENT);
    assert_int_equal(crm_model_rows(NULL, model, 1, NULL, &one, &one, &out, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 4);
    assert_int_equal(crm_model_rows(NULL, model, 1, &one, NULL, &one, &out, &err), CRM_E_NULL);
    assert_int_equal(crm_model_rows(NULL, model, 1, &one, &one, NULL, &out, &err), CRM_E_NULL);
    assert_int_equal(crm_model_rows(NULL, model, 1, &one, &one, &one, NULL, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 7);
    assert_int_equal(crm_model_rows(NULL, model, 0, NULL, NULL, NULL, NULL, &err), CRM_OK);
    assert_int_equal(crm_model_log_likelihood(NULL, NULL, summary, &out, NULL, NULL, &err), CRM_E_NULL);
    assert_int_equal(crm_model_log_likelihood(NULL, model, NULL, &out, NULL, NULL, &err), CRM_E_NULL);
    assert_int_equal(crm_model_log_likelihood(NULL, model, summary, NULL, NULL, NULL, &err), CRM_E_NULL);
    assert_int_equal(crm_model_log_likelihood(NULL, model, other, &out, NULL, NULL, &err), CRM_E_NO_DATA);
    assert_true(out == 7.0);
    crm_summary_destroy(summary);
    crm_summary_destroy(other);
    crm_model_destroy(model);
}

typedef struct call {
    const crm_model *model;
    const crm_summary *summary;
} call;

static crm_status call_value(const crm_context *context, void *arg)
{
    const call *c = arg;
    double value = 7.0;
    const crm_status status =
        crm_model_log_likelihood(context, c->model, c->summary, &value, NULL, NULL, NULL);
    assert_true(status == CRM_OK || value == 7.0);
    return status;
}

static crm_status call_rows(const crm_context *context, void *arg)
{
    const call *c = arg;
    double out[1000];
    return crm_model_rows(context, c->model, 1000, many_x, many_t_x, many_T, out, NULL);
}

static void memory_fails(void **state)
{
    (void)state;
    crm_model *model = model_of(CRM_MODEL_BG_NBD, (const double[]){0.3, 5.0, 0.7, 2.5});
    crm_summary *summary = purchases(1000, many_x, many_t_x, many_T, NULL);
    call c = {model, summary};
    failing_sweep(call_value, &c);
    failing_none(call_rows, &c);
    crm_summary_destroy(summary);
    crm_model_destroy(model);
}

static int32_t stop_at_once(void *self, double done)
{
    (void)self;
    (void)done;
    return 1;
}

static void cancelled(void **state)
{
    (void)state;
    crm_context *context = NULL;
    double value = 7.0;
    assert_int_equal(crm_context_watch(NULL, stop_at_once, NULL, &context, NULL), CRM_OK);
    crm_model *model = model_of(CRM_MODEL_BG_NBD, (const double[]){0.3, 5.0, 0.7, 2.5});
    crm_summary *summary = purchases(MANY, many_x, many_t_x, many_T, NULL);
    assert_int_equal(crm_model_log_likelihood(context, model, summary, &value, NULL, NULL, NULL),
                     CRM_E_CANCELLED);
    assert_true(value == 7.0);
    crm_context_destroy(context);
    crm_summary_destroy(summary);
    crm_model_destroy(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bg_nbd_references),
        cmocka_unit_test(gamma_gamma_references),
        cmocka_unit_test(published),
        cmocka_unit_test(rows_add_up),
        cmocka_unit_test(bits_do_not_depend_on_the_machine),
        cmocka_unit_test(unit_identity),
        cmocka_unit_test(bad_rows),
        cmocka_unit_test(misuse),
        cmocka_unit_test(memory_fails),
        cmocka_unit_test(cancelled),
    };
    return cmocka_run_group_tests(tests, make_many, NULL);
}
