/* Chain value and referral value: worked figures, forests against recursion, cycles, a chain of a million. */
#include "failing.h"

#include "crmcore/network.h"

static uint64_t seed = 17;

static uint64_t draw(void)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return seed >> 33;
}

/* Nodes 1..n, parent[i] the key of the referrer of i + 1, or 0. */
static crm_network *forest(int64_t n, const uint64_t *parent, uint64_t shift)
{
    crm_network *network = NULL;
    const int32_t customer = CRM_ROLE_CUSTOMER;
    const int32_t refer = CRM_EDGE_REFER;
    assert_int_equal(crm_network_create(NULL, &network, NULL), CRM_OK);
    for (int64_t i = 0; i < n; i++) {
        const uint64_t key = (uint64_t)i + 1 + shift;
        assert_int_equal(crm_network_add_nodes(network, 1, &key, &customer, NULL), CRM_OK);
        const uint64_t from = parent[i] + shift;
        if (parent[i])
            assert_int_equal(crm_network_add_edges(network, 1, &from, &key, &refer, NULL, NULL), CRM_OK);
    }
    assert_int_equal(crm_network_freeze(NULL, network, NULL), CRM_OK);
    return network;
}

static void test_worked(void **state)
{
    (void)state;
    const uint64_t parent[3] = {0, 1, 2};
    crm_network *network = forest(3, parent, 0);
    const double own[3] = {100, 50, 30};
    double gross[3];
    double conserved[3];
    assert_int_equal(crm_network_chain_value(NULL, network, CRM_EDGE_REFER, own, .2, gross, conserved, NULL), CRM_OK);
    assert_relative(gross[0], 111.2, 2e-16);
    assert_relative(gross[1], 56, 2e-16);
    assert_true(gross[2] == 30);
    assert_relative(gross[0] + gross[1] + gross[2], 197.2, 2e-16);
    assert_relative(conserved[0], 111.2, 2e-16);
    assert_relative(conserved[1], 44.8, 2e-16);
    assert_relative(conserved[2], 24, 2e-16);
    assert_true(conserved[0] + conserved[1] + conserved[2] == 180);
    assert_int_equal(crm_network_chain_value(NULL, network, CRM_EDGE_SERVE, own, .2, gross, NULL, NULL), CRM_OK);
    assert_memory_equal(gross, own, sizeof own);
    assert_int_equal(crm_network_chain_value(NULL, network, CRM_EDGE_REFER, own, 0, gross, conserved, NULL), CRM_OK);
    assert_memory_equal(gross, own, sizeof own);
    assert_memory_equal(conserved, own, sizeof own);
    assert_int_equal(crm_network_chain_value(NULL, network, CRM_EDGE_REFER, own, 1, NULL, conserved, NULL), CRM_OK);
    assert_true(conserved[0] == 180 && conserved[1] == 0 && conserved[2] == 0);
    crm_network_destroy(network);
}

static double slow_gross(int64_t n, const uint64_t *parent, const double *own, double rho, int64_t i)
{
    double sum = 0;
    for (int64_t j = 0; j < n; j++)
        if (parent[j] == (uint64_t)i + 1)
            sum += slow_gross(n, parent, own, rho, j);
    return own[i] + rho * sum;
}

static void test_forests(void **state)
{
    (void)state;
    enum { N = 60 };
    uint64_t parent[2 * N];
    double own[2 * N];
    double gross[2 * N];
    double conserved[2 * N];
    double alone[2 * N];
    for (int round = 0; round < 50; round++) {
        for (int64_t i = 0; i < N; i++) {
            /* The referrer may have a larger key than the referred: the order is by i * 7. */
            parent[i] = 0;
            own[i] = (double)(draw() % 2000) / 8 - 50;
        }
        for (int64_t k = 1; k < N; k++)
            if (draw() % 5)
                parent[k * 7 % N] = draw() % (uint64_t)k * 7 % N + 1;
        const double rho = (double)(draw() % 101) / 100;
        crm_network *network = forest(N, parent, 0);
        assert_int_equal(crm_network_chain_value(NULL, network, 1, own, rho, gross, conserved, NULL), CRM_OK);
        double sum = 0;
        double total = 0;
        for (int64_t i = 0; i < N; i++) {
            assert_close(gross[i], slow_gross(N, parent, own, rho, i), 1e-13);
            assert_close(conserved[i], gross[i] * (parent[i] ? 1 - rho : 1), 1e-15);
            sum += conserved[i];
            total += own[i];
        }
        assert_true(fabs(sum - total) < 1e-10);
        crm_network_destroy(network);
        /* Two unconnected networks side by side give the same as each alone. */
        for (int64_t i = 0; i < N; i++) {
            parent[i + N] = parent[i] ? parent[i] + N : 0;
            own[i + N] = own[i];
        }
        network = forest(2 * N, parent, 1000);
        assert_int_equal(crm_network_chain_value(NULL, network, 1, own, rho, alone, NULL, NULL), CRM_OK);
        assert_memory_equal(alone, gross, N * sizeof *gross);
        assert_memory_equal(alone + N, gross, N * sizeof *gross);
        crm_network_destroy(network);
    }
}

