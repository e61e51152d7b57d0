/* BG/NBD predictions against published figures, 40-digit references and their own laws. */
#include "test.h"

#include "csv.h"

#include "crmcore/model.h"
#include "model/predict.h"

/* The best instruction set there is. */
static crm_context *best;

static crm_model *bg_nbd(double r, double alpha, double a, double b)
{
    const double parameter[] = {r, alpha, a, b};
    crm_model *model = NULL;
    assert_int_equal(crm_model_create(NULL, CRM_MODEL_BG_NBD, 4, parameter, NULL, &model, NULL), CRM_OK);
    return model;
}

/* Maximum likelihood on the CDNOW sample, as printed in figures.md. */
static crm_model *cdnow(void)
{
    return bg_nbd(.242594529, 4.413602161, .792922028, 2.425906719);
}

static double expected(const crm_model *model, double x, double t_x, double T, double t)
{
    double out;
    assert_int_equal(crm_model_expected(best, model, 1, &x, &t_x, &T, t, &out, NULL, NULL), CRM_OK);
    return out;
}

static double expected_new(const crm_model *model, double t)
{
    double out;
    assert_int_equal(crm_model_expected_new(best, model, 1, &t, &out, NULL, NULL), CRM_OK);
    return out;
}

static double p_alive(const crm_model *model, double x, double t_x, double T, double ahead)
{
    double out;
    assert_int_equal(crm_model_p_alive(best, model, 1, &x, &t_x, &T, ahead, &out, NULL, NULL), CRM_OK);
    return out;
}

static double discounted(const crm_model *model, double x, double t_x, double T, double t, double delta)
{
    double out;
    assert_int_equal(crm_model_discounted(best, model, 1, &x, &t_x, &T, t, delta, &out, NULL, NULL), CRM_OK);
    return out;
}

/* What a plan would give, to the bit (test_plan.c), without building its tables. */
static void run_one(const crm_model *model, const crm_i_ask *ask, const double *history, double *value,
                    double *se)
{
    crm_i_column column;
    assert_int_equal(crm_i_predict_ask(model, NULL, ask, &column, NULL), CRM_OK);
    const crm_i_predict job = {.model = model,
                               .columns = 1,
                               .column = &column,
                               .n = 1,
                               .x = history,
                               .t_x = history + 1,
                               .T = history + 2,
                               .out = value,
                               .se = se};
    assert_int_equal(crm_i_predict_run(best, &job, NULL), CRM_OK);
}

static double asked(const crm_model *model, int32_t quantity, double t0, double t1, double delta,
                    double number, double x, double t_x, double T)
{
    const crm_i_ask ask = {quantity, t0, t1, delta, number};
    const double history[] = {x, t_x, T};
    double out;
    run_one(model, &ask, history, &out, NULL);
    return out;
}

static double pmf(const crm_model *model, double n, double t)
{
    return asked(model, CRM_QUANTITY_PROBABILITY, 0, t, 0, n, 0, 0, 0);
}

/* ---- figures ---- */

static void test_new_customers_of_cdnow(void **state)
{
    (void)state;
    crm_model *m = cdnow();
    const double t[] = {1.0 / 7, 1, 3, 223.0 / 7, 32, 78, 52};
    const double want[] = {.00781367, .05318429, .15063084, 1.04049011, 1.04373203, 1.85795837, 1.444012382};
    const double half[] = {5e-9, 5e-9, 5e-9, 5e-9, 5e-9, 5e-9, 5e-10};
    double out[7];
    assert_int_equal(crm_model_expected_new(best, m, 7, t, out, NULL, NULL), CRM_OK);
    for (int i = 0; i < 7; i++) {
        assert_true(fabs(out[i] - want[i]) <= half[i]);
        assert_same_bits(expected(m, 0, 0, 0, t[i]), out[i]);
    }
    crm_model_destroy(m);
}

