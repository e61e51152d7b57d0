/* The summary as bytes: there and back, damaged, hostile, and as version 1 wrote it. */
#include "data/summaries.h"

static crm_status load_any(const uint8_t *bytes, int64_t length, void **out, crm_error *err)
{
    crm_summary *summary = NULL;
    const crm_status status = crm_summary_load(NULL, bytes, length, &summary, err);
    if (status == CRM_OK)
        *out = summary;
    else
        assert_null(summary);
    return status;
}

static crm_status save_any(const void *handle, uint8_t *bytes, int64_t capacity, int64_t *length)
{
    return crm_summary_save(handle, bytes, capacity, length, NULL);
}

static void destroy_any(void *handle)
{
    crm_summary_destroy(handle);
}

static void test_blob(void **state)
{
    (void)state;
    int64_t length;
    draw_purchases(50, 6);
    crm_summary *summary = of_purchases(50, 1);
    uint8_t *bytes = saved(summary, &length);
    crm_summary *back = loaded(bytes, length);
    assert_same_summary(summary, back);
    const crm_i_cells *a = &summary->cells[CRM_I_PURCHASES];
    const crm_i_cells *b = &back->cells[CRM_I_PURCHASES];
    assert_int_equal(a->total, b->total);
    assert_memory_equal(a->mass, b->mass, (size_t)a->n * sizeof *a->mass);
    crm_error err;
    int64_t again = 0;
    assert_int_equal(crm_summary_save(summary, bytes, length - 1, &again, &err), CRM_E_BUFFER);
    assert_int_equal(again, length);
    assert_int_equal(crm_summary_save(NULL, bytes, length, &again, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 1);
    assert_int_equal(crm_summary_save(summary, bytes, length, NULL, &err), CRM_E_NULL);
    crm_summary *none = NULL;
    assert_int_equal(crm_summary_load(NULL, NULL, length, &none, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 2);
    assert_int_equal(crm_summary_load(NULL, bytes, length, NULL, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 4);
    assert_int_equal(crm_summary_load(NULL, bytes, -1, &none, &err), CRM_E_ARGUMENT);
    assert_null(none);
    free(bytes);
    crm_summary_destroy(summary);
    crm_summary_destroy(back);
}

/* The date and the ticks per period of a summary of nothing. */
static void test_forged_dates(void **state)
{
    (void)state;
    const int64_t never = INT64_MIN;
    const int64_t limit = (int64_t)1 << 62;
    const struct {
        int64_t as_of;
        double period;
        crm_status want;
    } forged[] = {
        {5, 7, CRM_OK},          {5, 1e200, CRM_OK},        {5, 1e-200, CRM_OK},          {limit, 7, CRM_OK},
        {never, 0, CRM_OK},      {5, 1.001e200, CRM_E_FORMAT}, {5, 0.999e-200, CRM_E_FORMAT}, {5, NAN, CRM_E_FORMAT},
        {5, -7, CRM_E_FORMAT},   {limit + 1, 7, CRM_E_FORMAT}, {-limit - 1, 7, CRM_E_FORMAT}, {never, 7, CRM_E_FORMAT},
        {never, -0.0, CRM_E_FORMAT},
    };
    for (size_t i = 0; i < sizeof forged / sizeof *forged; i++) {
        uint8_t payload[48] = {0};
        const uint64_t word[2] = {(uint64_t)forged[i].as_of, test_bits(forged[i].period)};
        for (int k = 0; k < 16; k++)
            payload[k] = (uint8_t)(word[k / 8] >> (8 * (k % 8)));
        int64_t length = 0;
        void *handle = NULL;
        uint8_t *bytes = blob_make("SUMM", 1, payload, 48, &length);
        assert_int_equal(load_any(bytes, length, &handle, NULL), forged[i].want);
        free(bytes);
        crm_summary_destroy(handle);
    }
}

static void test_hostile_blobs(void **state)
{
    (void)state;
    int64_t length;
    uint8_t *bytes = compose(&good_parts, &length);
    blob_torture(bytes, length, "SUMM", load_any, save_any, destroy_any);
    free(bytes);

    const double nan = (double)NAN;
    const double inf = (double)INFINITY;
#define REFUSED(field, wrong)                                                                                         \
    do {                                                                                                              \
        parts p = good_parts;                                                                                         \
        p.field = (wrong);                                                                                            \
        crm_summary *none = NULL;                                                                                     \
        assert_int_equal(load_parts(&p, &none), CRM_E_FORMAT);                                                        \
        assert_null(none);                                                                                            \
    } while (0)
    REFUSED(as_of, INT64_MIN); /* a period without a date */
    REFUSED(as_of, INT64_MAX);
    REFUSED(period, 0.0);
    REFUSED(period, nan);
    REFUSED(period, -7.0);
    REFUSED(x, 0.0);
    REFUSED(x, -0.0);
    REFUSED(x, 2.5);
    REFUSED(x, nan);
    REFUSED(t_x, 6.0);
    REFUSED(t_x, 0.0);
    REFUSED(T, inf);
    REFUSED(weight, 0.0);
    REFUSED(weight, -1.0);
    REFUSED(weight, 1e308); /* times 4 */
    REFUSED(count, 0);
    REFUSED(count, -4);
    REFUSED(spend_count, 0.0);
    REFUSED(spend_count, 0.5);
    REFUSED(mean, 0.0);
    REFUSED(mean, inf);
    REFUSED(spend_weight, 0.0);
    REFUSED(spend_cells, 0);
    REFUSED(duration, 0.0);
    REFUSED(ended, 2.0);
    REFUSED(ended, -0.0);
    REFUSED(duration_weight, 0.0);
    REFUSED(durations, INT64_MIN);
    REFUSED(gaps, 1);
    REFUSED(gaps, 3);
    REFUSED(gaps, -1);
    REFUSED(gaps, INT64_MAX);
    REFUSED(length[0], 0);
    REFUSED(length[0], 7);
    REFUSED(length[0], -1);
    REFUSED(times[0], 0);
    REFUSED(times[0], INT64_MAX);
#undef REFUSED

    /* two cells out of order, or the same twice */
    const double v[2] = {0.0, 0.0};
    const double T[2] = {1.0, 2.0};
    crm_summary *two = NULL;
    assert_int_equal(crm_summary_of_purchases(NULL, 2, v, v, T, NULL, &two, NULL), CRM_OK);
    bytes = saved(two, &length);
    crm_summary_destroy(two);
    enum { CELLS = CRM_I_BLOB_HEAD + 24, CELL = 40 };
    uint8_t swapped[2 * CELL];
    memcpy(swapped, bytes + CELLS + CELL, CELL);
    memcpy(swapped + CELL, bytes + CELLS, CELL);
    memcpy(bytes + CELLS, swapped, 2 * CELL);
    for (int twice = 0; twice < 2; twice++) {
        if (twice)
            memcpy(bytes + CELLS, bytes + CELLS + CELL, CELL);
        int64_t n = 0;
        uint8_t *wrong = blob_make("SUMM", 1, bytes + CRM_I_BLOB_HEAD, length - CRM_I_BLOB_HEAD, &n);
        crm_summary *none = NULL;
        assert_int_equal(crm_summary_load(NULL, wrong, n, &none, NULL), CRM_E_FORMAT);
        free(wrong);
    }
    /* absurd counts, another kind, a later version */
    static const int64_t absurd[] = {INT64_MAX, INT64_MAX / 40, -1, 3};
    for (int i = 0; i < 4; i++) {
        for (int k = 0; k < 8; k++)
            bytes[CRM_I_BLOB_HEAD + 16 + k] = (uint8_t)((uint64_t)absurd[i] >> (8 * k));
        int64_t n = 0;
        uint8_t *wrong = blob_make("SUMM", 1, bytes + CRM_I_BLOB_HEAD, length - CRM_I_BLOB_HEAD, &n);
        crm_summary *none = NULL;
        assert_int_equal(crm_summary_load(NULL, wrong, n, &none, NULL), CRM_E_FORMAT);
        free(wrong);
    }
    int64_t n = 0;
    crm_summary *none = NULL;
    uint8_t *other = blob_make("STRM", 1, bytes + CRM_I_BLOB_HEAD, length - CRM_I_BLOB_HEAD, &n);
    assert_int_equal(crm_summary_load(NULL, other, n, &none, NULL), CRM_E_FORMAT);
    free(other);
    other = blob_make("SUMM", 3, bytes + CRM_I_BLOB_HEAD, length - CRM_I_BLOB_HEAD, &n);
    assert_int_equal(crm_summary_load(NULL, other, n, &none, NULL), CRM_E_VERSION);
    free(other);
    free(bytes);
}

/* Version 1, for ever. Remade by: build/tests/data/test_summary_blob --golden */
static const uint8_t golden[] = {
    0x43, 0x52, 0x4D, 0x42, 0x53, 0x55, 0x4D, 0x4D, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0xD8, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xEE, 0x80, 0x8E, 0x26, 0x46, 0x74, 0x9E, 0x6A,
    0x20, 0x4E, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x1C, 0x40,
    0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x08, 0x40,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x40, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x14, 0x40,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xF0, 0x3F, 0x04, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x08, 0x40,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x29, 0x40, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xF0, 0x3F,
    0x04, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x18, 0x40, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xF0, 0x3F,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xE0, 0x3F, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x03, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x07, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x04, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
};

static void test_golden(void **state)
{
    (void)state;
    int64_t length;
    uint8_t *bytes = compose(&good_parts, &length);
    assert_int_equal(length, (int64_t)sizeof golden);
    assert_memory_equal(bytes, golden, sizeof golden);
    free(bytes);
    crm_summary *summary = loaded(golden, (int64_t)sizeof golden);
    assert_int_equal(crm_summary_fact(summary, CRM_SUMMARY_PURCHASES), 4);
    assert_int_equal(crm_summary_fact(summary, CRM_SUMMARY_AS_OF), 20000);
    const crm_i_purchases *p = crm_i_summary_purchases(summary);
    assert_true(p->x[0] == 3.0 && p->t_x[0] == 2.0 && p->T[0] == 5.0 && p->weight[0] == 1.0);
    bytes = saved(summary, &length);
    assert_int_equal(length, (int64_t)sizeof golden);
    assert_memory_equal(bytes, golden, sizeof golden);
    free(bytes);
    crm_summary_destroy(summary);
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--golden") == 0) {
        int64_t length;
        uint8_t *bytes = compose(&good_parts, &length);
        blob_print(bytes, length);
        free(bytes);
        return 0;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blob),
        cmocka_unit_test(test_forged_dates),
        cmocka_unit_test(test_hostile_blobs),
        cmocka_unit_test(test_golden),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
