/* A file of customers who are counted already: one row a history, with how many customers have it. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "crmvalue.h"

enum { COLUMNS = 4 }; /* at most */

/* What a file may hold: its columns, each by either name, the last of them perhaps left out. */
typedef struct shape {
    int columns, may_lack_last;
    const char *name[COLUMNS][2];
    const char *wanted[COLUMNS]; /* as it is asked for */
} shape;

static const shape histories = {4,
                                1,
                                {{"x", ""}, {"t_x", ""}, {"T", "n"}, {"count", "weight"}},
                                {"x", "t_x", "T or n", "count or weight"}};
static const shape durations = {
    3, 1, {{"duration", ""}, {"ended", ""}, {"count", "weight"}}, {"duration", "ended", "count or weight"}};
static const shape survivors = {2, 0, {{"period", ""}, {"survivors", ""}}, {"period", "survivors"}};

typedef struct cells {
    const shape *shape;
    int at[COLUMNS]; /* place of the column in the file; -1: not there */
    int64_t rows, capacity;
    double *value; /* COLUMNS of a row side by side, later column by column */
    int64_t *line; /* of a row in the file */
} cells;

static int is_named(csv_field field, const char *name)
{
    return *name && (int64_t)strlen(name) == field.length &&
           memcmp(name, field.text, (size_t)field.length) == 0;
}

static int read_header(const char *path, csv *file, int contract, cells *c)
{
    const int got = csv_next(file);
    if (got == 0)
        complain(path, 0, "the file is empty; a header naming %s is needed",
                 contract ? "duration and ended, or period and survivors," : "x, t_x and T");
    if (got <= 0)
        return 0;
    c->shape = contract ? &durations : &histories;
    for (int64_t i = 0; i < file->fields && contract; i++)
        if (is_named(file->field[i], "survivors"))
            c->shape = &survivors;
    const shape *s = c->shape;
    for (int k = 0; k < s->columns; k++) {
        c->at[k] = -1;
        for (int64_t i = 0; i < file->fields; i++) {
            if (!is_named(file->field[i], s->name[k][0]) && !is_named(file->field[i], s->name[k][1]))
                continue;
            if (c->at[k] >= 0) {
                complain(path, 1, "two columns are named %s", s->wanted[k]);
                return 0;
            }
            c->at[k] = (int)i;
        }
        if (c->at[k] < 0 && !(s->may_lack_last && k == s->columns - 1)) {
            complain(path, 1, "the header names no column %s", s->wanted[k]);
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
        complain(path, file->line, "%lld fields where the header has %lld", (long long)file->fields,
                 (long long)fields);
        return EXIT_INPUT;
    }
    if (!add_room(path, c))
        return EXIT_FAULT;
    for (int k = 0; k < c->shape->columns; k++) {
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

static int read_rows(const char *path, csv *file, int contract, cells *c)
{
    if (!read_header(path, file, contract, c))
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

/* The cells column by column, and the line of each row. */
static void lay_out(const cells *c, double *column, int64_t *line)
{
    for (int64_t i = 0; i < c->rows; i++) {
        for (int k = 0; k < c->shape->columns; k++)
            column[k * c->rows + i] = c->value[i * COLUMNS + k];
        line[i] = c->line[i];
    }
}

/* A survivor table by its periods, which must be 0, 1, 2, ... in any order. */
static int lay_out_by_period(const char *path, const cells *c, double *column, int64_t *line)
{
    for (int64_t i = 0; i < c->rows; i++)
        line[i] = -1;
    for (int64_t i = 0; i < c->rows; i++) {
        const double period = c->value[i * COLUMNS];
        if (!(period >= 0.0 && period < (double)c->rows && floor(period) == period) ||
            line[(int64_t)period] >= 0) {
            complain(path, c->line[i], "the periods are not 0, 1, 2, ... without gap");
            return 0;
        }
        column[(int64_t)period] = c->value[i * COLUMNS + 1];
        line[(int64_t)period] = c->line[i];
    }
    return 1;
}

/* column[n ..] as flags; what is neither 0 nor 1 as what the library refuses. */
static void flag(int64_t n, const double *column, uint8_t *ended)
{
    for (int64_t i = 0; i < n; i++)
        ended[i] = (uint8_t)(column[n + i] == 0.0 || column[n + i] == 1.0 ? column[n + i] : 2.0);
}

static crm_status summarise(const crm_context *context, const shape *of, int64_t n, const double *column,
                            uint8_t *ended, crm_summary **out, crm_error *e)
{
    if (of == &survivors)
        return crm_summary_of_survivors(context, n, column, out, e);
    if (of == &histories)
        return crm_summary_of_purchases(context, n, column, column + n, column + 2 * n, column + 3 * n, out,
                                        e);
    flag(n, column, ended);
    return crm_summary_of_durations(context, n, column, ended, column + 2 * n, out, e);
}

static int make(const crm_context *context, const char *path, const cells *c, double *column, int64_t *line,
                uint8_t *ended, crm_summary **out)
{
    if (c->shape != &survivors)
        lay_out(c, column, line);
    else if (!lay_out_by_period(path, c, column, line))
        return EXIT_INPUT;
    crm_error e;
    const crm_status s = summarise(context, c->shape, c->rows, column, ended, out, &e);
    if (s == CRM_E_DOMAIN && e.row >= 0 && e.row < c->rows) {
        complain(path, line[e.row], "%s", e.text);
        return EXIT_INPUT;
    }
    return s < 0 ? failed(path, &e) : EXIT_DONE;
}

static int make_summary(const crm_context *context, const char *path, const cells *c, crm_summary **out)
{
    double *column = malloc((size_t)c->rows * COLUMNS * sizeof *column);
    int64_t *line = malloc((size_t)c->rows * sizeof *line);
    uint8_t *ended = malloc((size_t)c->rows);
    int end = EXIT_FAULT;
    if (column && line && ended)
        end = make(context, path, c, column, line, ended, out);
    else
        complain(path, 0, "out of memory");
    free(column);
    free(line);
    free(ended);
    return end;
}

int cells_read(const crm_context *context, const char *path, int32_t kind, crm_summary **out)
{
    csv file;
    cells c = {.rows = 0};
    if (!csv_open(&file, path))
        return EXIT_INPUT;
    int end = read_rows(path, &file, kind == CRM_MODEL_SBG || kind == CRM_MODEL_BDW, &c);
    if (end == EXIT_DONE)
        end = make_summary(context, path, &c, out);
    csv_close(&file);
    free(c.value);
    free(c.line);
    return end;
}
