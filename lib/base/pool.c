/* The built-in pool. A call opens a round; threads join it, take tasks off a common counter and leave; the
 * caller, who is worker 0, closes the round when the counter has run out and waits for those inside. A thread
 * that wakes late finds the round closed and sleeps on, so that no call waits for a thread that it did not
 * need. */
#if !defined(CRM_NO_THREADS) && !defined(_WIN32)
#define _POSIX_C_SOURCE 200809L /* pthread_sigmask and getpid, under -std=c11 */
#endif

#include "base/pool.h"

#include "base/error.h"

#if defined(CRM_NO_THREADS) || defined(_WIN32)

crm_status crm_i_pool_create(const crm_allocator *allocator, int64_t workers, crm_i_pool **out,
                             crm_error *err)
{
    (void)allocator;
    (void)workers;
    (void)out;
    return crm_i_fail(err, CRM_E_UNSUPPORTED, 3, "This build has no threads of its own: bring an executor.");
}

int32_t crm_i_pool_run(crm_i_pool *pool, crm_task task, void *arg, int64_t tasks)
{
    (void)pool;
    for (int64_t i = 0; i < tasks; i++)
        task(arg, i, 0);
    return 0;
}

void crm_i_pool_destroy(crm_i_pool *pool)
{
    (void)pool;
}

#else

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

/* A wait that others end within microseconds is spun for that long before it becomes a sleep. */
enum { POOL_SPINS = 256 };
enum { POOL_STACK = 2 << 20 };

typedef struct pool_thread {
    pthread_t id;
    crm_i_pool *pool;
    int64_t worker;
} pool_thread;

struct crm_i_pool {
    crm_allocator allocator;
    int64_t workers;       /* the calling thread included */
    int64_t process;       /* who created it */
    _Atomic int32_t taken; /* 1 while a call has the pool; it guards the next two */
    int32_t tried;         /* the threads were started, as far as they could be */
    int64_t started;
    pthread_mutex_t lock; /* guards what follows; the atomics are read without it, to spin */
    pthread_cond_t opened;
    pthread_cond_t left;
    _Atomic uint64_t round;
    _Atomic int64_t inside; /* threads in the round */
    int32_t open;
    int32_t ending;
    crm_task task;
    void *arg;
    int64_t tasks;
    _Atomic int64_t next; /* the task to take next */
    pool_thread thread[];
};

static void relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
}

static int64_t pool_bytes(int64_t workers)
{
    return (int64_t)sizeof(crm_i_pool) + (workers - 1) * (int64_t)sizeof(pool_thread);
}

static void take_tasks(crm_i_pool *pool, crm_task task, void *arg, int64_t tasks, int64_t worker)
{
    for (;;) {
        const int64_t i = atomic_fetch_add_explicit(&pool->next, 1, memory_order_relaxed);
        if (i >= tasks)
            return;
        task(arg, i, worker);
    }
}

static void spin_for_round(crm_i_pool *pool, uint64_t seen)
{
    for (int i = 0; i < POOL_SPINS && atomic_load_explicit(&pool->round, memory_order_relaxed) == seen; i++)
        relax();
}

