/* Migration, curtailment and brand switching: worked figures, identities with the retention model, refusals.
 */
#include "failing.h"

#include "crmcore.h"

#define FIGURE(got, want, digits) assert_true(fabs((got) - (want)) <= 0.5000001 * pow(10.0, -(digits)))

/* Recency 1 .. n, the last one lost; buys with probability buy[i] and is then of recency 1. */
static void recency(int n, const double *buy, double *transition)
{
    memset(transition, 0, (size_t)(n * n) * sizeof *transition);
    for (int i = 0; i < n - 1; i++) {
        transition[i] += buy[i];
        transition[i + n * (i + 1)] += 1 - buy[i];
    }
    transition[(n - 1) * (n + 1)] = 1;
}

static const double buy[] = {.3, .2, .15, .05};
static const double margin[] = {36, -4, -4, -4, 0};

static void test_migration(void **state)
{
    (void)state;
    double P[25], V[5];
    const double want[] = {52.3196, 5.5538, 1.2508, -1.8200, 0};
    recency(5, buy, P);
    assert_int_equal(crm_migration_value(NULL, 5, P, margin, .2, 0, V, NULL), CRM_OK);
    for (int i = 0; i < 5; i++)
        FIGURE(V[i], want[i], 4);
    /* the fixed point */
    for (int i = 0; i < 5; i++) {
        double next = 0;
        for (int j = 0; j < 5; j++)
            next += P[i + 5 * j] * V[j] / 1.2;
        assert_close(V[i], margin[i] + next, 1e-14);
    }
    /* finite horizons approach it; two periods by hand */
    double T[5];
    assert_int_equal(crm_migration_value(NULL, 5, P, margin, .2, 1, T, NULL), CRM_OK);
    assert_relative(T[0], 36 + (.3 * 36 - .7 * 4) / 1.2, 1e-15);
    assert_int_equal(crm_migration_value(NULL, 5, P, margin, .2, 2, T, NULL), CRM_OK);
    assert_relative(T[0],
                    36 + (.3 * (36 + (.3 * 36 - .7 * 4) / 1.2) + .7 * (-4 + (.2 * 36 - .8 * 4) / 1.2)) / 1.2,
                    1e-15);
    assert_int_equal(crm_migration_value(NULL, 5, P, margin, .2, INT64_MAX, T, NULL), CRM_OK);
    for (int i = 0; i < 5; i++)
        assert_close(T[i], V[i], 1e-13);
    /* lost at recency 4, and at 3 */
    recency(4, buy, P);
    const double shorter[] = {36, -4, -4, 0};
    assert_int_equal(crm_migration_value(NULL, 4, P, shorter, .2, 0, V, NULL), CRM_OK);
    FIGURE(V[0], 53.1494, 4);
    recency(3, buy, P);
    const double shortest[] = {36, -4, 0};
    assert_int_equal(crm_migration_value(NULL, 3, P, shortest, .2, 0, V, NULL), CRM_OK);
    FIGURE(V[0], 51.5745, 4);
}