static void test_missing(void **state)
{
    (void)state;
    const uint64_t parent[5] = {0, 1, 2, 1, 0};
    crm_network *network = forest(5, parent, 0);
    double own[5] = {1, 2, NAN, 4, 5};
    double gross[5];
    double conserved[5];
    crm_error err;
    assert_int_equal(crm_network_chain_value(NULL, network, 1, own, .5, gross, conserved, &err), CRM_OK);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(isnan(gross[i]), i < 3);
        assert_int_equal(isnan(conserved[i]), i < 3);
    }
    own[2] = 3;
    own[3] = INFINITY;
    assert_int_equal(crm_network_chain_value(NULL, network, 1, own, .5, gross, NULL, &err), CRM_BAD_ROWS);
    assert_true(err.row == 3 && err.bad_rows == 1 && err.arg == 4);
    assert_true(isnan(gross[0]) && isnan(gross[3]) && gross[1] == 3.5 && gross[4] == 5);
    own[3] = 4;
    own[4] = -1e281;
    assert_int_equal(crm_network_chain_value(NULL, network, 1, own, .5, NULL, gross, &err), CRM_BAD_ROWS);
    assert_int_equal(err.row, 4);
    /* Misuse. */
    assert_int_equal(crm_network_chain_value(NULL, NULL, 1, own, .5, gross, NULL, &err), CRM_E_NULL);
    assert_int_equal(crm_network_chain_value(NULL, network, 0, own, .5, gross, NULL, &err), CRM_E_ARGUMENT);
    assert_int_equal(crm_network_chain_value(NULL, network, 6, own, .5, gross, NULL, &err), CRM_E_ARGUMENT);
    assert_int_equal(crm_network_chain_value(NULL, network, 1, NULL, .5, gross, NULL, &err), CRM_E_NULL);
    const double bad[4] = {-.1, 1.1, NAN, INFINITY};
    for (int k = 0; k < 4; k++)
        assert_int_equal(crm_network_chain_value(NULL, network, 1, own, bad[k], gross, NULL, &err), CRM_E_DOMAIN);
    assert_int_equal(crm_network_chain_value(NULL, network, 1, own, .5, NULL, NULL, &err), CRM_E_NULL);
    crm_network_destroy(network);
}