static void *thread_main(void *arg)
{
    const pool_thread *me = arg;
    crm_i_pool *pool = me->pool;
    uint64_t seen = 0;
    pthread_mutex_lock(&pool->lock);
    for (;;) {
        while (!pool->ending && !(pool->open && atomic_load(&pool->round) != seen))
            pthread_cond_wait(&pool->opened, &pool->lock);
        if (pool->ending)
            break;
        seen = atomic_load(&pool->round);
        atomic_fetch_add(&pool->inside, 1);
        const crm_task task = pool->task;
        void *const task_arg = pool->arg;
        const int64_t tasks = pool->tasks;
        pthread_mutex_unlock(&pool->lock);
        take_tasks(pool, task, task_arg, tasks, me->worker);
        pthread_mutex_lock(&pool->lock);
        if (atomic_fetch_sub(&pool->inside, 1) == 1 && !pool->open)
            pthread_cond_signal(&pool->left);
        pthread_mutex_unlock(&pool->lock);
        spin_for_round(pool, seen);
        pthread_mutex_lock(&pool->lock);
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

/* Signals are the host's: threads that it does not know must not receive them, so they inherit a mask that
 * blocks all. Where the system gives fewer threads than asked for, the pool makes do with them. */
static void start_threads(crm_i_pool *pool)
{
    sigset_t all;
    sigset_t before;
    pthread_attr_t attributes;
    pool->tried = 1;
    if (pthread_attr_init(&attributes) != 0)
        return;
    pthread_attr_setstacksize(&attributes, POOL_STACK);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    while (pool->started < pool->workers - 1) {
        pool_thread *thread = &pool->thread[pool->started];
        thread->pool = pool;
        thread->worker = pool->started + 1;
        if (pthread_create(&thread->id, &attributes, thread_main, thread) != 0)
            break;
        pool->started++;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
}

static void open_round(crm_i_pool *pool, crm_task task, void *arg, int64_t tasks)
{
    pthread_mutex_lock(&pool->lock);
    pool->task = task;
    pool->arg = arg;
    pool->tasks = tasks;
    atomic_store(&pool->next, 0);
    pool->open = 1;
    atomic_fetch_add(&pool->round, 1);
    pthread_mutex_unlock(&pool->lock);
    const int64_t helpers = tasks - 1 < pool->started ? tasks - 1 : pool->started;
    for (int64_t i = 0; i < helpers; i++)
        pthread_cond_signal(&pool->opened);
}

static void close_round(crm_i_pool *pool)
{
    for (int i = 0; i < POOL_SPINS && atomic_load_explicit(&pool->inside, memory_order_relaxed) != 0; i++)
        relax();
    pthread_mutex_lock(&pool->lock);
    pool->open = 0;
    while (atomic_load(&pool->inside) != 0)
        pthread_cond_wait(&pool->left, &pool->lock);
    pthread_mutex_unlock(&pool->lock);
}

crm_status crm_i_pool_create(const crm_allocator *allocator, int64_t workers, crm_i_pool **out,
                             crm_error *err)
{
    crm_i_pool *pool = crm_i_alloc_zeroed(allocator, 1, pool_bytes(workers));
    if (!pool)
        return crm_i_fail_memory(err);
    pool->allocator = *allocator;
    pool->workers = workers;
    pool->process = (int64_t)getpid();
    /* With default attributes these have nothing to fail for where threads exist at all. */
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->opened, NULL);
    pthread_cond_init(&pool->left, NULL);
    *out = pool;
    return CRM_OK;
}

int32_t crm_i_pool_run(crm_i_pool *pool, crm_task task, void *arg, int64_t tasks)
{
    if ((int64_t)getpid() != pool->process)
        return 1;
    int32_t mine = atomic_exchange_explicit(&pool->taken, 1, memory_order_acquire) == 0;
    if (mine && !pool->tried)
        start_threads(pool);
    if (mine && pool->started == 0) {
        atomic_store_explicit(&pool->taken, 0, memory_order_release);
        mine = 0;
    }
    if (!mine) {
        for (int64_t i = 0; i < tasks; i++)
            task(arg, i, 0);
        return 0;
    }
    open_round(pool, task, arg, tasks);
    take_tasks(pool, task, arg, tasks, 0);
    close_round(pool);
    atomic_store_explicit(&pool->taken, 0, memory_order_release);
    return 0;
}

void crm_i_pool_destroy(crm_i_pool *pool)
{
    if (!pool)
        return;
    const crm_allocator allocator = pool->allocator;
    if ((int64_t)getpid() == pool->process) {
        pthread_mutex_lock(&pool->lock);
        pool->ending = 1;
        pthread_cond_broadcast(&pool->opened);
        pthread_mutex_unlock(&pool->lock);
        for (int64_t i = 0; i < pool->started; i++)
            pthread_join(pool->thread[i].id, NULL);
        pthread_cond_destroy(&pool->left);
        pthread_cond_destroy(&pool->opened);
        pthread_mutex_destroy(&pool->lock);
    }
    crm_i_release(&allocator, pool, 1, pool_bytes(pool->workers));
}

#endif
