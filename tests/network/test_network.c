/* Building and reading a network: against a plain list of edges, and what must not matter. */
#include "failing.h"

#include "crmcore/network.h"

static uint64_t seed = 11;

static uint64_t draw(void)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return seed >> 33;
}

enum { NODES = 60, EDGES = 400 };
static uint64_t key[NODES];
static int32_t role[NODES];
static uint64_t from[EDGES];
static uint64_t to[EDGES];
static int32_t kind[EDGES];
static double weight[EDGES];

static void invent(void)
{
    for (int i = 0; i < NODES; i++) {
        key[i] = (uint64_t)i * UINT64_C(0x9e3779b97f4a7c15) + 1;
        role[i] = 1 + (int32_t)(draw() % 6);
    }
    for (int e = 0; e < EDGES; e++) {
        const uint64_t a = draw() % 20;
        from[e] = key[a];
        to[e] = key[(a + 1 + draw() % (NODES - 1)) % NODES];
        kind[e] = 1 + (int32_t)(draw() % 5);
        weight[e] = (double)(1 + draw() % 1000) / 7;
    }
}

/* In batches of `batch`, backwards if asked, edges before nodes every other time. */
static crm_network *build(int batch, int backwards)
{
    crm_network *network = NULL;
    assert_int_equal(crm_network_create(NULL, &network, NULL), CRM_OK);
    for (int at = 0; at < EDGES; at += batch) {
        for (int e = at; e < at + batch && e < EDGES; e++) {
            const int i = backwards ? EDGES - 1 - e : e;
            assert_int_equal(crm_network_add_edges(network, 1, from + i, to + i, kind + i, weight + i, NULL), CRM_OK);
        }
    }
    for (int at = 0; at < NODES; at += batch) {
        const int n = NODES - at < batch ? NODES - at : batch;
        assert_int_equal(crm_network_add_nodes(network, n, key + at, role + at, NULL), CRM_OK);
        assert_int_equal(crm_network_add_nodes(network, n, key + at, role + at, NULL), CRM_OK); /* twice is once */
    }
    assert_int_equal(crm_network_count(network), 0);
    assert_null(crm_network_keys(network));
    assert_null(crm_network_roles(network));
    assert_int_equal(crm_network_freeze(NULL, network, NULL), CRM_OK);
    return network;
}

/* Distinct edges of row k in the list. */
static void slow(int k, int32_t direction, int32_t other_role, int32_t other_kind, int64_t *count, double *sum)
{
    *count = 0;
    *sum = 0;
    for (int e = 0; e < EDGES; e++) {
        for (int32_t side = CRM_DIRECTION_OUT; side <= CRM_DIRECTION_IN; side++) {
            const uint64_t mine = side == CRM_DIRECTION_OUT ? from[e] : to[e];
            const uint64_t other = side == CRM_DIRECTION_OUT ? to[e] : from[e];
            if (!(direction & side) || mine != key[k])
                continue;
            int o = 0;
            while (key[o] != other)
                o++;
            if ((other_role && role[o] != other_role) || (other_kind && kind[e] != other_kind))
                continue;
            *sum += weight[e];
            int seen = 0;
            for (int d = 0; d < e; d++)
                seen |= from[d] == from[e] && to[d] == to[e] && kind[d] == kind[e];
            *count += !seen;
        }
    }
}

