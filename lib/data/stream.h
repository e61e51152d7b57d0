/* The stream from inside: of each customer the first and the last tick raw, what lies between added up, so
 * that rows of either end may still come, and streams whose times follow each other can be joined. */
#ifndef CRM_I_STREAM_H
#define CRM_I_STREAM_H

#include "base/memory.h"
#include "crmcore/data.h"
#include "data/gaps.h"
#include "data/ledger.h"

/* All rows of a customer and tick, netted. */
typedef struct crm_i_tick {
    int64_t time;
    struct crm_i_sum128 net;
    struct crm_i_sum128 cost;
} crm_i_tick;

/* A customer: first alone with one tick; first and last with two; what lies between, in inner, with more.
 * What is not there is as crm_i_account_start left it. */
typedef struct crm_i_account {
    uint64_t key;
    int64_t seen; /* the latest tick, while a batch is checked the latest of it */
    int64_t ticks;
    crm_i_tick first;
    crm_i_tick last;
    crm_i_ledger inner;
} crm_i_account;

/* Accounts stand in the order of first sight; places finds them by key. The numbers of gaps are those within
 * inner: a gap beside the first or last tick may still change. */
typedef struct crm_i_place {
    uint64_t key;
    int64_t account; /* -1: free */
} crm_i_place;

struct crm_stream {
    crm_i_handle handle;
    int64_t rows;
    int32_t has_cost;
    int64_t earliest; /* of all ticks; nothing without rows */
    int64_t latest;
    int64_t n;
    int64_t capacity;
    crm_i_account *account;
    int64_t places; /* a power of two, more than 4 / 3 of n; or 0 */
    crm_i_place *place;
    uint64_t seed; /* of the hash; changes no result */
    crm_i_gap_table gaps;
};

/* Rows that a stream may hold: leaves every two-word sum far from its end. */
enum { CRM_I_STREAM_ROWS_BITS = 60 };

/* ---- one account ---- */

crm_i_account crm_i_account_start(uint64_t key);

/* One row, not earlier than the latest. gaps has room for one more length. */
void crm_i_account_add(crm_i_account *account, int64_t time, int64_t amount, int64_t cost,
                       crm_i_gap_table *gaps);

/* 1 if the ticks of one all lie before those of the other, or share just the tick where they meet. */
int32_t crm_i_account_joins(const crm_i_account *a, const crm_i_account *b);

/* Joins what joins. gaps has room for CRM_I_JOIN_GAPS more lengths. */
enum { CRM_I_JOIN_GAPS = 3 };
void crm_i_account_join(crm_i_account *into, const crm_i_account *from, crm_i_gap_table *gaps);

/* The ledger of the customer, and the gaps beside its first and last tick: their number is answered. */
crm_i_ledger crm_i_account_ledger(const crm_i_account *account);
int32_t crm_i_account_gaps(const crm_i_account *account, int64_t length[2]);

/* ---- the table ---- */

crm_stream *crm_i_stream_new(const crm_context *context);

/* The number of the key's account, or -1. */
int64_t crm_i_stream_find(const crm_stream *stream, uint64_t key);

/* Room for so many accounts more: 1, or 0 without memory. */
int32_t crm_i_stream_reserve(crm_stream *stream, int64_t more);

/* A new account, for which there is room, of a key that is not there; and the newest one taken away again. */
int64_t crm_i_stream_insert(crm_stream *stream, uint64_t key);
void crm_i_stream_remove_newest(crm_stream *stream);

/* pair[i].index = the accounts in ascending key; scratch has n entries. */
struct crm_i_sort_pair;
void crm_i_stream_order(const crm_stream *stream, struct crm_i_sort_pair *pair,
                        struct crm_i_sort_pair *scratch);

#endif
