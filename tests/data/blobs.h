/* What the tests of stream and summary share: blobs taken apart and put together again with a right checksum. */
#ifndef CRM_TEST_BLOBS_H
#define CRM_TEST_BLOBS_H

#include "test.h"

#include "base/blob.h"

/* A blob of the given payload, head and checksum right: malloc'd. */
static inline uint8_t *blob_make(const char kind[4], uint32_t version, const uint8_t *payload, int64_t n,
                                 int64_t *length)
{
    uint8_t *bytes = malloc((size_t)(n + CRM_I_BLOB_HEAD));
    assert_non_null(bytes);
    crm_i_writer w = crm_i_write_begin(bytes, n + CRM_I_BLOB_HEAD);
    crm_i_write_bytes(&w, payload, n);
    assert_int_equal(crm_i_write_end(&w, kind, version, length, NULL), CRM_OK);
    return bytes;
}

typedef crm_status (*blob_load)(const uint8_t *bytes, int64_t length, void **out, crm_error *err);
typedef crm_status (*blob_save)(const void *handle, uint8_t *bytes, int64_t capacity, int64_t *length);
typedef void (*blob_destroy)(void *handle);

/* A blob cut anywhere, or with any one bit of any byte turned, is an error. Repaired in its checksum it is an error or
 * a handle that saves to the same bytes. */
static inline void blob_torture(const uint8_t *bytes, int64_t length, const char kind[4], blob_load load,
                                blob_save save, blob_destroy destroy)
{
    void *handle = NULL;
    uint8_t *copy = malloc((size_t)length + 1);
    assert_non_null(copy);
    for (int64_t cut = 0; cut < length; cut++) {
        uint8_t *part = malloc((size_t)cut + 1);
        assert_non_null(part);
        memcpy(part, bytes, (size_t)cut);
        assert_int_equal(load(part, cut, &handle, NULL), CRM_E_FORMAT);
        free(part);
    }
    memcpy(copy, bytes, (size_t)length);
    copy[length] = 0;
    assert_int_equal(load(copy, length + 1, &handle, NULL), CRM_E_FORMAT);
    for (int64_t at = 0; at < length; at++)
        for (int bit = 0; bit < 8; bit++) {
            memcpy(copy, bytes, (size_t)length);
            copy[at] = (uint8_t)(copy[at] ^ (1 << bit));
            assert_true(load(copy, length, &handle, NULL) < 0);
            if (at < CRM_I_BLOB_HEAD)
                continue;
            int64_t n = 0;
            uint8_t *repaired = blob_make(kind, bytes[8], copy + CRM_I_BLOB_HEAD, length - CRM_I_BLOB_HEAD, &n);
            const crm_status status = load(repaired, n, &handle, NULL);
            if (status == CRM_OK) {
                int64_t again = 0;
                assert_int_equal(save(handle, copy, length, &again), CRM_OK);
                assert_int_equal(again, n);
                assert_memory_equal(copy, repaired, (size_t)n);
                destroy(handle);
            } else {
                assert_int_equal(status, CRM_E_FORMAT);
            }
            free(repaired);
        }
    for (int64_t cut = CRM_I_BLOB_HEAD; cut < length; cut++) {
        int64_t n = 0;
        uint8_t *part = blob_make(kind, bytes[8], bytes + CRM_I_BLOB_HEAD, cut - CRM_I_BLOB_HEAD, &n);
        assert_int_equal(load(part, n, &handle, NULL), CRM_E_FORMAT);
        free(part);
    }
    free(copy);
}

/* Prints bytes as the rows of a C array: how the golden blobs below are remade. */
static inline void blob_print(const uint8_t *bytes, int64_t length)
{
    for (int64_t i = 0; i < length; i++)
        printf("%s0x%02X,%s", i % 16 == 0 ? "    " : " ", bytes[i], i % 16 == 15 || i + 1 == length ? "\n" : "");
}

#endif