static void test_degree(void **state)
{
    (void)state;
    invent();
    crm_network *network = build(EDGES, 0);
    crm_network *other = build(3, 1);
    assert_int_equal(crm_network_count(network), NODES);
    assert_memory_equal(crm_network_keys(network), crm_network_keys(other), NODES * sizeof(uint64_t));
    assert_memory_equal(crm_network_roles(network), crm_network_roles(other), NODES * sizeof(int32_t));
    crm_context *pool = NULL;
    assert_int_equal(crm_context_create(NULL, NULL, 2, &pool, NULL), CRM_OK);
    int64_t count[NODES];
    int64_t again[NODES];
    double sum[NODES];
    double same[NODES];
    for (int32_t direction = 1; direction <= 3; direction++) {
        for (int32_t r = 0; r <= 6; r++) {
            for (int32_t k = 0; k <= 5; k++) {
                assert_int_equal(crm_network_degree(NULL, network, direction, r, k, count, NULL), CRM_OK);
                assert_int_equal(crm_network_strength(NULL, network, direction, r, k, sum, NULL), CRM_OK);
                assert_int_equal(crm_network_degree(pool, other, direction, r, k, again, NULL), CRM_OK);
                assert_int_equal(crm_network_strength(pool, other, direction, r, k, same, NULL), CRM_OK);
                assert_memory_equal(count, again, sizeof count);
                assert_memory_equal(sum, same, sizeof sum);
                for (int row = 0; row < NODES; row++) {
                    int i = 0;
                    while (key[i] != crm_network_keys(network)[row])
                        i++;
                    assert_int_equal(crm_network_roles(network)[row], role[i]);
                    int64_t want;
                    double want_sum;
                    slow(i, direction, r, k, &want, &want_sum);
                    assert_int_equal(count[row], want);
                    assert_relative(sum[row], want_sum, 1e-14);
                }
            }
        }
    }
    for (int i = 1; i < NODES; i++)
        assert_true(crm_network_keys(network)[i] > crm_network_keys(network)[i - 1]);
    crm_context_destroy(pool);
    crm_network_destroy(network);
    crm_network_destroy(other);
}

/* Large weights of one edge, added in every order: exactly their sum. */
static void test_merged_weights(void **state)
{
    (void)state;
    const uint64_t a[3] = {1, 1, 1};
    const uint64_t b[3] = {2, 2, 2};
    const int32_t k[3] = {1, 1, 1};
    const int32_t roles[2] = {1, 1};
    const uint64_t keys[2] = {2, 1};
    const double w[3] = {1, 0x1p-53, 0x1p-53};
    for (int turn = 0; turn < 3; turn++) {
        crm_network *network = NULL;
        assert_int_equal(crm_network_create(NULL, &network, NULL), CRM_OK);
        assert_int_equal(crm_network_add_nodes(network, 2, keys, roles, NULL), CRM_OK);
        for (int i = 0; i < 3; i++)
            assert_int_equal(crm_network_add_edges(network, 1, a, b, k, w + (turn + i) % 3, NULL), CRM_OK);
        assert_int_equal(crm_network_freeze(NULL, network, NULL), CRM_OK);
        double sum[2];
        int64_t count[2];
        assert_int_equal(crm_network_strength(NULL, network, CRM_DIRECTION_OUT, 0, 0, sum, NULL), CRM_OK);
        assert_true(sum[0] == 1 + 0x1p-52 && sum[1] == 0);
        assert_int_equal(crm_network_degree(NULL, network, CRM_DIRECTION_BOTH, 0, 0, count, NULL), CRM_OK);
        assert_true(count[0] == 1 && count[1] == 1);
        crm_network_destroy(network);
    }
}

static int32_t stop(void *self, double done)
{
    (void)done;
    return --*(int *)self < 0;
}

