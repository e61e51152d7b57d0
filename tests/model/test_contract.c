/* sBG and BdW: published fits, references of 40 digits, identities, and what is refused. */
#include "failing.h"

#include "crmcore.h"
#include "numeric/random.h"

#include "contract.inc"

#define ROWS(table) ((int)(sizeof(table) / sizeof(table)[0]))

static const double regular[] = {1000, 631, 468, 382, 326, 289, 262, 241, 223, 207, 194, 183, 173};
static const double high_end[] = {1000, 869, 743, 653, 593, 551, 517, 491, 468, 445, 427, 409, 394};

/* sBG where c is 1, so that both kinds are seen. */
static crm_model *contract(const double *parameter, const double *covariance)
{
    const int32_t kind = parameter[2] == 1.0 ? CRM_MODEL_SBG : CRM_MODEL_BDW;
    crm_model *model = NULL;
    assert_int_equal(
        crm_model_create(NULL, kind, crm_kind_parameters(kind), parameter, covariance, &model, NULL), CRM_OK);
    return model;
}

static crm_model *fit(int32_t kind, const double *survivors, int64_t periods, crm_status want)
{
    crm_summary *summary = NULL;
    crm_model *model = NULL;
    assert_int_equal(crm_summary_of_survivors(NULL, periods + 1, survivors, &summary, NULL), CRM_OK);
    assert_int_equal(crm_model_fit(NULL, kind, summary, NULL, &model, NULL), want);
    crm_summary_destroy(summary);
    return model;
}

static double one(const crm_model *model, int32_t quantity, double T, double t0, double t1, double delta,
                  double number)
{
    double quick; /* the named functions give the same bits, and build no table */
    crm_status status = CRM_E_UNSUPPORTED;
    if (quantity == CRM_QUANTITY_P_ALIVE)
        status = crm_model_p_alive(NULL, model, 1, NULL, NULL, &T, t0, &quick, NULL, NULL);
    else if (quantity == CRM_QUANTITY_EXPECTED && t0 == 0.0)
        status = crm_model_expected(NULL, model, 1, NULL, NULL, &T, t1, &quick, NULL, NULL);
    else if (quantity == CRM_QUANTITY_DISCOUNTED && t0 == 0.0)
        status = crm_model_discounted(NULL, model, 1, NULL, NULL, &T, t1, delta, &quick, NULL, NULL);
    if (status == CRM_OK)
        return quick;
    crm_plan *plan = NULL;
    int32_t column;
    double out;
    assert_int_equal(crm_plan_create(NULL, model, NULL, &plan, NULL), CRM_OK);
    assert_int_equal(crm_plan_add(plan, quantity, t0, t1, delta, number, &column, NULL), CRM_OK);
    assert_int_equal(crm_plan_run(NULL, plan, 1, NULL, NULL, &T, NULL, NULL, NULL, &out, NULL, NULL, NULL),
                     CRM_OK);
    crm_plan_destroy(plan);
    return out;
}

/* ---- figures ---- */

static void test_published(void **state)
{
    (void)state;
    static const struct {
        const double *survivors;
        int64_t renewals;
        int32_t kind;
        double parameter[3];
        double log_likelihood;
        double year_12; /* per cent */
    } want[] = {
        {regular, 7, CRM_MODEL_SBG, {.70408, 1.18204}, -1680.2652, 17.00},
        {regular, 7, CRM_MODEL_BDW, {.45561, .77933, 1.28345}, -1679.6028, 17.73},
        {high_end, 7, CRM_MODEL_SBG, {.66809, 3.80609}, -1611.1581, 37.80},
        {high_end, 7, CRM_MODEL_BDW, {.21425, 1.42657, 1.72356}, -1605.3142, 40.39},
        {regular, 4, CRM_MODEL_SBG, {.76367, 1.29583}, -1401.5594, 15.95},
        {regular, 4, CRM_MODEL_BDW, {.52303, .89428, 1.19640}, -1401.3831, 17.14},
    };
    for (int i = 0; i < ROWS(want); i++) {
        crm_model *m = fit(want[i].kind, want[i].survivors, want[i].renewals, CRM_OK);
        double parameter[3], covariance[9], out, se;
        const double T = 0;
        const int32_t k = crm_kind_parameters(want[i].kind);
        assert_true(fabs(crm_model_fact(m, CRM_FACT_LOG_LIKELIHOOD) - want[i].log_likelihood) <= 5e-5);
        assert_true(crm_model_fact(m, CRM_FACT_CUSTOMERS) == 1000.0);
        assert_int_equal(crm_model_parameters(m, parameter, covariance, NULL), CRM_OK);
        for (int32_t j = 0; j < k; j++) {
            assert_true(fabs(parameter[j] - want[i].parameter[j]) <= 5.001e-6);
            assert_true(covariance[j * (k + 1)] > 0);
        }
        assert_int_equal(crm_model_p_alive(NULL, m, 1, NULL, NULL, &T, 12, &out, &se, NULL), CRM_OK);
        assert_true(fabs(100 * out - want[i].year_12) <= .005);
        assert_true(se > .005 && se < .05);
        crm_model_destroy(m);
    }
}

