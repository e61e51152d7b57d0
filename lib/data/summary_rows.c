/* Rows of a section: their domains, checked row by row, and the way from a caller's columns to cells. */
#include "data/summary_rows.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "data/collapse.h"

/* ---- domains ---- */

static const char *const section_text[CRM_I_SECTIONS][CRM_I_CELL_COLUMNS] = {
    {"x must be whole and >= 0.", "t_x must lie within 0 .. T, and be 0 exactly where x is 0.",
     "T must be finite and >= 0.", "weight must be finite and >= 0."},
    {"count must be whole and >= 0.", "mean must be finite and > 0 where count > 0.", "weight must be finite and >= 0.",
     ""},
    {"duration must be whole and >= 1.", "ended must be 0 or 1.", "weight must be finite and >= 0.", ""},
};

int32_t crm_i_section_columns(int32_t section)
{
    return section == CRM_I_PURCHASES ? 4 : 3;
}

static int32_t is_amount(double v)
{
    return v >= 0.0 && v <= DBL_MAX;
}

static int32_t is_whole(double v)
{
    return is_amount(v) && floor(v) == v;
}

static int32_t blame_purchases(const double *row)
{
    if (!is_whole(row[0]))
        return 0;
    if (!is_amount(row[2]))
        return 2;
    if (!(row[1] >= 0.0 && row[1] <= row[2]) || (row[0] > 0.0) != (row[1] > 0.0))
        return 1;
    return is_amount(row[3]) ? -1 : 3;
}

static int32_t blame_spend(const double *row)
{
    if (!is_whole(row[0]))
        return 0;
    if (row[0] > 0.0 && !(is_amount(row[1]) && row[1] > 0.0))
        return 1;
    return is_amount(row[2]) ? -1 : 2;
}

static int32_t blame_durations(const double *row)
{
    if (!(is_whole(row[0]) && row[0] >= 1.0))
        return 0;
    if (!(row[1] == 0.0 || row[1] == 1.0))
        return 1;
    return is_amount(row[2]) ? -1 : 2;
}

int32_t crm_i_section_blame(int32_t section, const double *row)
{
    return section == CRM_I_PURCHASES ? blame_purchases(row)
           : section == CRM_I_SPENDS  ? blame_spend(row)
                                      : blame_durations(row);
}

/* The common case in a form that compilers make vectors of: 1 if all these rows surely are good, 0 if they had better
 * be looked at one by one. */
static int32_t surely_whole(int64_t n, const double *v)
{
    int32_t good = 1;
    for (int64_t i = 0; i < n; i++) {
        const double small = ((v[i] >= 0.0) & (v[i] < 2147483648.0)) ? v[i] : 0.5;
        good &= (double)(int32_t)small == small;
    }
    return good;
}

static int32_t surely_amount(int64_t n, const double *v)
{
    int32_t good = 1;
    for (int64_t i = 0; v && i < n; i++)
        good &= (v[i] >= 0.0) & (v[i] <= DBL_MAX);
    return good;
}

static int32_t surely_purchases(int64_t n, const double *x, const double *t_x, const double *T)
{
    int32_t good = surely_whole(n, x);
    for (int64_t i = 0; i < n; i++) {
        good &= (t_x[i] >= 0.0) & (t_x[i] <= T[i]) & (T[i] <= DBL_MAX);
        good &= (x[i] > 0.0) == (t_x[i] > 0.0);
    }
    return good;
}

static int32_t surely_spend(int64_t n, const double *count, const double *mean)
{
    int32_t good = surely_whole(n, count);
    for (int64_t i = 0; i < n; i++)
        good &= (count[i] <= 0.0) | ((mean[i] > 0.0) & (mean[i] <= DBL_MAX));
    return good;
}

