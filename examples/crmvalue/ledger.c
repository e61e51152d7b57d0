/* A file of purchases as a log and a book. */
#include <stdlib.h>
#include <string.h>

#include "crmvalue.h"

enum { CUSTOMER, DATE, AMOUNT, COST, QUANTITY, PRODUCT, CHANNEL, COLUMNS };
static const char *const column_names[COLUMNS] = {"customer", "date",    "amount", "cost",
                                                  "quantity", "product", "channel"};
static const int32_t column_ids[COLUMNS] = {
    0, 0, CRM_TX_AMOUNT, CRM_TX_COST, CRM_TX_QUANTITY, CRM_TX_PRODUCT, CRM_TX_CHANNEL};

enum { BATCH = 8192 };

/* Rows on their way from the file to the library: texts end to end, numbers in columns. */
typedef struct batch {
    int64_t rows, bytes, capacity;
    char *text; /* of this batch's customers */
    int64_t offset[BATCH + 1];
    uint64_t key[BATCH];
    int64_t number[COLUMNS][BATCH];
} batch;

typedef struct reader {
    const arguments *a;
    const char *path;
    csv file;
    int at[COLUMNS];               /* place of the column in the file; -1: not there */
    crm_names *customers, *others; /* others: products and channels, which the log keeps as numbers */
    crm_transactions *log;
    batch *rows;
    int64_t total;
} reader;

static int read_header(reader *r, int money)
{
    for (int c = 0; c < COLUMNS; c++)
        r->at[c] = -1;
    const int got = csv_next(&r->file);
    if (got <= 0) {
        if (got == 0)
            complain(r->path, 0, "the file is empty; a header naming customer and date is needed");
        return 0;
    }
    for (int64_t i = 0; i < r->file.fields; i++) {
        const csv_field field = r->file.field[i];
        for (int c = 0; c < COLUMNS; c++) {
            if ((int64_t)strlen(column_names[c]) != field.length ||
                memcmp(column_names[c], field.text, (size_t)field.length))
                continue;
            if (r->at[c] >= 0) {
                complain(r->path, 1, "two columns are named %s", column_names[c]);
                return 0;
            }
            r->at[c] = (int)i;
        }
    }
    for (int c = CUSTOMER; c <= (money ? AMOUNT : DATE); c++) {
        if (r->at[c] < 0) {
            complain(r->path, 1, "the header names no column %s", column_names[c]);
            return 0;
        }
    }
    return 1;
}

/* A field of the current record as a number of its column; 0 after saying what is wrong. */
static int read_number(reader *r, int column, csv_field field, int64_t *out)
{
    const char *reason = NULL;
    int good = 0;
    if (column == DATE) {
        good = parse_date(field.text, field.length, out);
        reason = "is not a date of the form YYYY-MM-DD";
    } else if (column == QUANTITY) {
        good = parse_integer(field.text, field.length, out);
        reason = "is not a whole number";
    } else if (column == PRODUCT || column == CHANNEL) {
        const int64_t offsets[2] = {0, field.length};
        uint64_t key = 0;
        crm_error e;
        if (crm_names_intern(r->others, 1, offsets, field.text, &key, &e) != CRM_OK) {
            complain(r->path, r->file.line, "%s", e.text);
            return 0;
        }
        *out = (int64_t)key;
        return 1;
    } else {
        good = parse_decimal(field.text, field.length, r->a->decimals, out, &reason);
    }
    if (!good) {
        fprintf(stderr, "crmvalue: %s:%lld: %s \"", r->path, (long long)r->file.line, column_names[column]);
        plain_text(stderr, field.text, field.length < 40 ? field.length : 40);
        fprintf(stderr, "%s\" %s\n", field.length < 40 ? "" : "...", reason);
    }
    return good;
}

/* Hands the rows gathered to the library. */
static int flush_rows(reader *r, crm_error *e)
{
    batch *b = r->rows;
    if (b->rows == 0)
        return EXIT_DONE;
    b->offset[b->rows] = b->bytes;
    crm_status s = crm_names_intern(r->customers, b->rows, b->offset, b->text, b->key, e);
    if (s == CRM_OK)
        s = crm_transactions_append(r->log, b->rows, b->key, b->number[DATE], b->number[AMOUNT], e);
    for (int c = COST; c < COLUMNS && s == CRM_OK; c++)
        if (r->at[c] >= 0)
            s = crm_transactions_put(r->log, column_ids[c], r->total, b->rows, b->number[c], e);
    r->total += b->rows;
    b->rows = b->bytes = 0;
    return s == CRM_OK ? EXIT_DONE : failed(r->path, e);
}