static void test_cycle(void **state)
{
    (void)state;
    /* 7 -> 5 -> 9 -> 7, with 1 below 9 and a tree beside. */
    const uint64_t parent[9] = {9, 0, 2, 3, 7, 0, 9, 0, 5};
    crm_network *network = forest(9, parent, 0);
    const double own[9] = {1, 1, 1, 1, 1, 1, 1, 1, 1};
    double gross[9];
    crm_error err;
    gross[0] = 5;
    assert_int_equal(crm_network_chain_value(NULL, network, 1, own, .5, gross, NULL, &err), CRM_E_CYCLE);
    assert_int_equal(err.row, 4);
    assert_non_null(strstr(err.text, "7 -> 5"));
    assert_true(gross[0] == 5);
    crm_network_destroy(network);
    const uint64_t behind[4] = {0, 1, 4, 3};
    network = forest(4, behind, 0);
    assert_int_equal(crm_network_chain_value(NULL, network, 1, own, .5, gross, NULL, &err), CRM_E_CYCLE);
    assert_int_equal(err.row, 2);
    assert_non_null(strstr(err.text, "4 -> 3"));
    crm_network_destroy(network);
    /* Two referrers. */
    network = NULL;
    const uint64_t key[3] = {1, 2, 3};
    const int32_t role[3] = {1, 1, 1};
    const int32_t kind[3] = {1, 1, 2};
    const uint64_t from[3] = {1, 2, 2};
    const uint64_t to[3] = {3, 3, 3};
    for (int edges = 1; edges <= 2; edges++) {
        assert_int_equal(crm_network_create(NULL, &network, NULL), CRM_OK);
        assert_int_equal(crm_network_add_nodes(network, 3, key, role, NULL), CRM_OK);
        assert_int_equal(crm_network_add_edges(network, edges, from, to, kind, NULL, NULL), CRM_OK);
        assert_int_equal(crm_network_add_edges(network, 1, from + 2, to + 2, kind + 2, NULL, NULL), CRM_OK);
        assert_int_equal(crm_network_freeze(NULL, network, NULL), CRM_OK);
        assert_int_equal(crm_network_chain_value(NULL, network, 1, own, .5, gross, NULL, &err),
                         edges == 1 ? CRM_OK : CRM_E_KEY);
        assert_int_equal(err.row, edges == 1 ? -1 : 2);
        crm_network_destroy(network);
    }
}

static void test_long_chain(void **state)
{
    (void)state;
    enum { N = 1000000 };
    uint64_t *key = malloc(N * sizeof *key);
    int32_t *ones = malloc(N * sizeof *ones);
    double *own = malloc(N * sizeof *own);
    double *conserved = malloc(N * sizeof *conserved);
    for (int64_t i = 0; i < N; i++) {
        key[i] = (uint64_t)(N - i);
        ones[i] = 1;
        own[i] = 1;
    }
    crm_network *network = NULL;
    assert_int_equal(crm_network_create(NULL, &network, NULL), CRM_OK);
    assert_int_equal(crm_network_add_nodes(network, N, key, ones, NULL), CRM_OK);
    assert_int_equal(crm_network_add_edges(network, N - 1, key, key + 1, ones, NULL, NULL), CRM_OK);
    assert_int_equal(crm_network_freeze(NULL, network, NULL), CRM_OK);
    double *gross = malloc(N * sizeof *gross);
    assert_int_equal(crm_network_chain_value(NULL, network, 1, own, 1, gross, conserved, NULL), CRM_OK);
    for (int64_t i = 0; i < N; i += 9999)
        assert_true(gross[i] == (double)(i + 1));
    assert_true(conserved[N - 1] == N && conserved[0] == 0);
    assert_int_equal(crm_network_chain_value(NULL, network, 1, own, .5, gross, conserved, NULL), CRM_OK);
    assert_relative(gross[N - 1], 2, 1e-15);
    assert_true(conserved[0] == .5);
    int64_t *degree = malloc(N * sizeof *degree);
    assert_int_equal(crm_network_degree(NULL, network, CRM_DIRECTION_BOTH, 0, 0, degree, NULL), CRM_OK);
    for (int64_t i = 0; i < N; i++)
        assert_int_equal(degree[i], i == 0 || i == N - 1 ? 1 : 2);
    free(degree);
    crm_network_destroy(network);
    free(key);
    free(ones);
    free(own);
    free(gross);
    free(conserved);
}

struct chain_job {
    const crm_network *network;
    const double *own;
};

static crm_status chain_job(const crm_context *context, void *arg)
{
    const struct chain_job *job = arg;
    double gross[3] = {5, 5, 5};
    const crm_status status = crm_network_chain_value(context, job->network, 1, job->own, .2, gross, NULL, NULL);
    assert_true(status == CRM_OK || gross[0] == 5);
    return status;
}

static void test_memory(void **state)
{
    (void)state;
    const uint64_t parent[3] = {0, 1, 2};
    const double own[3] = {100, 50, 30};
    crm_network *network = forest(3, parent, 0);
    struct chain_job job = {network, own};
    failing_sweep(chain_job, &job);
    crm_network_destroy(network);
}

