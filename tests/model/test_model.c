/* The handle of a model: made, asked, saved, loaded, refused. */
#include "test.h"

#include "crmcore.h"
#include "data/blobs.h"
#include "failing.h"

static const double parameter[] = {0.2426, 4.4136, 0.7929, 2.4259};
static const double covariance[] = {1.6e-4, 3.9e-3, 1.6e-4, 4.0e-4, 3.9e-3, 1.4e-1, 6.0e-3, 1.5e-2,
                                    1.6e-4, 6.0e-3, 3.4e-2, 1.2e-1, 4.0e-4, 1.5e-2, 1.2e-1, 5.0e-1};

static crm_model *stated(void)
{
    crm_model *model = NULL;
    assert_int_equal(crm_model_create(NULL, CRM_MODEL_BG_NBD, 4, parameter, covariance, &model, NULL),
                     CRM_OK);
    return model;
}

static uint64_t random_state = 88172645463325252u;
static double uniform(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return ((double)(random_state >> 11) + 0.5) * 0x1p-53;
}

enum { CUSTOMERS = 400 };

/* Customers with exponential rates who stop after any purchase with a probability from Beta(1, 2); or one of
 * them many times. */
static crm_model *fitted(int32_t repeated)
{
    double x[CUSTOMERS];
    double t_x[CUSTOMERS];
    double T[CUSTOMERS];
    for (int i = 0; i < CUSTOMERS; i++) {
        const double rate = -0.2 * log(uniform());
        const double stop = 1.0 - sqrt(uniform());
        x[i] = t_x[i] = 0.0;
        T[i] = 30.0 + 10.0 * uniform();
        for (double t = 0.0;;) {
            t -= log(uniform()) / rate;
            if (t > T[i])
                break;
            x[i] += 1.0;
            t_x[i] = t;
            if (uniform() < stop)
                break;
        }
        if (repeated) {
            x[i] = 3.0;
            t_x[i] = 20.0;
            T[i] = 30.0;
        }
    }
    crm_summary *summary = NULL;
    crm_model *model = NULL;
    assert_int_equal(crm_summary_of_purchases(NULL, CUSTOMERS, x, t_x, T, NULL, &summary, NULL), CRM_OK);
    assert_int_equal(crm_model_fit(NULL, CRM_MODEL_BG_NBD, summary, NULL, &model, NULL),
                     repeated ? CRM_NOT_IDENTIFIED : CRM_OK);
    crm_summary_destroy(summary);
    return model;
}

static void what_was_stated(void **state)
{
    (void)state;
    double p[4];
    double c[16];
    crm_error err;
    crm_model *model = stated();
    assert_int_equal(crm_model_kind(model), CRM_MODEL_BG_NBD);
    assert_int_equal(crm_model_parameters(model, p, c, NULL), CRM_OK);
    assert_memory_equal(p, parameter, sizeof p);
    assert_memory_equal(c, covariance, sizeof c);
    for (int32_t fact = -1; fact < 12; fact++)
        assert_true(isnan(crm_model_fact(model, fact)));
    assert_int_equal(crm_model_direction(model, p, &err), CRM_E_STATE);
    crm_model_destroy(model);

    assert_int_equal(crm_model_create(NULL, CRM_MODEL_BG_NBD, 4, parameter, NULL, &model, NULL), CRM_OK);
    assert_int_equal(crm_model_parameters(model, p, c, NULL), CRM_OK);
    for (int i = 0; i < 16; i++)
        assert_true(isnan(c[i]));
    crm_model_destroy(model);
    crm_model_destroy(NULL);
}

