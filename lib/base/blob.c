/* Blobs: bytes written and read one by one, so that neither byte order nor alignment of the platform
 * shows. */
#include "base/blob.h"

#include <string.h>

#include "base/error.h"

enum { AT_MAGIC = 0, AT_KIND = 4, AT_VERSION = 8, AT_RESERVED = 12, AT_LENGTH = 16, AT_CHECKSUM = 24 };

static const uint8_t blob_magic[4] = {'C', 'R', 'M', 'B'};

static void put(uint8_t *bytes, uint64_t v, int size)
{
    for (int i = 0; i < size; i++)
        bytes[i] = (uint8_t)(v >> (8 * i));
}

static uint64_t get(const uint8_t *bytes, int size)
{
    uint64_t v = 0;
    for (int i = 0; i < size; i++)
        v |= (uint64_t)bytes[i] << (8 * i);
    return v;
}

/* ---- checksum ---- */

/* CRC-64/XZ: the polynomial of ECMA-182 bit-reversed, all bits set before and inverted after; of "123456789"
 * it is 0x995DC9BBDF1939FA. Eight bytes at a time: table k advances a byte by k more. The tables are made for
 * each checksum, for they cost less than reading 16 kB would. */
#define CRC_POLYNOMIAL 0xC96C5795D7870F42u
enum { CRC_STEP = 8 };

typedef struct crc_tables {
    uint64_t table[CRC_STEP][256];
} crc_tables;

static void crc_make(crc_tables *t)
{
    for (int i = 0; i < 256; i++) {
        uint64_t v = (uint64_t)i;
        for (int bit = 0; bit < 8; bit++)
            v = (v >> 1) ^ ((0 - (v & 1)) & CRC_POLYNOMIAL);
        t->table[0][i] = v;
    }
    for (int k = 1; k < CRC_STEP; k++)
        for (int i = 0; i < 256; i++) {
            const uint64_t v = t->table[k - 1][i];
            t->table[k][i] = (v >> 8) ^ t->table[0][v & 0xFF];
        }
}

static uint64_t crc_add(const crc_tables *t, uint64_t crc, const uint8_t *bytes, int64_t n)
{
    for (; n >= CRC_STEP; n -= CRC_STEP, bytes += CRC_STEP) {
        const uint64_t v = crc ^ get(bytes, CRC_STEP);
        crc = 0;
        for (int i = 0; i < CRC_STEP; i++)
            crc ^= t->table[CRC_STEP - 1 - i][(v >> (8 * i)) & 0xFF];
    }
    for (; n > 0; n--, bytes++)
        crc = (crc >> 8) ^ t->table[0][(crc ^ *bytes) & 0xFF];
    return crc;
}

/* Of all but the checksum itself. */
static uint64_t blob_checksum(const uint8_t *bytes, int64_t length)
{
    crc_tables tables;
    crc_make(&tables);
    const uint64_t head = crc_add(&tables, ~(uint64_t)0, bytes, AT_CHECKSUM);
    return ~crc_add(&tables, head, bytes + CRM_I_BLOB_HEAD, length - CRM_I_BLOB_HEAD);
}

/* ---- writing ---- */

crm_i_writer crm_i_write_begin(uint8_t *bytes, int64_t capacity)
{
    const crm_i_writer w = {bytes, capacity, CRM_I_BLOB_HEAD};
    return w;
}

/* Where the next n bytes go, or NULL if they are only counted. */
static uint8_t *write_room(crm_i_writer *w, int64_t n)
{
    const int64_t at = w->length;
    w->length = n > INT64_MAX - at ? INT64_MAX : at + n;
    return w->bytes && w->length <= w->capacity ? w->bytes + at : NULL;
}

static void write_number(crm_i_writer *w, uint64_t v, int size)
{
    uint8_t *to = write_room(w, size);
    if (to)
        put(to, v, size);
}

void crm_i_write_u8(crm_i_writer *w, uint8_t v)
{
    write_number(w, v, 1);
}

void crm_i_write_u32(crm_i_writer *w, uint32_t v)
{
    write_number(w, v, 4);
}

void crm_i_write_u64(crm_i_writer *w, uint64_t v)
{
    write_number(w, v, 8);
}

void crm_i_write_i64(crm_i_writer *w, int64_t v)
{
    write_number(w, (uint64_t)v, 8);
}

void crm_i_write_f64(crm_i_writer *w, double v)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    write_number(w, bits, 8);
}

