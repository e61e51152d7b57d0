/* The golden fixture: every figure of it that the rooms up to network give, to the digits shown. */
#include "test.h"

#include "crmcore.h"
#include "golden.h"

#define FIGURE(got, want, digits) assert_true(fabs((got) - (want)) <= 0.5000001 * pow(10.0, -(digits)))

static double profit[GOLDEN];
static double future[GOLDEN];

static int compute(void **state)
{
    (void)state;
    double closed[GOLDEN];
    golden_compute(profit, closed);
    return crm_retention_value(GOLDEN, golden_margin, golden_retention, GOLDEN_DISCOUNT, 0, 0, CRM_TIMING_END, future,
                               NULL);
}

static void test_values(void **state)
{
    (void)state;
    double closed[GOLDEN];
    double again[GOLDEN];
    golden_compute(again, closed);
    for (int i = 0; i < GOLDEN; i++) {
        assert_true(profit[i] == golden_profit[i]);
        FIGURE(future[i], golden_future[i], 2);
        assert_relative(future[i], closed[i], 1e-14);
    }
    double total = NAN;
    assert_int_equal(crm_equity_total(GOLDEN, golden_revenue, &total, NULL), CRM_OK);
    assert_true(total == 68400);
    assert_int_equal(crm_equity_total(GOLDEN, profit, &total, NULL), CRM_OK);
    assert_true(total == 11000 && total - GOLDEN_UNUSED == 9500);
}

static void test_equity(void **state)
{
    (void)state;
    double total = NAN;
    assert_int_equal(crm_equity_total(GOLDEN, future, &total, NULL), CRM_OK);
    FIGURE(total, 42988.10, 2);
    double out = NAN;
    assert_int_equal(crm_equity_return(9500, 40000, total, &out, NULL), CRM_OK);
    FIGURE(out * 100, 31.2202, 4);
    double positive[GOLDEN];
    for (int i = 0; i < GOLDEN; i++)
        positive[i] = future[i] > 0 ? future[i] : 0;
    assert_int_equal(crm_equity_total(GOLDEN, positive, &total, NULL), CRM_OK);
    FIGURE(total, 43405.24, 2);
}

static void test_classes(void **state)
{
    (void)state;
    uint8_t class_id[GOLDEN];
    assert_int_equal(crm_portfolio_classify(NULL, GOLDEN, profit, future, GOLDEN_THETA, NULL, class_id, NULL), CRM_OK);
    assert_memory_equal(class_id, golden_class, GOLDEN);
    const uint8_t keep[GOLDEN] = {1, 1, 1, 1, 1, 1, 1, 1, 0, 0};
    assert_int_equal(crm_portfolio_classify(NULL, GOLDEN, profit, future, GOLDEN_THETA, keep, class_id, NULL), CRM_OK);
    for (int i = 0; i < GOLDEN; i++)
        assert_int_equal(class_id[i], i == 2 ? CRM_CLASS_SACK_VETOED : golden_class[i]);
    /* Money times k with theta times k. */
    for (int e = -40; e < 40; e += 7) {
        double p[GOLDEN];
        double f[GOLDEN];
        for (int i = 0; i < GOLDEN; i++) {
            p[i] = profit[i] * pow(3, e);
            f[i] = future[i] * pow(3, e);
        }
        assert_int_equal(crm_portfolio_classify(NULL, GOLDEN, p, f, GOLDEN_THETA * pow(3, e), NULL, class_id, NULL), CRM_OK);
        assert_memory_equal(class_id, golden_class, GOLDEN);
    }
}

static void tiers(int32_t ties, int32_t negative_lowest, const uint8_t *want)
{
    uint8_t tier[GOLDEN];
    assert_int_equal(crm_pyramid_assign(NULL, GOLDEN, profit, golden_key, 4, golden_share, CRM_CUT_COUNT, ties,
                                        negative_lowest, tier, NULL),
                     CRM_OK);
    assert_memory_equal(tier, want, GOLDEN);
}

