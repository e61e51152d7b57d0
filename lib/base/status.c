/* The statuses by name and in words. */
#include "base/compiler.h"
#include "crmcore/base.h"

typedef struct status_entry {
    crm_status status;
    const char *name;
    const char *text;
} status_entry;

static const status_entry status_table[] = {
    {CRM_OK, "CRM_OK", "Done."},
    {CRM_BAD_ROWS, "CRM_BAD_ROWS", "Done; some rows were outside the domain and are not a number."},
    {CRM_NOT_CONVERGED, "CRM_NOT_CONVERGED", "Done, but the parameters are not a maximum of the likelihood."},
    {CRM_NOT_IDENTIFIED, "CRM_NOT_IDENTIFIED", "Done, but the data do not determine all of the parameters."},
    {CRM_NO_MEAN, "CRM_NO_MEAN", "Done, but the mean spend that the parameters imply is infinite."},
    {CRM_E_NULL, "CRM_E_NULL", "An argument is NULL that must not be."},
    {CRM_E_ARGUMENT, "CRM_E_ARGUMENT", "An argument has a value that is never right."},
    {CRM_E_DOMAIN, "CRM_E_DOMAIN", "A number is outside the domain of the computation."},
    {CRM_E_STATE, "CRM_E_STATE", "The handle is not in the state that the call needs."},
    {CRM_E_ORDER, "CRM_E_ORDER", "The rows are not in the order that the call needs."},
    {CRM_E_KEY, "CRM_E_KEY", "A key is not there, or is there twice."},
    {CRM_E_OVERFLOW, "CRM_E_OVERFLOW", "An integer result does not fit."},
    {CRM_E_NO_DATA, "CRM_E_NO_DATA", "There is nothing to compute from."},
    {CRM_E_UNSUPPORTED, "CRM_E_UNSUPPORTED", "This is known but not offered here."},
    {CRM_E_CYCLE, "CRM_E_CYCLE", "There is a cycle where a tree is needed."},
    {CRM_E_FORMAT, "CRM_E_FORMAT", "The bytes are not a blob of this kind, or are damaged."},
    {CRM_E_VERSION, "CRM_E_VERSION", "The blob was written by a later version of the library."},
    {CRM_E_BUFFER, "CRM_E_BUFFER", "The buffer is too small."},
    {CRM_E_MEMORY, "CRM_E_MEMORY", "The allocator gave no memory."},
    {CRM_E_CANCELLED, "CRM_E_CANCELLED", "The progress function asked to stop."},
    {CRM_E_EXECUTOR, "CRM_E_EXECUTOR", "The executor or the pool could not run the work."},
    {CRM_E_INTERNAL, "CRM_E_INTERNAL", "This is a fault of the library; please report it."},
};

static const status_entry status_unknown = {0, "CRM_UNKNOWN",
                                            "This status is not known to this version of the library."};

static const status_entry *status_find(crm_status status)
{
    for (size_t i = 0; i < sizeof status_table / sizeof status_table[0]; i++)
        if (status_table[i].status == status)
            return &status_table[i];
    return &status_unknown;
}

const char *crm_status_name(crm_status status)
{
    return status_find(status)->name;
}

const char *crm_status_text(crm_status status)
{
    return status_find(status)->text;
}
