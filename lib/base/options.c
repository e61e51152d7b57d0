/* Options: values set by id, checked against one table of what there is. */
#include "base/options.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"

enum { TYPE_F64 = 1, TYPE_I64 = 2, TYPE_F64S = 3 };
enum { VALUES_MOST = 32 };

typedef struct option_entry {
    int32_t id;
    int32_t type;
    const char *name;
    const char *unit;
    double least; /* bounds are inclusive: "above 0" is written as the least double above it */
    double most;
    double otherwise;
} option_entry;

#define UNSET ((double)NAN)
#define FOREVER ((double)INFINITY)
#define ABOVE_0 DBL_TRUE_MIN

/* ln 1.15 / 52 */
#define DISCOUNT_OTHERWISE 0x1.60493dfd4f398p-9

static const option_entry option_table[] = {
    {CRM_OPTION_SPEND_FIRST, TYPE_I64, "spend_first", "0 or 1", 0.0, 1.0, 0.0},
    {CRM_OPTION_RECENT_TICKS, TYPE_F64, "recent_ticks", "ticks", ABOVE_0, FOREVER, FOREVER},
    {CRM_OPTION_FIT_ITERATIONS, TYPE_I64, "fit_iterations", "evaluations", 1.0, 100000.0, 200.0},
    {CRM_OPTION_FIT_START, TYPE_F64S, "fit_start", "natural parameters", ABOVE_0, DBL_MAX, UNSET},
    {CRM_OPTION_FIT_FIXED, TYPE_F64S, "fit_fixed", "natural parameters, 0: free", 0.0, DBL_MAX, UNSET},
    {CRM_OPTION_COVARIATES_LIFETIME, TYPE_F64S, "covariates_lifetime", "column number, -1: none", -1.0, 31.0,
     UNSET},
    {CRM_OPTION_COVARIATES_TRANSACTIONS, TYPE_F64S, "covariates_transactions", "column number, -1: none",
     -1.0, 31.0, UNSET},
    {CRM_OPTION_COVARIATES_EQUAL, TYPE_F64S, "covariates_equal", "column number, -1: none", -1.0, 31.0,
     UNSET},
    {CRM_OPTION_RIDGE_LIFETIME, TYPE_F64, "ridge_lifetime", "per customer and squared coefficient", 0.0, 1e9,
     0.0},
    {CRM_OPTION_RIDGE_TRANSACTIONS, TYPE_F64, "ridge_transactions", "per customer and squared coefficient",
     0.0, 1e9, 0.0},
    {CRM_OPTION_MODEL, TYPE_I64, "model", "CRM_MODEL_*", 1.0, 11.0, 3.0},
    {CRM_OPTION_MARGIN_RATE, TYPE_F64, "margin_rate", "per unit of revenue", -1000.0, 1.0, UNSET},
    {CRM_OPTION_DISCOUNT, TYPE_F64, "discount", "per period, continuous", 0.0, 1000.0, DISCOUNT_OTHERWISE},
    {CRM_OPTION_HORIZON, TYPE_F64, "horizon", "periods", ABOVE_0, FOREVER, FOREVER},
    {CRM_OPTION_TIERS, TYPE_F64S, "tiers", "share of customers", ABOVE_0, 1.0, UNSET},
    {CRM_OPTION_THRESHOLD, TYPE_F64, "threshold", "major units of money", -DBL_MAX, DBL_MAX, UNSET},
};

enum { OPTIONS = (int)(sizeof option_table / sizeof option_table[0]) };

typedef struct option_value {
    int64_t n; /* values set; 0: not set */
    int64_t i64;
    double f64[VALUES_MOST];
} option_value;

struct crm_options {
    crm_allocator allocator;
    option_value value[OPTIONS];
};

/* OPTIONS if there is no such id. */
static int option_find(int32_t id)
{
    int at = 0;
    while (at < OPTIONS && option_table[at].id != id)
        at++;
    return at;
}

crm_status crm_options_create(const crm_context *context, crm_options **out, crm_error *err)
{
    if (!out)
        return crm_i_fail(err, CRM_E_NULL, 2, "out is NULL.");
    const crm_allocator allocator = crm_i_allocator(context);
    crm_options *options = crm_i_alloc_zeroed(&allocator, 1, (int64_t)sizeof *options);
    if (!options)
        return crm_i_fail_memory(err);
    options->allocator = allocator;
    *out = options;
    return crm_i_ok(err);
}

void crm_options_destroy(crm_options *options)
{
    if (!options)
        return;
    const crm_allocator allocator = options->allocator;
    crm_i_release(&allocator, options, 1, (int64_t)sizeof *options);
}

/* ---- setting ---- */

