/* Executors of the host: one with threads of its own, and all that one can do wrong. */
#include "work.h"

static int32_t run_and_answer(void *self, crm_task task, void *arg, int64_t tasks)
{
    run_serial(NULL, task, arg, tasks);
    return *(int32_t *)self;
}

static int32_t run_nothing(void *self, crm_task task, void *arg, int64_t tasks)
{
    (void)self;
    (void)task;
    (void)arg;
    (void)tasks;
    return 0;
}

static int32_t run_all_twice(void *self, crm_task task, void *arg, int64_t tasks)
{
    run_serial(self, task, arg, tasks);
    return run_serial(self, task, arg, tasks);
}

/* As many runs as there are tasks, but not one of each. */
static int32_t run_first_for_last(void *self, crm_task task, void *arg, int64_t tasks)
{
    run_serial(self, task, arg, tasks - 1);
    task(arg, 0, 0);
    return 0;
}

static int32_t run_all_but_one(void *self, crm_task task, void *arg, int64_t tasks)
{
    return run_serial(self, task, arg, tasks - 1);
}

static int32_t run_index_behind(void *self, crm_task task, void *arg, int64_t tasks)
{
    task(arg, tasks, 0);
    return run_serial(self, task, arg, tasks);
}

static int32_t run_index_before(void *self, crm_task task, void *arg, int64_t tasks)
{
    task(arg, -1, 0);
    return run_serial(self, task, arg, tasks);
}

static int32_t run_worker_behind(void *self, crm_task task, void *arg, int64_t tasks)
{
    (void)self;
    for (int64_t i = 0; i < tasks; i++)
        task(arg, i, i == 1 ? 2 : 0);
    return 0;
}

static int32_t run_worker_before(void *self, crm_task task, void *arg, int64_t tasks)
{
    (void)self;
    for (int64_t i = 0; i < tasks; i++)
        task(arg, i, i == 1 ? -1 : 0);
    return 0;
}

typedef struct count {
    _Atomic int64_t runs;
} count;

static void count_task(void *arg, int64_t index, int64_t worker)
{
    assert_true(index >= 0 && index < TASKS);
    assert_true(worker >= 0 && worker < 2);
    atomic_fetch_add(&((count *)arg)->runs, 1);
}

static void assert_misbehaves(void *self, int32_t (*run)(void *, crm_task, void *, int64_t))
{
    const crm_executor executor = executor_of(self, 2, run);
    crm_context *context = NULL;
    crm_error err;
    assert_int_equal(crm_context_create(NULL, &executor, 1, &context, NULL), CRM_OK);
    count c = {0};
    assert_int_equal(crm_i_parallel(context, count_task, &c, TASKS, 0.0, 1.0, &err), CRM_E_EXECUTOR);
    assert_int_equal(err.status, CRM_E_EXECUTOR);
    assert_int_equal(err.arg, 1);
    assert_true(strlen(err.text) > 5);
    assert_int_equal(crm_i_parallel(context, count_task, &c, TASKS, 0.0, 1.0, NULL), CRM_E_EXECUTOR);
    c.runs = 0;
    assert_int_equal(crm_i_parallel(context, count_task, &c, 1, 0.0, 1.0, &err), CRM_OK); /* needs no executor */
    assert_int_equal(c.runs, 1);
    crm_context_destroy(context);
}

static void test_executors_that_misbehave(void **state)
{
    (void)state;
    int32_t answer = 5;
    assert_misbehaves(&answer, run_and_answer);
    answer = -1;
    assert_misbehaves(&answer, run_and_answer);
    assert_misbehaves(NULL, run_nothing);
    assert_misbehaves(NULL, run_all_twice);
    assert_misbehaves(NULL, run_first_for_last);
    assert_misbehaves(NULL, run_all_but_one);
    assert_misbehaves(NULL, run_index_behind);
    assert_misbehaves(NULL, run_index_before);
    assert_misbehaves(NULL, run_worker_behind);
    assert_misbehaves(NULL, run_worker_before);
}

/* An executor that hands the tasks to threads of its own, in stripes. */
typedef struct stripe {
    crm_task task;
    void *arg;
    int64_t tasks;
    int64_t worker;
    int64_t workers;
} stripe;

static void *run_stripe(void *arg)
{
    const stripe *s = arg;
    for (int64_t i = s->worker; i < s->tasks; i += s->workers)
        s->task(s->arg, i, s->worker);
    return NULL;
}

static int32_t run_threads(void *self, crm_task task, void *arg, int64_t tasks)
{
    (void)self;
    enum { THREADS = 7 };
    pthread_t thread[THREADS];
    stripe s[THREADS];
    for (int i = 0; i < THREADS; i++) {
        const stripe one = {task, arg, tasks, i, THREADS};
        s[i] = one;
        if (pthread_create(&thread[i], NULL, run_stripe, &s[i]) != 0)
            abort();
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(thread[i], NULL);
    return 0;
}

static void test_executor_with_threads(void **state)
{
    (void)state;
    const crm_executor executor = executor_of(NULL, 7, run_threads);
    crm_context *context = NULL;
    assert_int_equal(crm_context_create(NULL, &executor, 1, &context, NULL), CRM_OK);
    run_and_check(context, NULL);
    watcher w = watcher_of(0);
    crm_context *watched = NULL;
    assert_int_equal(crm_context_watch(context, watch, &w, &watched, NULL), CRM_OK);
    run_and_check(watched, &w.last);
    crm_context_destroy(watched);
    crm_context_destroy(context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_executors_that_misbehave),
        cmocka_unit_test(test_executor_with_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