static void test_tiers(void **state)
{
    (void)state;
    tiers(CRM_TIES_KEY, 0, golden_tier_key);
    tiers(CRM_TIES_UP, 0, golden_tier_up);
    tiers(CRM_TIES_DOWN, 0, golden_tier_down);
    tiers(CRM_TIES_KEY, 1, golden_tier_negative);
    uint8_t tier[GOLDEN];
    const double share[2] = {.2, .8};
    assert_int_equal(crm_pyramid_assign(NULL, GOLDEN, profit, NULL, 2, share, CRM_CUT_COUNT, CRM_TIES_UP, 0, tier, NULL),
                     CRM_OK);
    double out = NAN;
    assert_int_equal(crm_pyramid_homogeneity(GOLDEN, profit, tier, 2, &out, NULL), CRM_OK);
    FIGURE(out, .703679, 6);
    int64_t count[2];
    double sum[2];
    assert_int_equal(crm_pyramid_totals(GOLDEN, profit, tier, 2, count, sum, NULL), CRM_OK);
    assert_int_equal(count[0], 2);
    assert_int_equal(count[1], 8);
    assert_true(sum[0] == 9140 && sum[1] == 1860);
}

static void test_concentration(void **state)
{
    (void)state;
    double out = NAN;
    int64_t customers = 0;
    assert_int_equal(crm_concentration_top(NULL, GOLDEN, profit, .2, 0, &out, NULL), CRM_OK);
    FIGURE(out * 100, 83.09, 2);
    assert_int_equal(crm_concentration_top(NULL, GOLDEN, profit, .2, 1, &out, NULL), CRM_OK);
    FIGURE(out * 100, 75.41, 2);
    assert_int_equal(crm_concentration_need(NULL, GOLDEN, profit, .8, 0, &customers, NULL), CRM_OK);
    assert_int_equal(customers, 2);
    assert_int_equal(crm_concentration_need(NULL, GOLDEN, profit, .8, 1, &customers, NULL), CRM_OK);
    assert_int_equal(customers, 3);
    double whale[GOLDEN];
    int64_t peak = 0;
    assert_int_equal(crm_concentration_whale(NULL, GOLDEN, profit, whale, &peak, NULL), CRM_OK);
    assert_int_equal(peak, 6);
    for (int i = 0; i < GOLDEN; i++)
        assert_true(whale[i] == golden_whale[i]);
    FIGURE(whale[peak - 1] / whale[GOLDEN - 1] * 100, 110.18, 2);
    assert_int_equal(crm_concentration_gini(NULL, GOLDEN, golden_revenue, 0, &out, NULL), CRM_OK);
    FIGURE(out, .554094, 6);
    assert_int_equal(crm_concentration_hhi(NULL, GOLDEN, golden_revenue, &out, NULL), CRM_OK);
    FIGURE(out, .218764, 6);
    assert_int_equal(crm_concentration_gini(NULL, GOLDEN, profit, 0, &out, NULL), CRM_OK);
    FIGURE(out, .862545, 6);
}

static void test_referrals(void **state)
{
    (void)state;
    int32_t role[GOLDEN];
    for (int i = 0; i < GOLDEN; i++)
        role[i] = CRM_ROLE_CUSTOMER;
    const uint64_t from[3] = {4, 4, 6};
    const uint64_t to[3] = {5, 7, 8};
    const int32_t kind[3] = {CRM_EDGE_REFER, CRM_EDGE_REFER, CRM_EDGE_REFER};
    crm_network *network = NULL;
    assert_int_equal(crm_network_create(NULL, &network, NULL), CRM_OK);
    assert_int_equal(crm_network_add_nodes(network, GOLDEN, golden_key, role, NULL), CRM_OK);
    assert_int_equal(crm_network_add_edges(network, 3, from, to, kind, NULL, NULL), CRM_OK);
    assert_int_equal(crm_network_freeze(NULL, network, NULL), CRM_OK);
    double gross[GOLDEN];
    double conserved[GOLDEN];
    assert_int_equal(crm_network_chain_value(NULL, network, CRM_EDGE_REFER, future, .1, gross, conserved, NULL), CRM_OK);
    double sum = NAN;
    double own = NAN;
    assert_int_equal(crm_equity_total(GOLDEN, conserved, &sum, NULL), CRM_OK);
    assert_int_equal(crm_equity_total(GOLDEN, future, &own, NULL), CRM_OK);
    FIGURE(sum, 42988.10, 2);
    assert_relative(sum, own, 4e-16);
    assert_int_equal(crm_equity_total(GOLDEN, gross, &sum, NULL), CRM_OK);
    FIGURE(sum, 43086.95, 2);
    crm_network_destroy(network);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values), cmocka_unit_test(test_equity),        cmocka_unit_test(test_classes),
        cmocka_unit_test(test_tiers),  cmocka_unit_test(test_concentration), cmocka_unit_test(test_referrals),
    };
    return cmocka_run_group_tests(tests, compute, NULL);
}