/* Standard errors against the curvature seen by differences of the gradient. */
static void test_errors(void **state)
{
    (void)state;
    crm_summary *summary = NULL;
    assert_int_equal(crm_summary_of_survivors(NULL, 8, high_end, &summary, NULL), CRM_OK);
    crm_model *m = NULL;
    assert_int_equal(crm_model_fit(NULL, CRM_MODEL_BDW, summary, NULL, &m, NULL), CRM_OK);
    double p[3], c[9];
    assert_int_equal(crm_model_parameters(m, p, c, NULL), CRM_OK);
    for (int j = 0; j < 3; j++) {
        double value, up[3], down[3], row[3];
        for (int side = 0; side < 2; side++) {
            double at[3] = {p[0], p[1], p[2]};
            at[j] *= side ? 1 - 1e-5 : 1 + 1e-5;
            crm_model *near = contract(at, NULL);
            assert_int_equal(
                crm_model_log_likelihood(NULL, near, summary, &value, side ? down : up, NULL, NULL), CRM_OK);
            crm_model_destroy(near);
        }
        for (int i = 0; i < 3; i++)
            row[i] = -(up[i] - down[i]) / 2e-5 / (p[i] * p[j]); /* information, by natural parameters */
        for (int i = 0; i < 3; i++) {
            double unit = 0;
            for (int k = 0; k < 3; k++)
                unit += row[k] * c[k + 3 * i];
            assert_close(unit, i == j, 1e-6);
        }
    }
    crm_model_destroy(m);
    crm_summary_destroy(summary);
}

/* ---- identification ---- */

static void test_not_identified(void **state)
{
    (void)state;
    const double none_lost[] = {100, 100, 100, 100};
    const double all_lost[] = {100, 0};
    const double one_renewal[] = {100, 60};
    const double geometric[] = {1024, 512, 256, 128,
                                64,   32,  16}; /* all customers alike: no sBG is the best */
    const double two_renewals[] = {100, 70, 60};
    crm_model_destroy(fit(CRM_MODEL_SBG, none_lost, 3, CRM_NOT_IDENTIFIED));
    crm_model_destroy(fit(CRM_MODEL_BDW, none_lost, 3, CRM_NOT_IDENTIFIED));
    crm_model_destroy(fit(CRM_MODEL_SBG, all_lost, 1, CRM_NOT_IDENTIFIED));
    crm_model_destroy(fit(CRM_MODEL_SBG, one_renewal, 1, CRM_NOT_IDENTIFIED));
    crm_model_destroy(fit(CRM_MODEL_SBG, geometric, 6, CRM_NOT_IDENTIFIED));
    crm_model_destroy(fit(CRM_MODEL_BDW, two_renewals, 2, CRM_NOT_IDENTIFIED));
    crm_model *m = fit(CRM_MODEL_SBG, two_renewals, 2, CRM_OK); /* two shares, two parameters: exactly met */
    const double S1 = one(m, CRM_QUANTITY_P_ALIVE, 0, 1, 0, 0, 0);
    const double S2 = one(m, CRM_QUANTITY_P_ALIVE, 0, 2, 0, 0, 0);
    assert_true(fabs(S1 - .7) < 1e-6 && fabs(S2 - .6) < 1e-6);
    crm_model_destroy(m);
    crm_summary *bought = NULL;
    const double x = 1, T = 2;
    assert_int_equal(crm_summary_of_purchases(NULL, 1, &x, &x, &T, NULL, &bought, NULL), CRM_OK);
    assert_int_equal(crm_model_fit(NULL, CRM_MODEL_SBG, bought, NULL, &m, NULL), CRM_E_NO_DATA);
    crm_summary_destroy(bought);
}

