/* Kaplan and Meier: the worked figure, delayed entry by hand, and that order and cohorts change nothing. */
#include "failing.h"

#include "crmcore.h"

#define FIGURE(got, want, digits) assert_true(fabs((got) - (want)) <= 0.5000001 * pow(10.0, -(digits)))

static const double duration[] = {2, 3, 4, 5, 5};
static const uint8_t ended[] = {1, 0, 1, 0, 1};

static void test_worked(void **state)
{
    (void)state;
    const double at[] = {0, 1.5, 2, 3.9, 4, 5, 5.1};
    double S[7], se[7];
    assert_int_equal(crm_survival_curve(NULL, 5, NULL, duration, ended, NULL, 1, 7, at, S, se, NULL), CRM_OK);
    assert_true(S[0] == 1 && S[1] == 1 && se[1] == 0);
    FIGURE(S[2], .8, 4);
    assert_same_bits(S[3], S[2]);
    FIGURE(S[4], .5333, 4);
    FIGURE(S[5], .2667, 4);
    assert_true(isnan(S[6]) && isnan(se[6])); /* the last two are seen no longer */
    assert_relative(se[2], sqrt(.8 * .2 / 5), 1e-15);
    assert_relative(se[5], S[5] * sqrt(1 / (5. * 4) + 1 / (3. * 2) + 1 / (2. * 1)), 1e-15);
    /* when all are lost there is nothing left to know */
    const uint8_t all[] = {1, 1, 1, 1, 1};
    assert_int_equal(crm_survival_curve(NULL, 5, NULL, duration, all, NULL, 1, 7, at, S, se, NULL), CRM_OK);
    assert_true(S[5] == 0 && S[6] == 0 && isnan(se[6]));
    /* nobody, nothing */
    assert_int_equal(crm_survival_curve(NULL, 0, NULL, NULL, NULL, NULL, 1, 7, at, S, NULL, NULL), CRM_OK);
    assert_true(isnan(S[0]));
    assert_int_equal(crm_survival_curve(NULL, 5, NULL, duration, ended, NULL, 1, 0, NULL, NULL, NULL, NULL),
                     CRM_OK);
}

/* Without entries and ends it is the share that is left; with them, who comes later is not at risk before. */
static void test_delayed(void **state)
{
    (void)state;
    const double enters[] = {0, 0, 2, 3, 0};
    const double leaves[] = {2, 4, 4, 6, 3};
    const uint8_t lost[] = {1, 1, 0, 1, 0};
    const double at[] = {1, 2, 3, 4, 5, 6, 7};
    double S[7];
    assert_int_equal(crm_survival_curve(NULL, 5, enters, leaves, lost, NULL, 1, 7, at, S, NULL, NULL),
                     CRM_OK);
    /* at 2: rows 0, 1, 4 at risk (row 2 enters at 2); at 4: rows 1, 2, 3; at 6: row 3 */
    assert_true(S[0] == 1);
    assert_relative(S[1], 2 / 3., 1e-15);
    assert_relative(S[2], 2 / 3., 1e-15);
    assert_relative(S[3], 4 / 9., 1e-15);
    assert_relative(S[4], 4 / 9., 1e-15);
    assert_true(S[5] == 0 && S[6] == 0);
    /* a gap in which nobody is seen: nothing is known after it */
    const double from[] = {0, 0, 5}, until[] = {2, 3, 8};
    const uint8_t gap[] = {1, 0, 1};
    assert_int_equal(crm_survival_curve(NULL, 3, from, until, gap, NULL, 1, 7, at, S, NULL, NULL), CRM_OK);
    assert_true(S[0] == 1 && S[1] == .5 && S[2] == .5);
    for (int t = 3; t < 7; t++)
        assert_true(isnan(S[t]));
}

/* Brute force over a cohort, from the definition. */
static double by_hand(int n, const double *enter, const double *leave, const uint8_t *lost,
                      const int32_t *cohort, int32_t k, double t)
{
    double S = 1;
    for (double u = 1; u <= t; u++) {
        int risk = 0, gone = 0, later = 0;
        for (int i = 0; i < n; i++) {
            if (cohort[i] != k)
                continue;
            risk += enter[i] < u && leave[i] >= u;
            gone += enter[i] < u && leave[i] == u && lost[i];
            later++;
        }
        if (later == 0 || (risk == 0 && S > 0))
            return NAN;
        if (risk > 0)
            S *= (double)(risk - gone) / risk;
    }
    return S;
}

static void test_cohorts(void **state)
{
    (void)state;
    enum { N = 400, COHORTS = 5, TIMES = 12 };
    double enter[N], leave[N], at[TIMES], S[TIMES * COHORTS], again[TIMES * COHORTS], se[TIMES * COHORTS];
    uint8_t lost[N];
    int32_t cohort[N];
    uint64_t seed = 7;
    for (int i = 0; i < N; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        cohort[i] = (int32_t)(seed >> 33) % 4 + ((int32_t)(seed >> 33) % 4 > 1); /* cohort 2 is empty */
        enter[i] = cohort[i] == 4 ? (double)(seed >> 40 & 3) : 0;
        leave[i] = enter[i] + 1 + (double)(seed >> 45 & 7);
        lost[i] = seed >> 50 & 1;
    }
    for (int t = 0; t < TIMES; t++)
        at[t] = t + 1;
    assert_int_equal(crm_survival_curve(NULL, N, enter, leave, lost, cohort, COHORTS, TIMES, at, S, se, NULL),
                     CRM_OK);
    for (int32_t k = 0; k < COHORTS; k++)
        for (int t = 0; t < TIMES; t++)
            assert_close(S[t + TIMES * k], by_hand(N, enter, leave, lost, cohort, k, at[t]), 1e-15);
    for (int i = 0; i < N / 2; i++) { /* the other way round */
        const int j = N - 1 - i;
        const double e = enter[i], l = leave[i];
        const uint8_t x = lost[i];
        const int32_t c = cohort[i];
        enter[i] = enter[j], leave[i] = leave[j], lost[i] = lost[j], cohort[i] = cohort[j];
        enter[j] = e, leave[j] = l, lost[j] = x, cohort[j] = c;
    }
    assert_int_equal(
        crm_survival_curve(NULL, N, enter, leave, lost, cohort, COHORTS, TIMES, at, again, NULL, NULL),
        CRM_OK);
    for (int i = 0; i < TIMES * COHORTS; i++)
        assert_true(test_bits(S[i]) == test_bits(again[i]));
    /* one cohort is all that are of it */
    double one[TIMES];
    int64_t n = 0;
    for (int i = 0; i < N; i++)
        if (cohort[i] == 3) {
            leave[n] = leave[i];
            lost[n++] = lost[i];
        }
    assert_int_equal(crm_survival_curve(NULL, n, NULL, leave, lost, NULL, 1, TIMES, at, one, NULL, NULL),
                     CRM_OK);
    for (int t = 0; t < TIMES; t++)
        assert_true(test_bits(one[t]) == test_bits(S[t + TIMES * 3]));
}

