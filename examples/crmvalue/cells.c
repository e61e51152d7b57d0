/* A file of customers who are counted already: one row a history, with how many customers have it. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "crmvalue.h"

enum { X, T_X, T, WEIGHT, COLUMNS };
static const char *const names[COLUMNS][2] = {{"x", ""}, {"t_x", ""}, {"T", "n"}, {"count", "weight"}};
static const char *const wanted[COLUMNS] = {"x", "t_x", "T or n", "count or weight"};

typedef struct cells {
    int at[COLUMNS]; /* place of the column in the file; -1: not there */
    int64_t rows, capacity;
    double *value;   /* COLUMNS of a row side by side, later column by column */
    int64_t *line;   /* of a row in the file */
} cells;

static int is_named(csv_field field, const char *name)
{
    return *name && (int64_t)strlen(name) == field.length && memcmp(name, field.text, (size_t)field.length) == 0;
}

static int read_header(const char *path, csv *file, cells *c)
{
    const int got = csv_next(file);
    if (got == 0)
        complain(path, 0, "the file is empty; a header naming x, t_x and T is needed");
    if (got <= 0)
        return 0;
    for (int k = 0; k < COLUMNS; k++) {
        c->at[k] = -1;
        for (int64_t i = 0; i < file->fields; i++) {
            if (!is_named(file->field[i], names[k][0]) && !is_named(file->field[i], names[k][1]))
                continue;
            if (c->at[k] >= 0) {
                complain(path, 1, "two columns are named %s", wanted[k]);
                return 0;
            }
            c->at[k] = (int)i;
        }
        if (c->at[k] < 0 && k != WEIGHT) {
            complain(path, 1, "the header names no column %s", wanted[k]);
            return 0;
        }
    }
    return 1;
}

static int add_room(const char *path, cells *c)
{
    if (c->rows < c->capacity)
        return 1;
    const int64_t capacity = c->capacity ? 2 * c->capacity : 1024;
    double *value = realloc(c->value, (size_t)capacity * COLUMNS * sizeof *value);
    c->value = value ? value : c->value;
    int64_t *line = value ? realloc(c->line, (size_t)capacity * sizeof *line) : NULL;
    if (!line) {
        complain(path, 0, "out of memory");
        return 0;
    }
    c->line = line;
    c->capacity = capacity;
    return 1;
}

static int add_row(const char *path, const csv *file, int64_t fields, cells *c)
{
    if (file->fields != fields) {
        complain(path, file->line, "%lld fields where the header has %lld", (long long)file->fields, (long long)fields);
        return EXIT_INPUT;
    }
    if (!add_room(path, c))
        return EXIT_FAULT;
    for (int k = 0; k < COLUMNS; k++) {
        double *value = &c->value[c->rows * COLUMNS + k];
        *value = 1.0;
        if (c->at[k] < 0)
            continue;
        char text[64];
        const csv_field field = file->field[c->at[k]];
        const size_t length = field.length < (int64_t)sizeof text ? (size_t)field.length : 0;
        memcpy(text, field.text, length);
        text[length] = '\0';
        if (!parse_number(text, value)) {
            fprintf(stderr, "crmvalue: %s:%lld: \"", path, (long long)file->line);
            plain_text(stderr, field.text, field.length < 40 ? field.length : 40);
            fprintf(stderr, "%s\" is not a number\n", field.length < 40 ? "" : "...");
            return EXIT_INPUT;
        }
    }
    c->line[c->rows++] = file->line;
    return EXIT_DONE;
}

static int read_rows(const char *path, csv *file, cells *c)
{
    if (!read_header(path, file, c))
        return EXIT_INPUT;
    const int64_t fields = file->fields;
    for (int got; (got = csv_next(file)) != 0;) {
        if (got < 0)
            return EXIT_INPUT;
        const int end = add_row(path, file, fields, c);
        if (end != EXIT_DONE)
            return end;
    }
    if (c->rows == 0)
        complain(path, 0, "there are no rows");
    return c->rows == 0 ? EXIT_INPUT : EXIT_DONE;
}

static int summarise(const crm_context *context, const char *path, const cells *c, crm_summary **out)
{
    double *column = malloc((size_t)c->rows * COLUMNS * sizeof *column);
    if (!column) {
        complain(path, 0, "out of memory");
        return EXIT_FAULT;
    }
    for (int k = 0; k < COLUMNS; k++)
        for (int64_t i = 0; i < c->rows; i++)
            column[k * c->rows + i] = c->value[i * COLUMNS + k];
    crm_error e;
    const crm_status s = crm_summary_of_purchases(context, c->rows, column, column + c->rows, column + 2 * c->rows,
                                                  column + 3 * c->rows, out, &e);
    free(column);
    if (s == CRM_E_DOMAIN && e.row >= 0 && e.row < c->rows) {
        complain(path, c->line[e.row], "%s", e.text);
        return EXIT_INPUT;
    }
    return s < 0 ? failed(path, &e) : EXIT_DONE;
}

int cells_read(const crm_context *context, const char *path, crm_summary **out)
{
    csv file;
    cells c = {.rows = 0};
    if (!csv_open(&file, path))
        return EXIT_INPUT;
    int end = read_rows(path, &file, &c);
    if (end == EXIT_DONE)
        end = summarise(context, path, &c, out);
    csv_close(&file);
    free(c.value);
    free(c.line);
    return end;
}
