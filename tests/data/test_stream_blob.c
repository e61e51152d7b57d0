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

/* One account of three to five ticks from 1 to 9, as its blob says. */
typedef struct forged {
    uint64_t ticks;
    uint64_t purchases;
    uint64_t spend_count;
    uint64_t first;
    uint64_t last;
    int64_t first_net;
    uint64_t spend;
    int64_t revenue;
    uint64_t gaps; /* of 2 ticks */
} forged;

static int64_t put_words(uint8_t *at, int64_t n, const uint64_t *word)
{
    for (int64_t i = 0; i < 8 * n; i++)
        at[i] = (uint8_t)(word[i / 8] >> (8 * (i % 8)));
    return 8 * n;
}

/* What loading answers; what is loaded saves to the same bytes. */
static crm_status load_payload(const uint8_t *payload, int64_t n)
{
    int64_t length = 0;
    int64_t again = 0;
    void *handle = NULL;
    uint8_t *bytes = blob_make("STRM", 1, payload, n, &length);
    const crm_status status = load_any(bytes, length, &handle, NULL);
    if (status == CRM_OK) {
        uint8_t *copy = saved(handle, &again);
        assert_int_equal(again, length);
        assert_memory_equal(copy, bytes, (size_t)length);
        free(copy);
        crm_stream_destroy(handle);
    }
    free(bytes);
    return status;
}

static crm_status load_forged(const forged *f)
{
    const uint64_t none = 0;
    const uint64_t minus = f->revenue < 0 ? UINT64_MAX : 0;
    const uint64_t less = f->first_net < 0 ? UINT64_MAX : 0;
    const uint64_t head[6] = {1, 77, f->ticks, 1, 5, 0};
    const uint64_t inner[10] = {f->purchases, f->spend_count, f->first, f->last,  (uint64_t)f->first_net, less,
                                f->spend,     0,              (uint64_t)f->revenue, minus};
    const uint64_t last[6] = {9, 5, 0, 1, 2, f->gaps};
    uint8_t payload[256];
    int64_t n = put_words(payload, 1, &f->ticks);
    payload[n++] = 0; /* no costs */
    n += put_words(payload + n, 6, head);
    n += put_words(payload + n, 10, inner);
    n += put_words(payload + n, 3, last);
    n += f->gaps > 0 ? put_words(payload + n, 3, last + 3) : put_words(payload + n, 1, &none);
    return load_payload(payload, n);
}

/* Sums and dates of the ticks between the ends that contradict each other, one at a time. */
static void test_forged_accounts(void **state)
{
    (void)state;
    const uint64_t never = (uint64_t)INT64_MIN;
    const forged good[3] = {{3, 0, 0, never, never, 0, 0, -1, 0}, /* a return */
                            {3, 1, 0, 4, 4, 2, 0, 2, 0},          /* a purchase */
                            {5, 3, 2, 3, 7, 2, 6, 8, 2}};         /* three, 2 apart */
    const forged wrong[] = {
        {3, 0, 0, 4, never, 0, 0, -1, 0},     /* no purchase, but a first one */
        {3, 0, 0, never, 4, 0, 0, -1, 0},     /* a last one */
        {3, 0, 1, never, never, 0, 1, -1, 0}, /* something spent */
        {3, 0, 0, never, never, 1, 0, -1, 0}, /* something in the first */
        {3, 1, 1, 4, 4, 2, 1, 3, 0},          /* the first purchase is not counted as spend */
        {3, 1, 0, 4, 4, -1, 0, -1, 0},        /* the first purchase is a return */
        {3, 1, 0, 4, 5, 2, 0, 2, 0},          /* one purchase on two dates */
        {5, 3, 2, 4, 4, 2, 6, 8, 2},          /* three on one date */
        {5, 3, 2, 4, 5, 2, 6, 8, 2},          /* three on two dates */
        {5, 3, 2, 3, 7, 2, 6, 8, 1},          /* a gap missing */
        {3, 1, 0, 1, 1, 2, 0, 2, 0},          /* not after the first tick */
        {3, 1, 0, 9, 9, 2, 0, 2, 0},          /* not before the last */
    };
    for (int i = 0; i < 3; i++)
        assert_int_equal(load_forged(&good[i]), CRM_OK);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(load_forged(&wrong[i]), CRM_E_FORMAT);
}

/* Accounts of more ticks than there are rows, each for itself or all together; costs of nothing. */
static void test_forged_rows(void **state)
{
    (void)state;
    for (uint64_t rows = 1; rows <= 5; rows++) {
        const uint64_t account[17] = {2, 10, 2, 1, 5, 0, 3, 5, 0, 20, 2, 1, 5, 0, 3, 5, 0};
        const uint64_t gaps = 0;
        uint8_t payload[256];
        int64_t n = put_words(payload, 1, &rows);
        payload[n++] = 0;
        n += put_words(payload + n, 17, account);
        n += put_words(payload + n, 1, &gaps);
        assert_int_equal(load_payload(payload, n), rows >= 4 ? CRM_OK : CRM_E_FORMAT);
    }
    for (uint8_t has_cost = 0; has_cost < 2; has_cost++) {
        uint8_t payload[25] = {0};
        payload[8] = has_cost;
        assert_int_equal(load_payload(payload, 25), has_cost ? CRM_E_FORMAT : CRM_OK);
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
        cmocka_unit_test(test_forged_accounts),
        cmocka_unit_test(test_forged_rows),
        cmocka_unit_test(test_blob_arguments),
        cmocka_unit_test(test_golden),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