static int32_t surely_good(const crm_i_section_rows *rows, int64_t from, int64_t n)
{
    const double *const *value = rows->value;
    const double *weight = value[crm_i_section_columns(rows->section) - 1];
    if (!surely_amount(n, weight ? weight + from : NULL))
        return 0;
    if (rows->section == CRM_I_PURCHASES)
        return surely_purchases(n, value[0] + from, value[1] + from, value[2] + from);
    return rows->section == CRM_I_SPENDS && surely_spend(n, value[0] + from, value[1] + from);
}

enum { BLOCK = 1024 };

static crm_status check(const crm_i_section_rows *rows, int32_t first_arg, crm_error *err)
{
    const int32_t columns = crm_i_section_columns(rows->section);
    const double *const *value = rows->value;
    for (int64_t i = 0; i < rows->n; i++) {
        const int64_t block = rows->n - i < BLOCK ? rows->n - i : BLOCK;
        if (i % BLOCK == 0 && surely_good(rows, i, block)) {
            i += block - 1;
            continue;
        }
        double row[CRM_I_CELL_COLUMNS];
        for (int32_t c = 0; c < columns; c++)
            row[c] = value[c] ? value[c][i] : 1.0;
        const int32_t blame = crm_i_section_blame(rows->section, row);
        if (blame >= 0)
            return crm_i_fail_row(err, CRM_E_DOMAIN, first_arg + blame, i, row[blame],
                                  section_text[rows->section][blame]);
    }
    return CRM_OK;
}

/* ---- to cells ---- */

/* A row makes a cell if it weighs something, and spend was spent: this column, if any, must then be > 0 beside the
 * weight. */
static const double *counted(const crm_i_section_rows *rows)
{
    return rows->section == CRM_I_SPENDS ? rows->value[0] : NULL;
}

static int64_t count_kept(int64_t n, const double *weight, const double *count)
{
    int64_t kept = 0;
    if (!weight && !count)
        return n;
    for (int64_t i = 0; i < n; i++)
        kept += (!weight || weight[i] > 0.0) & (!count || count[i] > 0.0);
    return kept;
}

static void compact(int64_t n, const double *weight, const double *count, const double *from, double *into)
{
    int64_t k = 0;
    for (int64_t i = 0; i < n; i++) {
        into[k] = from[i];
        k += (!weight || weight[i] > 0.0) & (!count || count[i] > 0.0);
    }
}

crm_status crm_i_section_collapse(const crm_context *context, const crm_i_section_rows *rows, int32_t first_arg,
                                  crm_i_cells *cells, crm_error *err)
{
    const int32_t columns = crm_i_section_columns(rows->section);
    if (rows->n < 0)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, first_arg - 1, (double)rows->n, "n is negative.");
    for (int32_t c = 0; c < columns - 1; c++)
        if (!rows->value[c] && rows->n > 0)
            return crm_i_fail(err, CRM_E_NULL, first_arg + c, "A column is NULL.");
    const crm_status status = check(rows, first_arg, err);
    if (status < 0)
        return status;

    const double *weight = rows->value[columns - 1];
    const double *count = counted(rows);
    const int64_t kept = count_kept(rows->n, weight, count);
    crm_i_collapse_rows all = {kept, columns, {NULL, NULL, NULL, NULL}};
    for (int32_t c = 0; c < columns; c++)
        all.value[c] = rows->value[c];
    if (kept == rows->n)
        return crm_i_collapse(context, 1, &all, cells, 0.0, 1.0, err);

    const crm_allocator allocator = crm_i_allocator(context);
    const int64_t room = kept + 1; /* compact writes one place ahead */
    double *copy = crm_i_alloc(&allocator, room, columns * (int64_t)sizeof *copy);
    if (!copy)
        return crm_i_fail_memory(err);
    for (int32_t c = 0; c < columns; c++)
        if (rows->value[c]) {
            compact(rows->n, weight, count, rows->value[c], copy + c * room);
            all.value[c] = copy + c * room;
        }
    const crm_status collapsed = crm_i_collapse(context, 1, &all, cells, 0.0, 1.0, err);
    crm_i_release(&allocator, copy, room, columns * (int64_t)sizeof *copy);
    return collapsed;
}
