/* What the files of the summary share and nobody else needs. */
#ifndef CRM_I_SUMMARY_PRIVATE_H
#define CRM_I_SUMMARY_PRIVATE_H

#include "data/summary.h"

/* An empty summary of the context's memory; NULL without memory. */
crm_summary *crm_i_summary_new(const crm_context *context);

/* Sets the views anew after cells or gaps have changed. */
void crm_i_summary_refresh(crm_summary *summary);

#endif