/* Weights are what they weigh, and the unit of weight does not matter. */
static void test_weights(void **state)
{
    (void)state;
    double share[8];
    for (int t = 0; t < 8; t++)
        share[t] = high_end[t] / 1000;
    crm_model *whole = fit(CRM_MODEL_BDW, high_end, 7, CRM_OK);
    crm_model *part = fit(CRM_MODEL_BDW, share, 7, CRM_OK);
    double p[3], q[3];
    crm_model_parameters(whole, p, NULL, NULL);
    crm_model_parameters(part, q, NULL, NULL);
    for (int i = 0; i < 3; i++)
        assert_relative(q[i], p[i], 1e-7);
    assert_relative(crm_model_fact(part, CRM_FACT_LOG_LIKELIHOOD), -1.6113142 + .006, 1e-3);
    crm_model_destroy(whole);
    crm_model_destroy(part);
}

/* ---- references ---- */

static void test_likelihood(void **state)
{
    (void)state;
    double worst = 0, worst_gradient = 0, worst_hessian = 0;
    for (int i = 0; i < ROWS(contract_likelihood); i++) {
        const double *r = contract_likelihood[i];
        const uint8_t ended = r[4] > 0;
        crm_model *m = contract(r, NULL);
        const int32_t k = crm_kind_parameters(crm_model_kind(m));
        crm_summary *s = NULL;
        double value, gradient[3], hessian[9], row, size = 1;
        assert_int_equal(crm_summary_of_durations(NULL, 1, r + 3, &ended, NULL, &s, NULL), CRM_OK);
        assert_int_equal(crm_model_log_likelihood(NULL, m, s, &value, gradient, hessian, NULL), CRM_OK);
        assert_int_equal(crm_model_rows(NULL, m, 1, r + 3, r + 4, NULL, &row, NULL), CRM_OK);
        assert_same_bits(row, value);
        worst = fmax(worst, fabs(value - r[5]) / fmax(1, fabs(r[5])));
        for (int32_t a = 0; a < k; a++)
            size = fmax(size, fabs(r[6 + a]));
        for (int32_t a = 0; a < k; a++)
            worst_gradient = fmax(worst_gradient, fabs(gradient[a] - r[6 + a]) / size);
        const double *want = r + 9;
        size = 1;
        for (int j = 0; j < 6; j++)
            size = fmax(size, fabs(want[j]));
        for (int32_t b = 0; b < 3; b++)
            for (int32_t a = b; a < 3; a++, want++)
                if (a < k) {
                    worst_hessian = fmax(worst_hessian, fabs(hessian[a + k * b] - *want) / size);
                    assert_same_bits(hessian[a + k * b], hessian[b + k * a]);
                }
        crm_summary_destroy(s);
        crm_model_destroy(m);
    }
    print_message("%d points: log-likelihood %.2g, gradient %.2g, Hessian %.2g\n", ROWS(contract_likelihood),
                  worst, worst_gradient, worst_hessian);
    assert_true(worst <= 1e-12);
    assert_true(worst_gradient <= 1e-11);
    assert_true(worst_hessian <= 1e-10);
}

static double off(double got, double want)
{
    return want == 0.0 ? fabs(got) : fabs(got / want - 1);
}

static void test_predictions(void **state)
{
    (void)state;
    double worst[5] = {0};
    for (int i = 0; i < ROWS(contract_predict); i++) {
        const double *r = contract_predict[i];
        crm_model *m = contract(r, NULL);
        const double got[] = {one(m, CRM_QUANTITY_P_ALIVE, r[3], r[4], 0, 0, 0),
                              one(m, CRM_QUANTITY_EXPECTED, r[3], r[4], r[5], 0, 0),
                              one(m, CRM_QUANTITY_DISCOUNTED, r[3], r[4], r[5], r[6], 0),
                              one(m, CRM_QUANTITY_SPREAD, r[3], r[4], r[5], 0, 0),
                              one(m, CRM_QUANTITY_PROBABILITY, r[3], 0, r[5], 0, r[7])};
        for (int q = 0; q < 5; q++)
            if (r[8 + q] > 1e-290)
                worst[q] = fmax(worst[q], off(got[q], r[8 + q]));
            else
                assert_true(got[q] >= 0 && got[q] < 1e-289);
        crm_model_destroy(m);
    }
    print_message("%d points: alive %.2g, expected %.2g, discounted %.2g, spread %.2g, probability %.2g\n",
                  ROWS(contract_predict), worst[0], worst[1], worst[2], worst[3], worst[4]);
    for (int q = 0; q < 5; q++)
        assert_true(worst[q] <= 1e-11);
}