static crm_status find_typed(const crm_options *options, int32_t id, int32_t type, int *at, crm_error *err)
{
    if (!options)
        return crm_i_fail(err, CRM_E_NULL, 1, "options is NULL.");
    *at = option_find(id);
    if (*at == OPTIONS)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 2, (double)id, "There is no option of this id.");
    if (option_table[*at].type == type)
        return CRM_OK;
    crm_i_fail_value(err, CRM_E_ARGUMENT, 2, (double)id, "The option ");
    crm_i_text_add(err, option_table[*at].name);
    crm_i_text_add(err, " is of another type.");
    return CRM_E_ARGUMENT;
}

/* A NaN is within no bounds. */
static crm_status check_bounds(const option_entry *entry, double value, int32_t arg, crm_error *err)
{
    if (value >= entry->least && value <= entry->most)
        return CRM_OK;
    crm_i_fail_value(err, CRM_E_DOMAIN, arg, value, "The option ");
    crm_i_text_add(err, entry->name);
    crm_i_text_add(err, " must be from ");
    crm_i_text_add_f64(err, entry->least);
    crm_i_text_add(err, " to ");
    crm_i_text_add_f64(err, entry->most);
    crm_i_text_add(err, ", and is ");
    crm_i_text_add_f64(err, value);
    crm_i_text_add(err, ".");
    return CRM_E_DOMAIN;
}

crm_status crm_options_set_f64(crm_options *options, int32_t id, double value, crm_error *err)
{
    int at;
    crm_status status = find_typed(options, id, TYPE_F64, &at, err);
    if (status == CRM_OK)
        status = check_bounds(&option_table[at], value, 3, err);
    if (status != CRM_OK)
        return status;
    options->value[at].n = 1;
    options->value[at].f64[0] = value;
    return crm_i_ok(err);
}

crm_status crm_options_set_i64(crm_options *options, int32_t id, int64_t value, crm_error *err)
{
    int at;
    crm_status status = find_typed(options, id, TYPE_I64, &at, err);
    if (status == CRM_OK)
        status = check_bounds(&option_table[at], (double)value, 3, err);
    if (status != CRM_OK)
        return status;
    options->value[at].n = 1;
    options->value[at].i64 = value;
    return crm_i_ok(err);
}

crm_status crm_options_set_f64s(crm_options *options, int32_t id, int64_t n, const double *value,
                                crm_error *err)
{
    int at;
    crm_status status = find_typed(options, id, TYPE_F64S, &at, err);
    if (status != CRM_OK)
        return status;
    if (n < 1 || n > VALUES_MOST)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 3, (double)n, "n must be from 1 to 32.");
    if (!value)
        return crm_i_fail(err, CRM_E_NULL, 4, "value is NULL.");
    for (int64_t i = 0; i < n; i++) {
        status = check_bounds(&option_table[at], value[i], 4, err);
        if (status == CRM_OK)
            continue;
        if (err) {
            err->row = i;
            err->bad_rows = 1;
        }
        return status;
    }
    options->value[at].n = n;
    memcpy(options->value[at].f64, value, (size_t)n * sizeof *value);
    return crm_i_ok(err);
}

/* ---- the table ---- */

int32_t crm_option_count(void)
{
    return OPTIONS;
}

crm_status crm_option_info(int32_t i, int32_t *id, int32_t *type, const char **name, const char **unit,
                           double *least, double *most, double *otherwise, crm_error *err)
{
    if (i < 0 || i >= OPTIONS)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 1, (double)i, "There are not so many options.");
    const option_entry *entry = &option_table[i];
    if (id)
        *id = entry->id;
    if (type)
        *type = entry->type;
    if (name)
        *name = entry->name;
    if (unit)
        *unit = entry->unit;
    if (least)
        *least = entry->least;
    if (most)
        *most = entry->most;
    if (otherwise)
        *otherwise = entry->otherwise;
    return crm_i_ok(err);
}

/* ---- reading ---- */

int32_t crm_i_option_is_set(const crm_options *options, int32_t id)
{
    const int at = option_find(id);
    return options && at < OPTIONS && options->value[at].n > 0;
}

double crm_i_option_f64(const crm_options *options, int32_t id)
{
    const int at = option_find(id);
    if (at == OPTIONS)
        return UNSET;
    return options && options->value[at].n ? options->value[at].f64[0] : option_table[at].otherwise;
}

int64_t crm_i_option_i64(const crm_options *options, int32_t id)
{
    const int at = option_find(id);
    if (at == OPTIONS || option_table[at].type != TYPE_I64)
        return 0;
    return options && options->value[at].n ? options->value[at].i64 : (int64_t)option_table[at].otherwise;
}

const double *crm_i_option_f64s(const crm_options *options, int32_t id, int64_t *n)
{
    *n = 0;
    if (!crm_i_option_is_set(options, id))
        return NULL;
    const option_value *value = &options->value[option_find(id)];
    *n = value->n;
    return value->f64;
}
