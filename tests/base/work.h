/* Work that notices what is done to it, a watcher of its progress, and an executor that behaves. */
#ifndef CRM_WORK_H
#define CRM_WORK_H

#include "failing.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/context.h"

enum { TASKS = 500, WORKERS = 64 };

/* Threads to ask for: in a build without there is but the caller. */
#if defined(CRM_NO_THREADS) || defined(_WIN32)
#define POOL(threads) 1
#else
#define POOL(threads) (threads)
#endif

typedef struct work {
    _Atomic int32_t runs[TASKS];
    _Atomic int32_t busy[WORKERS]; /* 1 while a task runs under this worker number */
    _Atomic int32_t clashes;
    int64_t workers;
} work;

static inline void work_task(void *arg, int64_t index, int64_t worker)
{
    work *w = arg;
    if (index < 0 || index >= TASKS || worker < 0 || worker >= w->workers || atomic_exchange(&w->busy[worker], 1)) {
        atomic_fetch_add(&w->clashes, 1);
        return;
    }
    atomic_fetch_add(&w->runs[index], 1);
    atomic_store(&w->busy[worker], 0);
}

static inline void assert_ran_once(const work *w, int64_t tasks)
{
    assert_int_equal(w->clashes, 0);
    for (int64_t i = 0; i < TASKS; i++)
        assert_int_equal(w->runs[i], i < tasks);
}

/* last: what a watcher of the context saw last, or NULL; each run starts from 0 anew. */
static inline void run_and_check(const crm_context *context, double *last)
{
    static const int64_t tasks[] = {0, 1, 2, 3, 63, 64, 65, 129, TASKS};
    for (size_t i = 0; i < sizeof tasks / sizeof tasks[0]; i++) {
        work w;
        memset(&w, 0, sizeof w);
        w.workers = crm_i_context_workers(context);
        if (last)
            *last = 0.0;
        crm_error err;
        assert_int_equal(crm_i_parallel(context, work_task, &w, tasks[i], 0.0, 1.0, &err), CRM_OK);
        assert_ran_once(&w, tasks[i]);
    }
}

static inline int32_t run_serial(void *self, crm_task task, void *arg, int64_t tasks)
{
    if (self)
        ++*(int *)self;
    for (int64_t i = tasks - 1; i >= 0; i--)
        task(arg, i, 0);
    return 0;
}

static inline crm_executor executor_of(void *self, int64_t workers, int32_t (*run)(void *, crm_task, void *, int64_t))
{
    const crm_executor executor = {(int64_t)sizeof(crm_executor), self, workers, run};
    return executor;
}

typedef struct watcher {
    double last;
    int calls;
    int stop_at; /* the call at which it asks to stop; 0: never */
    pthread_t thread;
} watcher;

static inline int32_t watch(void *self, double done)
{
    watcher *w = self;
    assert_true(pthread_equal(w->thread, pthread_self()));
    assert_true(done >= 0.0 && done <= 1.0);
    assert_true(done >= w->last);
    w->last = done;
    w->calls++;
    return w->calls == w->stop_at ? 42 : 0;
}

static inline watcher watcher_of(int stop_at)
{
    const watcher w = {0.0, 0, stop_at, pthread_self()};
    return w;
}

#endif