static void test_customers_of_cdnow(void **state)
{
    (void)state;
    crm_model *m = cdnow();
    assert_true(fabs(expected(m, 2, 213.0 / 7, 272.0 / 7, 39) - 1.22599444035) <= 5e-12);
    assert_true(fabs(p_alive(m, 2, 213.0 / 7, 272.0 / 7, 0) - .726620305681) <= 5e-13);
    assert_true(fabs(expected(m, 26, 216.0 / 7, 31, 52) - 25.757) <= 5e-4);
    assert_true(fabs(p_alive(m, 26, 216.0 / 7, 31, 0) - .96885) <= 5e-6);
    crm_model_destroy(m);
}

static void test_figures_at_rounded_parameters(void **state)
{
    (void)state;
    crm_model *m = bg_nbd(.243, 4.414, .793, 2.426);
    assert_true(fabs(pmf(m, 10, 2) - 1.07868964e-7) <= 5e-16);
    assert_true(fabs(pmf(m, 0, 39) - .5737863521) <= 5e-11);
    assert_true(fabs(expected(m, 10, 35, 39, 2) - .3915692071) <= 5e-11);
    assert_true(fabs(p_alive(m, 23, 39, 39, 0) - .9685554542) <= 5e-11);
    crm_model_destroy(m);
}

static void test_where_others_fail(void **state)
{
    (void)state;
    crm_model *m = bg_nbd(.25, 4.4, 1, 2.4); /* the pole at a = 1 */
    assert_true(fabs(expected_new(m, 39) - 1.110606489788) <= 5e-13);
    assert_true(fabs(expected(m, 2, 30, 39, 39) - 1.08558148008) <= 5e-12);
    crm_model_destroy(m);
    m = bg_nbd(.11, 2.24, .31, .50);
    assert_true(fabs(expected(m, 0, 0, 1, 30) - .564588615533) <= 5e-13);
    crm_model_destroy(m);
    m = bg_nbd(.5458741247391189, 13.409316394557274, .0009994943799344323, .03899022143378801);
    assert_true(fabs(expected(m, 2, 10, 20, 30) - 2.27937434413034) <= 1e-13); /* a negative 2F1 elsewhere */
    crm_model_destroy(m);
}

/* ---- laws ---- */

static void test_no_discount_is_expected(void **state)
{
    (void)state;
    crm_model *m = cdnow();
    assert_same_bits(discounted(m, 3, 20, 30, 52, 0), expected(m, 3, 20, 30, 52));
    assert_true(discounted(m, 3, 20, 30, INFINITY, .01) < discounted(m, 3, 20, 30, INFINITY, .0027));
    assert_relative(discounted(m, 3, 20, 30, 52, 1e-14), expected(m, 3, 20, 30, 52), 1e-12);
    assert_relative(discounted(m, 3, 20, 30, 1e5, .0027), discounted(m, 3, 20, 30, INFINITY, .0027), 1e-12);
    crm_model_destroy(m);
}

static void test_probabilities_sum_to_1(void **state)
{
    (void)state;
    crm_model *m = cdnow();
    const double t[] = {.5, 39, 400};
    for (int k = 0; k < 3; k++) {
        double sum = 0;
        double mean = 0;
        for (int n = 4000; n >= 0; n--) {
            const double p = pmf(m, n, t[k]);
            assert_true(p >= 0 && p <= 1);
            sum += p;
            mean += n * p;
        }
        assert_relative(sum, 1, 1e-13);
        assert_relative(mean, expected_new(m, t[k]), 1e-12);
    }
    crm_model_destroy(m);
    /* with a history: the rest is being dead or buying nothing */
    m = bg_nbd(.5, 3, .7, 1.5);
    double sum = 0;
    for (int n = 600; n >= 0; n--)
        sum += asked(m, CRM_QUANTITY_PROBABILITY, 0, 20, 0, n, 4, 11, 13);
    assert_relative(sum, 1, 1e-12);
    crm_model_destroy(m);
}

static void test_tiny_probabilities(void **state)
{
    (void)state;
    crm_model *m = bg_nbd(.243, 4.414, .793, 2.426);
    /* probability() of reference_bg_nbd_gradient.py at 800 digits */
    assert_relative(pmf(m, 100, 1), 0x1.02480cee293edp-255, 1e-12);
    assert_relative(pmf(m, 400, 39), 0x1.022c009b35869p-77, 1e-12);
    assert_relative(pmf(m, 400, 1), 0x1.e29c977cf1229p-990, 1e-12);
    crm_model_destroy(m);
}