static void facts_of_a_fit(void **state)
{
    (void)state;
    double c[16];
    double d[4];
    double p[4];
    crm_model *model = fitted(0);
    const double ll = crm_model_fact(model, CRM_FACT_LOG_LIKELIHOOD);
    assert_true(isfinite(ll));
    assert_relative(crm_model_fact(model, CRM_FACT_AIC), 8.0 - 2.0 * ll, 1e-15);
    assert_relative(crm_model_fact(model, CRM_FACT_BIC), 4.0 * log(CUSTOMERS) - 2.0 * ll, 1e-15);
    assert_true(crm_model_fact(model, CRM_FACT_CONVERGED) == 1.0);
    assert_true(crm_model_fact(model, CRM_FACT_IDENTIFIED) == 1.0);
    assert_true(crm_model_fact(model, CRM_FACT_CONDITION) >= 1.0);
    assert_true(crm_model_fact(model, CRM_FACT_CUSTOMERS) == CUSTOMERS);
    assert_true(crm_model_fact(model, CRM_FACT_DISTINCT) <= CUSTOMERS);
    assert_true(crm_model_fact(model, CRM_FACT_EVALUATIONS) > 0.0);
    assert_true(crm_model_fact(model, CRM_FACT_STATUS) == CRM_OK);
    assert_true(isnan(crm_model_fact(model, 0)) && isnan(crm_model_fact(model, 99)));
    assert_int_equal(crm_model_direction(model, d, NULL), CRM_OK);
    assert_close(d[0] * d[0] + d[1] * d[1] + d[2] * d[2] + d[3] * d[3], 1.0, 1e-13);
    crm_model_destroy(model);

    model = fitted(1);
    assert_true(crm_model_fact(model, CRM_FACT_IDENTIFIED) == 0.0);
    assert_true(crm_model_fact(model, CRM_FACT_STATUS) == CRM_NOT_IDENTIFIED);
    assert_int_equal(crm_model_parameters(model, p, c, NULL), CRM_OK);
    for (int i = 0; i < 16; i++)
        assert_true(isnan(c[i]));
    assert_int_equal(crm_model_direction(model, d, NULL), CRM_OK);
    assert_close(d[0] * d[0] + d[1] * d[1] + d[2] * d[2] + d[3] * d[3], 1.0, 1e-13);
    crm_model_destroy(model);
    assert_true(isnan(crm_model_fact(NULL, CRM_FACT_AIC)));
    assert_int_equal(crm_model_kind(NULL), 0);
}

/* theta exp(-+ z se/theta) with z of 40 digits. */
static void wald_intervals(void **state)
{
    (void)state;
    static const struct {
        double level;
        double z;
    } want[] = {{0.95, 1.9599639845400542355},
                {0.5, 0.67448975019608174320},
                {0.999999, 4.8916384756985983424},
                {1e-6, 1.2533141373156838743e-6}};
    double low[4];
    double high[4];
    crm_model *model = stated();
    for (int k = 0; k < 4; k++) {
        assert_int_equal(crm_model_interval(NULL, model, NULL, want[k].level, low, high, NULL), CRM_OK);
        for (int i = 0; i < 4; i++) {
            const double width = want[k].z * sqrt(covariance[5 * i]) / parameter[i];
            assert_relative(low[i], parameter[i] * exp(-width), 1e-9);
            assert_relative(high[i], parameter[i] * exp(width), 1e-9);
            assert_relative(log(high[i] / low[i]), 2.0 * width, 1e-8);
        }
    }
    crm_model_destroy(model);
    model = fitted(1);
    assert_int_equal(crm_model_interval(NULL, model, NULL, 0.95, low, high, NULL), CRM_OK);
    for (int i = 0; i < 4; i++)
        assert_true(isnan(low[i]) && isnan(high[i]));
    crm_model_destroy(model);
}

static void bad_intervals(void **state)
{
    (void)state;
    static const double wrong[] = {0.0, 1.0, -0.5, 2.0, (double)NAN};
    double low[4];
    double high[4];
    const double one = 1.0;
    crm_error err;
    crm_summary *summary = NULL;
    crm_model *model = stated();
    for (int i = 0; i < 5; i++) {
        assert_int_equal(crm_model_interval(NULL, model, NULL, wrong[i], low, high, &err), CRM_E_DOMAIN);
        assert_int_equal(err.arg, 4);
    }
    assert_int_equal(crm_model_interval(NULL, NULL, NULL, 0.9, low, high, &err), CRM_E_NULL);
    assert_int_equal(crm_model_interval(NULL, model, NULL, 0.9, NULL, high, &err), CRM_E_NULL);
    assert_int_equal(crm_model_interval(NULL, model, NULL, 0.9, low, NULL, &err), CRM_E_NULL);
    assert_int_equal(crm_summary_of_purchases(NULL, 1, &one, &one, &one, NULL, &summary, NULL), CRM_OK);
    assert_int_equal(crm_model_interval(NULL, model, summary, 0.9, low, high, &err), CRM_E_STATE); /* not fitted */
    assert_int_equal(err.arg, 2);
    crm_summary_destroy(summary);
    crm_model_destroy(model);
}

