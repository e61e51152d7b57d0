/* An allocator for tests: it counts what lives, checks that what is released is what was given, and fails when told.
 *
 *   failing_sweep(call, arg)  runs call(context, arg) with the k-th allocation failing, for k = 1, 2, ..., once alone and
 *                             once from there on, until a run needs no k-th one; each failing run must answer
 *                             CRM_E_MEMORY and leave nothing behind. At least one allocation must be seen.
 *   failing_none(call, arg)   runs it with an allocator that never gives anything: it must not be asked.
 *
 * call gets a context whose allocator is this one (the context's own memory is not counted). It must destroy what it
 * created and give back the status of the call under test; what it must find unchanged it checks itself. */
#ifndef CRM_FAILING_H
#define CRM_FAILING_H

#include "test.h"

#include "crmcore/base.h"

/* 1 under a sanitizer, which does not live with some of what tests of the system's refusals do. */
#if defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#define TEST_SANITIZER 1
#endif
#endif
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
#define TEST_SANITIZER 1
#endif
#if !defined(TEST_SANITIZER)
#define TEST_SANITIZER 0
#endif

typedef struct failing {
    int64_t asked;    /* allocations asked for since the last failing_arm */
    int64_t fail_at;  /* the one that fails, from 1; 0: none */
    int32_t for_ever; /* all after it fail too */
    int64_t failed;   /* how many did */
    int64_t blocks;   /* alive */
    int64_t bytes;
    int64_t peak;     /* most bytes alive at a time */
} failing;

enum { FAILING_HEAD = 64, FAILING_FENCE = 16 };
#define FAILING_ALIVE 0x616C697665626C6Bu

/* What is kept in front of a block. */
typedef struct failing_head {
    uint64_t mark;
    int64_t bytes;
    int64_t align;
    void *raw;
    failing *owner;
} failing_head;

static inline failing_head *failing_head_of(void *block)
{
    return (failing_head *)(void *)((char *)block - FAILING_HEAD);
}

static inline void *failing_alloc(void *self, int64_t bytes, int64_t align)
{
    failing *f = (failing *)self;
    if (bytes <= 0 || align <= 0 || align > 64 || (align & (align - 1)) != 0) {
        print_error("alloc of %lld bytes aligned to %lld\n", (long long)bytes, (long long)align);
        fail();
    }
    f->asked++;
    if (f->fail_at > 0 && (f->asked == f->fail_at || (f->for_ever && f->asked > f->fail_at))) {
        f->failed++;
        return NULL;
    }
    if (bytes > INT64_MAX / 4)
        return NULL;
    char *raw = (char *)malloc((size_t)bytes + 64 + FAILING_HEAD + FAILING_FENCE);
    if (!raw)
        return NULL;
    const uintptr_t start = ((uintptr_t)raw + FAILING_HEAD + 63) & ~(uintptr_t)63;
    char *block = raw + (start - (uintptr_t)raw);
    const failing_head head = {FAILING_ALIVE, bytes, align, raw, f};
    memcpy(failing_head_of(block), &head, sizeof head);
    memset(block, 0xA5, (size_t)bytes); /* so that reading what was never written shows */
    memset(block + bytes, 0x5A, FAILING_FENCE);
    f->blocks++;
    f->bytes += bytes;
    f->peak = f->bytes > f->peak ? f->bytes : f->peak;
    return block;
}

static inline void failing_release(void *self, void *block, int64_t bytes, int64_t align)
{
    failing *f = (failing *)self;
    failing_head head;
    memcpy(&head, failing_head_of(block), sizeof head);
    if (head.mark != FAILING_ALIVE || head.owner != f || head.bytes != bytes || head.align != align) {
        print_error("release of %lld bytes aligned to %lld, which were given as %lld aligned to %lld\n", (long long)bytes,
                    (long long)align, (long long)head.bytes, (long long)head.align);
        fail();
    }
    for (int i = 0; i < FAILING_FENCE; i++)
        if (((unsigned char *)block)[bytes + i] != 0x5A) {
            print_error("written behind the end of a block of %lld bytes\n", (long long)bytes);
            fail();
        }
    f->blocks--;
    f->bytes -= bytes;
    memset(block, 0xDD, (size_t)bytes);
    memset(failing_head_of(block), 0, sizeof head);
    free(head.raw);
}