/* Where a or b is so small that doubles know no other, p is 0 or 1. */
static void test_tiny_shapes(void **state)
{
    (void)state;
    const double tiny[] = {1e-15, 1e-20, 1e-40, 1e-60};
    for (int i = 0; i < 4; i++) {
        crm_model *m = bg_nbd(1, 10, tiny[i], 3);
        assert_relative(expected(m, 3, 5, 9, 5000), 4 * 5000 / 19., 1e-11);
        assert_relative(discounted(m, 3, 5, 9, INFINITY, .01), 4 / 19. / .01, 1e-11);
        crm_model_destroy(m);
        m = bg_nbd(1, 10, .7, tiny[i]);
        assert_relative(expected(m, 0, 0, 9, 5000), 1 - 19 / 5019., 1e-11);
        crm_model_destroy(m);
    }
}

static void test_laws(void **state)
{
    (void)state;
    crm_model *m = cdnow();
    double last = 1;
    for (double T = 20; T < 400; T += 3) {
        const double p = p_alive(m, 4, 19, T, 0);
        assert_true(p >= 0 && p <= last);
        assert_true(p_alive(m, 4, 19, T, 5) <= p);
        last = p;
    }
    for (double t_x = 1; t_x < 30; t_x += 1)
        assert_true(p_alive(m, 4, t_x, 31, 0) < p_alive(m, 4, t_x + 1, 31, 0));
    for (int x = 0; x < 90; x += 7) {
        const double t_x = x > 0 ? 25 : 0;
        const double whole = expected(m, x, t_x, 30, 90);
        const double part = expected(m, x, t_x, 30, 17) +
                            asked(m, CRM_QUANTITY_EXPECTED, 17, 60, 0, 0, x, t_x, 30) +
                            asked(m, CRM_QUANTITY_EXPECTED, 60, 90, 0, 0, x, t_x, 30);
        assert_relative(part, whole, 1e-13);
        const double parts = discounted(m, x, t_x, 30, 17, .01) +
                             asked(m, CRM_QUANTITY_DISCOUNTED, 17, 80, .01, 0, x, t_x, 30) +
                             asked(m, CRM_QUANTITY_DISCOUNTED, 80, INFINITY, .01, 0, x, t_x, 30);
        assert_relative(parts, discounted(m, x, t_x, 30, INFINITY, .01), 1e-13);
        double before = discounted(m, x, t_x, 30, INFINITY, 1e-5);
        for (double delta = 1e-4; delta < 20; delta *= 3) {
            const double now = discounted(m, x, t_x, 30, INFINITY, delta);
            assert_true(now > 0 && now < before);
            before = now;
        }
    }
    assert_true(expected(m, 3, 20, 30, 0) == 0);
    assert_true(discounted(m, 3, 20, 30, 0, .1) == 0);
    assert_true(asked(m, CRM_QUANTITY_EXPECTED, 5, 5, 0, 0, 3, 20, 30) == 0);
    crm_model_destroy(m);
}

/* Time in days in place of weeks: alpha times 7, and nothing else changes. */
static void test_units(void **state)
{
    (void)state;
    crm_model *weeks = cdnow();
    crm_model *days = bg_nbd(.242594529, 4.413602161 * 7, .792922028, 2.425906719);
    assert_relative(expected(days, 5, 7 * 20, 7 * 30, 7 * 39), expected(weeks, 5, 20, 30, 39), 1e-13);
    assert_relative(discounted(days, 5, 7 * 20, 7 * 30, INFINITY, .0027 / 7),
                    discounted(weeks, 5, 20, 30, INFINITY, .0027), 1e-13);
    assert_relative(p_alive(days, 5, 7 * 20, 7 * 30, 7), p_alive(weeks, 5, 20, 30, 1), 1e-13);
    crm_model_destroy(days);
    crm_model_destroy(weeks);
}

