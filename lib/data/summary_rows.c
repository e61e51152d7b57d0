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

/* 1 if all these rows of purchases surely are good: the common case, in a form that compilers make vectors of. */
static int32_t surely_purchases(int64_t n, const double *x, const double *t_x, const double *T, const double *weight)
{
    int32_t good = 1;
    for (int64_t i = 0; i < n; i++) {
        const int32_t small = (x[i] >= 0.0) & (x[i] < 2147483648.0);
        const double v = small ? x[i] : 0.5;
        good &= (double)(int32_t)v == v;
        good &= (t_x[i] >= 0.0) & (t_x[i] <= T[i]) & (T[i] <= DBL_MAX);
        good &= (x[i] > 0.0) == (t_x[i] > 0.0);
    }
    for (int64_t i = 0; weight && i < n; i++)
        good &= (weight[i] >= 0.0) & (weight[i] <= DBL_MAX);
    return good;
}

enum { BLOCK = 1024 };

static crm_status check(const crm_i_section_rows *rows, int32_t first_arg, crm_error *err)
{
    const int32_t columns = crm_i_section_columns(rows->section);
    const double *const *value = rows->value;
    for (int64_t i = 0; i < rows->n; i++) {
        const int64_t rest = rows->n - i;
        const double *w = value[columns - 1];
        if (rows->section == CRM_I_PURCHASES && i % BLOCK == 0 &&
            surely_purchases(rest < BLOCK ? rest : BLOCK, value[0] + i, value[1] + i, value[2] + i, w ? w + i : NULL)) {
            i += (rest < BLOCK ? rest : BLOCK) - 1;
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

/* 1 if row i makes a cell: it weighs something, and spend was spent. */
static int32_t carries(const crm_i_section_rows *rows, const double *weight, int64_t i)
{
    return (!weight || weight[i] > 0.0) && (rows->section != CRM_I_SPENDS || rows->value[0][i] > 0.0);
}

static void compact(const crm_i_section_rows *rows, const double *weight, const double *from, double *into)
{
    int64_t k = 0;
    for (int64_t i = 0; i < rows->n; i++) {
        into[k] = from[i];
        k += carries(rows, weight, i);
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
    int64_t kept = 0;
    for (int64_t i = 0; i < rows->n; i++)
        kept += carries(rows, weight, i);
    crm_i_collapse_rows all = {kept, columns, {{NULL, NULL, 0.0}, {NULL, NULL, 0.0}, {NULL, NULL, 0.0}, {NULL, NULL, 0.0}}};
    for (int32_t c = 0; c < columns; c++)
        all.column[c].value = rows->value[c];
    if (kept == rows->n)
        return crm_i_collapse(context, 1, &all, cells, err);

    const crm_allocator allocator = crm_i_allocator(context);
    const int64_t room = kept + 1; /* compact writes one place ahead */
    double *copy = crm_i_alloc(&allocator, room, columns * (int64_t)sizeof *copy);
    if (!copy)
        return crm_i_fail_memory(err);
    for (int32_t c = 0; c < columns; c++)
        if (rows->value[c]) {
            compact(rows, weight, rows->value[c], copy + c * room);
            all.column[c].value = copy + c * room;
        }
    const crm_status collapsed = crm_i_collapse(context, 1, &all, cells, err);
    crm_i_release(&allocator, copy, room, columns * (int64_t)sizeof *copy);
    return collapsed;
}