static void test_endless(void **state)
{
    (void)state;
    double worst = 0;
    for (int i = 0; i < ROWS(contract_endless); i++) {
        const double *r = contract_endless[i];
        crm_model *m = contract(r, NULL);
        worst = fmax(worst, off(one(m, CRM_QUANTITY_DISCOUNTED, r[3], 0, INFINITY, r[4], 0), r[5]));
        crm_model_destroy(m);
    }
    print_message("%d sums without end: %.2g\n", ROWS(contract_endless), worst);
    assert_true(worst <= 1e-11);
}

static void test_gradients(void **state)
{
    (void)state;
    static const int32_t quantity[] = {CRM_QUANTITY_EXPECTED, CRM_QUANTITY_DISCOUNTED, CRM_QUANTITY_SPREAD};
    double worst = 0;
    for (int i = 0; i < ROWS(contract_gradient); i++) {
        const double *r = contract_gradient[i];
        const int32_t k = r[2] == 1.0 ? 2 : 3;
        for (int32_t j = 0; j < k; j++) {
            /* the error of one parameter alone is the slope */
            double covariance[9] = {0};
            covariance[j * (k + 1)] = r[j] * r[j];
            crm_model *m = contract(r, covariance);
            crm_plan *plan = NULL;
            int32_t column;
            double out[3], se[3];
            assert_int_equal(crm_plan_create(NULL, m, NULL, &plan, NULL), CRM_OK);
            for (int q = 0; q < 3; q++)
                assert_int_equal(crm_plan_add(plan, quantity[q], 0, r[4], r[5], 0, &column, NULL), CRM_OK);
            assert_int_equal(
                crm_plan_run(NULL, plan, 1, NULL, NULL, r + 3, NULL, NULL, NULL, out, se, NULL, NULL),
                CRM_OK);
            for (int q = 0; q < 3; q++)
                worst = fmax(worst, fabs(se[q] - fabs(r[j] * r[6 + 3 * q + j])) / fmax(out[q], 1e-290));
            crm_plan_destroy(plan);
            crm_model_destroy(m);
        }
    }
    print_message("%d gradients: %.2g\n", 9 * ROWS(contract_gradient), worst);
    assert_true(worst <= 1e-11);
}

/* ---- identities ---- */

static void test_identities(void **state)
{
    (void)state;
    const double parameter[][3] = {{.7, 1.2, 1}, {.2, 1.4, 1.7}, {3, 40, .6}, {1e-3, 2, 1}, {50, 900, 2}};
    for (int i = 0; i < ROWS(parameter); i++) {
        crm_model *m = contract(parameter[i], NULL);
        for (double T = 0; T < 200; T = 3 * T + 1) {
            double total = 0, mean = 0, square = 0;
            for (int n = 0; n <= 30; n++) {
                const double p = one(m, CRM_QUANTITY_PROBABILITY, T, 0, 30, 0, n);
                assert_true(p >= 0);
                total += p;
                mean += n * p;
                square += (double)n * n * p;
            }
            assert_close(total, 1, 1e-14);
            assert_relative(one(m, CRM_QUANTITY_EXPECTED, T, 0, 30, 0, 0), mean, 1e-13);
            assert_relative(one(m, CRM_QUANTITY_SPREAD, T, 0, 30, 0, 0), sqrt(square - mean * mean), 1e-9);
            assert_true(one(m, CRM_QUANTITY_PROBABILITY, T, 0, 30, 0, 31) == 0);
            assert_true(one(m, CRM_QUANTITY_P_ALIVE, T, 0, 0, 0, 0) == 1);
            assert_true(one(m, CRM_QUANTITY_EXPECTED, T, 5, 5, 0, 0) == 0);
            assert_true(one(m, CRM_QUANTITY_SPREAD, T, 5, 5, 0, 0) == 0);
            /* additive over intervals, long ones too; without a discount the expectation */
            const double all = one(m, CRM_QUANTITY_EXPECTED, T, 0, 12345, 0, 0);
            const double head = one(m, CRM_QUANTITY_EXPECTED, T, 0, 777, 0, 0);
            assert_relative(head + one(m, CRM_QUANTITY_EXPECTED, T, 777, 12345, 0, 0), all, 1e-13);
            assert_same_bits(one(m, CRM_QUANTITY_DISCOUNTED, T, 0, 777, 0, 0), head);
            /* an end beyond sight is none */
            assert_relative(one(m, CRM_QUANTITY_DISCOUNTED, T, 0, 1e9, .01, 0),
                            one(m, CRM_QUANTITY_DISCOUNTED, T, 0, INFINITY, .01, 0), 1e-14);
        }
        crm_model_destroy(m);
    }
}

