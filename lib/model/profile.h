/* Profile likelihood: how far one parameter may go while the others make the best of it. */
#ifndef CRM_I_PROFILE_H
#define CRM_I_PROFILE_H

#include "model/model.h"

/* The ends at which the likelihood, maximised over all other free parameters, has fallen by z^2/2, one for
 * each parameter of a fitted model. 0 or infinity where it does not fall so far within the bounds of fits; of
 * a parameter that the fit held both ends are its value; NaN where the others did not converge, with the
 * status CRM_NOT_CONVERGED. CRM_E_STATE if the model was not fitted to this summary. */
crm_status crm_i_profile_ends(const crm_context *context, const crm_model *model, const crm_summary *summary,
                              double z, double *low, double *high, crm_error *err);

#endif
