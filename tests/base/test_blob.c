/* Blobs: what is written is read, on bytes pinned once for ever; whatever else is read is an error and
 * nothing more. */
#include "test.h"

#include "base/blob.h"

static const char kind[4] = {'T', 'E', 'S', 'T'};

/* One of each, 8 + 1 + 4 + 8 + 8 + 8 + 3 bytes. */
static int64_t write_all(uint8_t *bytes, int64_t capacity, crm_status want)
{
    crm_i_writer w = crm_i_write_begin(bytes, capacity);
    crm_i_write_i64(&w, 2);
    crm_i_write_u8(&w, 0xAB);
    crm_i_write_u32(&w, 0x01020304u);
    crm_i_write_u64(&w, 0x1122334455667788u);
    crm_i_write_i64(&w, -2);
    crm_i_write_f64(&w, -1.5);
    crm_i_write_bytes(&w, "abc", 3);
    crm_i_write_bytes(&w, NULL, 0);
    int64_t length = -1;
    crm_error err;
    assert_int_equal(crm_i_write_end(&w, kind, 7, &length, &err), want);
    assert_int_equal(err.status, want);
    return length;
}

enum { WHOLE = 32 + 40 };

static const uint8_t golden[WHOLE] = {
    'C',  'R',  'M',  'B',  'T',  'E',  'S',  'T',  7,    0,    0,    0,    0,    0,    0,    0,    WHOLE, 0,
    0,    0,    0,    0,    0,    0,    0x1C, 0x43, 0x64, 0xB2, 0xE1, 0x81, 0x06, 0x0E, 2,    0,    0,     0,
    0,    0,    0,    0,    0xAB, 4,    3,    2,    1,    0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11,  0xFE,
    0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0,    0,    0,    0,    0,    0,    0xF8, 0xBF, 'a',  'b',   'c'};

/* CRC-64/XZ one bit at a time, as its definition has it. */
static uint64_t crc_bits(uint64_t crc, const uint8_t *bytes, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc & 1 ? (crc >> 1) ^ 0xC96C5795D7870F42u : crc >> 1;
    }
    return crc;
}

static uint64_t checksum_of(const uint8_t *bytes, int64_t length)
{
    return ~crc_bits(crc_bits(~(uint64_t)0, bytes, 24), bytes + 32, length - 32);
}

static void seal(uint8_t *bytes, int64_t length)
{
    const uint64_t sum = checksum_of(bytes, length);
    for (int i = 0; i < 8; i++)
        bytes[24 + i] = (uint8_t)(sum >> (8 * i));
}

static void test_the_bytes_are_pinned(void **state)
{
    (void)state;
    const uint8_t digits[] = "123456789";
    assert_true(~crc_bits(~(uint64_t)0, digits, 9) == 0x995DC9BBDF1939FAu); /* the published check value */
    uint8_t bytes[WHOLE];
    assert_int_equal(write_all(bytes, WHOLE, CRM_OK), WHOLE);
    assert_memory_equal(bytes, golden, WHOLE);
}