static void test_refused(void **state)
{
    (void)state;
    const double at[] = {1, 2}, down[] = {2, 1}, never[] = {1, INFINITY}, before[] = {-1, 1};
    const int32_t cohort[] = {0, 0, 1, 0, 0};
    const uint8_t flags[] = {1, 0, 2, 0, 1};
    double S[4] = {5};
    crm_error e;
    const double bad[][5] = {{2, 0, 4, 5, 5}, {2, -1, 4, 5, 5}, {2, NAN, 4, 5, 5}, {2, INFINITY, 4, 5, 5}};
    for (int i = 0; i < 4; i++) {
        assert_int_equal(crm_survival_curve(NULL, 5, NULL, bad[i], ended, NULL, 1, 2, at, S, NULL, &e),
                         CRM_E_DOMAIN);
        assert_true(e.arg == 4 && e.row == 1);
    }
    const double entry[][5] = {{0, 3, 0, 0, 0}, {0, -1, 0, 0, 0}, {0, NAN, 0, 0, 0}};
    for (int i = 0; i < 3; i++) {
        assert_int_equal(crm_survival_curve(NULL, 5, entry[i], duration, ended, NULL, 1, 2, at, S, NULL, &e),
                         CRM_E_DOMAIN);
        assert_true(e.arg == 3 && e.row == 1);
    }
    assert_int_equal(crm_survival_curve(NULL, 5, NULL, duration, flags, NULL, 1, 2, at, S, NULL, &e),
                     CRM_E_DOMAIN);
    assert_true(e.arg == 5 && e.row == 2);
    assert_int_equal(crm_survival_curve(NULL, 5, NULL, duration, ended, cohort, 1, 2, at, S, NULL, &e),
                     CRM_E_DOMAIN);
    assert_true(e.arg == 6 && e.row == 2);
    const int32_t below[] = {0, 0, 0, -1, 0};
    assert_int_equal(crm_survival_curve(NULL, 5, NULL, duration, ended, below, 1, 2, at, S, NULL, &e),
                     CRM_E_DOMAIN);
    const double *const wrong[] = {down, never, before};
    for (int i = 0; i < 3; i++) {
        assert_int_equal(
            crm_survival_curve(NULL, 5, NULL, duration, ended, NULL, 1, 2, wrong[i], S, NULL, &e),
            CRM_E_DOMAIN);
        assert_true(e.arg == 9 && e.row == (i < 2));
    }
    assert_int_equal(crm_survival_curve(NULL, -1, NULL, duration, ended, NULL, 1, 2, at, S, NULL, &e),
                     CRM_E_ARGUMENT);
    assert_int_equal(crm_survival_curve(NULL, 5, NULL, NULL, ended, NULL, 1, 2, at, S, NULL, &e), CRM_E_NULL);
    assert_int_equal(crm_survival_curve(NULL, 5, NULL, duration, NULL, NULL, 1, 2, at, S, NULL, &e),
                     CRM_E_NULL);
    assert_int_equal(crm_survival_curve(NULL, 5, NULL, duration, ended, NULL, 2, 2, at, S, NULL, &e),
                     CRM_E_ARGUMENT);
    assert_int_equal(crm_survival_curve(NULL, 5, NULL, duration, ended, cohort, 0, 2, at, S, NULL, &e),
                     CRM_E_ARGUMENT);
    assert_int_equal(e.arg, 7);
    assert_int_equal(crm_survival_curve(NULL, 5, NULL, duration, ended, NULL, 1, -1, at, S, NULL, &e),
                     CRM_E_ARGUMENT);
    assert_int_equal(crm_survival_curve(NULL, 5, NULL, duration, ended, NULL, 1, 2, NULL, S, NULL, &e),
                     CRM_E_NULL);
    assert_int_equal(crm_survival_curve(NULL, 5, NULL, duration, ended, NULL, 1, 2, at, NULL, NULL, &e),
                     CRM_E_NULL);
    assert_int_equal(e.arg, 10);
    assert_true(S[0] == 5);
}

static crm_status call(const crm_context *context, void *arg)
{
    (void)arg;
    const double at = 2;
    double S;
    return crm_survival_curve(context, 5, NULL, duration, ended, NULL, 1, 1, &at, &S, NULL, NULL);
}

static void test_memory(void **state)
{
    (void)state;
    failing_sweep(call, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_worked),  cmocka_unit_test(test_delayed), cmocka_unit_test(test_cohorts),
        cmocka_unit_test(test_refused), cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