static void test_hard_numbers(void **state)
{
    (void)state;
    crm_model *m = cdnow();
    const double t[] = {1e-300, 1e-30, 1e30, 1e300};
    for (int i = 0; i < 4; i++)
        for (int x = 0; x < 200; x += 66) {
            const double t_x = x > 0 ? 1 : 0;
            const double e = expected(m, x, t_x, 2, t[i]);
            const double d = discounted(m, x, t_x, 2, t[i], .5);
            const double p = p_alive(m, x, t_x, 2, t[i]);
            assert_true(isfinite(e) && e >= 0 && isfinite(d) && d >= 0 && d <= e * (1 + 1e-13) && p >= 0 &&
                        p <= 1);
        }
    const double e = expected(m, 9e15, 1, 2, 1);
    assert_true(isfinite(e) && e >= 0);
    assert_true(isfinite(expected(m, 3, 1e-300, 1e-300, 1)));
    assert_true(isfinite(expected(m, 3, 1e200, 1e200, 1)));
    assert_true(isfinite(discounted(m, 3, 1e200, 1e200, INFINITY, 1)));
    assert_true(isfinite(discounted(m, 3, 1, 2, INFINITY, 1e-25)));
    assert_true(isfinite(discounted(m, 3, 1, 2, INFINITY, 1e300)));
    assert_true(isfinite(discounted(m, 3, 1, 2, INFINITY, 1e-30)));
    assert_true(isfinite(discounted(m, 3, 1e3, 1e3, INFINITY, 1e308)));
    crm_model_destroy(m);
    m = bg_nbd(1e30, .15, .43, 47); /* a rate, and a number of nodes, without measure */
    assert_true(isfinite(expected_new(m, 1e300)));
    assert_true(isfinite(expected(m, 3, 1, 1, 1e300)));
    crm_model_destroy(m);
    m = bg_nbd(1e3, 1e-3, 1e-3, 1e-3); /* too steep for a series, and a series of too many panels */
    assert_true(isfinite(discounted(m, 0, 0, 1, 1e4, .01)));
    assert_relative(asked(m, CRM_QUANTITY_DISCOUNTED, 0, 1e15, 1e-14, 0, 2, 1, 1),
                    discounted(m, 2, 1, 1, 1e15, 1e-14), 0);
    crm_model_destroy(m);
    m = bg_nbd(3000, 4.4, .8, 2.4); /* one purchase where thousands are usual; none in no time */
    assert_true(asked(m, CRM_QUANTITY_PROBABILITY, 0, 1e6, 0, 1, 0, 0, 0) > 0);
    assert_true(asked(m, CRM_QUANTITY_PROBABILITY, 0, 0, 0, 2, 0, 0, 0) == 0);
    assert_true(asked(m, CRM_QUANTITY_PROBABILITY, 0, 0, 0, 0, 0, 0, 0) == 1);
    crm_model_destroy(m);
    m = bg_nbd(.25, 4.4, 1e60, 1e-60); /* p is 1 */
    assert_true(isfinite(expected_new(m, 39)));
    crm_model_destroy(m);
}

/* ---- the CDNOW sample ---- */

static void test_histogram_of_cdnow(void **state)
{
    (void)state;
    const char *path = test_data("cdnow_sample.csv");
    if (!path)
        skip();
    /* the second is published as 460.324; 40 digits give 460.32347366 */
    const double want[] = {1407.684, 460.32347366, 192.461, 101.164, 59.847, 38.120, 25.549};
    csv_log log;
    assert_int_equal(csv_read_log(path, &log), 1);
    crm_customers *book = NULL;
    assert_int_equal(crm_customers_from_columns(NULL, log.n, log.key, log.time, log.amount,
                                                csv_day(1997, 9, 30), 7, 2, NULL, &book, NULL),
                     CRM_OK);
    const int64_t n = crm_customers_count(book);
    const double *T = crm_customers_f64(book, CRM_CUSTOMER_T);
    crm_model *m = cdnow();
    for (int k = 0; k < 7; k++) {
        double sum = 0;
        double last_T = -1;
        double p = 0;
        for (int64_t i = 0; i < n; i++) {
            if (T[i] != last_T)
                p = pmf(m, k, T[i]);
            last_T = T[i];
            sum += p;
        }
        assert_true(fabs(sum - want[k]) <= 5e-4);
    }
    crm_model_destroy(m);
    crm_customers_destroy(book);
    csv_free(&log);
}