static int add_row(reader *r)
{
    batch *b = r->rows;
    const csv_field customer = r->file.field[r->at[CUSTOMER]];
    if (customer.length == 0) {
        complain(r->path, r->file.line, "the customer is empty");
        return EXIT_INPUT;
    }
    if (b->bytes + customer.length > b->capacity) {
        const int64_t capacity = 2 * (b->bytes + customer.length);
        char *more = realloc(b->text, (size_t)capacity);
        if (!more) {
            complain(r->path, r->file.line, "out of memory");
            return EXIT_FAULT;
        }
        b->text = more;
        b->capacity = capacity;
    }
    memcpy(b->text + b->bytes, customer.text, (size_t)customer.length);
    b->offset[b->rows] = b->bytes;
    b->bytes += customer.length;
    b->number[AMOUNT][b->rows] = 0;
    for (int c = DATE; c < COLUMNS; c++)
        if (r->at[c] >= 0 && !read_number(r, c, r->file.field[r->at[c]], &b->number[c][b->rows]))
            return EXIT_INPUT;
    b->rows++;
    return EXIT_DONE;
}

static int read_rows(reader *r)
{
    crm_error e;
    const int64_t fields = r->file.fields;
    int got, end = EXIT_DONE;
    while (end == EXIT_DONE && (got = csv_next(&r->file)) != 0) {
        if (got < 0)
            return EXIT_INPUT;
        if (r->file.fields == 1 && r->file.field[0].length == 0 && r->file.at >= r->file.length)
            break; /* an empty line at the very end */
        if (r->file.fields != fields) {
            complain(r->path, r->file.line, "%lld fields where the header has %lld",
                     (long long)r->file.fields, (long long)fields);
            return EXIT_INPUT;
        }
        end = add_row(r);
        if (end == EXIT_DONE && r->rows->rows == BATCH)
            end = flush_rows(r, &e);
    }
    if (end == EXIT_DONE)
        end = flush_rows(r, &e);
    if (end == EXIT_DONE && r->total == 0) {
        complain(r->path, 0, "there are no rows below the header");
        end = EXIT_INPUT;
    }
    return end;
}

/* The window of present profit: the last 365.25 days. */
static int make_book(const crm_context *context, reader *r, ledger *out)
{
    crm_error e;
    crm_options *o = NULL;
    crm_status s = crm_transactions_freeze(context, r->log, &e);
    if (s == CRM_OK)
        s = crm_options_create(context, &o, &e);
    if (s == CRM_OK)
        s = crm_options_set_f64(o, CRM_OPTION_RECENT_TICKS, 365.25, &e);
    if (s == CRM_OK)
        s = crm_customers_build(context, r->log, r->a->until, r->a->days_per_unit, r->a->decimals, o,
                                &out->book, &e);
    crm_options_destroy(o);
    if (s == CRM_E_NO_DATA) {
        char date[16];
        format_date(r->a->until, date);
        complain(r->path, 0, "no row is dated %s or before", date);
        return EXIT_INPUT;
    }
    if (s == CRM_E_OVERFLOW && e.row >= 0) {
        const char *name = "";
        int64_t length = 0;
        crm_names_get(r->customers, crm_transactions_keys(r->log)[e.row], &name, &length, NULL);
        fprintf(stderr, "crmvalue: %s: the sums of customer \"", r->path);
        plain_text(stderr, name, length);
        fputs("\" are too large\n", stderr);
        return EXIT_INPUT;
    }
    return s == CRM_OK ? EXIT_DONE : failed(r->path, &e);
}

int ledger_read(const crm_context *context, const arguments *a, const char *path, int money, ledger *out)
{
    memset(out, 0, sizeof *out);
    reader r = {.a = a, .path = path};
    if (!a->has_until) {
        fprintf(stderr, "crmvalue: --until DATE is missing: the last day that counts\n");
        return EXIT_INPUT;
    }
    int end = EXIT_INPUT;
    crm_error e = {0};
    r.rows = calloc(1, sizeof *r.rows);
    if (!r.rows || crm_names_create(context, &r.customers, &e) != CRM_OK ||
        crm_names_create(context, &r.others, &e) != CRM_OK ||
        crm_transactions_create(context, r.customers, &r.log, &e) != CRM_OK) {
        complain(path, 0, "out of memory");
        end = EXIT_FAULT;
    } else if (csv_open(&r.file, path)) {
        if (read_header(&r, money))
            end = read_rows(&r);
        if (end == EXIT_DONE)
            end = make_book(context, &r, out);
        csv_close(&r.file);
    }
    out->has_amount = r.at[AMOUNT] >= 0;
    out->has_cost = r.at[COST] >= 0;
    out->log = r.log;
    crm_names_destroy(r.customers);
    crm_names_destroy(r.others);
    if (r.rows)
        free(r.rows->text);
    free(r.rows);
    if (end != EXIT_DONE)
        ledger_free(out);
    return end;
}

void ledger_free(ledger *l)
{
    crm_customers_destroy(l->book);
    crm_transactions_destroy(l->log);
    memset(l, 0, sizeof *l);
}