static void test_curtail(void **state)
{
    (void)state;
    double P[25], V[5];
    uint8_t keep[5];
    recency(5, buy, P);
    assert_int_equal(crm_migration_curtail(NULL, 5, P, margin, .2, V, keep, NULL), CRM_OK);
    FIGURE(V[0], 53.1494, 4);
    const uint8_t want[] = {1, 1, 1, 0, 1};
    assert_memory_equal(keep, want, 5);
    assert_true(V[3] == 0 && V[4] == 0);
    /* what was left is taken up again when its neighbour is left: -1 now, +0.9 after a state that looked bad
     */
    const double back[] = {0, 0, 0, 1, 0, 0, 0, 1, 1}; /* 0 -> 1 -> 2, 2 stays */
    const double m[] = {1, -10, 3};
    assert_int_equal(crm_migration_curtail(NULL, 3, back, m, .5, V, keep, NULL), CRM_OK);
    assert_relative(V[2], 9, 1e-15);
    assert_true(V[1] == 0 && keep[1] == 0);
    assert_relative(V[0], 1, 1e-15);
    /* Bellman's equation, and never less than any other rule, on chains of all sorts */
    uint64_t seed = 1;
    for (int round = 0; round < 60; round++) {
        double Q[36], R[6], U[6], W[6];
        uint8_t k6[6];
        for (int i = 0; i < 6; i++) {
            double row = 0;
            for (int j = 0; j < 6; j++) {
                seed = seed * 6364136223846793005u + 1442695040888963407u;
                row += Q[i + 6 * j] = (double)(seed >> 40);
            }
            for (int j = 0; j < 6; j++)
                Q[i + 6 * j] /= row;
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            R[i] = (double)(seed >> 40) / 0x1p24 - .5 - .03 * (round % 10);
        }
        assert_int_equal(crm_migration_curtail(NULL, 6, Q, R, .1, U, k6, NULL), CRM_OK);
        assert_int_equal(crm_migration_value(NULL, 6, Q, R, .1, 0, W, NULL), CRM_OK);
        for (int i = 0; i < 6; i++) {
            double go = R[i];
            for (int j = 0; j < 6; j++)
                go += Q[i + 6 * j] * U[j] / 1.1;
            assert_close(U[i], fmax(go, 0), 1e-13);
            assert_true(U[i] >= W[i] - 1e-12 && k6[i] == (go >= 0));
        }
    }
}

/* A customer and who was lost: the retention model, margin now. */
static void test_retention(void **state)
{
    (void)state;
    for (double r = 0; r < 1.01; r += .125)
        for (double i = .01; i < 2; i *= 3) {
            const double P[] = {r, 0, 1 - r, 1}, m[] = {100, 0};
            double V[2], want;
            assert_int_equal(crm_retention_value(1, m, &r, i, 0, 0, CRM_TIMING_BEGIN, &want, NULL), CRM_OK);
            assert_int_equal(crm_migration_value(NULL, 2, P, m, i, 0, V, NULL), CRM_OK);
            assert_relative(V[0], want, 1e-12);
            assert_int_equal(crm_retention_value(1, m, &r, i, 0, 8, CRM_TIMING_BEGIN, &want, NULL), CRM_OK);
            assert_int_equal(crm_migration_value(NULL, 2, P, m, i, 7, V, NULL), CRM_OK);
            assert_relative(V[0], want, 1e-12);
        }
    /* rates near nothing: the system is nearly singular, the value is not lost */
    const double P[] = {.9, .2, .1, .8}, m[] = {3, 0};
    double V[2];
    assert_int_equal(crm_migration_value(NULL, 2, P, m, 1e-9, 0, V, NULL), CRM_OK);
    assert_relative(V[0], 2 * (1 + 1e9) + 1 / (1 - .7 / (1 + 1e-9)),
                    1e-14); /* 2/3 of the time, and the start */
    /* no discount or a negative one, for a while */
    assert_int_equal(crm_migration_value(NULL, 2, P, m, 0, 2, V, NULL), CRM_OK);
    assert_relative(V[0], 3 + 2.7 + 3 * (.81 + .02), 1e-15);
}

static void test_switching(void **state)
{
    (void)state;
    const double M[] = {.8, .3, .2, .7}, m[] = {100, 100, 100, 100};
    double V[2];
    assert_int_equal(crm_switching_value(NULL, 2, M, 0, 4, m, .1, 1, V, NULL), CRM_OK);
    FIGURE(V[0], 279.4140, 4);
    FIGURE(V[1], 103.9068, 4);
    /* the brands share all purchases: 100 (1 + 1/1.1 + ..) */
    double rival[2];
    assert_int_equal(crm_switching_value(NULL, 2, M, 1, 4, m, .1, 1, rival, NULL), CRM_OK);
    for (int k = 0; k < 2; k++)
        assert_relative(V[k] + rival[k], 100 * (1 + 1 / 1.1 + 1 / 1.21 + 1 / 1.331), 1e-15);
    /* one purchase is made now; four a year are discounted less */
    assert_int_equal(crm_switching_value(NULL, 2, M, 0, 1, m, .1, 1, V, NULL), CRM_OK);
    assert_true(V[0] == 100 && V[1] == 0);
    assert_int_equal(crm_switching_value(NULL, 2, M, 0, 2, m, .1, 4, V, NULL), CRM_OK);
    assert_relative(V[0], 100 + 80 * pow(1.1, -.25), 1e-15);
    assert_int_equal(crm_switching_value(NULL, 2, M, 0, 0, NULL, .1, 4, V, NULL), CRM_OK);
    assert_true(V[0] == 0 && V[1] == 0);
    /* a lost brand is retention: the margin of now and then r */
    const double lost[] = {.8, 0, .2, 1};
    double want, r = .8;
    assert_int_equal(crm_switching_value(NULL, 2, lost, 0, 4, m, .1, 1, V, NULL), CRM_OK);
    assert_int_equal(crm_retention_value(1, m, &r, .1, 0, 4, CRM_TIMING_BEGIN, &want, NULL), CRM_OK);
    assert_relative(V[0], want, 1e-14);
}