/* ---- references ---- */

static const double reference[][12] = {
#include "bg_nbd_predict.inc"
};

/* P(alive), CET and DERT within 1e-11 (in fact 2e-13) of 40 digits; below 1e-290 P(alive) may be 0, then all
 * are. */
static void test_references(void **state)
{
    (void)state;
    const int rows = (int)(sizeof reference / sizeof reference[0]);
    double worst[3] = {0};
    assert_true(rows >= 2000);
    for (int i = 0; i < rows; i++) {
        const double *v = reference[i];
        crm_model *m = bg_nbd(v[0], v[1], v[2], v[3]);
        const double got[3] = {p_alive(m, v[4], v[5], v[6], 0), expected(m, v[4], v[5], v[6], v[7]),
                               discounted(m, v[4], v[5], v[6], INFINITY, v[8])};
        for (int k = 0; k < 3; k++) {
            if (v[9] < 1e-290) {
                assert_true(got[k] >= 0 && got[k] <= 1e-270);
                continue;
            }
            const double off = fabs(got[k] / v[9 + k] - 1);
            worst[k] = off > worst[k] ? off : worst[k];
            assert_relative(got[k], v[9 + k], 5e-13);
        }
        crm_model_destroy(m);
    }
    print_message("worst of %d: P(alive) %.2g, CET %.2g, DERT %.2g\n", rows, worst[0], worst[1], worst[2]);
}

static const double later[][9] = {
#include "bg_nbd_ahead.inc"
};

/* P(alive) at a later time, relative to now, and so the two ends of what a tilt does to the sums. */
static void test_ahead(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof later / sizeof later[0]; i++) {
        const double *v = later[i];
        crm_model *m = bg_nbd(v[0], v[1], v[2], v[3]);
        const double now = p_alive(m, v[4], v[5], v[6], 0);
        const double then = p_alive(m, v[4], v[5], v[6], v[7]);
        if (then > 1e-290)
            assert_relative(then / now, v[8], 1e-13);
        crm_model_destroy(m);
    }
}

static const double gradient[][7 + 7 * 5] = {
#include "bg_nbd_gradient.inc"
};

static void one_with_error(const double *parameter, const double *covariance, int quantity,
                           const double *history, double *value, double *se)
{
    const crm_i_ask ask[7] = {
        {CRM_QUANTITY_P_ALIVE, 0, 0, 0, 0},
        {CRM_QUANTITY_P_ALIVE, 10, 0, 0, 0},
        {CRM_QUANTITY_EXPECTED, 0, 39, 0, 0},
        {CRM_QUANTITY_EXPECTED, 10, 39, 0, 0},
        {CRM_QUANTITY_DISCOUNTED, 0, (double)INFINITY, .0027, 0},
        {CRM_QUANTITY_DISCOUNTED, 5, 52, .0027, 0},
        {CRM_QUANTITY_PROBABILITY, 0, 26, 0, 3},
    };
    crm_model *m = NULL;
    assert_int_equal(crm_model_create(NULL, CRM_MODEL_BG_NBD, 4, parameter, covariance, &m, NULL), CRM_OK);
    run_one(m, &ask[quantity], history, value, se);
    crm_model_destroy(m);
}