static void refused(void **state)
{
    (void)state;
    crm_error err;
    crm_model *model = NULL;
    assert_int_equal(crm_model_create(NULL, 0, 4, parameter, NULL, &model, &err), CRM_E_ARGUMENT);
    assert_int_equal(crm_model_create(NULL, 12, 4, parameter, NULL, &model, &err), CRM_E_ARGUMENT);
    assert_int_equal(crm_model_create(NULL, CRM_MODEL_BG_CNBD_K, 5, parameter, NULL, &model, &err),
                     CRM_E_UNSUPPORTED);
    assert_int_equal(crm_model_create(NULL, CRM_MODEL_BG_NBD, 3, parameter, NULL, &model, &err),
                     CRM_E_ARGUMENT);
    assert_int_equal(err.arg, 3);
    assert_int_equal(crm_model_create(NULL, CRM_MODEL_BG_NBD, 4, NULL, NULL, &model, &err), CRM_E_NULL);
    assert_int_equal(crm_model_create(NULL, CRM_MODEL_BG_NBD, 4, parameter, NULL, NULL, &err), CRM_E_NULL);
    static const double wrong[] = {0.0, -1.0, (double)NAN, (double)INFINITY};
    for (int i = 0; i < 4; i++) {
        double p[4];
        memcpy(p, parameter, sizeof p);
        p[i] = wrong[i];
        assert_int_equal(crm_model_create(NULL, CRM_MODEL_BG_NBD, 4, p, NULL, &model, &err), CRM_E_DOMAIN);
        assert_int_equal(err.arg, 4);
        assert_int_equal(err.row, i);
    }
    static const struct {
        int at;
        double value;
    } bad[] = {{3, (double)NAN}, {5, -1.0}, {1, 0.004}, {15, (double)INFINITY}};
    for (int i = 0; i < 4; i++) {
        double c[16];
        memcpy(c, covariance, sizeof c);
        c[bad[i].at] = bad[i].value;
        assert_int_equal(crm_model_create(NULL, CRM_MODEL_BG_NBD, 4, parameter, c, &model, &err),
                         CRM_E_DOMAIN);
        assert_int_equal(err.arg, 5);
    }
    double c[16];
    memcpy(c, covariance, sizeof c);
    c[1] = c[4] = 0.01; /* more than both variances allow */
    assert_int_equal(crm_model_create(NULL, CRM_MODEL_BG_NBD, 4, parameter, c, &model, &err), CRM_E_DOMAIN);
    assert_null(model);
    /* no pair is impossible, but all four are: correlations of -1/2 */
    for (int i = 0; i < 16; i++)
        c[i] = sqrt(covariance[5 * (i / 4)] * covariance[5 * (i % 4)]) * (i % 5 == 0 ? 1.0 : -0.5);
    assert_int_equal(crm_model_create(NULL, CRM_MODEL_BG_NBD, 4, parameter, c, &model, &err), CRM_E_DOMAIN);
    assert_null(model);
    /* singular is allowed: the parameters move as one, or not at all */
    for (int i = 0; i < 16; i++)
        c[i] = 1e-4 * (parameter[i / 4] * parameter[i % 4]) * (i / 4 == 3 || i % 4 == 3 ? 0.0 : 1.0);
    assert_int_equal(crm_model_create(NULL, CRM_MODEL_BG_NBD, 4, parameter, c, &model, &err), CRM_OK);
    crm_model_destroy(model);

    double p[4];
    model = stated();
    assert_int_equal(crm_model_parameters(NULL, p, NULL, &err), CRM_E_NULL);
    assert_int_equal(crm_model_parameters(model, NULL, NULL, &err), CRM_E_NULL);
    assert_int_equal(crm_model_direction(NULL, p, &err), CRM_E_NULL);
    assert_int_equal(crm_model_direction(model, NULL, &err), CRM_E_NULL);
    crm_model_destroy(model);
}

/* ---- blobs ---- */

static uint8_t *save(const crm_model *model, int64_t *length)
{
    crm_error err;
    assert_int_equal(crm_model_save(model, NULL, 0, length, &err), CRM_OK);
    uint8_t *bytes = malloc((size_t)*length);
    assert_non_null(bytes);
    int64_t again = -1;
    assert_int_equal(crm_model_save(model, bytes, *length - 1, &again, &err), CRM_E_BUFFER);
    assert_int_equal(again, *length);
    assert_int_equal(crm_model_save(model, bytes, *length, &again, &err), CRM_OK);
    assert_int_equal(again, *length);
    return bytes;
}

static crm_status load_any(const uint8_t *bytes, int64_t length, void **out, crm_error *err)
{
    crm_model *model = NULL;
    const crm_status status = crm_model_load(NULL, bytes, length, &model, err);
    if (status == CRM_OK)
        *out = model;
    return status;
}

static crm_status save_any(const void *handle, uint8_t *bytes, int64_t capacity, int64_t *length)
{
    return crm_model_save(handle, bytes, capacity, length, NULL);
}

static void destroy_any(void *handle)
{
    crm_model_destroy(handle);
}

static void round_trip(crm_model *model)
{
    int64_t length = 0;
    int64_t again = 0;
    crm_model *copy = NULL;
    uint8_t *bytes = save(model, &length);
    assert_int_equal(crm_model_load(NULL, bytes, length, &copy, NULL), CRM_OK);
    uint8_t *other = save(copy, &again);
    assert_int_equal(length, again);
    assert_memory_equal(bytes, other, (size_t)length);
    double p[2][4];
    double c[2][16];
    crm_model_parameters(model, p[0], c[0], NULL);
    crm_model_parameters(copy, p[1], c[1], NULL);
    assert_memory_equal(p[0], p[1], sizeof p[0]);
    for (int i = 0; i < 16; i++)
        assert_close(c[0][i], c[1][i], 0.0);
    for (int32_t fact = 1; fact <= CRM_FACT_STATUS; fact++)
        assert_close(crm_model_fact(copy, fact), crm_model_fact(model, fact), 0.0);
    blob_torture(bytes, length, "MODL", load_any, save_any, destroy_any);
    free(bytes);
    free(other);
    crm_model_destroy(copy);
    crm_model_destroy(model);
}