static crm_error err;
static double out[5];
static uint8_t keep5[5];

#define REFUSED(call, want, position)                                                                        \
    do {                                                                                                     \
        out[0] = 5;                                                                                          \
        assert_int_equal((call), (want));                                                                    \
        assert_int_equal(err.arg, (position));                                                               \
        assert_true(out[0] == 5);                                                                            \
    } while (0)

static void test_refused(void **state)
{
    (void)state;
    double P[25], bad[25], R[5];
    recency(5, buy, P);
    memcpy(R, margin, sizeof R);
    REFUSED(crm_migration_value(NULL, 0, P, R, .2, 0, out, &err), CRM_E_ARGUMENT, 2);
    REFUSED(crm_migration_value(NULL, -1, P, R, .2, 0, out, &err), CRM_E_ARGUMENT, 2);
    REFUSED(crm_migration_value(NULL, 4097, P, R, .2, 0, out, &err), CRM_E_ARGUMENT, 2);
    REFUSED(crm_migration_value(NULL, 5, NULL, R, .2, 0, out, &err), CRM_E_NULL, 3);
    REFUSED(crm_migration_value(NULL, 5, P, NULL, .2, 0, out, &err), CRM_E_NULL, 4);
    REFUSED(crm_migration_value(NULL, 5, P, R, .2, 0, NULL, &err), CRM_E_NULL, 7);
    REFUSED(crm_migration_value(NULL, 5, P, R, .2, -1, out, &err), CRM_E_ARGUMENT, 6);
    REFUSED(crm_migration_value(NULL, 5, P, R, 0, 0, out, &err), CRM_E_DOMAIN, 5);
    REFUSED(crm_migration_value(NULL, 5, P, R, -.1, 0, out, &err), CRM_E_DOMAIN, 5);
    REFUSED(crm_migration_value(NULL, 5, P, R, -1, 3, out, &err), CRM_E_DOMAIN, 5);
    REFUSED(crm_migration_value(NULL, 5, P, R, NAN, 3, out, &err), CRM_E_DOMAIN, 5);
    REFUSED(crm_migration_value(NULL, 5, P, R, -.999, 1000, out, &err), CRM_E_DOMAIN, 5);
    R[4] = 1; /* for ever */
    REFUSED(crm_migration_value(NULL, 5, P, R, 1e-300, 0, out, &err), CRM_E_DOMAIN, 5);
    const double swap[] = {0, 1, 1, 0};
    REFUSED(crm_migration_value(NULL, 2, swap, R, 1e-300, 0, out, &err), CRM_E_DOMAIN,
            5); /* singular in doubles */
    R[4] = 0;
    REFUSED(crm_migration_curtail(NULL, 5, P, R, 0, out, keep5, &err), CRM_E_DOMAIN, 5);
    REFUSED(crm_migration_curtail(NULL, 5, P, R, .1, NULL, keep5, &err), CRM_E_NULL, 6);
    REFUSED(crm_migration_curtail(NULL, 5, P, R, .1, out, NULL, &err), CRM_E_NULL, 7);
    REFUSED(crm_migration_curtail(NULL, 5, NULL, R, .1, out, keep5, &err), CRM_E_NULL, 3);
    const double wrong[] = {-.1, 1.1, NAN, INFINITY, .3001};
    for (int k = 0; k < 5; k++) {
        memcpy(bad, P, sizeof bad);
        bad[0] = wrong[k];
        REFUSED(crm_migration_value(NULL, 5, bad, R, .2, 0, out, &err), CRM_E_DOMAIN, 3);
        assert_int_equal(err.row, 0);
        REFUSED(crm_migration_curtail(NULL, 5, bad, R, .2, out, keep5, &err), CRM_E_DOMAIN, 3);
        REFUSED(crm_switching_value(NULL, 5, bad, 0, 5, R, .1, 1, out, &err), CRM_E_DOMAIN, 3);
    }
    R[3] = NAN;
    REFUSED(crm_migration_value(NULL, 5, P, R, .2, 0, out, &err), CRM_E_DOMAIN, 4);
    assert_int_equal(err.row, 3);
    REFUSED(crm_switching_value(NULL, 5, P, 0, 5, R, .1, 1, out, &err), CRM_E_DOMAIN, 6);
    assert_int_equal(err.row, 3);
    R[3] = 0;
    R[0] = 1e308;
    REFUSED(crm_migration_value(NULL, 5, P, R, .001, 0, out, &err), CRM_E_DOMAIN, 5);
    REFUSED(crm_migration_curtail(NULL, 5, P, R, .001, out, keep5, &err), CRM_E_DOMAIN, 5);
    REFUSED(crm_switching_value(NULL, 5, P, 5, 5, R, .1, 1, out, &err), CRM_E_ARGUMENT, 4);
    REFUSED(crm_switching_value(NULL, 5, P, -1, 5, R, .1, 1, out, &err), CRM_E_ARGUMENT, 4);
    REFUSED(crm_switching_value(NULL, 5, P, 0, -1, R, .1, 1, out, &err), CRM_E_ARGUMENT, 5);
    REFUSED(crm_switching_value(NULL, 5, P, 0, 5, NULL, .1, 1, out, &err), CRM_E_NULL, 6);
    REFUSED(crm_switching_value(NULL, 5, P, 0, 5, R, -1, 1, out, &err), CRM_E_DOMAIN, 7);
    REFUSED(crm_switching_value(NULL, 5, P, 0, 5, R, .1, 0, out, &err), CRM_E_DOMAIN, 8);
    REFUSED(crm_switching_value(NULL, 5, P, 0, 5, R, .1, INFINITY, out, &err), CRM_E_DOMAIN, 8);
    REFUSED(crm_switching_value(NULL, 5, P, 0, 5, R, .1, 1, NULL, &err), CRM_E_NULL, 9);
    const double once[] = {1e308, 1e308};
    const double stay[] = {1};
    REFUSED(crm_switching_value(NULL, 1, stay, 0, 2, once, 0, 1, out, &err), CRM_E_DOMAIN, 6);
}

static crm_status call_value(const crm_context *context, void *arg)
{
    (void)arg;
    double P[25];
    recency(5, buy, P);
    out[0] = 5;
    const crm_status status = crm_migration_value(context, 5, P, margin, .2, 0, out, NULL);
    assert_true((status == CRM_OK) == (out[0] != 5));
    return status;
}

static crm_status call_curtail(const crm_context *context, void *arg)
{
    (void)arg;
    double P[25];
    recency(5, buy, P);
    return crm_migration_curtail(context, 5, P, margin, .2, out, keep5, NULL);
}

static crm_status call_switching(const crm_context *context, void *arg)
{
    (void)arg;
    double P[25];
    recency(5, buy, P);
    return crm_switching_value(context, 5, P, 0, 5, margin, .2, 1, out, NULL);
}

static void test_memory(void **state)
{
    (void)state;
    failing_sweep(call_value, NULL);
    failing_sweep(call_curtail, NULL);
    failing_sweep(call_switching, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_migration), cmocka_unit_test(test_curtail), cmocka_unit_test(test_retention),
        cmocka_unit_test(test_switching), cmocka_unit_test(test_refused), cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
