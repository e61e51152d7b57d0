/* The context: what every call may be told about memory, workers, instructions and progress. Immutable but
 * for the count of those who hold it; a child shares its base's pool by keeping the base. */
#include "base/context.h"

#include "base/error.h"
#include "base/isa.h"
#include "base/pool.h"

enum { THREADS_MOST = 256, WORKERS_MOST = 1024 };

struct crm_context {
    crm_i_handle handle;
    crm_context *base;     /* kept; NULL at the root */
    crm_i_pool *pool;      /* the root's */
    crm_executor executor; /* run NULL: none */
    int64_t workers;
    int32_t isa;
    crm_progress progress;
    void *progress_self;
    double from; /* the part of the whole that calls with this context are */
    double to;
};

/* ---- creation ---- */

static crm_status check_allocator(const crm_allocator *allocator, crm_error *err)
{
    if (!allocator)
        return CRM_OK;
    if (allocator->size < (int64_t)sizeof(crm_allocator))
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 1, (double)allocator->size,
                                "The allocator's size is not sizeof(crm_allocator).");
    if (!allocator->alloc || !allocator->release)
        return crm_i_fail(err, CRM_E_NULL, 1, "The allocator needs both alloc and release.");
    return CRM_OK;
}

static crm_status check_executor(const crm_executor *executor, crm_error *err)
{
    if (!executor)
        return CRM_OK;
    if (executor->size < (int64_t)sizeof(crm_executor))
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 2, (double)executor->size,
                                "The executor's size is not sizeof(crm_executor).");
    if (!executor->run)
        return crm_i_fail(err, CRM_E_NULL, 2, "The executor needs run.");
    if (executor->workers < 1 || executor->workers > WORKERS_MOST)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 2, (double)executor->workers,
                                "The executor's workers must be from 1 to 1024.");
    return CRM_OK;
}

static crm_status check_create(const crm_allocator *allocator, const crm_executor *executor, int32_t threads,
                               crm_context **out, crm_error *err)
{
    crm_status status = check_allocator(allocator, err);
    if (status == CRM_OK)
        status = check_executor(executor, err);
    if (status != CRM_OK)
        return status;
    if (threads < 1 || threads > THREADS_MOST)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 3, (double)threads, "threads must be from 1 to 256.");
    if (executor && threads != 1)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 3, (double)threads,
                                "threads must be 1 beside an executor.");
    if (!out)
        return crm_i_fail(err, CRM_E_NULL, 4, "out is NULL.");
    return CRM_OK;
}

crm_status crm_context_create(const crm_allocator *allocator, const crm_executor *executor, int32_t threads,
                              crm_context **out, crm_error *err)
{
    crm_status status = check_create(allocator, executor, threads, out, err);
    if (status != CRM_OK)
        return status;
    crm_allocator memory = allocator ? *allocator : crm_i_allocator_default();
    memory.size = (int64_t)sizeof memory;
    crm_context *context = crm_i_alloc_zeroed(&memory, 1, (int64_t)sizeof *context);
    if (!context)
        return crm_i_fail_memory(err);
    crm_i_handle_start(&context->handle, NULL);
    context->handle.allocator = memory;
    context->workers = executor ? executor->workers : threads;
    context->isa = crm_i_isa_detect();
    context->to = 1.0;
    if (executor)
        context->executor = *executor;
    if (threads > 1) {
        status = crm_i_pool_create(&memory, threads, &context->pool, err);
        if (status != CRM_OK) {
            crm_i_release(&memory, context, 1, (int64_t)sizeof *context);
            return status;
        }
    }
    *out = context;
    return crm_i_ok(err);
}

/* base is written to in its count alone, which is atomic: const is what the caller may rely on. */
static crm_context *keep(const crm_context *base)
{
    union {
        const crm_context *given;
        crm_context *kept;
    } same = {base};
    crm_i_handle_keep(&same.kept->handle);
    return same.kept;
}

