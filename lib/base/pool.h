/* The built-in pool: threads for a host that has no executor of its own. */
#ifndef CRM_I_POOL_H
#define CRM_I_POOL_H

#include "base/memory.h"
#include "crmcore/base.h"

typedef struct crm_i_pool crm_i_pool;

/* Room for workers - 1 threads (the caller is the first worker); none starts yet. CRM_E_UNSUPPORTED in a
 * build without threads. */
crm_status crm_i_pool_create(const crm_allocator *allocator, int64_t workers, crm_i_pool **out,
                             crm_error *err);

/* Runs task(arg, i, worker) for every i in 0..tasks-1 and returns when all have. If the pool is at work for
 * somebody else, or no thread can be started, all on the calling thread. 0; 1 in a child of fork(), where
 * nothing was run. */
int32_t crm_i_pool_run(crm_i_pool *pool, crm_task task, void *arg, int64_t tasks);

/* Joins the threads; in a child of fork(), where there are none, it only gives the memory back. */
void crm_i_pool_destroy(crm_i_pool *pool);

#endif