static inline crm_allocator failing_allocator(failing *f)
{
    crm_allocator allocator;
    memset(&allocator, 0, sizeof allocator);
    allocator.size = (int64_t)sizeof allocator;
    allocator.self = f;
    allocator.alloc = failing_alloc;
    allocator.release = failing_release;
    return allocator;
}

/* Counts from now on, and lets the k-th allocation from now fail (0: none). */
static inline void failing_arm(failing *f, int64_t k, int32_t for_ever)
{
    f->asked = 0;
    f->failed = 0;
    f->fail_at = k;
    f->for_ever = for_ever;
}

/* A context with f as its allocator, on the calling thread alone; destroy it after disarming. */
static inline crm_context *failing_context(failing *f)
{
    memset(f, 0, sizeof *f);
    const crm_allocator allocator = failing_allocator(f);
    crm_context *context = NULL;
    crm_error err;
    assert_int_equal(crm_context_create(&allocator, NULL, 1, &context, &err), CRM_OK);
    return context;
}

static inline void failing_context_end(failing *f, crm_context *context)
{
    failing_arm(f, 0, 0);
    crm_context_destroy(context);
    assert_int_equal(f->blocks, 0);
    assert_int_equal(f->bytes, 0);
}

typedef crm_status (*failing_call)(const crm_context *context, void *arg);

/* One mode of the sweep; answers how many allocations the call makes when none fails. */
static inline int64_t failing_sweep_mode(failing_call call, void *arg, int32_t for_ever, const char *file, int line)
{
    failing f;
    crm_context *context = failing_context(&f);
    const int64_t blocks = f.blocks;
    const int64_t bytes = f.bytes;
    int64_t k = 0;
    for (int32_t done = 0; !done;) {
        k++;
        failing_arm(&f, k, for_ever);
        const crm_status status = call(context, arg);
        done = f.failed == 0;
        if (done ? status < 0 : status != CRM_E_MEMORY) {
            print_error("allocation %lld failing%s: %s\n", (long long)k, for_ever ? " for ever" : "",
                        crm_status_name(status));
            _fail(file, line);
        }
        if (f.blocks != blocks || f.bytes != bytes) {
            print_error("allocation %lld failing%s: %lld blocks, %lld bytes leaked\n", (long long)k,
                        for_ever ? " for ever" : "", (long long)(f.blocks - blocks), (long long)(f.bytes - bytes));
            _fail(file, line);
        }
    }
    failing_context_end(&f, context);
    return k - 1;
}

static inline int64_t failing_sweep_at(failing_call call, void *arg, const char *file, int line)
{
    const int64_t once = failing_sweep_mode(call, arg, 0, file, line);
    const int64_t ever = failing_sweep_mode(call, arg, 1, file, line);
    if (once < 1 || ever < 1) {
        print_error("no allocation was asked for\n");
        _fail(file, line);
    }
    return once;
}

static inline void failing_none_at(failing_call call, void *arg, const char *file, int line)
{
    failing f;
    crm_context *context = failing_context(&f);
    failing_arm(&f, 1, 1);
    const crm_status status = call(context, arg);
    if (status < 0 || f.asked != 0) {
        print_error("%lld allocations asked for where there must be none (%s)\n", (long long)f.asked,
                    crm_status_name(status));
        _fail(file, line);
    }
    failing_context_end(&f, context);
}

/* Both answer through cmocka; the sweep gives the number of allocations that a whole run makes. */
#define failing_sweep(call, arg) failing_sweep_at((call), (arg), __FILE__, __LINE__)
#define failing_none(call, arg) failing_none_at((call), (arg), __FILE__, __LINE__)

#endif