void crm_i_write_bytes(crm_i_writer *w, const void *bytes, int64_t n)
{
    if (n <= 0)
        return;
    uint8_t *to = write_room(w, n);
    if (to)
        memcpy(to, bytes, (size_t)n);
}

crm_status crm_i_write_end(crm_i_writer *w, const char kind[4], uint32_t version, int64_t *length,
                           crm_error *err)
{
    if (!length)
        return crm_i_fail(err, CRM_E_NULL, 4, "length is NULL.");
    if (w->bytes && w->capacity < 0)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 3, (double)w->capacity, "capacity is negative.");
    *length = w->length;
    if (!w->bytes)
        return crm_i_ok(err);
    if (w->length > w->capacity)
        return crm_i_fail_value(err, CRM_E_BUFFER, 3, (double)w->length, "The blob needs a larger buffer.");
    memcpy(w->bytes + AT_MAGIC, blob_magic, sizeof blob_magic);
    memcpy(w->bytes + AT_KIND, kind, 4);
    put(w->bytes + AT_VERSION, version, 4);
    put(w->bytes + AT_RESERVED, 0, 4);
    put(w->bytes + AT_LENGTH, (uint64_t)w->length, 8);
    put(w->bytes + AT_CHECKSUM, blob_checksum(w->bytes, w->length), 8);
    return crm_i_ok(err);
}

/* ---- reading ---- */

static crm_status damaged(crm_error *err, const char *text)
{
    return crm_i_fail(err, CRM_E_FORMAT, 2, text);
}

crm_status crm_i_read_begin(crm_i_reader *r, const uint8_t *bytes, int64_t length, const char kind[4],
                            uint32_t newest, crm_error *err)
{
    const crm_i_reader empty = {NULL, 0, 0, 0, 1};
    *r = empty;
    if (!bytes)
        return crm_i_fail(err, CRM_E_NULL, 2, "bytes is NULL.");
    if (length < 0)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 3, (double)length, "length is negative.");
    if (length < CRM_I_BLOB_HEAD)
        return damaged(err, "The blob is shorter than its head.");
    if (memcmp(bytes + AT_MAGIC, blob_magic, sizeof blob_magic) != 0)
        return damaged(err, "The bytes are not a blob of this library.");
    if (memcmp(bytes + AT_KIND, kind, 4) != 0)
        return damaged(err, "The blob is of another kind.");
    if (get(bytes + AT_LENGTH, 8) != (uint64_t)length)
        return damaged(err, "The blob is cut short or has bytes behind its end.");
    if (get(bytes + AT_CHECKSUM, 8) != blob_checksum(bytes, length))
        return damaged(err, "The blob is damaged: its checksum is wrong.");
    const uint32_t version = (uint32_t)get(bytes + AT_VERSION, 4);
    if (version > newest)
        return crm_i_fail_value(err, CRM_E_VERSION, 2, (double)version, "The blob is of a later format.");
    if (version == 0 || get(bytes + AT_RESERVED, 4) != 0)
        return damaged(err, "The head of the blob is not one that this library writes.");
    const crm_i_reader begun = {bytes, length, CRM_I_BLOB_HEAD, version, 0};
    *r = begun;
    return CRM_OK;
}

static uint64_t read_number(crm_i_reader *r, int size)
{
    if (r->failed || r->length - r->at < size) {
        r->failed = 1;
        return 0;
    }
    const uint64_t v = get(r->bytes + r->at, size);
    r->at += size;
    return v;
}

uint8_t crm_i_read_u8(crm_i_reader *r)
{
    return (uint8_t)read_number(r, 1);
}

uint32_t crm_i_read_u32(crm_i_reader *r)
{
    return (uint32_t)read_number(r, 4);
}

uint64_t crm_i_read_u64(crm_i_reader *r)
{
    return read_number(r, 8);
}

int64_t crm_i_read_i64(crm_i_reader *r)
{
    const uint64_t bits = read_number(r, 8);
    int64_t v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

double crm_i_read_f64(crm_i_reader *r)
{
    const uint64_t bits = read_number(r, 8);
    double v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

int64_t crm_i_read_count(crm_i_reader *r, int64_t size)
{
    const int64_t count = crm_i_read_i64(r);
    if (!r->failed && count >= 0 && count <= (r->length - r->at) / size)
        return count;
    r->failed = 1;
    return 0;
}

crm_status crm_i_read_end(const crm_i_reader *r, crm_error *err)
{
    if (r->failed || r->at != r->length)
        return damaged(err, "The blob holds less or more than its kind does.");
    return CRM_OK;
}