/* Long sums by panels against the same one by one, and the spread by either of its forms. */
static void test_long(void **state)
{
    (void)state;
    const double parameter[][3] = {{.7, 1.2, 1},  {.2, 1.4, 1.7},  {.05, .5, 3}, {.02, 1, 9},
                                   {.9, 3, .3},   {1e-4, 5, 1},    {2, 1e5, 1},  {.5, 1e9, 2.5},
                                   {900, 1e6, 1}, {1e-3, 1e-3, 40}};
    for (int i = 0; i < ROWS(parameter); i++) {
        crm_model *m = contract(parameter[i], NULL);
        for (int k = 0; k < 2; k++) {
            const double T = 30 * k;
            const int n = 6000;
            long double sum = 0, square = 0, missed = 0, late = 0;
            for (int j = 1; j <= n; j++) {
                double s;
                crm_model_p_alive(NULL, m, 1, NULL, NULL, &T, j, &s, NULL, NULL);
                sum += s;
                square += (2 * (long double)j - 1) * s;
                missed += 1 - (long double)s;
                late += (2 * ((long double)n - j) + 1) * (1 - (long double)s);
            }
            const long double living = square - sum * sum, leaving = late - missed * missed;
            const double variance = (double)(sum < missed ? living : leaving);
            assert_relative(one(m, CRM_QUANTITY_EXPECTED, T, 0, n, 0, 0), (double)sum, 1e-12);
            const double lost =
                1e-14 * (double)(sum < missed ? square : late) / variance; /* of our sums here */
            assert_relative(one(m, CRM_QUANTITY_SPREAD, T, 0, n, 0, 0), sqrt(variance), 1e-11 + lost);
        }
        crm_model_destroy(m);
    }
    /* a tail of j^-gamma for ever so long: sum s(j) is the known B(gamma-1, .)/B(gamma, .) difference */
    const double heavy[] = {.5, 1, 1};
    crm_model *m = contract(heavy, NULL);
    const double t = 0x1p50; /* sum_{j=1}^{t} G(1+j) G(1.5)/(G(1.5+j)) = 2 (t + 1) s(t) (1 + ...) - 1 */
    const double s = one(m, CRM_QUANTITY_P_ALIVE, 0, t, 0, 0, 0);
    assert_relative(one(m, CRM_QUANTITY_EXPECTED, 0, 0, t, 0, 0), 2 * (t + 1) * s - 2, 1e-12);
    crm_model_destroy(m);
}

