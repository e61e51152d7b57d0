/* The stream as bytes: there and back, damaged, hostile, and as version 1 wrote it. */
#include "data/streams.h"

static crm_status load_any(const uint8_t *bytes, int64_t length, void **out, crm_error *err)
{
    crm_stream *stream = NULL;
    const crm_status status = crm_stream_load(NULL, bytes, length, &stream, err);
    if (status == CRM_OK)
        *out = stream;
    else
        assert_null(stream);
    return status;
}

/* A stream that was believed must also make a book, or say why not. */
static crm_status save_any(const void *handle, uint8_t *bytes, int64_t capacity, int64_t *length)
{
    crm_customers *book = NULL;
    const crm_status made = crm_stream_customers(NULL, handle, (int64_t)1 << 62, 7.0, 2, NULL, &book, NULL);
    assert_true(made == CRM_OK || made == CRM_E_OVERFLOW);
    crm_customers_destroy(book);
    return crm_stream_save(handle, bytes, capacity, length, NULL);
}

static void destroy_any(void *handle)
{
    crm_stream_destroy(handle);
}

static void test_hostile_blobs(void **state)
{
    (void)state;
    for (int with_cost = 0; with_cost < 2; with_cost++) {
        crm_stream *stream = sample(with_cost);
        int64_t length;
        uint8_t *bytes = saved(stream, &length);
        blob_torture(bytes, length, "STRM", load_any, save_any, destroy_any);

        /* absurd numbers in every word */
        static const uint64_t absurd[] = {0, 1, UINT64_MAX, INT64_MAX, (uint64_t)INT64_MAX + 1, UINT64_C(1) << 60};
        for (int64_t at = CRM_I_BLOB_HEAD; at + 8 <= length; at++)
            for (int i = 0; i < 6; i++) {
                uint8_t *copy = malloc((size_t)length);
                assert_non_null(copy);
                memcpy(copy, bytes, (size_t)length);
                for (int k = 0; k < 8; k++)
                    copy[at + k] = (uint8_t)(absurd[i] >> (8 * k));
                int64_t n = 0;
                uint8_t *wrong = blob_make("STRM", 1, copy + CRM_I_BLOB_HEAD, length - CRM_I_BLOB_HEAD, &n);
                void *handle = NULL;
                const crm_status status = load_any(wrong, n, &handle, NULL);
                if (status == CRM_OK) {
                    int64_t again = 0;
                    assert_int_equal(save_any(handle, copy, length, &again), CRM_OK);
                    assert_memory_equal(copy, wrong, (size_t)length);
                    crm_stream_destroy(handle);
                } else {
                    assert_int_equal(status, CRM_E_FORMAT);
                }
                free(wrong);
                free(copy);
            }
        free(bytes);
        crm_stream_destroy(stream);
    }
}

static void test_blob_arguments(void **state)
{
    (void)state;
    crm_error err;
    crm_stream *stream = sample(1);
    crm_stream *none = NULL;
    int64_t length;
    uint8_t *bytes = saved(stream, &length);
    int64_t again = 0;
    assert_int_equal(crm_stream_save(stream, bytes, length - 1, &again, &err), CRM_E_BUFFER);
    assert_int_equal(again, length);
    assert_int_equal(crm_stream_save(stream, bytes, 0, &again, &err), CRM_E_BUFFER);
    assert_int_equal(crm_stream_save(stream, bytes, -1, &again, &err), CRM_E_ARGUMENT);
    assert_int_equal(crm_stream_save(NULL, bytes, length, &again, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 1);
    assert_int_equal(crm_stream_save(stream, bytes, length, NULL, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 4);
    assert_int_equal(crm_stream_load(NULL, NULL, length, &none, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 2);
    assert_int_equal(crm_stream_load(NULL, bytes, length, NULL, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 4);
    assert_int_equal(crm_stream_load(NULL, bytes, -1, &none, &err), CRM_E_ARGUMENT);
    int64_t n = 0;
    uint8_t *other = blob_make("SUMM", 1, bytes + CRM_I_BLOB_HEAD, length - CRM_I_BLOB_HEAD, &n);
    assert_int_equal(crm_stream_load(NULL, other, n, &none, NULL), CRM_E_FORMAT);
    free(other);
    other = blob_make("STRM", 2, bytes + CRM_I_BLOB_HEAD, length - CRM_I_BLOB_HEAD, &n);
    assert_int_equal(crm_stream_load(NULL, other, n, &none, NULL), CRM_E_VERSION);
    free(other);
    assert_null(none);
    free(bytes);
    crm_stream_destroy(stream);
    stream = fresh();
    none = copied(stream);
    assert_int_equal(crm_stream_count(none), 0);
    assert_same_streams(stream, none);
    crm_stream_destroy(none);
    crm_stream_destroy(stream);
}

/* Version 1, for ever. Remade by: build/tests/data/test_stream_blob --golden */
static const uint8_t golden[] = {
    0x43, 0x52, 0x4D, 0x42, 0x53, 0x54, 0x52, 0x4D, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0xA1, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x4E, 0x6B, 0xE8, 0xFE, 0xEF, 0x10, 0xA7, 0x41,
    0x09, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x03, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x0A, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x05, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xE0, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x09, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x04, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x28, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x27, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x15, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x0B, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x63, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x09, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x14, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x03, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xD4, 0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
    0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x09, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x20, 0x03, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x03, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x1E, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x07, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xE2, 0x04, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x04, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00,
};

static void test_golden(void **state)
{
    (void)state;
    crm_stream *made = sample(1);
    int64_t length;
    uint8_t *bytes = saved(made, &length);
    assert_int_equal(length, (int64_t)sizeof golden);
    assert_memory_equal(bytes, golden, sizeof golden);
    free(bytes);
    crm_stream *stream = loaded(golden, (int64_t)sizeof golden);
    assert_same_streams(stream, made);
    crm_customers *book = NULL;
    assert_int_equal(crm_stream_customers(NULL, stream, 14, 7.0, 2, NULL, &book, NULL), CRM_OK);
    assert_int_equal(crm_customers_count(book), 3);
    const uint64_t *key = crm_customers_keys(book);
    assert_true(key[0] == 10 && key[1] == 20 && key[2] == 30);
    const double *x = crm_customers_f64(book, CRM_CUSTOMER_X);
    assert_true(x[0] == 3.0 && x[1] == 0.0 && x[2] == 0.0);
    const int64_t *revenue = crm_customers_i64(book, CRM_CUSTOMER_REVENUE);
    assert_true(revenue[0] == 618 && revenue[1] == 500 && revenue[2] == 1250);
    const int64_t *margin = crm_customers_i64(book, CRM_CUSTOMER_MARGIN);
    assert_true(margin[0] == 618 - 39 && margin[1] == 500 - 5 && margin[2] == 1249);
    crm_customers_destroy(book);
    crm_stream_destroy(stream);
    crm_stream_destroy(made);
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--golden") == 0) {
        int64_t length;
        crm_stream *stream = sample(1);
        uint8_t *bytes = saved(stream, &length);
        blob_print(bytes, length);
        free(bytes);
        crm_stream_destroy(stream);
        return 0;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hostile_blobs),
        cmocka_unit_test(test_blob_arguments),
        cmocka_unit_test(test_golden),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