static void blobs(void **state)
{
    (void)state;
    round_trip(stated());
    round_trip(fitted(0));
    round_trip(fitted(1));
}

/* A payload that is well formed but says what no model can be. */
static void hostile(void **state)
{
    (void)state;
    static const struct {
        int64_t at;
        uint8_t value;
    } wrong[] = {
        {0, 0},   /* kind 0 */
        {0, 12},  /* no such kind */
        {0, 5},   /* a kind that is not built */
        {3, 255}, /* a kind beyond int32 */
        {4, 2},   /* flags beyond 1 */
        {5, 2},
        {6, 0},   /* stated, yet not converged */
        {6, 2},
        {7, 0},   /* stated, yet not identified */
        {7, 9},
        {15, 0x80}, /* r negative */
    };
    int64_t length = 0;
    crm_model *model = stated();
    uint8_t *bytes = save(model, &length);
    crm_model_destroy(model);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        const int64_t n = length - CRM_I_BLOB_HEAD;
        uint8_t *payload = malloc((size_t)n);
        assert_non_null(payload);
        memcpy(payload, bytes + CRM_I_BLOB_HEAD, (size_t)n);
        payload[wrong[i].at] = (uint8_t)(wrong[i].at == 15 ? payload[15] | 0x80 : wrong[i].value);
        int64_t made = 0;
        uint8_t *blob = blob_make("MODL", 1, payload, n, &made);
        crm_model *out = NULL;
        crm_error err;
        assert_int_equal(crm_model_load(NULL, blob, made, &out, &err), CRM_E_FORMAT);
        assert_null(out);
        free(blob);
        free(payload);
    }
    crm_model *out = NULL;
    crm_error err;
    uint8_t *later = blob_make("MODL", 4, bytes + CRM_I_BLOB_HEAD, length - CRM_I_BLOB_HEAD, &length);
    assert_int_equal(crm_model_load(NULL, later, length, &out, &err), CRM_E_VERSION);
    assert_int_equal(crm_model_load(NULL, NULL, length, &out, &err), CRM_E_NULL);
    assert_int_equal(crm_model_load(NULL, later, -1, &out, &err), CRM_E_ARGUMENT);
    assert_int_equal(crm_model_load(NULL, later, length, NULL, &err), CRM_E_NULL);
    assert_int_equal(crm_model_save(NULL, NULL, 0, &length, &err), CRM_E_NULL);
    model = stated();
    assert_int_equal(crm_model_save(model, NULL, -1, &length, &err), CRM_OK); /* asks the length; no room is named */
    assert_int_equal(crm_model_save(model, bytes, -1, &length, &err), CRM_E_ARGUMENT);
    assert_int_equal(crm_model_save(model, NULL, 0, NULL, &err), CRM_E_NULL);
    crm_model_destroy(model);
    free(later);
    free(bytes);
}

/* ---- memory ---- */

static crm_status call_create(const crm_context *context, void *arg)
{
    (void)arg;
    crm_model *model = NULL;
    const crm_status status =
        crm_model_create(context, CRM_MODEL_BG_NBD, 4, parameter, covariance, &model, NULL);
    assert_true((status == CRM_OK) == (model != NULL));
    crm_model_destroy(model);
    return status;
}

typedef struct blob {
    const uint8_t *bytes;
    int64_t length;
} blob;

static crm_status call_load(const crm_context *context, void *arg)
{
    const blob *b = arg;
    crm_model *model = NULL;
    const crm_status status = crm_model_load(context, b->bytes, b->length, &model, NULL);
    assert_true((status == CRM_OK) == (model != NULL));
    crm_model_destroy(model);
    return status;
}

static void memory_fails(void **state)
{
    (void)state;
    failing_sweep(call_create, NULL);
    crm_model *model = fitted(0);
    blob b;
    uint8_t *bytes = save(model, &b.length);
    b.bytes = bytes;
    failing_sweep(call_load, &b);
    free(bytes);
    crm_model_destroy(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_stated), cmocka_unit_test(facts_of_a_fit), cmocka_unit_test(wald_intervals),
        cmocka_unit_test(bad_intervals),   cmocka_unit_test(refused),        cmocka_unit_test(blobs),
        cmocka_unit_test(hostile),         cmocka_unit_test(memory_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
