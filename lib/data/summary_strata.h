/* Strata: the distinct rows of covariates of a summary. */
#ifndef CRM_I_SUMMARY_STRATA_H
#define CRM_I_SUMMARY_STRATA_H

#include "data/summary.h"

enum { CRM_I_COVARIATES_MOST = 32 };

void crm_i_strata_release(const crm_allocator *allocator, crm_i_strata *strata);

/* -1, 0 or 1: where one row of covariates stands to another. */
int32_t crm_i_strata_compare(int32_t columns, const double *a, const double *b);

/* The strata of both, and their cells, together in memory of their own; a and b have the same number of
 * covariates, or none and no cells. CRM_OK, CRM_E_MEMORY, CRM_E_OVERFLOW. */
crm_status crm_i_strata_merge(const crm_allocator *allocator, const crm_summary *a, const crm_summary *b,
                              crm_i_strata *strata, crm_i_cells *cells, crm_error *err);

#endif