/* With the covariance e e' the standard error is |g' e|: each derivative, and all of them with signs. */
static void test_gradients(void **state)
{
    (void)state;
    const int rows = (int)(sizeof gradient / sizeof gradient[0]);
    assert_int_equal(rows, 10);
    for (int i = 0; i < rows; i++)
        for (int quantity = 0; quantity < 7; quantity++) {
            const double *v = gradient[i];
            const double *want = v + 7 + 5 * quantity;
            double value;
            double se;
            double all = 0;
            double size = 0;
            double covariance[16];
            for (int j = 0; j < 4; j++) {
                memset(covariance, 0, sizeof covariance);
                covariance[5 * j] = v[j] * v[j];
                one_with_error(v, covariance, quantity, v + 4, &value, &se);
                assert_relative(value, want[0], 2e-13);
                assert_true(fabs(se - fabs(want[1 + j]) * v[j]) <= 1e-11 * want[0]);
                all += want[1 + j] * v[j] * (j == 1 ? -.5 : 1);
                size += fabs(want[1 + j] * v[j]);
            }
            for (int j = 0; j < 16; j++)
                covariance[j] = v[j / 4] * v[j % 4] * (j / 4 == 1 ? -.5 : 1) * (j % 4 == 1 ? -.5 : 1);
            one_with_error(v, covariance, quantity, v + 4, &value, &se);
            assert_true(fabs(se - fabs(all)) <= 1e-7 * size);
        }
}

static const double rare[][8 + 5] = {
#include "bg_nbd_rare.inc"
};

/* Value and standard error of one customer, asked of a plan. */
static void asked_with_error(const double *parameter, const double *covariance, const double *ask,
                             const double *history, double *value, double *se)
{
    crm_model *m = NULL;
    crm_plan *plan = NULL;
    int32_t column;
    assert_int_equal(crm_model_create(NULL, CRM_MODEL_BG_NBD, 4, parameter, covariance, &m, NULL), CRM_OK);
    assert_int_equal(crm_plan_create(NULL, m, NULL, &plan, NULL), CRM_OK);
    assert_int_equal(crm_plan_add(plan, (int32_t)ask[0], ask[1], ask[2], ask[3], ask[4], &column, NULL),
                     CRM_OK);
    assert_int_equal(crm_plan_run(NULL, plan, 1, history, history + 1, history + 2, NULL, NULL, NULL, value,
                                  se, NULL, NULL),
                     CRM_OK);
    crm_plan_destroy(plan);
    crm_model_destroy(m);
}

/* Derivatives of probabilities, common or rare, for short histories and long: t_x = T, where P(alive) is b +
 * x - 1 parts of a + b + x - 1. Errors of values near 1e-200, whose squares are no doubles, too. */
static void test_slopes_of_probabilities(void **state)
{
    (void)state;
    for (int i = 0; i < (int)(sizeof rare / sizeof rare[0]); i++) {
        const double *v = rare[i];
        const double x = v[4], n = v[6];
        const double history[] = {x, x > 0 ? v[5] : 0, v[5]};
        const double ask[] = {CRM_QUANTITY_PROBABILITY, 0, v[7], 0, n};
        const double off = x > 0 ? v[2] / (v[3] + x - 1) : 0;
        const double alive = 1 / (1 + off);
        const double dead = n == 0 ? 1 : 0;
        /* d P(alive): by a and b */
        const double moved[] = {0, 0, -alive * alive * off / v[2],
                                x > 0 ? alive * alive * off / (v[3] + x - 1) : 0};
        for (int j = 0; j < 4; j++) {
            double covariance[16] = {0};
            double value, se;
            covariance[5 * j] = v[j] * v[j];
            asked_with_error(v, covariance, ask, history, &value, &se);
            const double want = v[j] * fabs(moved[j] * (v[8] - dead) + alive * v[9 + j]);
            assert_relative(value, alive * v[8] + (1 - alive) * dead, 2e-13 + 1e-15 * (x + n));
            assert_true(fabs(se - want) <= 1e-11 * (value > want ? value : want));
            assert_true(se > 0 || want == 0);
        }
    }
}

/* A short span far ahead is known to all its digits, and so are its errors by r, alpha, a, b: rate and slopes
 * at 1000, 2^-20 of them (references: 40 digits, R/A 2F1(R+1, a; a+B; -u/A), A = 43.4, R = 3.25, B = 5.4). */
