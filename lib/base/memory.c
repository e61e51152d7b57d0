/* Memory: the allocator of malloc, checked sizes, growing blocks and the count of handles. The only file that
 * knows malloc and free. */
#if defined(__linux__) && !defined(_DEFAULT_SOURCE)
#define _DEFAULT_SOURCE /* madvise */
#endif
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>
#if defined(__linux__)
#include <sys/mman.h>
#endif

#include "base/context.h"

enum { MEMORY_ALIGN = 64 };

/* Blocks from here on are asked to lie in large pages: that saves most of the time that fresh memory costs
 * the system. */
enum { LARGE_BLOCK = 8 << 20, LARGE_PAGE = 2 << 20 };

/* Only a wish: what comes of it changes nothing but time. */
static void prefer_large_pages(char *block, int64_t bytes)
{
#if defined(__linux__) && defined(MADV_HUGEPAGE)
    const uintptr_t mask = (uintptr_t)LARGE_PAGE - 1;
    const uintptr_t skip = (0 - (uintptr_t)block) & mask;
    if (bytes >= LARGE_BLOCK)
        (void)madvise(block + skip, ((size_t)bytes - (size_t)skip) & ~(size_t)mask, MADV_HUGEPAGE);
#else
    (void)block;
    (void)bytes;
#endif
}

/* aligned_alloc is missing on Windows and free cannot take its blocks there, so the block is taken larger and
 * the pointer that malloc gave is kept in front of the aligned one. */
static void *default_alloc(void *self, int64_t bytes, int64_t align)
{
    (void)self;
    const uint64_t extra = (uint64_t)align + sizeof(void *);
    if (bytes <= 0 || align <= 0 || (uint64_t)bytes > (uint64_t)PTRDIFF_MAX - extra)
        return NULL;
    char *raw = malloc((size_t)((uint64_t)bytes + extra));
    if (!raw)
        return NULL;
    const uintptr_t mask = (uintptr_t)align - 1;
    const uintptr_t above = ((uintptr_t)raw + sizeof(void *) + mask) & ~mask;
    char *block = raw + (above - (uintptr_t)raw);
    memcpy(block - sizeof(void *), &raw, sizeof raw);
    prefer_large_pages(block, bytes);
    return block;
}

static void default_release(void *self, void *block, int64_t bytes, int64_t align)
{
    (void)self;
    (void)bytes;
    (void)align;
    if (!block)
        return;
    char *raw;
    memcpy(&raw, (char *)block - sizeof(void *), sizeof raw);
    free(raw);
}

crm_allocator crm_i_allocator_default(void)
{
    const crm_allocator allocator = {(int64_t)sizeof(crm_allocator), NULL, default_alloc, default_release};
    return allocator;
}

/* The bytes of a block, at least 1 so that an empty one is a block too; 0 if there is no such size. */
static int64_t block_bytes(int64_t count, int64_t size)
{
    if (count < 0 || size <= 0 || count > INT64_MAX / size)
        return 0;
    return count ? count * size : 1;
}

void *crm_i_alloc(const crm_allocator *allocator, int64_t count, int64_t size)
{
    const int64_t bytes = block_bytes(count, size);
    return bytes ? allocator->alloc(allocator->self, bytes, MEMORY_ALIGN) : NULL;
}

void *crm_i_alloc_zeroed(const crm_allocator *allocator, int64_t count, int64_t size)
{
    void *block = crm_i_alloc(allocator, count, size);
    if (block)
        memset(block, 0, (size_t)block_bytes(count, size));
    return block;
}

void crm_i_release(const crm_allocator *allocator, void *block, int64_t count, int64_t size)
{
    if (block)
        allocator->release(allocator->self, block, block_bytes(count, size), MEMORY_ALIGN);
}

int32_t crm_i_grow(const crm_allocator *allocator, void **block, int64_t *capacity, int64_t used,
                   int64_t want, int64_t size)
{
    if (want <= *capacity && *block)
        return 1;
    const int64_t ample = *capacity + *capacity / 2; /* fits, for a block of that capacity is there */
    const int64_t next = want > ample ? want : ample;
    void *wider = crm_i_alloc(allocator, next, size);
    if (!wider)
        return 0;
    if (*block && used > 0)
        memcpy(wider, *block, (size_t)(used * size));
    crm_i_release(allocator, *block, *capacity, size);
    *block = wider;
    *capacity = next;
    return 1;
}

void crm_i_handle_start(crm_i_handle *handle, const crm_context *context)
{
    handle->allocator = crm_i_allocator(context);
    atomic_init(&handle->count, 1);
}

void crm_i_handle_keep(crm_i_handle *handle)
{
    atomic_fetch_add_explicit(&handle->count, 1, memory_order_relaxed);
}

/* The one who drops last must see all that the others did to the handle. */
int32_t crm_i_handle_drop(crm_i_handle *handle)
{
    return atomic_fetch_sub_explicit(&handle->count, 1, memory_order_acq_rel) == 1;
}
