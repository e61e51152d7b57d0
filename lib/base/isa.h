/* The instruction sets of the processor. */
#ifndef CRM_I_ISA_H
#define CRM_I_ISA_H

#include "base/kernel.h"

/* What the library was compiled to use anyway: CRM_I_ISA_*. */
int32_t crm_i_isa_compiled(void);

/* The best that processor and operating system offer. Asks the processor four times, which a virtual machine
 * answers in microseconds at best: once for each context. */
int32_t crm_i_isa_detect(void);

#endif