static void test_referral(void **state)
{
    (void)state;
    const int32_t type[4] = {1, 2, 3, 2};
    const double period[4] = {1, 1, 1, -1};
    const double net[4] = {60 - 10 - 5, NAN, 1, 1};
    const double saved[4] = {20, 20, 1, 1};
    double out = NAN;
    crm_error err;
    assert_int_equal(crm_referral_value(2, type, period, net, saved, .1, &out, &err), CRM_OK);
    assert_true(fabs(out - 77.2727) < .00005);
    assert_relative(out, 85 / 1.1, 3e-16);
    /* Terms that are beyond the range together but not once discounted; and none that is left of a huge one. */
    const int32_t brought[1] = {1};
    const double huge[1] = {1.7e308};
    const double when[1] = {10};
    const double never[1] = {1000};
    assert_int_equal(crm_referral_value(1, brought, when, huge, huge, 1, &out, &err), CRM_OK);
    assert_relative(out, 3.4 / 1024 * 1e308, 1e-15);
    assert_int_equal(crm_referral_value(1, brought, never, huge, huge, 1e100, &out, &err), CRM_OK);
    assert_true(out == 0);
    assert_int_equal(crm_referral_value(0, NULL, NULL, NULL, NULL, .1, &out, &err), CRM_OK);
    assert_true(out == 0);
    const double later[2] = {2.5, 0};
    assert_int_equal(crm_referral_value(2, type, later, net, saved, .1, &out, &err), CRM_OK);
    assert_relative(out, 65 / pow(1.1, 2.5) + 20, 1e-15);
    out = 5;
    assert_int_equal(crm_referral_value(-1, type, period, net, saved, .1, &out, &err), CRM_E_ARGUMENT);
    assert_int_equal(crm_referral_value(1, NULL, period, net, saved, .1, &out, &err), CRM_E_NULL);
    assert_int_equal(crm_referral_value(1, type, NULL, net, saved, .1, &out, &err), CRM_E_NULL);
    assert_int_equal(crm_referral_value(1, type, period, NULL, saved, .1, &out, &err), CRM_E_NULL);
    assert_int_equal(crm_referral_value(1, type, period, net, NULL, .1, &out, &err), CRM_E_NULL);
    assert_int_equal(crm_referral_value(1, type, period, net, saved, -1, &out, &err), CRM_E_DOMAIN);
    assert_int_equal(crm_referral_value(1, type, period, net, saved, .1, NULL, &err), CRM_E_NULL);
    assert_int_equal(crm_referral_value(3, type, period, net, saved, .1, &out, &err), CRM_E_ARGUMENT);
    assert_true(err.row == 2 && err.arg == 2);
    assert_int_equal(crm_referral_value(1, type + 3, period + 3, net, saved, .1, &out, &err), CRM_E_DOMAIN);
    assert_int_equal(err.arg, 3);
    const double infinite[1] = {INFINITY};
    const double far[1] = {1e6};
    const double most[2] = {1.7e308, 1.7e308};
    const double zero[2] = {0, 0};
    const int32_t twos[2] = {2, 2};
    assert_int_equal(crm_referral_value(1, type, period, infinite, saved, .1, &out, &err), CRM_E_DOMAIN);
    assert_int_equal(crm_referral_value(1, type, period, net, infinite, .1, &out, &err), CRM_E_DOMAIN);
    assert_int_equal(crm_referral_value(1, type, far, net, saved, -.5, &out, &err), CRM_E_DOMAIN);
    assert_int_equal(crm_referral_value(2, twos, zero, net, most, .1, &out, &err), CRM_E_DOMAIN);
    assert_true(out == 5);
    assert_int_equal(crm_referral_value(1, twos, far, net, zero, -.5, &out, &err), CRM_OK);
    assert_true(out == 0);
    const double missing[1] = {NAN};
    assert_int_equal(crm_referral_value(1, twos, zero, net, missing, .1, &out, &err), CRM_OK);
    assert_true(isnan(out));
    assert_int_equal(crm_referral_value(1, twos, missing, net, zero, .1, &out, &err), CRM_OK);
    assert_true(isnan(out));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_worked), cmocka_unit_test(test_forests),    cmocka_unit_test(test_missing),
        cmocka_unit_test(test_cycle),  cmocka_unit_test(test_long_chain), cmocka_unit_test(test_memory),
        cmocka_unit_test(test_referral),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
