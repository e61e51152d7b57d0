/* Memory: every block goes through the allocator of a context, counted handles keep a copy of it. */
#ifndef CRM_I_MEMORY_H
#define CRM_I_MEMORY_H

#include <stdatomic.h>

#include "base/compiler.h"
#include "crmcore/base.h"

/* The allocator of a context, malloc's if context is NULL; and malloc's. */
crm_allocator crm_i_allocator(const crm_context *context);
crm_allocator crm_i_allocator_default(void);

/* count * size bytes aligned to 64, not cleared; NULL if there is none, the product overflows or count < 0. A
 * count of 0 gives a block that may be released. release takes the same count and size; NULL is fine. */
void *crm_i_alloc(const crm_allocator *allocator, int64_t count, int64_t size);
void *crm_i_alloc_zeroed(const crm_allocator *allocator, int64_t count, int64_t size);
void crm_i_release(const crm_allocator *allocator, void *block, int64_t count, int64_t size);

/* A block for at least `want` items in place of *block with its first `used` items kept: at least 1.5 times
 * the old capacity. On failure 0 is returned and nothing changes. */
int32_t crm_i_grow(const crm_allocator *allocator, void **block, int64_t *capacity, int64_t used,
                   int64_t want, int64_t size);

/* The head of every counted handle; the count starts at 1. drop answers 1 to the one who must take the handle
 * apart. */
typedef struct crm_i_handle {
    crm_allocator allocator;
    _Atomic int64_t count;
} crm_i_handle;

void crm_i_handle_start(crm_i_handle *handle, const crm_context *context);
void crm_i_handle_keep(crm_i_handle *handle);
int32_t crm_i_handle_drop(crm_i_handle *handle);

#endif