/* BdW with c = 1 is sBG to the bit; with errors, at any T in any row, in a table or not. */
static void test_same(void **state)
{
    (void)state;
    enum { N = 5000 };
    static double T[N], out[3][N], se[3][N];
    const double parameter[] = {.7, 1.2, 1};
    const double cov2[] = {.004, .002, .002, .02};
    const double cov3[] = {.004, .002, 0, .002, .02, 0, 0, 0, 0};
    crm_model *sbg = contract(parameter, cov2), *bdw = NULL;
    assert_int_equal(crm_model_create(NULL, CRM_MODEL_BDW, 3, parameter, cov3, &bdw, NULL), CRM_OK);
    for (int i = 0; i < N; i++)
        T[i] = (i * 7) % 90;
    assert_int_equal(crm_model_discounted(NULL, sbg, N, NULL, NULL, T, INFINITY, .1, out[0], NULL, NULL),
                     CRM_OK);
    assert_int_equal(crm_model_discounted(NULL, sbg, N, NULL, NULL, T, INFINITY, .1, out[1], se[1], NULL),
                     CRM_OK);
    assert_int_equal(crm_model_discounted(NULL, bdw, N, NULL, NULL, T, INFINITY, .1, out[2], se[2], NULL),
                     CRM_OK);
    for (int i = 0; i < N; i++) {
        assert_same_bits(out[0][i], out[1][i]);
        assert_same_bits(out[0][i], out[2][i]);
        assert_relative(se[1][i], se[2][i], 1e-14);
        assert_true(se[1][i] > 0);
    }
    crm_plan *plan = NULL;
    int32_t column;
    assert_int_equal(crm_plan_create(NULL, sbg, NULL, &plan, NULL), CRM_OK);
    assert_int_equal(crm_plan_add(plan, CRM_QUANTITY_DISCOUNTED, 0, INFINITY, .1, 0, &column, NULL), CRM_OK);
    assert_int_equal(crm_plan_run(NULL, plan, N, NULL, NULL, T, NULL, NULL, NULL, out[2], se[2], NULL, NULL),
                     CRM_OK);
    for (int i = 0; i < N; i++) {
        assert_same_bits(out[0][i], out[2][i]);
        assert_same_bits(se[1][i], se[2][i]);
    }
    crm_plan_destroy(plan);
    assert_int_equal(crm_model_expected_new(NULL, sbg, 3, T, out[0], NULL, NULL), CRM_OK);
    assert_same_bits(out[0][1], one(sbg, CRM_QUANTITY_EXPECTED, 0, 0, 7, 0, 0));
    crm_model_destroy(sbg);
    crm_model_destroy(bdw);
}

/* Parameters far out: powers beyond e^300, and those that are refused. */
static void test_extreme(void **state)
{
    (void)state;
    const double steep[] = {1e-3, 2, 500}; /* S(t) = t^-.5 G(2.001)/G(2) from t = 2 on */
    crm_model *m = contract(steep, NULL);
    const double level = exp(lgamma(2.001) - lgamma(2));
    assert_relative(one(m, CRM_QUANTITY_P_ALIVE, 0, 2, 0, 0, 0), level * pow(2, -.5), 1e-12);
    assert_relative(one(m, CRM_QUANTITY_P_ALIVE, 0, 9, 0, 0, 0), level * pow(9, -.5), 1e-12);
    assert_relative(one(m, CRM_QUANTITY_P_ALIVE, 3, 6, 0, 0, 0), pow(3, -.5), 1e-12);
    const double d[] = {1, 2, 3, 9}, ended[] = {1, 1, 1, 1};
    double row[4], value, gradient[3], hessian[9];
    assert_int_equal(crm_model_rows(NULL, m, 4, d, ended, NULL, row, NULL), CRM_OK);
    assert_relative(row[2], log(level * (pow(2, -.5) - pow(3, -.5))), 1e-12);
    assert_relative(row[3], log(level * (pow(8, -.5) - pow(9, -.5))), 1e-12);
    const uint8_t lost[] = {1, 1, 1, 1};
    crm_summary *s = NULL;
    assert_int_equal(crm_summary_of_durations(NULL, 1, d + 3, lost, NULL, &s, NULL), CRM_OK);
    assert_int_equal(crm_model_log_likelihood(NULL, m, s, &value, gradient, hessian, NULL), CRM_OK);
    /* by ln c: c gamma = .5 in ln(8^-y - 9^-y), y = c gamma */
    const double y = .5, f = pow(8, -y) - pow(9, -y), f1 = -log(8) * pow(8, -y) + log(9) * pow(9, -y),
                 f2 = log(8) * log(8) * pow(8, -y) - log(9) * log(9) * pow(9, -y);
    assert_relative(gradient[2], y * f1 / f, 1e-11);
    assert_relative(hessian[8], y * f1 / f + y * y * (f2 / f - f1 * f1 / f / f), 1e-10);
    assert_relative(gradient[0], y * f1 / f + 1e-3 * (.42278433509846714 + 1e-3 * .6449),
                    1e-6); /* psi(2.001) */
    crm_summary_destroy(s);
    crm_plan *plan = NULL;
    int32_t column;
    assert_int_equal(crm_plan_create(NULL, m, NULL, &plan, NULL), CRM_OK);
    assert_int_equal(crm_plan_add(plan, CRM_QUANTITY_EXPECTED, 0, 5, 0, 0, &column, NULL), CRM_E_DOMAIN);
    crm_plan_destroy(plan);
    crm_model_destroy(m);
    const double far[][3] = {{1e-70, 1, 1}, {1, 1e70, 1}, {1, 1, 1e70}, {1, 1, 1e-70}};
    for (int i = 0; i < ROWS(far); i++) {
        const double T = 1, still = 0;
        double out;
        m = contract(far[i], NULL);
        assert_int_equal(crm_model_p_alive(NULL, m, 1, NULL, NULL, &T, 1, &out, NULL, NULL), CRM_E_DOMAIN);
        assert_int_equal(crm_model_rows(NULL, m, 1, &T, &still, NULL, &out, NULL), CRM_BAD_ROWS);
        assert_true(isnan(out));
        crm_model_destroy(m);
    }
}