/* Weights of different edges that pass the range of double together; a degree called off. */
static void test_infinite_strength_and_cancel(void **state)
{
    (void)state;
    const uint64_t keys[3] = {1, 2, 3};
    const int32_t roles[3] = {1, 1, 1};
    const uint64_t a[3] = {1, 1, 2};
    const uint64_t b[3] = {2, 3, 3};
    const int32_t kinds[3] = {1, 1, 1};
    const double w[3] = {1.5e308, 1.5e308, 1};
    crm_network *network = NULL;
    assert_int_equal(crm_network_create(NULL, &network, NULL), CRM_OK);
    assert_int_equal(crm_network_add_nodes(network, 3, keys, roles, NULL), CRM_OK);
    assert_int_equal(crm_network_add_edges(network, 3, a, b, kinds, w, NULL), CRM_OK);
    assert_int_equal(crm_network_freeze(NULL, network, NULL), CRM_OK);
    double sum[3];
    assert_int_equal(crm_network_strength(NULL, network, CRM_DIRECTION_OUT, 0, 0, sum, NULL), CRM_OK);
    assert_true(isinf(sum[0]) && sum[0] > 0 && sum[1] == 1 && sum[2] == 0);
    int64_t count[3];
    int cancelled = 0;
    for (int allowed = 0; allowed < 4; allowed++) {
        int left = allowed;
        crm_error err;
        crm_context *context = NULL;
        assert_int_equal(crm_context_watch(NULL, stop, &left, &context, NULL), CRM_OK);
        const crm_status status = crm_network_degree(context, network, CRM_DIRECTION_OUT, 0, 0, count, &err);
        assert_true(status == CRM_OK || status == CRM_E_CANCELLED);
        assert_int_equal(err.status, status);
        cancelled += status == CRM_E_CANCELLED;
        crm_context_destroy(context);
    }
    assert_true(cancelled > 0 && cancelled < 4);
    assert_true(count[0] == 2 && count[1] == 1 && count[2] == 0);
    crm_network_destroy(network);
}

