/* The context as the library sees it: who runs the work, with which instructions, and who watches. */
#ifndef CRM_I_CONTEXT_H
#define CRM_I_CONTEXT_H

#include "base/kernel.h"
#include "base/memory.h"
#include "crmcore/base.h"

/* CRM_I_ISA_* to hand to CRM_I_KERNEL_PICK; NULL: what the library was compiled for (the baseline set, as a
 * rule), for asking the processor takes microseconds and there is nowhere to keep the answer. */
int32_t crm_i_context_isa(const crm_context *context);

/* How many worker numbers tasks may see (>= 1): for scratch memory, allocated before. */
int64_t crm_i_context_workers(const crm_context *context);

/* Runs task(arg, i, worker) for i in 0..tasks-1 and returns when all have. On the calling thread where there
 * is no executor, or one task. With a progress function the work is handed out in batches, and between them
 * progress is told from + (to - from) * share, on the calling thread. CRM_OK, CRM_E_CANCELLED or
 * CRM_E_EXECUTOR. Allocates nothing. */
crm_status crm_i_parallel(const crm_context *context, crm_task task, void *arg, int64_t tasks, double from,
                          double to, crm_error *err);

/* A child for one of several steps: what a call with it reports as 0 .. 1 the caller sees as from .. to. */
crm_status crm_i_context_part(const crm_context *base, double from, double to, crm_context **out,
                              crm_error *err);

/* Tells progress the share done; CRM_OK or CRM_E_CANCELLED. */
crm_status crm_i_progress(const crm_context *context, double done, crm_error *err);

#endif