/* ---- refusals ---- */

static void test_refused(void **state)
{
    (void)state;
    const double parameter[] = {.7, 1.2, 1};
    crm_model *m = contract(parameter, NULL);
    double T[] = {0, 1.5, -1, NAN, 0x1p53, INFINITY, 3}, out[7];
    crm_error err;
    assert_int_equal(crm_model_p_alive(NULL, m, 7, NULL, NULL, T, 1, out, NULL, &err), CRM_BAD_ROWS);
    assert_true(err.arg == 6 && err.row == 1 && err.bad_rows == 4);
    for (int i = 0; i < 7; i++)
        assert_true(isnan(out[i]) == (i > 0 && i < 6));
    assert_int_equal(crm_model_p_alive(NULL, m, 1, NULL, NULL, NULL, 1, out, NULL, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 6);
    assert_int_equal(crm_model_p_alive(NULL, m, 1, NULL, NULL, T, .5, out, NULL, &err), CRM_E_DOMAIN);
    assert_int_equal(crm_model_p_alive(NULL, m, 1, NULL, NULL, T, 0x1p53, out, NULL, &err), CRM_E_DOMAIN);
    assert_int_equal(err.arg, 7);
    assert_int_equal(crm_model_expected(NULL, m, 1, NULL, NULL, T, INFINITY, out, NULL, &err), CRM_E_DOMAIN);
    assert_int_equal(err.arg, 7);
    assert_int_equal(crm_model_expected(NULL, m, 1, NULL, NULL, T, 0x1p53, out, NULL, &err), CRM_E_DOMAIN);
    assert_int_equal(crm_model_discounted(NULL, m, 1, NULL, NULL, T, INFINITY, 1e-14, out, NULL, &err),
                     CRM_E_DOMAIN);
    assert_int_equal(err.arg, 8);
    crm_plan *plan = NULL;
    int32_t column;
    assert_int_equal(crm_plan_create(NULL, m, NULL, &plan, NULL), CRM_OK);
    assert_int_equal(crm_plan_add(plan, CRM_QUANTITY_RATE, 0, 0, 0, 0, &column, NULL), CRM_E_UNSUPPORTED);
    assert_int_equal(crm_plan_add(plan, CRM_QUANTITY_P_ALIVE, 1, 0, 0, 0, &column, NULL), CRM_OK);
    assert_int_equal(crm_plan_run(NULL, plan, 1, NULL, NULL, NULL, NULL, NULL, NULL, out, NULL, NULL, &err),
                     CRM_E_NULL);
    assert_int_equal(err.arg, 6);
    crm_plan_destroy(plan);
    /* durations and ends of rows */
    const double d[] = {0, 1.5, INFINITY, NAN, 2, 2, 2}, e[] = {0, 0, 0, 0, .5, NAN, 1};
    assert_int_equal(crm_model_rows(NULL, m, 7, d, e, NULL, out, &err), CRM_BAD_ROWS);
    assert_true(err.arg == 4 && err.row == 0 && err.bad_rows == 4);
    for (int i = 0; i < 7; i++)
        assert_true(isnan(out[i]) == (i < 6));
    assert_int_equal(crm_model_rows(NULL, m, 1, d + 4, e + 4, NULL, out, &err), CRM_BAD_ROWS);
    assert_int_equal(err.arg, 5);
    crm_model_destroy(m);
}

/* ---- simulation ---- */

/* Customers in their first period at tick 0, seen for 12 renewals: their survival is that of the model. */
static void test_simulate(void **state)
{
    (void)state;
    enum { N = 20000, PERIODS = 12 };
    static int64_t first[N];
    static double x[N], t_x[N], T[N];
    const double parameter[][3] = {{.7, 1.2, 1}, {.2, 1.4, 1.7}};
    for (int i = 0; i < 2; i++) {
        crm_model *m = contract(parameter[i], NULL);
        crm_transactions *log = NULL;
        crm_customers *book = NULL;
        assert_int_equal(crm_model_simulate(NULL, m, NULL, N, first, PERIODS, 1, 2, 7, 1, &log, NULL),
                         CRM_OK);
        assert_int_equal(crm_customers_build(NULL, log, PERIODS, 1, 2, NULL, &book, NULL), CRM_OK);
        assert_int_equal(crm_customers_count(book), N);
        memcpy(x, crm_customers_f64(book, CRM_CUSTOMER_X), sizeof x);
        memcpy(t_x, crm_customers_f64(book, CRM_CUSTOMER_T_X), sizeof t_x);
        memcpy(T, crm_customers_f64(book, CRM_CUSTOMER_T), sizeof T);
        for (int t = 1; t <= PERIODS; t++) {
            int64_t still = 0;
            for (int k = 0; k < N; k++)
                still += x[k] >= t;
            const double want = one(m, CRM_QUANTITY_P_ALIVE, 0, t, 0, 0, 0);
            assert_true(fabs((double)still / N - want) < 4.5 * sqrt(want * (1 - want) / N));
        }
        for (int k = 0; k < N; k++)
            assert_true(x[k] == t_x[k] && T[k] == PERIODS); /* one renewal a period */
        crm_customers_destroy(book);
        crm_transactions_destroy(log);
        crm_model_destroy(m);
    }
}

/* A fit of simulated customers is within its errors of the truth. */
static void test_recovered(void **state)
{
    (void)state;
    enum { N = 30000 };
    static double duration[N];
    static uint8_t ended[N];
    const double truth[] = {.6, 2.5, 1.4};
    struct crm_i_random random;
    crm_i_random_start(&random, 2018, 1);
    for (int i = 0; i < N; i++) {
        const double theta = crm_i_random_beta(&random, truth[0], truth[1]);
        const double life = crm_i_random_exponential(&random) / -log1p(-theta); /* t^c until which it lives */
        const double seen = 1 + i % 9;
        const double t = fmin(ceil(pow(life, 1 / truth[2])), 1e9);
        ended[i] = t <= seen;
        duration[i] = fmin(t, seen);
    }
    crm_summary *s = NULL;
    crm_model *m = NULL;
    double p[3], c[9];
    assert_int_equal(crm_summary_of_durations(NULL, N, duration, ended, NULL, &s, NULL), CRM_OK);
    assert_int_equal(crm_model_fit(NULL, CRM_MODEL_BDW, s, NULL, &m, NULL), CRM_OK);
    crm_model_parameters(m, p, c, NULL);
    for (int i = 0; i < 3; i++)
        assert_true(fabs(p[i] - truth[i]) < 3 * sqrt(c[4 * i]));
    crm_model_destroy(m);
    crm_summary_destroy(s);
}

static crm_status call_fit(const crm_context *context, void *arg)
{
    crm_model *model = NULL;
    const crm_status status = crm_model_fit(context, CRM_MODEL_BDW, arg, NULL, &model, NULL);
    assert_true((status >= 0) == (model != NULL));
    crm_model_destroy(model);
    return status;
}

static void test_memory(void **state)
{
    (void)state;
    crm_summary *summary = NULL;
    assert_int_equal(crm_summary_of_survivors(NULL, 8, high_end, &summary, NULL), CRM_OK);
    failing_sweep(call_fit, summary);
    crm_summary_destroy(summary);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published),      cmocka_unit_test(test_errors),
        cmocka_unit_test(test_not_identified), cmocka_unit_test(test_weights),
        cmocka_unit_test(test_likelihood),     cmocka_unit_test(test_predictions),
        cmocka_unit_test(test_endless),        cmocka_unit_test(test_gradients),
        cmocka_unit_test(test_identities),     cmocka_unit_test(test_long),
        cmocka_unit_test(test_same),           cmocka_unit_test(test_extreme),
        cmocka_unit_test(test_refused),        cmocka_unit_test(test_simulate),
        cmocka_unit_test(test_recovered),      cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
