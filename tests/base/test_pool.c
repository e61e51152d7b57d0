/* The built-in pool: every task once, whatever the number of workers; threads that are started late, joined
 * early and deaf to signals; several callers at a time; fork. */
#if !defined(_WIN32)
#define _GNU_SOURCE
#endif
#include "failing.h"

#include "base/context.h"

#if defined(CRM_NO_THREADS) || defined(_WIN32)

static void test_no_pool(void **state)
{
    (void)state;
    crm_context *context = NULL;
    crm_error err;
    assert_int_equal(crm_context_create(NULL, NULL, 2, &context, &err), CRM_E_UNSUPPORTED);
    assert_int_equal(err.arg, 3);
    assert_null(context);
    failing f;
    memset(&f, 0, sizeof f);
    const crm_allocator a = failing_allocator(&f);
    assert_int_equal(crm_context_create(&a, NULL, 2, &context, &err), CRM_E_UNSUPPORTED);
    assert_int_equal(f.blocks, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_no_pool)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { TASKS = 1000, WORKERS = 64 };

typedef struct work {
    int64_t workers;
    _Atomic int32_t runs[TASKS];
    _Atomic int32_t busy[WORKERS];
    _Atomic int32_t clashes;
    _Atomic int32_t unmasked; /* tasks off the calling thread that could have received a signal */
    _Atomic int32_t elsewhere; /* tasks off the calling thread */
    _Atomic int32_t wrong_zero; /* worker 0 off the calling thread, or the calling thread under another number */
    pthread_t caller;
} work;

static void note_thread(work *w, int64_t worker)
{
    const int on_caller = pthread_equal(pthread_self(), w->caller) != 0;
    if (on_caller != (worker == 0))
        atomic_fetch_add(&w->wrong_zero, 1);
    if (on_caller)
        return;
    atomic_fetch_add(&w->elsewhere, 1);
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    if (!sigismember(&mask, SIGINT) || !sigismember(&mask, SIGALRM) || !sigismember(&mask, SIGTERM))
        atomic_fetch_add(&w->unmasked, 1);
}

static void work_task(void *arg, int64_t index, int64_t worker)
{
    work *w = arg;
    if (index < 0 || index >= TASKS || worker < 0 || worker >= w->workers || atomic_exchange(&w->busy[worker], 1)) {
        atomic_fetch_add(&w->clashes, 1);
        return;
    }
    note_thread(w, worker);
    atomic_fetch_add(&w->runs[index], 1);
    atomic_store(&w->busy[worker], 0);
}

static void work_start(work *w, int64_t workers)
{
    memset(w, 0, sizeof *w);
    w->workers = workers;
    w->caller = pthread_self();
}

static int work_is_done(const work *w, int64_t tasks)
{
    int done = w->clashes == 0 && w->unmasked == 0 && w->wrong_zero == 0;
    for (int64_t i = 0; i < TASKS; i++)
        done = done && w->runs[i] == (i < tasks);
    return done;
}

static crm_context *create(int32_t threads)
{
    crm_context *context = NULL;
    assert_int_equal(crm_context_create(NULL, NULL, threads, &context, NULL), CRM_OK);
    assert_int_equal(crm_context_workers(context), threads);
    return context;
}

static void test_every_task_once(void **state)
{
    (void)state;
    static const int32_t threads[] = {1, 2, 7, 64};
    static const int64_t tasks[] = {0, 1, 2, 3, 7, 8, 64, 65, 127, TASKS};
    for (size_t t = 0; t < sizeof threads / sizeof threads[0]; t++) {
        crm_context *context = create(threads[t]);
        for (int round = 0; round < 30; round++)
            for (size_t i = 0; i < sizeof tasks / sizeof tasks[0]; i++) {
                work w;
                work_start(&w, threads[t]);
                assert_int_equal(crm_i_parallel(context, work_task, &w, tasks[i], 0.0, 1.0, NULL), CRM_OK);
                assert_true(work_is_done(&w, tasks[i]));
            }
        crm_context_destroy(context);
    }
}

/* ---- threads come and go ------------------------------------------------------------------------------------- */

static void sleep_ms(long ms)
{
    const struct timespec time = {ms / 1000, (ms % 1000) * 1000000};
    nanosleep(&time, NULL);
}

/* Each task waits until all workers have one: it ends only if they truly run at a time. */
typedef struct meeting {
    _Atomic int32_t here;
    int32_t expected;
    _Atomic int32_t late;
} meeting;

static void meeting_task(void *arg, int64_t index, int64_t worker)
{
    (void)index;
    (void)worker;
    meeting *m = arg;
    atomic_fetch_add(&m->here, 1);
    for (int i = 0; i < 20000 && m->here < m->expected; i++)
        sleep_ms(1);
    if (m->here < m->expected)
        atomic_fetch_add(&m->late, 1);
}

static void test_workers_run_at_a_time(void **state)
{
    (void)state;
    static const int32_t threads[] = {2, 7, 64};
    for (size_t t = 0; t < sizeof threads / sizeof threads[0]; t++) {
        crm_context *context = create(threads[t]);
        for (int round = 0; round < 3; round++) {
            meeting m = {0, threads[t], 0};
            assert_int_equal(crm_i_parallel(context, meeting_task, &m, threads[t], 0.0, 1.0, NULL), CRM_OK);
            assert_int_equal(m.here, threads[t]);
            assert_int_equal(m.late, 0);
        }
        crm_context_destroy(context);
    }
}

/* Threads of this process by what the system says; -1 where it does not. */
static int threads_alive(void)
{
    FILE *f = fopen("/proc/self/status", "r");
    int threads = -1;
    char line[256];
    while (f && fgets(line, sizeof line, f))
        if (strncmp(line, "Threads:", 8) == 0)
            threads = atoi(line + 8);
    if (f)
        fclose(f);
    return threads;
}

/* A thread that was joined may be counted for a moment more. */
static int threads_become(int want)
{
    for (int i = 0; i < 2000 && threads_alive() != want; i++)
        sleep_ms(1);
    return threads_alive() == want;
}

static void test_threads_start_with_the_first_need_and_are_joined(void **state)
{
    (void)state;
    int before = threads_alive();
    if (before < 0)
        skip();
    for (int i = 0; i < 50; i++) { /* those of the tests before may still be on their way out */
        sleep_ms(1);
        before = threads_alive() < before ? threads_alive() : before;
    }
    crm_context *context = create(5);
    work w;
    work_start(&w, 5);
    assert_int_equal(crm_i_parallel(context, work_task, &w, 1, 0.0, 1.0, NULL), CRM_OK);
    assert_int_equal(threads_alive(), before);
    assert_int_equal(crm_i_parallel(context, work_task, &w, 0, 0.0, 1.0, NULL), CRM_OK);
    assert_int_equal(threads_alive(), before);
    work_start(&w, 5);
    assert_int_equal(crm_i_parallel(context, work_task, &w, TASKS, 0.0, 1.0, NULL), CRM_OK);
    assert_int_equal(threads_alive(), before + 4);
    crm_context_destroy(context);
    assert_true(threads_become(before));
}

static void test_idle_threads_sleep(void **state)
{
    (void)state;
    crm_context *context = create(7);
    work w;
    work_start(&w, 7);
    assert_int_equal(crm_i_parallel(context, work_task, &w, TASKS, 0.0, 1.0, NULL), CRM_OK);
    sleep_ms(20);
    const clock_t before = clock();
    sleep_ms(100);
    assert_true((double)(clock() - before) / CLOCKS_PER_SEC < 0.02);
    crm_context_destroy(context);
}

static void test_the_mask_of_the_caller_stays(void **state)
{
    (void)state;
    sigset_t before;
    sigset_t after;
    sigemptyset(&before);
    sigaddset(&before, SIGUSR2);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    crm_context *context = create(3);
    work w;
    work_start(&w, 3);
    assert_int_equal(crm_i_parallel(context, work_task, &w, TASKS, 0.0, 1.0, NULL), CRM_OK);
    pthread_sigmask(SIG_SETMASK, NULL, &after);
    for (int s = 1; s < 32; s++)
        assert_int_equal(sigismember(&after, s), s == SIGUSR2);
    crm_context_destroy(context);
}

/* ---- several callers ----------------------------------------------------------------------------------------- */

typedef struct host {
    pthread_t id;
    const crm_context *context;
    int64_t workers;
    int failed;
} host;

static void *host_main(void *arg)
{
    host *h = arg;
    for (int round = 0; round < 100; round++) {
        work w;
        work_start(&w, h->workers);
        const int64_t tasks = 1 + (round * 37) % TASKS;
        if (crm_i_parallel(h->context, work_task, &w, tasks, 0.0, 1.0, NULL) != CRM_OK || !work_is_done(&w, tasks))
            h->failed = 1;
    }
    return NULL;
}

static void test_several_callers_at_a_time(void **state)
{
    (void)state;
    enum { HOSTS = 5 };
    crm_context *context = create(4);
    host h[HOSTS];
    memset(h, 0, sizeof h);
    for (int i = 0; i < HOSTS; i++) {
        h[i].context = context;
        h[i].workers = 4;
        assert_int_equal(pthread_create(&h[i].id, NULL, host_main, &h[i]), 0);
    }
    for (int i = 0; i < HOSTS; i++) {
        pthread_join(h[i].id, NULL);
        assert_int_equal(h[i].failed, 0);
    }
    crm_context_destroy(context);
}

typedef struct nest {
    const crm_context *context;
    _Atomic int32_t inner;
    _Atomic int32_t failed;
} nest;

static void inner_task(void *arg, int64_t index, int64_t worker)
{
    (void)index;
    (void)worker;
    atomic_fetch_add(&((nest *)arg)->inner, 1);
}

static void outer_task(void *arg, int64_t index, int64_t worker)
{
    (void)index;
    (void)worker;
    nest *n = arg;
    if (crm_i_parallel(n->context, inner_task, n, 10, 0.0, 1.0, NULL) != CRM_OK)
        atomic_fetch_add(&n->failed, 1);
}

static void test_work_within_work(void **state)
{
    (void)state;
    crm_context *context = create(4);
    nest n = {context, 0, 0};
    assert_int_equal(crm_i_parallel(context, outer_task, &n, 50, 0.0, 1.0, NULL), CRM_OK);
    assert_int_equal(n.inner, 500);
    assert_int_equal(n.failed, 0);
    crm_context_destroy(context);
}

/* ---- memory -------------------------------------------------------------------------------------------------- */

static void test_work_allocates_nothing(void **state)
{
    (void)state;
    failing f;
    memset(&f, 0, sizeof f);
    const crm_allocator a = failing_allocator(&f);
    crm_context *context = NULL;
    assert_int_equal(crm_context_create(&a, NULL, 4, &context, NULL), CRM_OK);
    failing_arm(&f, 1, 1);
    work w;
    work_start(&w, 4);
    assert_int_equal(crm_i_parallel(context, work_task, &w, TASKS, 0.0, 1.0, NULL), CRM_OK);
    assert_int_equal(f.asked, 0);
    failing_context_end(&f, context);
}

/* ---- other processes ----------------------------------------------------------------------------------------- */

/* Runs step in a child of fork; its answer is the exit status, -1 if it crashed. */
static int in_child(int (*step)(crm_context *), crm_context *context)
{
    fflush(NULL);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        exit(step(context)); /* not _exit, which would keep back what is covered */
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int use_after_fork(crm_context *context)
{
    work w;
    work_start(&w, 4);
    crm_error err;
    if (crm_i_parallel(context, work_task, &w, TASKS, 0.0, 1.0, &err) != CRM_E_EXECUTOR || err.arg != 1)
        return 1;
    if (!strstr(err.text, "fork") || !work_is_done(&w, 0))
        return 2;
    if (crm_i_parallel(context, work_task, &w, 1, 0.0, 1.0, &err) != CRM_OK || !work_is_done(&w, 1))
        return 3; /* one task needs no pool */
    crm_context_destroy(context);
    if (TEST_SANITIZER) /* TSan does not allow threads to be started after fork */
        return 0;
    crm_context *own = NULL;
    if (crm_context_create(NULL, NULL, 4, &own, &err) != CRM_OK)
        return 4;
    work_start(&w, 4);
    if (crm_i_parallel(own, work_task, &w, TASKS, 0.0, 1.0, &err) != CRM_OK || !work_is_done(&w, TASKS))
        return 5;
    crm_context_destroy(own);
    return 0;
}

static void test_fork(void **state)
{
    (void)state;
    crm_context *context = create(4);
    assert_int_equal(in_child(use_after_fork, context), 0); /* before its threads are started */
    work w;
    work_start(&w, 4);
    assert_int_equal(crm_i_parallel(context, work_task, &w, TASKS, 0.0, 1.0, NULL), CRM_OK);
    assert_int_equal(in_child(use_after_fork, context), 0); /* and after */
    work_start(&w, 4);
    assert_int_equal(crm_i_parallel(context, work_task, &w, TASKS, 0.0, 1.0, NULL), CRM_OK);
    assert_true(work_is_done(&w, TASKS)); /* the parent does not mind */
    crm_context_destroy(context);
}

static void *end_at_once(void *arg)
{
    return arg;
}

static int can_start_thread(void)
{
    pthread_attr_t attributes;
    pthread_t id;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, (size_t)2 << 20);
    const int can = pthread_create(&id, &attributes, end_at_once, NULL) == 0;
    pthread_attr_destroy(&attributes);
    if (can)
        pthread_join(id, NULL);
    return can;
}

/* In a process that has no room for stacks: first no thread can be started, then some. It is a process of its
 * own, for libc keeps the stacks of threads that have ended. */
static int run_without_room(void)
{
    const size_t room = (size_t)9 << 20; /* enough for three or four stacks of 2 MB */
    void *block = mmap(NULL, room, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    FILE *f = fopen("/proc/self/statm", "r");
    unsigned long pages = 0;
    if (block == MAP_FAILED || !f || fscanf(f, "%lu", &pages) != 1)
        return 77;
    fclose(f);
    struct rlimit limit;
    limit.rlim_cur = limit.rlim_max = (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE);
    if (setrlimit(RLIMIT_AS, &limit) != 0)
        return 77;
    if (can_start_thread()) /* as under valgrind, which has stacks in store */
        return 77;
    static work w; /* the stack cannot grow now */
    for (int round = 0; round < 2; round++) {
        crm_context *own = NULL;
        if (crm_context_create(NULL, NULL, 64, &own, NULL) != CRM_OK)
            return 77;
        for (int call = 0; call < 20; call++) {
            work_start(&w, 64);
            if (crm_i_parallel(own, work_task, &w, TASKS, 0.0, 1.0, NULL) != CRM_OK || !work_is_done(&w, TASKS))
                return 1 + round;
        }
        const int threads = threads_alive();
        if (round == 0 ? threads != 1 : threads < 2 || threads > 6)
            return 3 + round;
        crm_context_destroy(own);
        munmap(block, room);
    }
    return 0;
}

static char *program; /* argv[0] */

static void test_fewer_threads_than_asked_for(void **state)
{
    (void)state;
    if (TEST_SANITIZER) /* they do not live with so little memory */
        skip();
    fflush(NULL);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        char without_room[] = "without-room";
        char *const arguments[] = {program, without_room, NULL};
        execv(program, arguments);
        _exit(77);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77) /* the system does not refuse threads, or nobody says how many there are */
        skip();
    assert_int_equal(WEXITSTATUS(status), 0);
}

int main(int argc, char **argv)
{
    program = argv[0];
    if (argc == 2 && strcmp(argv[1], "without-room") == 0)
        return run_without_room();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_task_once),
        cmocka_unit_test(test_workers_run_at_a_time),
        cmocka_unit_test(test_threads_start_with_the_first_need_and_are_joined),
        cmocka_unit_test(test_idle_threads_sleep),
        cmocka_unit_test(test_the_mask_of_the_caller_stays),
        cmocka_unit_test(test_several_callers_at_a_time),
        cmocka_unit_test(test_work_within_work),
        cmocka_unit_test(test_work_allocates_nothing),
        cmocka_unit_test(test_fork),
        cmocka_unit_test(test_fewer_threads_than_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#endif
