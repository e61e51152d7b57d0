/* data: names, the transaction log, the book of customers, the stream, the summary. See crmcore_data(3). */
#ifndef CRMCORE_DATA_H
#define CRMCORE_DATA_H

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- names: text to keys and back ---------------------------------------------------------------------------- */

/* A dictionary of texts. Interning is expected constant time a text and never worse than logarithmic, even for texts
 * made to collide; keys depend on the order of first sight alone, so they are the same on every machine. A handle is
 * changed by one thread at a time; find and get may run from many threads while nobody changes it. A log and a book
 * keep their names alive after crm_names_destroy. */
typedef struct crm_names crm_names;

CRM_API crm_status crm_names_create(const crm_context *context, crm_names **out, crm_error *err);

/* key[i] of text i = bytes[offsets[i] .. offsets[i+1]) (Arrow large-utf8 layout: n + 1 ascending offsets). Keys are
 * 0, 1, 2, ... in the order of first sight. Bytes are compared as they are; an empty text is a text, and bytes may be
 * NULL if all are. CRM_E_ORDER names the first text whose offsets fall (or are negative); CRM_E_MEMORY: names and key
 * are as they were. Time: one reading of the texts; memory: the texts, 9 bytes and 32 to 64 more for each. Since 0.9.
 * */
CRM_API crm_status crm_names_intern(crm_names *names, int64_t n, const int64_t *offsets, const char *bytes,
                                    uint64_t *key, crm_error *err);

/* As intern, but adds nothing: CRM_E_KEY at the first text that is not there, with key untouched. Since 0.9. */
CRM_API crm_status crm_names_find(const crm_names *names, int64_t n, const int64_t *offsets, const char *bytes,
                                  uint64_t *key, crm_error *err);

/* The text of a key, borrowed until names is next changed, terminated by a zero that length does not count.
 * CRM_E_KEY: no such key. Since 0.9. */
CRM_API crm_status crm_names_get(const crm_names *names, uint64_t key, const char **text, int64_t *length,
                                 crm_error *err);

/* Adds the names of `from`; remap[k], one per name of from, is the key in `into` of its name k. On failure both are
 * as they were. Since 0.9. */
CRM_API crm_status crm_names_merge(crm_names *into, const crm_names *from, uint64_t *remap, crm_error *err);
CRM_API int64_t crm_names_count(const crm_names *names);
CRM_API void crm_names_destroy(crm_names *names);

/* ---- the log ------------------------------------------------------------------------------------------------- */

/* Rows of (customer, time, amount), with optional columns. Append, put, freeze; then read-only and shared between
 * threads without a lock. Whatever fails leaves the log as it was. 24 bytes a row and 8 for each column put, up to
 * half as much again while it grows. */
typedef struct crm_transactions crm_transactions;

/* Columns of a log, all int64. Time in ticks, amount and cost in minor units, the rest as the caller pleases. */
enum {
    CRM_TX_TIME = 1,
    CRM_TX_AMOUNT = 2,
    CRM_TX_COST = 3,
    CRM_TX_KIND = 4,
    CRM_TX_PRODUCT = 5,
    CRM_TX_CHANNEL = 6,
    CRM_TX_QUANTITY = 7
};

/* names opt: keys are then keys of names (which the log keeps alive), and books order customers by the bytes of their
 * names. The log itself is in the order of keys in either case. Since 0.9. */
CRM_API crm_status crm_transactions_create(const crm_context *context, const crm_names *names /*opt*/,
                                           crm_transactions **out, crm_error *err);

/* n rows at the end of the log. time in -2^62 .. 2^62 ticks, else CRM_E_DOMAIN naming the row; amount in minor units,
 * negative for a return. With names, CRM_E_KEY names the first row whose key they do not have yet. After freeze:
 * CRM_E_STATE. Since 0.9. */
CRM_API crm_status crm_transactions_append(crm_transactions *log, int64_t n, const uint64_t *key, const int64_t *time,
                                           const int64_t *amount, crm_error *err);

/* An optional column (CRM_TX_COST and above) of rows first .. first+n-1, which must have been appended
 * (CRM_E_ARGUMENT); rows never put are 0. After freeze: CRM_E_STATE. Since 0.9. */
