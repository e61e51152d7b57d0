/* The version of the library that runs. */
#include "crmcore/base.h"

int32_t crm_version(void)
{
    return CRM_VERSION;
}
