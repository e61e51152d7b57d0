/* Blobs: handles as bytes, the same on every platform. Little-endian; a head of 32 bytes: magic "CRMB", kind
 * (4 bytes), format version u32, reserved u32 (0), length of the whole u64, checksum of all else u64. */
#ifndef CRM_I_BLOB_H
#define CRM_I_BLOB_H

#include "base/compiler.h"
#include "crmcore/base.h"

enum { CRM_I_BLOB_HEAD = 32 };

/* A writer that counts always and writes where bytes is not NULL and there is room. */
typedef struct crm_i_writer {
    uint8_t *bytes;
    int64_t capacity;
    int64_t length;
} crm_i_writer;

/* begin leaves room for the head; end fills it in: CRM_OK with *length set; CRM_E_BUFFER (arg, *length set)
 * if bytes was given and too small. */
crm_i_writer crm_i_write_begin(uint8_t *bytes, int64_t capacity);
void crm_i_write_u8(crm_i_writer *w, uint8_t v);
void crm_i_write_u32(crm_i_writer *w, uint32_t v);
void crm_i_write_u64(crm_i_writer *w, uint64_t v);
void crm_i_write_i64(crm_i_writer *w, int64_t v);
void crm_i_write_f64(crm_i_writer *w, double v);
void crm_i_write_bytes(crm_i_writer *w, const void *bytes, int64_t n);
crm_status crm_i_write_end(crm_i_writer *w, const char kind[4], uint32_t version, int64_t *length,
                           crm_error *err);

/* A reader that never passes the end: after it, reads give 0 and `failed` is 1. */
typedef struct crm_i_reader {
    const uint8_t *bytes;
    int64_t length;
    int64_t at;
    uint32_t version;
    int32_t failed;
} crm_i_reader;

/* Checks magic, kind, version (<= newest: CRM_E_VERSION), length and checksum (CRM_E_FORMAT). */
crm_status crm_i_read_begin(crm_i_reader *r, const uint8_t *bytes, int64_t length, const char kind[4],
                            uint32_t newest, crm_error *err);
uint8_t crm_i_read_u8(crm_i_reader *r);
uint32_t crm_i_read_u32(crm_i_reader *r);
uint64_t crm_i_read_u64(crm_i_reader *r);
int64_t crm_i_read_i64(crm_i_reader *r);
double crm_i_read_f64(crm_i_reader *r);

/* A count of items of `size` bytes each that must follow: negative or more than the rest holds fails, giving
 * 0. */
int64_t crm_i_read_count(crm_i_reader *r, int64_t size);

/* CRM_OK if all was read and nothing is left. */
crm_status crm_i_read_end(const crm_i_reader *r, crm_error *err);

#endif
