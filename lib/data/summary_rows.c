/* Rows of a section: their domains, checked row by row, and the way from a caller's columns to cells. */
#include "data/summary_rows.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "data/collapse.h"
#include "data/summary_rows_kernel.h"
#include "data/tally.h"

/* ---- domains ---- */

static const char *const section_text[CRM_I_SECTIONS][CRM_I_CELL_COLUMNS] = {
    {"x must be whole and >= 0.", "t_x must lie within 0 .. T, and be 0 exactly where x is 0.",
     "T must be finite and >= 0.", "weight must be finite and >= 0."},
    {"count must be whole and >= 0.", "mean must be finite and > 0 where count > 0.",
     "weight must be finite and >= 0.", ""},
    {"duration must be whole and >= 1.", "ended must be 0 or 1.", "weight must be finite and >= 0.", ""},
    {"a stratum is a number.", "x must be whole and >= 0.",
     "t_x must lie within 0 .. T, and be 0 exactly where x is 0.", "T must be finite and >= 0.",
     "weight must be finite and >= 0."},
};

int32_t crm_i_section_columns(int32_t section)
{
    static const int32_t columns[CRM_I_SECTIONS] = {4, 3, 3, 5};
    return columns[section];
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

static int32_t blame_stratum(const double *row)
{
    const int32_t blame = blame_purchases(row + 1);
    return blame >= 0 ? blame + 1 : is_whole(row[0]) ? -1 : 0;
}

int32_t crm_i_section_blame(int32_t section, const double *row)
{
    switch (section) {
    case CRM_I_PURCHASES:
        return blame_purchases(row);
    case CRM_I_SPENDS:
        return blame_spend(row);
    case CRM_I_STRATA:
        return blame_stratum(row);
    default:
        return blame_durations(row);
    }
}

/* The common case: 1 if all these rows surely are good, 0 if they had better be looked at one by one. */
static int32_t surely_good(const crm_i_section_rows *rows, int32_t isa, int64_t from, int64_t n)
{
    const double *const *value = rows->value;
    const double *weight = value[crm_i_section_columns(rows->section) - 1];
    if (weight && !CRM_I_KERNEL_PICK(isa, crm_i_surely_amounts)(n, weight + from))
        return 0;
    if (rows->section == CRM_I_PURCHASES)
        return CRM_I_KERNEL_PICK(isa, crm_i_surely_purchases)(n, value[0] + from, value[1] + from,
                                                              value[2] + from);
    if (rows->section == CRM_I_STRATA) /* the strata are the library's own */
        return CRM_I_KERNEL_PICK(isa, crm_i_surely_purchases)(n, value[1] + from, value[2] + from,
                                                              value[3] + from);
    return rows->section == CRM_I_SPENDS &&
           CRM_I_KERNEL_PICK(isa, crm_i_surely_spend)(n, value[0] + from, value[1] + from);
}

enum { BLOCK = 1024, PARTS = CRM_I_TALLY_PARTS };

/* Rows on their way, in parts. */
typedef struct work {
    const crm_i_section_rows *rows;
    int32_t isa;
    int32_t parts;
    int64_t wrong[PARTS]; /* the first row that is, -1 if none */
    int64_t kept[PARTS];  /* rows that make a cell; */
    int64_t room;         /* copies of their columns, this far apart */
    double *copy;
} work;

static int64_t part_bound(const work *w, int64_t part)
{
    return crm_i_tally_bound(w->rows->n, w->parts, (int32_t)part);
}

static int32_t blame_row(const crm_i_section_rows *rows, int64_t i, double *row)
{
    for (int32_t c = 0; c < crm_i_section_columns(rows->section); c++)
        row[c] = rows->value[c] ? rows->value[c][i] : 1.0;
    return crm_i_section_blame(rows->section, row);
}

static int64_t first_wrong(const crm_i_section_rows *rows, int32_t isa, int64_t from, int64_t until)
{
    double row[CRM_I_CELL_COLUMNS];
    for (int64_t block = from; block < until; block += BLOCK) {
        const int64_t n = until - block < BLOCK ? until - block : BLOCK;
        if (surely_good(rows, isa, block, n))
            continue;
        for (int64_t i = block; i < block + n; i++)
            if (blame_row(rows, i, row) >= 0)
                return i;
    }
    return -1;
}

static crm_status blame_first(const work *w, int32_t first_arg, crm_error *err)
{
    for (int32_t p = 0; p < w->parts; p++) {
        double row[CRM_I_CELL_COLUMNS];
        if (w->wrong[p] < 0)
            continue;
        const int32_t blame = blame_row(w->rows, w->wrong[p], row);
        return crm_i_fail_row(err, CRM_E_DOMAIN, first_arg + blame, w->wrong[p], row[blame],
                              section_text[w->rows->section][blame]);
    }
    return CRM_OK;
}

/* ---- to cells ---- */

/* A row makes a cell if it weighs something, and spend was spent: this column, if any, must then be > 0
 * beside the weight. */
static const double *counted(const crm_i_section_rows *rows)
{
    return rows->section == CRM_I_SPENDS ? rows->value[0] : NULL;
}

CRM_I_INLINE int32_t is_kept(const double *weight, const double *count, int64_t i)
{
    return (!weight || weight[i] > 0.0) & (!count || count[i] > 0.0);
}

static int64_t count_kept(int64_t from, int64_t until, const double *weight, const double *count)
{
    int64_t kept = 0;
    if (!weight && !count)
        return until - from;
    for (int64_t i = from; i < until; i++)
        kept += is_kept(weight, count, i);
    return kept;
}

static void check_task(void *arg, int64_t index, int64_t worker)
{
    work *w = arg;
    const double *weight = w->rows->value[crm_i_section_columns(w->rows->section) - 1];
    const int64_t from = part_bound(w, index);
    const int64_t until = part_bound(w, index + 1);
    (void)worker;
    w->wrong[index] = first_wrong(w->rows, w->isa, from, until);
    w->kept[index] = count_kept(from, until, weight, counted(w->rows));
}

/* By way of a block, for one place ahead is written and the next part may be there already. */
static void compact(int64_t from, int64_t until, const double *weight, const double *count,
                    const double *column, double *into)
{
    for (int64_t first = from; first < until; first += BLOCK) {
        const int64_t last = until - first < BLOCK ? until : first + BLOCK;
        double block[BLOCK + 1];
        int64_t k = 0;
        for (int64_t i = first; i < last; i++) {
            block[k] = column[i];
            k += is_kept(weight, count, i);
        }
        memcpy(into, block, (size_t)k * sizeof *into);
        into += k;
    }
}

static void compact_task(void *arg, int64_t index, int64_t worker)
{
    work *w = arg;
    const int32_t columns = crm_i_section_columns(w->rows->section);
    int64_t at = 0;
    (void)worker;
    for (int64_t p = 0; p < index; p++)
        at += w->kept[p];
    for (int32_t c = 0; c < columns; c++)
        if (w->rows->value[c])
            compact(part_bound(w, index), part_bound(w, index + 1), w->rows->value[columns - 1],
                    counted(w->rows), w->rows->value[c], w->copy + c * w->room + at);
}

static crm_status collapse_kept(const crm_context *context, work *w, crm_i_collapse_rows *all,
                                crm_i_cells *cells, crm_error *err)
{
    const crm_allocator allocator = crm_i_allocator(context);
    w->room = all->n;
    w->copy = crm_i_alloc(&allocator, w->room, all->columns * (int64_t)sizeof *w->copy);
    if (!w->copy)
        return crm_i_fail_memory(err);
    for (int32_t c = 0; c < all->columns; c++)
        all->value[c] = all->value[c] ? w->copy + c * w->room : NULL;
    crm_status status = crm_i_parallel(context, compact_task, w, w->parts, 0.1, 0.2, err);
    if (status == CRM_OK)
        status = crm_i_collapse(context, all, cells, 0.2, 1.0, err);
    crm_i_release(&allocator, w->copy, w->room, all->columns * (int64_t)sizeof *w->copy);
    return status;
}

crm_status crm_i_section_collapse(const crm_context *context, const crm_i_section_rows *rows,
                                  int32_t first_arg, crm_i_cells *cells, crm_error *err)
{
    const int32_t columns = crm_i_section_columns(rows->section);
    if (rows->n < 0)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, first_arg - 1, (double)rows->n, "n is negative.");
    for (int32_t c = 0; c < columns - 1; c++)
        if (!rows->value[c] && rows->n > 0)
            return crm_i_fail(err, CRM_E_NULL, first_arg + c, "A column is NULL.");
    work w = {rows, crm_i_context_isa(context), crm_i_tally_parts(context, rows->n), {0}, {0}, 0, NULL};
    crm_status status = crm_i_parallel(context, check_task, &w, w.parts, 0.0, 0.1, err);
    if (status == CRM_OK)
        status = blame_first(&w, first_arg, err);
    if (status < 0)
        return status;

    crm_i_collapse_rows all = {0, columns, {NULL, NULL, NULL, NULL, NULL}};
    for (int32_t p = 0; p < w.parts; p++)
        all.n += w.kept[p];
    for (int32_t c = 0; c < columns; c++)
        all.value[c] = rows->value[c];
    return all.n == rows->n ? crm_i_collapse(context, &all, cells, 0.1, 1.0, err)
                            : collapse_kept(context, &w, &all, cells, err);
}