static void test_sizes(void **state)
{
    (void)state;
    assert_int_equal(write_all(NULL, 0, CRM_OK), WHOLE);
    assert_int_equal(write_all(NULL, -5, CRM_OK), WHOLE);
    uint8_t bytes[WHOLE + 1];
    for (int64_t capacity = 0; capacity < WHOLE; capacity++) {
        memset(bytes, 0xEE, sizeof bytes);
        assert_int_equal(write_all(bytes, capacity, CRM_E_BUFFER), WHOLE);
        for (int64_t i = capacity; i <= WHOLE; i++)
            assert_int_equal(bytes[i], 0xEE);
    }
    memset(bytes, 0xEE, sizeof bytes);
    assert_int_equal(write_all(bytes, WHOLE + 1, CRM_OK), WHOLE);
    assert_int_equal(bytes[WHOLE], 0xEE);
    assert_int_equal(write_all(bytes, -1, CRM_E_ARGUMENT), -1);

    crm_i_writer w = crm_i_write_begin(NULL, 0);
    crm_error err;
    assert_int_equal(crm_i_write_end(&w, kind, 1, NULL, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 4);
    crm_i_write_bytes(&w, bytes, INT64_MAX);
    assert_true(w.length == INT64_MAX);
}

static crm_status read_all(const uint8_t *bytes, int64_t length, uint32_t newest, crm_error *err)
{
    crm_i_reader r;
    crm_status status = crm_i_read_begin(&r, bytes, length, kind, newest, err);
    if (status != CRM_OK) {
        assert_int_equal(crm_i_read_u64(&r), 0); /* nothing can be read after a refusal */
        return status;
    }
    assert_int_equal(r.version, 7);
    assert_int_equal(crm_i_read_count(&r, 16), 2);
    assert_int_equal(crm_i_read_u8(&r), 0xAB);
    assert_int_equal(crm_i_read_u32(&r), 0x01020304);
    assert_true(crm_i_read_u64(&r) == 0x1122334455667788u);
    assert_int_equal(crm_i_read_i64(&r), -2);
    assert_same_bits(crm_i_read_f64(&r), -1.5);
    assert_int_equal(crm_i_read_u8(&r), 'a');
    assert_int_equal(crm_i_read_end(&r, err), CRM_E_FORMAT);
    assert_int_equal(crm_i_read_u8(&r), 'b');
    assert_int_equal(crm_i_read_u8(&r), 'c');
    assert_int_equal(crm_i_read_end(&r, err), CRM_OK);
    assert_int_equal(r.failed, 0);
    assert_int_equal(crm_i_read_u8(&r), 0);
    assert_int_equal(r.failed, 1);
    return crm_i_read_end(&r, err) == CRM_E_FORMAT ? CRM_OK : CRM_E_INTERNAL;
}

static void test_read_back(void **state)
{
    (void)state;
    uint8_t bytes[WHOLE];
    write_all(bytes, WHOLE, CRM_OK);
    crm_error err;
    assert_int_equal(read_all(bytes, WHOLE, 7, &err), CRM_OK);
    assert_int_equal(read_all(bytes, WHOLE, 8, NULL), CRM_OK);
    assert_int_equal(read_all(bytes, WHOLE, 6, &err), CRM_E_VERSION);
    assert_int_equal(err.arg, 2);
    assert_same_bits(err.value, 7.0);
}

static void test_every_damaged_bit_is_noticed(void **state)
{
    (void)state;
    uint8_t bytes[WHOLE];
    write_all(bytes, WHOLE, CRM_OK);
    for (int i = 0; i < WHOLE; i++)
        for (int bit = 0; bit < 8; bit++) {
            crm_error err;
            bytes[i] = (uint8_t)(bytes[i] ^ (1u << bit));
            assert_int_equal(read_all(bytes, WHOLE, 7, &err), CRM_E_FORMAT);
            assert_int_equal(err.status, CRM_E_FORMAT);
            assert_int_equal(err.arg, 2);
            bytes[i] = (uint8_t)(bytes[i] ^ (1u << bit));
        }
    for (int64_t length = 0; length < WHOLE; length++) {
        uint8_t *cut = malloc((size_t)length + 1); /* as long as the blob, so that sanitizers see reads behind it */
        assert_non_null(cut);
        memcpy(cut, bytes, (size_t)length);
        uint8_t *end = realloc(cut, length ? (size_t)length : 1);
        assert_int_equal(read_all(end, length, 7, NULL), CRM_E_FORMAT);
        free(end);
    }
}

/* Who makes bytes to harm makes the checksum fit. */
static void test_hostile_heads(void **state)
{
    (void)state;
    uint8_t bytes[WHOLE];
    crm_error err;
    write_all(bytes, WHOLE, CRM_OK);
    bytes[8] = 0;
    seal(bytes, WHOLE);
    assert_int_equal(read_all(bytes, WHOLE, 7, &err), CRM_E_FORMAT);
    bytes[8] = 7;
    bytes[12] = 1;
    seal(bytes, WHOLE);
    assert_int_equal(read_all(bytes, WHOLE, 7, &err), CRM_E_FORMAT);
    bytes[12] = 0;
    bytes[11] = 0x80;
    seal(bytes, WHOLE);
    assert_int_equal(read_all(bytes, WHOLE, 7, &err), CRM_E_VERSION);
    bytes[11] = 0;
    for (int i = 16; i < 24; i++)
        bytes[i] = 0xFF;
    seal(bytes, WHOLE);
    assert_int_equal(read_all(bytes, WHOLE, 7, &err), CRM_E_FORMAT);
    write_all(bytes, WHOLE, CRM_OK);
    bytes[16] = WHOLE - 1; /* a byte behind the end */
    seal(bytes, WHOLE);
    assert_int_equal(read_all(bytes, WHOLE, 7, &err), CRM_E_FORMAT);
    assert_int_equal(read_all(NULL, WHOLE, 7, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 2);
    assert_int_equal(read_all(bytes, -1, 7, &err), CRM_E_ARGUMENT);
    assert_int_equal(err.arg, 3);
}

static void test_hostile_counts(void **state)
{
    (void)state;
    static const int64_t count[] = {-1, INT64_MIN, INT64_MAX, 3, (int64_t)1 << 61};
    for (size_t i = 0; i < sizeof count / sizeof count[0]; i++) {
        uint8_t bytes[64];
        crm_i_writer w = crm_i_write_begin(bytes, 64);
        crm_i_write_i64(&w, count[i]);
        for (int k = 0; k < 16; k++)
            crm_i_write_u8(&w, 0);
        int64_t length;
        assert_int_equal(crm_i_write_end(&w, kind, 1, &length, NULL), CRM_OK);
        crm_i_reader r;
        assert_int_equal(crm_i_read_begin(&r, bytes, length, kind, 1, NULL), CRM_OK);
        assert_int_equal(crm_i_read_count(&r, 8), 0);
        assert_int_equal(r.failed, 1);
        assert_int_equal(crm_i_read_end(&r, NULL), CRM_E_FORMAT);
        assert_int_equal(crm_i_read_begin(&r, bytes, length, kind, 1, NULL), CRM_OK);
        assert_int_equal(crm_i_read_count(&r, 4), count[i] == 3 ? 3 : 0);
        assert_int_equal(crm_i_read_count(&r, 0 + 1), 0);
    }
}

/* Long enough that the eight-byte steps of the checksum are all taken. */
static void test_long_blobs(void **state)
{
    (void)state;
    static uint8_t bytes[4000];
    for (int n = 0; n < 3000; n = n * 2 + 1) {
        crm_i_writer w = crm_i_write_begin(bytes, sizeof bytes);
        for (int i = 0; i < n; i++)
            crm_i_write_u8(&w, (uint8_t)(i * i));
        int64_t length;
        assert_int_equal(crm_i_write_end(&w, kind, 1, &length, NULL), CRM_OK);
        uint64_t stored = 0;
        for (int i = 0; i < 8; i++)
            stored |= (uint64_t)bytes[24 + i] << (8 * i);
        assert_true(stored == checksum_of(bytes, length));
        crm_i_reader r;
        assert_int_equal(crm_i_read_begin(&r, bytes, length, kind, 1, NULL), CRM_OK);
        for (int i = 0; i < n; i++)
            assert_int_equal(crm_i_read_u8(&r), (uint8_t)(i * i));
        assert_int_equal(crm_i_read_end(&r, NULL), CRM_OK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_bytes_are_pinned), cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_read_back),            cmocka_unit_test(test_every_damaged_bit_is_noticed),
        cmocka_unit_test(test_hostile_heads),        cmocka_unit_test(test_hostile_counts),
        cmocka_unit_test(test_long_blobs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
