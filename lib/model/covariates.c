/* Designs: from options to coefficients, and from coefficients to a customer's own parameters. */
#include "model/covariates.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/options.h"
#include "numeric/elementary.h"

/* How the parameters of a kind move in logarithms where a process is the faster. */
typedef struct effect {
    int32_t kind;
    int8_t lifetime[CRM_I_KIND_PARAMETERS];
    int8_t transactions[CRM_I_KIND_PARAMETERS];
} effect;

static const effect effects[] = {
    {CRM_MODEL_PARETO_NBD, {0, 0, 0, -1}, {0, -1}},       /* r, alpha, s, beta */
    {CRM_MODEL_BG_NBD, {0, 0, 1, 1}, {0, -1}},            /* r, alpha, a, b */
    {CRM_MODEL_GGOMPERTZ_NBD, {0, 0, 0, 0, -1}, {0, -1}}, /* r, alpha, b, s, beta */
};
enum { EFFECTS = sizeof effects / sizeof effects[0] };

static const effect *effect_of(int32_t kind)
{
    for (int32_t i = 0; i < EFFECTS; i++)
        if (effects[i].kind == kind)
            return &effects[i];
    return NULL;
}

int32_t crm_i_design_is_taken(int32_t kind)
{
    return effect_of(kind) != NULL;
}

crm_i_design crm_i_design_none(void)
{
    crm_i_design design;
    memset(&design, 0, sizeof design);
    return design;
}

/* ---- from options ---- */

/* The columns that one option names, as a set; -1 alone names none. *set is left as it is where it is not
 * set. */
static crm_status read_columns(const crm_options *options, int32_t id, int32_t columns, int32_t arg,
                               uint32_t *set, crm_error *err)
{
    int64_t n = 0;
    const double *value = crm_i_option_f64s(options, id, &n);
    if (!value)
        return CRM_OK;
    *set = 0;
    if (n == 1 && value[0] == -1.0)
        return CRM_OK;
    for (int64_t i = 0; i < n; i++) {
        const int32_t whole = value[i] >= 0.0 && floor(value[i]) == value[i];
        if (!whole || value[i] >= (double)columns)
            return crm_i_fail_value(err, CRM_E_DOMAIN, arg, value[i],
                                    "The summary has no such column of covariates.");
        const uint32_t bit = (uint32_t)1 << (int32_t)value[i];
        if (*set & bit)
            return crm_i_fail_value(err, CRM_E_DOMAIN, arg, value[i],
                                    "A column of covariates is named twice.");
        *set |= bit;
    }
    return CRM_OK;
}

static void add_coefficients(crm_i_design *design, uint32_t set, int32_t process, double ridge)
{
    for (int32_t c = 0; c < design->columns; c++) {
        if (!(set >> c & 1u))
            continue;
        design->column[design->count] = c;
        design->process[design->count] = process;
        design->ridge[design->count] = ridge;
        design->count++;
    }
}

static int32_t size_of(uint32_t set)
{
    int32_t n = 0;
    for (; set; set &= set - 1)
        n++;
    return n;
}

crm_status crm_i_design_read(int32_t kind, const crm_options *options, int32_t columns, int32_t arg,
                             crm_i_design *design, crm_error *err)
{
    const uint32_t every = columns == 32 ? UINT32_MAX : ((uint32_t)1 << columns) - 1;
    const int32_t taken = crm_i_design_is_taken(kind);
    uint32_t lifetime = taken ? every : 0;
    uint32_t transactions = taken ? every : 0;
    uint32_t equal = 0;
    *design = crm_i_design_none();
    crm_status status = read_columns(options, CRM_OPTION_COVARIATES_LIFETIME, columns, arg, &lifetime, err);
    if (status == CRM_OK)
        status = read_columns(options, CRM_OPTION_COVARIATES_TRANSACTIONS, columns, arg, &transactions, err);
    if (status == CRM_OK)
        status = read_columns(options, CRM_OPTION_COVARIATES_EQUAL, columns, arg, &equal, err);
    if (status != CRM_OK)
        return status;
    if (!taken && (lifetime | transactions | equal))
        return crm_i_fail_value(err, CRM_E_UNSUPPORTED, arg, kind, "This kind of model takes no covariates.");
    if ((equal & lifetime & transactions) != equal)
        return crm_i_fail(err, CRM_E_DOMAIN, arg,
                          "A coefficient can only be shared of a covariate that feeds both processes.");
    if (size_of(lifetime) + size_of(transactions) - size_of(equal) > CRM_I_COEFFICIENTS)
        return crm_i_fail(err, CRM_E_DOMAIN, arg, "There are more than 32 coefficients.");
    if (!(lifetime | transactions))
        return CRM_OK;
    const double ridge_lifetime = crm_i_option_f64(options, CRM_OPTION_RIDGE_LIFETIME);
    const double ridge_transactions = crm_i_option_f64(options, CRM_OPTION_RIDGE_TRANSACTIONS);
    design->columns = columns;
    add_coefficients(design, lifetime & ~equal, CRM_PROCESS_LIFETIME, ridge_lifetime);
    add_coefficients(design, transactions & ~equal, CRM_PROCESS_TRANSACTIONS, ridge_transactions);
    add_coefficients(design, equal, CRM_PROCESS_LIFETIME | CRM_PROCESS_TRANSACTIONS,
                     ridge_lifetime + ridge_transactions);
    return CRM_OK;
}

/* ---- to parameters ---- */

void crm_i_design_slopes(int32_t kind, const crm_i_design *design, const double *z, int64_t stride,
                         double *slope)
{
    const effect *e = effect_of(kind);
    for (int32_t c = 0; c < design->count; c++)
        for (int32_t j = 0; j < CRM_I_KIND_PARAMETERS; j++) {
            const int32_t moves = (design->process[c] & CRM_PROCESS_LIFETIME ? e->lifetime[j] : 0) +
                                  (design->process[c] & CRM_PROCESS_TRANSACTIONS ? e->transactions[j] : 0);
            slope[j + CRM_I_KIND_PARAMETERS * c] =
                moves ? (double)moves * z[design->column[c] * stride] : 0.0;
        }
}

void crm_i_design_apply(int32_t kind, const crm_i_design *design, const double *parameter,
                        const double *slope, double *own)
{
    const int32_t base = crm_i_kind_of(kind)->parameters;
    for (int32_t j = 0; j < base; j++) {
        double shift = 0.0;
        for (int32_t c = 0; c < design->count; c++)
            shift += slope[j + CRM_I_KIND_PARAMETERS * c] * parameter[base + c];
        own[j] = shift == 0.0 ? parameter[j] : parameter[j] * crm_i_exp(shift);
    }
}

double crm_i_design_penalty(int32_t kind, const crm_i_design *design, const double *parameter)
{
    const int32_t base = crm_i_kind_of(kind)->parameters;
    double sum = 0.0;
    for (int32_t c = 0; c < design->count; c++)
        sum += design->ridge[c] * parameter[base + c] * parameter[base + c];
    return sum;
}