CRM_API crm_status crm_transactions_put(crm_transactions *log, int32_t column, int64_t first, int64_t n,
                                        const int64_t *value, crm_error *err);

/* Ends the building: rows are put in ascending order of key, time and then arrival. Freezing twice is CRM_E_STATE;
 * after a cancel or without memory the log is still open. Time proportional to the rows, one reading if they are in
 * order; 32 bytes a row of memory meanwhile. Since 0.9. */
CRM_API crm_status crm_transactions_freeze(const crm_context *context, crm_transactions *log, crm_error *err);

/* A frozen log of the rows of a frozen log with from <= time <= until; none if from > until. Since 0.9. */
CRM_API crm_status crm_transactions_slice(const crm_context *context, const crm_transactions *log, int64_t from,
                                          int64_t until, crm_transactions **out, crm_error *err);

/* A frozen log of the rows of two frozen logs, those of a before those of b at the same customer and time. The names
 * must be the same handle, or both none (remap keys first: crm_names_merge). Since 0.9. */
CRM_API crm_status crm_transactions_merge(const crm_context *context, const crm_transactions *a,
                                          const crm_transactions *b, crm_transactions **out, crm_error *err);
CRM_API int64_t crm_transactions_count(const crm_transactions *log);

/* The rows of a frozen log, borrowed; NULL before freeze, or if the column was never put. Since 0.9. */
CRM_API const uint64_t *crm_transactions_keys(const crm_transactions *log);
CRM_API const int64_t *crm_transactions_i64(const crm_transactions *log, int32_t column);

/* repeats[j]: repeat purchases until tick until[j] (inclusive; ascending, else CRM_E_ORDER) of the customers of a
 * frozen log whose first purchase is at tick cohort or before; purchases as in a book. One reading. Since 0.9. */
CRM_API crm_status crm_transactions_repeats(const crm_transactions *log, int64_t cohort, int64_t n,
                                            const int64_t *until, int64_t *repeats, crm_error *err);
CRM_API void crm_transactions_destroy(crm_transactions *log);

/* ---- the book: one row per customer --------------------------------------------------------------------------- */

/* What the log says of each customer until a date. All rows of one customer and tick are netted. A tick of net >= 0
 * is a purchase, a negative one a return: it lowers revenue and margin and counts in neither x, t_x nor mean spend. A
 * tick of net 0 counts in x and t_x, not in mean spend. A customer's time begins with its first purchase; one that
 * never purchased has NaN in the f64 columns and INT64_MIN in first and last, but keeps its revenue, so that the book
 * always foots with the log. Rows after as_of are ignored and counted; a customer with no other rows is not in the
 * book. Every f64 is an exact integer or one division of exact integers, correctly rounded: the order of the rows,
 * the number of workers and the instruction set change no bit. Read-only once built; shared between threads without a
 * lock. */
typedef struct crm_customers crm_customers;

enum { /* f64 columns, in periods and major units */
    CRM_CUSTOMER_X = 1,           /* repeat purchases: ticks with a purchase, less one */
    CRM_CUSTOMER_T_X = 2,         /* periods from the first purchase to the last: the recency of the models */
    CRM_CUSTOMER_T = 3,           /* periods from the first purchase to as_of */
    CRM_CUSTOMER_MEAN_SPEND = 4,  /* mean of the positive repeat purchases; NaN if there are none */
    CRM_CUSTOMER_SPEND_COUNT = 5  /* number of positive repeat purchases */
};
enum { /* i64 columns, in ticks and minor units */
    CRM_CUSTOMER_FIRST = 32,
    CRM_CUSTOMER_LAST = 33,
    CRM_CUSTOMER_REVENUE = 34,        /* sum of amounts, returns included */
    CRM_CUSTOMER_COST = 35,           /* sum of costs; 0 where the log has none */
    CRM_CUSTOMER_MARGIN = 36,         /* revenue - cost */
    CRM_CUSTOMER_RECENT_REVENUE = 37, /* of the rows with as_of - time < CRM_OPTION_RECENT_TICKS */
    CRM_CUSTOMER_RECENT_MARGIN = 38
};
enum { /* facts about the whole book */
    CRM_BOOK_AS_OF = 1,
    CRM_BOOK_DECIMALS = 2,
    CRM_BOOK_ROWS = 3,       /* rows of the log up to as_of */
    CRM_BOOK_LATER_ROWS = 4, /* rows after as_of, ignored */
    CRM_BOOK_WITHOUT = 5,    /* customers without any purchase until as_of */
    CRM_BOOK_HAS_COST = 6    /* 1 if the log had a column of costs */
};