static crm_context *create_child(const crm_context *base)
{
    const crm_allocator memory = crm_i_allocator(base);
    crm_context *child = crm_i_alloc_zeroed(&memory, 1, (int64_t)sizeof *child);
    if (!child)
        return NULL;
    if (base) {
        child->pool = base->pool;
        child->executor = base->executor;
        child->workers = base->workers;
        child->isa = base->isa;
        child->progress = base->progress;
        child->progress_self = base->progress_self;
        child->from = base->from;
        child->to = base->to;
        child->base = keep(base);
    } else {
        child->workers = 1;
        child->isa = crm_i_isa_detect();
        child->to = 1.0;
    }
    crm_i_handle_start(&child->handle, base);
    return child;
}

crm_status crm_context_watch(const crm_context *base, crm_progress progress, void *self, crm_context **out,
                             crm_error *err)
{
    if (!progress)
        return crm_i_fail(err, CRM_E_NULL, 2, "progress is NULL.");
    if (!out)
        return crm_i_fail(err, CRM_E_NULL, 4, "out is NULL.");
    crm_context *child = create_child(base);
    if (!child)
        return crm_i_fail_memory(err);
    child->progress = progress;
    child->progress_self = self;
    child->from = 0.0;
    child->to = 1.0;
    *out = child;
    return crm_i_ok(err);
}

crm_status crm_context_limit(const crm_context *base, int32_t isa, crm_context **out, crm_error *err)
{
    if (isa < CRM_ISA_BASELINE || isa > CRM_ISA_AVX512)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 2, (double)isa, "isa is not a CRM_ISA_ constant.");
    if (!out)
        return crm_i_fail(err, CRM_E_NULL, 3, "out is NULL.");
    crm_context *child = create_child(base);
    if (!child)
        return crm_i_fail_memory(err);
    if (child->isa > isa)
        child->isa = isa;
    *out = child;
    return crm_i_ok(err);
}

crm_status crm_i_context_part(const crm_context *base, double from, double to, crm_context **out,
                              crm_error *err)
{
    crm_context *child = create_child(base);
    if (!child)
        return crm_i_fail_memory(err);
    const double length = child->to - child->from;
    child->to = child->from + length * to;
    child->from += length * from;
    *out = child;
    return crm_i_ok(err);
}

void crm_context_destroy(crm_context *context)
{
    while (context && crm_i_handle_drop(&context->handle)) {
        crm_context *base = context->base;
        const crm_allocator memory = context->handle.allocator;
        if (!base)
            crm_i_pool_destroy(context->pool);
        crm_i_release(&memory, context, 1, (int64_t)sizeof *context);
        context = base;
    }
}

/* ---- what the library asks ---- */

crm_allocator crm_i_allocator(const crm_context *context)
{
    return context ? context->handle.allocator : crm_i_allocator_default();
}

int32_t crm_i_context_isa(const crm_context *context)
{
    return context ? context->isa : crm_i_isa_compiled();
}

int64_t crm_i_context_workers(const crm_context *context)
{
    return context ? context->workers : 1;
}

int32_t crm_context_isa(const crm_context *context)
{
    return crm_i_context_isa(context);
}

int64_t crm_context_workers(const crm_context *context)
{
    return crm_i_context_workers(context);
}

/* ---- progress ---- */

static double within_0_1(double x)
{
    return x > 0.0 ? (x < 1.0 ? x : 1.0) : 0.0;
}

crm_status crm_i_progress(const crm_context *context, double done, crm_error *err)
{
    if (!context || !context->progress)
        return CRM_OK;
    const double share = within_0_1(done);
    const double told = share < 1.0 ? context->from + (context->to - context->from) * share : context->to;
    if (context->progress(context->progress_self, within_0_1(told)) == 0)
        return CRM_OK;
    return crm_i_fail_value(err, CRM_E_CANCELLED, 1, within_0_1(told),
                            "The progress function asked to stop.");
}

/* ---- work ---- */

/* A batch of tasks as an executor sees it. The executor is a stranger: a task that it numbers wrongly is not
 * run, and what it ran is added up so that tasks left out or run twice are noticed. */