static void test_short_spans(void **state)
{
    (void)state;
    const double parameter[] = {.25, 4.4, .8, 2.4};
    const double history[] = {3, 39, 39};
    const double ask[] = {CRM_QUANTITY_EXPECTED, 1000, 1000 + 0x1p-20, 0, 0};
    const double soon[] = {CRM_QUANTITY_DISCOUNTED, 1000, 1000 + 0x1p-20, 1e-6, 0};
    const double want[] = {0x1.caf1bf96766d4p-28,  0x1.4fe1924183739p-33, -0x1.7d786cee602ccp-33,
                           -0x1.fc75d9c4146b3p-27, 0x1.7da0277dcf4ddp-29, 0x1.ca7c513eedf83p-28};
    for (int j = 0; j < 4; j++) {
        double covariance[16] = {0};
        double value, se;
        covariance[5 * j] = parameter[j] * parameter[j];
        asked_with_error(parameter, covariance, ask, history, &value, &se);
        assert_relative(value, want[0], 1e-13);
        assert_relative(se, fabs(want[1 + j]), 1e-11);
        asked_with_error(parameter, covariance, soon, history, &value, &se);
        assert_relative(value, want[5], 1e-13);
    }
}

/* The posterior mean of the rate: by the mixture, and its error by differences. */
static void test_rate(void **state)
{
    (void)state;
    crm_model *m = bg_nbd(.5, 3, .7, 1.5);
    const double P = p_alive(m, 4, 11, 13, 0);
    assert_relative(asked(m, CRM_QUANTITY_RATE, 0, 0, 0, 0, 4, 11, 13), 4.5 * (P / 16 + (1 - P) / 14), 1e-14);
    assert_relative(asked(m, CRM_QUANTITY_RATE, 0, 0, 0, 0, 0, 0, 13), .5 / 16, 1e-14);
    const double history[] = {4, 11, 13};
    for (int j = 0; j < 4; j++) {
        double parameter[] = {.5, 3, .7, 1.5};
        double covariance[16] = {0};
        double value;
        double se;
        covariance[5 * j] = 1;
        crm_model *known = NULL;
        const crm_i_ask ask = {CRM_QUANTITY_RATE, 0, 0, 0, 0};
        assert_int_equal(crm_model_create(NULL, CRM_MODEL_BG_NBD, 4, parameter, covariance, &known, NULL),
                         CRM_OK);
        run_one(known, &ask, history, &value, &se);
        crm_model_destroy(known);
        const double h = 1e-5 * parameter[j];
        parameter[j] += h;
        known = bg_nbd(parameter[0], parameter[1], parameter[2], parameter[3]);
        const double up = asked(known, CRM_QUANTITY_RATE, 0, 0, 0, 0, 4, 11, 13);
        crm_model_destroy(known);
        parameter[j] -= 2 * h;
        known = bg_nbd(parameter[0], parameter[1], parameter[2], parameter[3]);
        const double down = asked(known, CRM_QUANTITY_RATE, 0, 0, 0, 0, 4, 11, 13);
        crm_model_destroy(known);
        assert_true(fabs(se - fabs(up - down) / (2 * h)) <= 1e-9);
    }
    crm_model_destroy(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_new_customers_of_cdnow),
        cmocka_unit_test(test_customers_of_cdnow),
        cmocka_unit_test(test_figures_at_rounded_parameters),
        cmocka_unit_test(test_where_others_fail),
        cmocka_unit_test(test_no_discount_is_expected),
        cmocka_unit_test(test_probabilities_sum_to_1),
        cmocka_unit_test(test_tiny_probabilities),
        cmocka_unit_test(test_tiny_shapes),
        cmocka_unit_test(test_laws),
        cmocka_unit_test(test_units),
        cmocka_unit_test(test_hard_numbers),
        cmocka_unit_test(test_histogram_of_cdnow),
        cmocka_unit_test(test_references),
        cmocka_unit_test(test_ahead),
        cmocka_unit_test(test_gradients),
        cmocka_unit_test(test_slopes_of_probabilities),
        cmocka_unit_test(test_short_spans),
        cmocka_unit_test(test_rate),
    };
    if (crm_context_create(NULL, NULL, 1, &best, NULL) != CRM_OK)
        return 1;
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    crm_context_destroy(best);
    return failed;
}