/* The book of a frozen log (else CRM_E_STATE). as_of in -2^62 .. 2^62; ticks_per_period 1e-200 .. 1e200 (days: 1,
 * weeks 7, months 365.25/12, years 365.25), else CRM_E_DOMAIN; 0 <= decimals <= 9, else CRM_E_ARGUMENT. A customer
 * whose revenue, cost, margin or their recent parts do not fit int64 is CRM_E_OVERFLOW naming its first row (sums may
 * pass int64 on the way); no rows until as_of: CRM_E_NO_DATA. Two readings of the log; the book takes 80 bytes a
 * customer, 8 to 32 more with costs, names or recent columns. Options: CRM_OPTION_SPEND_FIRST,
 * CRM_OPTION_RECENT_TICKS. Since 0.9. */
CRM_API crm_status crm_customers_build(const crm_context *context, const crm_transactions *log, int64_t as_of,
                                       double ticks_per_period, int32_t decimals, const crm_options *options /*opt*/,
                                       crm_customers **out, crm_error *err);

/* The same straight from n rows of columns in any order, without a log between and without costs; a time outside
 * -2^62 .. 2^62 is CRM_E_DOMAIN naming the row. Rows that are in order of key and time already are read twice and no
 * more. Others are partitioned by key in linear time, whatever the keys, in 8 to 24 bytes a row (by the ranges of keys,
 * times and amounts) beside the book. Parts run in parallel. Since 0.9. */
CRM_API crm_status crm_customers_from_columns(const crm_context *context, int64_t n, const uint64_t *key,
                                              const int64_t *time, const int64_t *amount, int64_t as_of,
                                              double ticks_per_period, int32_t decimals,
                                              const crm_options *options /*opt*/, crm_customers **out, crm_error *err);

/* The same customers at a later date, if nothing was bought between: only T and the recent columns change (those become
 * NULL, since the log is needed for them). as_of earlier than the book's is CRM_E_ORDER. Since 0.9. */
CRM_API crm_status crm_customers_advance(const crm_context *context, const crm_customers *book, int64_t as_of,
                                         crm_customers **out, crm_error *err);

CRM_API int64_t crm_customers_count(const crm_customers *book);
CRM_API const uint64_t *crm_customers_keys(const crm_customers *book);
CRM_API const crm_names *crm_customers_names(const crm_customers *book); /* borrowed; NULL if there are none */
CRM_API const double *crm_customers_f64(const crm_customers *book, int32_t column);   /* borrowed; NULL: no such */
CRM_API const int64_t *crm_customers_i64(const crm_customers *book, int32_t column);  /* borrowed; NULL: no such */
CRM_API int64_t crm_customers_fact(const crm_customers *book, int32_t fact);          /* CRM_BOOK_*; else INT64_MIN */
CRM_API double crm_customers_period(const crm_customers *book);                       /* ticks per period */

/* row[i] of key[i] in the book, -1 if it is not there. Logarithmic in the customers; allocates nothing. Since 0.9. */
CRM_API crm_status crm_customers_find(const crm_customers *book, int64_t n, const uint64_t *key, int64_t *row,
                                      crm_error *err);

/* purchases[i]: what customer i of a book bought after the book's date, until that of a later book of the same log (an
 * earlier one is CRM_E_ORDER): x there less x here; NaN where it had not bought yet. CRM_E_KEY: a customer is not in
 * the later book; CRM_E_ARGUMENT: one has bought less there. Since 0.9. */
CRM_API crm_status crm_customers_since(const crm_customers *book, const crm_customers *later, double *purchases,
                                       crm_error *err);
CRM_API void crm_customers_destroy(crm_customers *book);

/* ---- the stream: constant memory per customer ----------------------------------------------------------------- */

