/* A file of covariates: who a customer is, in numbers; one row a customer, in any order. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "crmvalue.h"

static char *copy_of(csv_field field)
{
    char *text = malloc((size_t)field.length + 1);
    if (!text)
        return NULL;
    memcpy(text, field.text, (size_t)field.length);
    text[field.length] = '\0';
    return text;
}

void covariates_free(covariates *v)
{
    for (int c = 0; c < v->columns; c++)
        free(v->name[c]);
    free(v->value);
    memset(v, 0, sizeof *v);
}

/* Every column but customer is a covariate; place[c] is where it stands. */
static int read_header(const char *path, csv *file, covariates *v, int64_t *customer, int64_t *place)
{
    const int got = csv_next(file);
    if (got == 0)
        complain(path, 0, "the file is empty; a header naming customer and the covariates is needed");
    if (got <= 0)
        return 0;
    *customer = -1;
    for (int64_t i = 0; i < file->fields; i++) {
        if (file->field[i].length == 8 && memcmp(file->field[i].text, "customer", 8) == 0 && *customer < 0) {
            *customer = i;
            continue;
        }
        if (v->columns == COVARIATES) {
            complain(path, 1, "there are more than %d covariates", COVARIATES);
            return 0;
        }
        v->name[v->columns] = copy_of(file->field[i]);
        if (!v->name[v->columns]) {
            complain(path, 0, "out of memory");
            return 0;
        }
        place[v->columns++] = i;
    }
    if (*customer < 0 || v->columns == 0) {
        complain(path, 1,
                 *customer < 0 ? "the header names no column customer" : "the header names no covariate");
        return 0;
    }
    return 1;
}

/* The row of a customer in the book; -1 of one who is not there. */
static int64_t row_of(const crm_customers *book, csv_field field)
{
    const int64_t offsets[] = {0, field.length};
    uint64_t key;
    int64_t row = -1;
    if (crm_names_find(crm_customers_names(book), 1, offsets, field.text, &key, NULL) == CRM_OK)
        crm_customers_find(book, 1, &key, &row, NULL);
    return row;
}

/* One row of the file; value is NaN where nothing was read yet. */
static int take_row(const char *path, const csv *file, int64_t fields, int64_t customer, const int64_t *place,
                    const crm_customers *book, covariates *v)
{
    const int64_t n = crm_customers_count(book);
    if (file->fields != fields) {
        complain(path, file->line, "%lld fields, where the header has %lld", (long long)file->fields,
                 (long long)fields);
        return 0;
    }
    const int64_t row = row_of(book, file->field[customer]);
    for (int c = 0; c < v->columns; c++) {
        char text[64];
        double value;
        const csv_field field = file->field[place[c]];
        const size_t length = (size_t)field.length < sizeof text ? (size_t)field.length : sizeof text - 1;
        memcpy(text, field.text, length);
        text[length] = '\0';
        if ((size_t)field.length >= sizeof text || !parse_number(text, &value)) {
            complain(path, file->line, "%s: \"%s\" is not a number", v->name[c], text);
            return 0;
        }
        if (row < 0)
            continue;
        if (!isnan(v->value[c * n + row])) {
            complain(path, file->line, "the customer has a row already");
            return 0;
        }
        v->value[c * n + row] = value;
    }
    return 1;
}

static int all_known(const char *path, const crm_customers *book, const covariates *v)
{
    const int64_t n = crm_customers_count(book);
    for (int64_t i = 0; i < n; i++) {
        const char *name = "";
        int64_t length = 0;
        if (!isnan(v->value[i]))
            continue;
        crm_names_get(crm_customers_names(book), crm_customers_keys(book)[i], &name, &length, NULL);
        complain(path, 0, "customer %.*s of the log has no row", (int)(length < 60 ? length : 60), name);
        return 0;
    }
    return 1;
}

int covariates_read(const char *path, const crm_customers *book, covariates *v)
{
    csv file;
    int64_t customer;
    int64_t place[COVARIATES];
    const int64_t n = crm_customers_count(book);
    memset(v, 0, sizeof *v);
    if (!csv_open(&file, path))
        return 0;
    int good = read_header(path, &file, v, &customer, place);
    const int64_t fields = file.fields;
    if (good) {
        v->value = malloc((size_t)(n * v->columns + 1) * sizeof *v->value);
        good = v->value != NULL;
        if (!good)
            complain(path, 0, "out of memory");
        for (int64_t i = 0; i < n * v->columns && good; i++)
            v->value[i] = (double)NAN;
    }
    int got = 0;
    while (good && (got = csv_next(&file)) > 0)
        good = take_row(path, &file, fields, customer, place, book, v);
    good = good && got == 0 && all_known(path, book, v);
    csv_close(&file);
    if (!good)
        covariates_free(v);
    return good;
}

/* Customers who never bought have no history, and are left out, as a book's summary leaves them out. */
crm_status covariates_summary(const crm_context *context, const crm_customers *book, const covariates *v,
                              crm_summary **out, crm_error *e)
{
    static const int32_t column[] = {CRM_CUSTOMER_X, CRM_CUSTOMER_T_X, CRM_CUSTOMER_T};
    const int64_t n = crm_customers_count(book);
    const double *x = crm_customers_f64(book, CRM_CUSTOMER_X);
    double *kept = malloc((size_t)(n * (3 + v->columns) + 1) * sizeof *kept);
    int64_t m = 0;
    if (!kept)
        return CRM_E_MEMORY;
    for (int64_t i = 0; i < n; i++)
        m += !isnan(x[i]);
    for (int c = 0; c < 3 + v->columns; c++) {
        const double *from = c < 3 ? crm_customers_f64(book, column[c]) : v->value + (c - 3) * n;
        int64_t k = 0;
        for (int64_t i = 0; i < n; i++)
            if (!isnan(x[i]))
                kept[c * m + k++] = from[i];
    }
    const crm_status s = crm_summary_of_covariates(context, m, kept, kept + m, kept + 2 * m, NULL, v->columns,
                                                   kept + 3 * m, out, e);
    free(kept);
    return s;
}

/* "r", or "lifetime.Gender". */
const char *parameter_name(const crm_model *model, int32_t i, const covariates *v, char buffer[128])
{
    int32_t column;
    int32_t process;
    if (crm_model_coefficient(model, i, &column, &process, NULL) != CRM_OK || column < 0)
        return crm_kind_parameter(crm_model_kind(model), i);
    snprintf(buffer, 128, "%s.%.100s",
             process == CRM_PROCESS_LIFETIME       ? "lifetime"
             : process == CRM_PROCESS_TRANSACTIONS ? "transactions"
                                                   : "both",
             v && column < v->columns ? v->name[column] : "?");
    return buffer;
}