typedef struct batch {
    crm_task task;
    void *arg;
    int64_t first;
    int64_t tasks;
    int64_t workers;
    _Atomic int32_t misnumbered;
    _Atomic int64_t ran;
    _Atomic uint64_t sum;
} batch;

/* Spreads indices so that a sum of them tells one set from another. */
static uint64_t spread(int64_t index)
{
    uint64_t x = (uint64_t)index + 0x9E3779B97F4A7C15u;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

static void batch_task(void *arg, int64_t index, int64_t worker)
{
    const batch *b = arg;
    b->task(b->arg, b->first + index, worker);
}

static void batch_task_checked(void *arg, int64_t index, int64_t worker)
{
    batch *b = arg;
    if (index < 0 || index >= b->tasks || worker < 0 || worker >= b->workers) {
        atomic_store(&b->misnumbered, 1);
        return;
    }
    b->task(b->arg, b->first + index, worker);
    atomic_fetch_add(&b->sum, spread(index));
    atomic_fetch_add(&b->ran, 1);
}

static crm_status run_pool(const crm_context *context, batch *b, crm_error *err)
{
    if (crm_i_pool_run(context->pool, batch_task, b, b->tasks) == 0)
        return CRM_OK;
    return crm_i_fail(
        err, CRM_E_EXECUTOR, 1,
        "The pool of a context does not outlive fork(): the child must create a context of its own.");
}

static crm_status run_executor(const crm_context *context, batch *b, crm_error *err)
{
    const int32_t answer = context->executor.run(context->executor.self, batch_task_checked, b, b->tasks);
    if (answer != 0) {
        crm_i_fail_value(err, CRM_E_EXECUTOR, 1, (double)answer, "The executor answered ");
        crm_i_text_add_i64(err, answer);
        crm_i_text_add(err, ", which means that it did not run the work.");
        return CRM_E_EXECUTOR;
    }
    if (atomic_load(&b->misnumbered))
        return crm_i_fail(err, CRM_E_EXECUTOR, 1,
                          "The executor passed a task or worker number out of range.");
    uint64_t sum = 0;
    for (int64_t i = 0; i < b->tasks; i++)
        sum += spread(i);
    if (atomic_load(&b->ran) != b->tasks || atomic_load(&b->sum) != sum)
        return crm_i_fail_value(err, CRM_E_EXECUTOR, 1, (double)atomic_load(&b->ran),
                                "The executor did not run every task once.");
    return CRM_OK;
}

static crm_status run_batch(const crm_context *context, crm_task task, void *arg, int64_t first,
                            int64_t tasks, crm_error *err)
{
    const int on_caller = !context || tasks == 1 || (!context->pool && !context->executor.run);
    if (on_caller) {
        for (int64_t i = first; i < first + tasks; i++)
            task(arg, i, 0);
        return CRM_OK;
    }
    batch b = {task, arg, first, tasks, context->workers, 0, 0, 0};
    return context->pool ? run_pool(context, &b, err) : run_executor(context, &b, err);
}

/* How many tasks run between two calls of progress: many enough that workers seldom wait for one another at
 * the end of a batch, few enough that a host can stop soon. */
static int64_t batch_size(const crm_context *context, int64_t tasks)
{
    if (!context || !context->progress)
        return tasks;
    const int64_t share = tasks / 64;
    const int64_t least = context->workers > 1 ? 8 * context->workers : 1;
    return share > least ? share : least;
}

crm_status crm_i_parallel(const crm_context *context, crm_task task, void *arg, int64_t tasks, double from,
                          double to, crm_error *err)
{
    const int64_t size = batch_size(context, tasks);
    for (int64_t done = 0; done < tasks;) {
        const int64_t next = tasks - done < size ? tasks - done : size;
        crm_status status = run_batch(context, task, arg, done, next, err);
        if (status != CRM_OK)
            return status;
        done += next;
        const double share = (double)done / (double)tasks;
        status = crm_i_progress(context, done == tasks ? to : from + (to - from) * share, err);
        if (status != CRM_OK)
            return status;
    }
    return CRM_OK;
}