/* Rows in any order of customers, but each customer's rows in order of time (rows of one tick together are netted as
 * in a book). A book made of it equals the book of the log, bit for bit, but has no recent columns; facts too,
 * CRM_BOOK_ROWS being the rows added and CRM_BOOK_LATER_ROWS 0. Of a customer it keeps its first and last tick as they
 * are and the sum of what lies between: 200 bytes, and a place in a table, however many rows there are; besides, the
 * gaps between purchases by length in ticks. A stream is changed by one thread at a time. */
typedef struct crm_stream crm_stream;

CRM_API crm_status crm_stream_create(const crm_context *context, crm_stream **out, crm_error *err);

/* time in -2^62 .. 2^62 (else CRM_E_DOMAIN), amount and cost (opt) in minor units. A row earlier than its customer's
 * last, of this batch or before, is CRM_E_ORDER naming row and key. A batch is added whole or, on any error, not at
 * all. A stream holds at most 2^60 rows (CRM_E_OVERFLOW). Since 0.9. */
CRM_API crm_status crm_stream_add(crm_stream *stream, int64_t n, const uint64_t *key, const int64_t *time,
                                  const int64_t *amount, const int64_t *cost /*opt*/, crm_error *err);

/* Adds what `from` has seen, whichever came first. For each customer of both, one's time range must end before the
 * other's begins, or at the same tick (which is netted): otherwise CRM_E_ORDER naming the key, and nothing is added. So
 * shards of time are merged neighbour to neighbour, in any order of pairs: joined to the shard after next, a shard
 * leaves no room for the one between. What comes out, and its bytes, do not depend on the order. Since 0.9. */
CRM_API crm_status crm_stream_merge(crm_stream *into, const crm_stream *from, crm_error *err);

/* The book as of a date not before the latest tick seen (otherwise CRM_E_ORDER), customers in ascending key; it also
 * carries the gaps, for crm_summary_of_customers. The rest as crm_customers_build, of its options
 * CRM_OPTION_SPEND_FIRST. No rows yet: CRM_E_NO_DATA. Since 0.9. */
CRM_API crm_status crm_stream_customers(const crm_context *context, const crm_stream *stream, int64_t as_of,
                                        double ticks_per_period, int32_t decimals, const crm_options *options /*opt*/,
                                        crm_customers **out, crm_error *err);
CRM_API int64_t crm_stream_count(const crm_stream *stream);

/* Blobs: bytes NULL asks the length. The same bytes on every platform, whatever the order in which rows arrived; old
 * versions load for ever. Too small a capacity is CRM_E_BUFFER, with *length set. Since 0.9. */
CRM_API crm_status crm_stream_save(const crm_stream *stream, uint8_t *bytes, int64_t capacity, int64_t *length,
                                   crm_error *err);
CRM_API crm_status crm_stream_load(const crm_context *context, const uint8_t *bytes, int64_t length, crm_stream **out,
                                   crm_error *err);
CRM_API void crm_stream_destroy(crm_stream *stream);

/* ---- the summary: the one input of every fit ------------------------------------------------------------------- */

/* Distinct rows with counts in canonical order, in up to four sections: purchases (x, t_x, T, weight), spend (count,
 * mean, weight), durations (duration, ended, weight), gaps between purchases by length in ticks. Rows are equal if
 * their doubles are, weight included, and equal rows are counted in whole numbers, so that nothing is rounded: the
 * order of rows, and of merging, changes no bit, and a fit of shards is the fit of the whole. Rows of weight 0 are left
 * out once their domain was checked. Changed by one thread at a time. */
typedef struct crm_summary crm_summary;

enum { /* facts about a summary */
    CRM_SUMMARY_PURCHASES = 1,          /* customers in the section, by count */
    CRM_SUMMARY_PURCHASES_DISTINCT = 2,
    CRM_SUMMARY_SPEND = 3,
    CRM_SUMMARY_SPEND_DISTINCT = 4,
    CRM_SUMMARY_DURATIONS = 5,
    CRM_SUMMARY_DURATIONS_DISTINCT = 6,
    CRM_SUMMARY_GAPS = 7,               /* gaps counted */
    CRM_SUMMARY_AS_OF = 8,              /* INT64_MIN if it was not made of a book */
    CRM_SUMMARY_COVARIATES = 9,         /* columns of covariates; 0 if it has none */
    CRM_SUMMARY_STRATA = 10             /* distinct rows of covariates */
};