static void test_misuse(void **state)
{
    (void)state;
    crm_error err;
    crm_network *network = NULL;
    assert_int_equal(crm_network_create(NULL, NULL, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 2);
    assert_int_equal(crm_network_create(NULL, &network, &err), CRM_OK);
    const uint64_t k[4] = {10, 20, 30, 20};
    const int32_t r[4] = {1, 2, 3, 4};
    const int32_t zero[1] = {0};
    const int32_t seven[1] = {7};
    assert_int_equal(crm_network_add_nodes(NULL, 1, k, r, &err), CRM_E_NULL);
    assert_int_equal(crm_network_add_nodes(network, -1, k, r, &err), CRM_E_ARGUMENT);
    assert_int_equal(crm_network_add_nodes(network, 1, NULL, r, &err), CRM_E_NULL);
    assert_int_equal(crm_network_add_nodes(network, 1, k, NULL, &err), CRM_E_NULL);
    assert_int_equal(crm_network_add_nodes(network, 1, k, zero, &err), CRM_E_ARGUMENT);
    assert_int_equal(crm_network_add_nodes(network, 1, k, seven, &err), CRM_E_ARGUMENT);
    assert_int_equal(crm_network_add_nodes(network, INT64_C(1) << 31, k, r, &err), CRM_E_UNSUPPORTED);
    /* One key with two roles: the whole batch is taken back. */
    assert_int_equal(crm_network_add_nodes(network, 4, k, r, &err), CRM_E_KEY);
    assert_int_equal(err.row, 3);
    assert_non_null(strstr(err.text, "20"));
    const int32_t other[1] = {5};
    assert_int_equal(crm_network_add_nodes(network, 1, k + 2, other, &err), CRM_OK); /* 30 is free again */
    assert_int_equal(crm_network_add_nodes(network, 2, k, r, &err), CRM_OK);
    const int32_t kinds[2] = {1, 6};
    const double w[5] = {1, 0, -1, NAN, INFINITY};
    assert_int_equal(crm_network_add_edges(NULL, 1, k, k + 1, kinds, w, &err), CRM_E_NULL);
    assert_int_equal(crm_network_add_edges(network, -1, k, k + 1, kinds, w, &err), CRM_E_ARGUMENT);
    assert_int_equal(crm_network_add_edges(network, 1, NULL, k + 1, kinds, w, &err), CRM_E_NULL);
    assert_int_equal(crm_network_add_edges(network, 1, k, NULL, kinds, w, &err), CRM_E_NULL);
    assert_int_equal(crm_network_add_edges(network, 1, k, k + 1, NULL, w, &err), CRM_E_NULL);
    assert_int_equal(crm_network_add_edges(network, 2, k, k + 1, kinds, w, &err), CRM_E_ARGUMENT);
    assert_int_equal(err.row, 1);
    assert_int_equal(crm_network_add_edges(network, 1, k, k + 1, zero, w, &err), CRM_E_ARGUMENT);
    for (int i = 1; i < 5; i++) {
        assert_int_equal(crm_network_add_edges(network, 1, k, k + 1, kinds, w + i, &err), CRM_E_DOMAIN);
        assert_int_equal(err.arg, 6);
    }
    assert_int_equal(crm_network_add_edges(network, 1, k, k + 1, kinds, NULL, &err), CRM_OK);
    /* Not frozen yet. */
    int64_t count[3];
    double sum[3];
    assert_int_equal(crm_network_degree(NULL, network, 1, 0, 0, count, &err), CRM_E_STATE);
    assert_int_equal(crm_network_chain_value(NULL, network, 1, sum, .1, sum, NULL, &err), CRM_E_STATE);
    /* An end that is missing until it is added. */
    const uint64_t forty[1] = {40};
    assert_int_equal(crm_network_add_edges(network, 1, k, forty, kinds, NULL, &err), CRM_OK);
    const uint64_t five[1] = {5};
    crm_network *adrift = NULL;
    assert_int_equal(crm_network_create(NULL, &adrift, NULL), CRM_OK);
    assert_int_equal(crm_network_add_nodes(adrift, 1, k, r, NULL), CRM_OK);
    assert_int_equal(crm_network_add_edges(adrift, 1, five, k, kinds, NULL, NULL), CRM_OK);
    assert_int_equal(crm_network_freeze(NULL, adrift, &err), CRM_E_KEY);
    assert_non_null(strstr(err.text, "5 -> 10"));
    crm_network_destroy(adrift);
    assert_int_equal(crm_network_freeze(NULL, network, &err), CRM_E_KEY);
    assert_non_null(strstr(err.text, "10 -> 40"));
    assert_int_equal(err.row, 1);
    assert_int_equal(crm_network_add_nodes(network, 1, forty, r, &err), CRM_OK);
    assert_int_equal(crm_network_freeze(NULL, network, &err), CRM_OK);
    assert_int_equal(crm_network_freeze(NULL, network, &err), CRM_E_STATE);
    assert_int_equal(crm_network_freeze(NULL, NULL, &err), CRM_E_NULL);
    assert_int_equal(crm_network_add_nodes(network, 1, k, r, &err), CRM_E_STATE);
    assert_int_equal(crm_network_add_edges(network, 1, k, k + 1, kinds, NULL, &err), CRM_E_STATE);
    int64_t four[4];
    assert_int_equal(crm_network_degree(NULL, NULL, 1, 0, 0, four, &err), CRM_E_NULL);
    assert_int_equal(crm_network_degree(NULL, network, 0, 0, 0, four, &err), CRM_E_ARGUMENT);
    assert_int_equal(crm_network_degree(NULL, network, 4, 0, 0, four, &err), CRM_E_ARGUMENT);
    assert_int_equal(crm_network_degree(NULL, network, 1, -1, 0, four, &err), CRM_E_ARGUMENT);
    assert_int_equal(crm_network_degree(NULL, network, 1, 7, 0, four, &err), CRM_E_ARGUMENT);
    assert_int_equal(crm_network_degree(NULL, network, 1, 0, 6, four, &err), CRM_E_ARGUMENT);
    assert_int_equal(crm_network_strength(NULL, network, 1, 0, -1, NULL, &err), CRM_E_ARGUMENT);
    assert_int_equal(crm_network_strength(NULL, network, 1, 0, 0, NULL, &err), CRM_E_NULL);
    assert_int_equal(crm_network_degree(NULL, network, 1, 0, 0, NULL, &err), CRM_E_NULL);
    crm_network_destroy(network);
    crm_network_destroy(NULL);
    assert_int_equal(crm_network_count(NULL), 0);
    assert_null(crm_network_keys(NULL));
    assert_null(crm_network_roles(NULL));
    /* A loop, and weights that are too much together. */
    assert_int_equal(crm_network_create(NULL, &network, &err), CRM_OK);
    assert_int_equal(crm_network_add_nodes(network, 2, k, r, &err), CRM_OK);
    const double most[2] = {1.7e308, 1.7e308};
    const uint64_t same[2] = {10, 10};
    const uint64_t twenty[2] = {20, 20};
    const int32_t ones[2] = {1, 1};
    assert_int_equal(crm_network_add_edges(network, 2, same, twenty, ones, most, &err), CRM_OK);
    assert_int_equal(crm_network_freeze(NULL, network, &err), CRM_E_DOMAIN);
    assert_int_equal(crm_network_add_edges(network, 1, k, k, ones, NULL, &err), CRM_OK);
    assert_int_equal(crm_network_freeze(NULL, network, &err), CRM_E_DOMAIN);
    assert_non_null(strstr(err.text, "10 -> 10"));
    assert_int_equal(crm_network_count(network), 0);
    crm_network_destroy(network);
    /* Nothing at all. */
    assert_int_equal(crm_network_create(NULL, &network, &err), CRM_OK);
    assert_int_equal(crm_network_add_nodes(network, 0, NULL, NULL, &err), CRM_OK);
    assert_int_equal(crm_network_add_edges(network, 0, NULL, NULL, NULL, NULL, &err), CRM_OK);
    assert_int_equal(crm_network_freeze(NULL, network, &err), CRM_OK);
    assert_int_equal(crm_network_degree(NULL, network, 1, 0, 0, NULL, &err), CRM_OK);
    assert_int_equal(crm_network_chain_value(NULL, network, 1, NULL, .1, NULL, NULL, &err), CRM_OK);
    crm_network_destroy(network);
}

static crm_status whole(const crm_context *context, void *arg)
{
    (void)arg;
    crm_network *network = NULL;
    crm_status status = crm_network_create(context, &network, NULL);
    if (status == CRM_OK)
        status = crm_network_add_nodes(network, 40, key, role, NULL);
    if (status == CRM_OK)
        status = crm_network_add_edges(network, EDGES, from, to, kind, NULL, NULL);
    if (status == CRM_OK)
        status = crm_network_add_nodes(network, NODES - 40, key + 40, role + 40, NULL);
    if (status == CRM_OK)
        status = crm_network_freeze(context, network, NULL);
    int64_t count[NODES];
    if (status == CRM_OK)
        status = crm_network_degree(context, network, CRM_DIRECTION_BOTH, 0, 0, count, NULL);
    crm_network_destroy(network);
    return status;
}

/* After a failed freeze the network is as before: a second one succeeds and gives the same. */
static crm_status freeze_again(const crm_context *context, void *arg)
{
    const int64_t *want = arg;
    crm_network *network = NULL;
    assert_int_equal(crm_network_create(NULL, &network, NULL), CRM_OK);
    assert_int_equal(crm_network_add_edges(network, EDGES, from, to, kind, weight, NULL), CRM_OK);
    assert_int_equal(crm_network_add_nodes(network, NODES, key, role, NULL), CRM_OK);
    const crm_status status = crm_network_freeze(context, network, NULL);
    if (status != CRM_OK)
        assert_int_equal(crm_network_freeze(NULL, network, NULL), CRM_OK);
    int64_t count[NODES];
    assert_int_equal(crm_network_degree(NULL, network, CRM_DIRECTION_IN, 0, 0, count, NULL), CRM_OK);
    assert_memory_equal(count, want, sizeof count);
    crm_network_destroy(network);
    return status;
}

static void test_memory(void **state)
{
    (void)state;
    invent();
    failing_sweep(whole, NULL);
    crm_network *network = build(7, 0);
    int64_t count[NODES];
    assert_int_equal(crm_network_degree(NULL, network, CRM_DIRECTION_IN, 0, 0, count, NULL), CRM_OK);
    crm_network_destroy(network);
    failing_sweep(freeze_again, count);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_degree),
        cmocka_unit_test(test_merged_weights),
        cmocka_unit_test(test_infinite_strength_and_cancel),
        cmocka_unit_test(test_misuse),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