/* Purchases, spend (customers with a positive spend count) and gaps of a book; customers without a purchase are left
 * out, as the book counts them (CRM_BOOK_WITHOUT). Gaps are there where the book was made of a stream, which counts
 * them; books of logs and columns have none yet. Since 0.9. */
CRM_API crm_status crm_summary_of_customers(const crm_context *context, const crm_customers *book, crm_summary **out,
                                            crm_error *err);

/* x whole and >= 0, T finite and >= 0, 0 <= t_x <= T, t_x = 0 exactly when x = 0; weight finite and >= 0,
 * opt: 1. The first bad row is CRM_E_DOMAIN naming argument and row; equal rows whose weights together are infinite are
 * CRM_E_OVERFLOW. No rows make an empty summary, to be added to. Since 0.9. */
CRM_API crm_status crm_summary_of_purchases(const crm_context *context, int64_t n, const double *x, const double *t_x,
                                            const double *T, const double *weight /*opt*/, crm_summary **out,
                                            crm_error *err);

/* count whole and >= 0; mean finite and > 0 where count > 0 (rows with count 0 carry nothing and are left out, whatever
 * their mean). The rest as of purchases. Since 0.9. */
CRM_API crm_status crm_summary_of_spend(const crm_context *context, int64_t n, const double *count, const double *mean,
                                        const double *weight /*opt*/, crm_summary **out, crm_error *err);

/* duration whole and >= 1: renewal periods lived through; ended 1: lost in that period, 0: still there. Since 0.9. */
CRM_API crm_status crm_summary_of_durations(const crm_context *context, int64_t n, const double *duration,
                                            const uint8_t *ended, const double *weight /*opt*/, crm_summary **out,
                                            crm_error *err);

/* The durations of a cohort from its survivors: survivors[t] are still there after t = 0 .. n-1 renewals, finite, >= 0
 * and never more than before (else CRM_E_DOMAIN, row). Whole numbers are customers, and the summary that of their
 * durations; others (shares, per cent) are weights. Since 0.9. */
CRM_API crm_status crm_summary_of_survivors(const crm_context *context, int64_t n, const double *survivors,
                                            crm_summary **out, crm_error *err);

/* Purchases, as above, of customers with static covariates: z is column-major, n rows by 1 .. 32 columns with leading
 * dimension n, finite (the first that is not is CRM_E_DOMAIN naming its row). Fits use the covariates as their options
 * say, or not at all. Covariates of few distinct values cost next to nothing; each distinct row of them is evaluated
 * for itself, so that a fit with thousands takes seconds. Since 0.9. */
CRM_API crm_status crm_summary_of_covariates(const crm_context *context, int64_t n, const double *x, const double *t_x,
                                             const double *T, const double *weight /*opt*/, int32_t columns,
                                             const double *z, crm_summary **out, crm_error *err);

/* Adds rows of purchases, checked as above, to a summary that has neither an as-of date nor covariates (otherwise
 * CRM_E_STATE); on failure it
 * stays as it was. Takes time in proportion to the cells that are there: add in batches. Since 0.9. */
CRM_API crm_status crm_summary_add(const crm_context *context, crm_summary *into, int64_t n, const double *x,
                                   const double *t_x, const double *T, const double *weight /*opt*/, crm_error *err);

/* Adds a summary with the same as-of date and ticks per period, or none, and the same number of covariates, or
 * neither purchases nor covariates; otherwise CRM_E_STATE. Without a date, into
 * takes that of from. CRM_E_OVERFLOW where a count would not fit int64. On failure into stays as it was. Since 0.9. */
CRM_API crm_status crm_summary_merge(crm_summary *into, const crm_summary *from, crm_error *err);
CRM_API int64_t crm_summary_fact(const crm_summary *summary, int32_t fact); /* CRM_SUMMARY_*; else INT64_MIN */

/* Blobs, as of a stream. Since 0.9. */
CRM_API crm_status crm_summary_save(const crm_summary *summary, uint8_t *bytes, int64_t capacity, int64_t *length,
                                    crm_error *err);
CRM_API crm_status crm_summary_load(const crm_context *context, const uint8_t *bytes, int64_t length,
                                    crm_summary **out, crm_error *err);
CRM_API void crm_summary_destroy(crm_summary *summary);

#ifdef __cplusplus
}
#endif
#endif
