/* Contexts: creation and its misuse, children and their lives, progress. */
#include "work.h"

/* ---- creation ------------------------------------------------------------------------------------------------ */

static void test_null_is_the_defaults(void **state)
{
    (void)state;
    assert_int_equal(crm_context_workers(NULL), 1);
    const int32_t isa = crm_context_isa(NULL);
    assert_true(isa >= CRM_ISA_BASELINE && isa <= CRM_ISA_AVX512);
    assert_int_equal(crm_i_context_isa(NULL), isa);
    assert_int_equal(CRM_ISA_BASELINE, CRM_I_ISA_BASE);
    assert_int_equal(CRM_ISA_AVX2, CRM_I_ISA_AVX2);
    assert_int_equal(CRM_ISA_AVX512, CRM_I_ISA_AVX512);
    run_and_check(NULL, NULL);
    assert_int_equal(crm_i_progress(NULL, 0.5, NULL), CRM_OK);
    crm_context_destroy(NULL);
}

static void test_create(void **state)
{
    (void)state;
    crm_context *context = NULL;
    crm_error err;
    memset(&err, 0xEE, sizeof err);
    assert_int_equal(crm_context_create(NULL, NULL, 1, &context, &err), CRM_OK);
    assert_int_equal(err.status, CRM_OK);
    assert_int_equal(crm_context_workers(context), 1);
    assert_true(crm_context_isa(context) >= crm_context_isa(NULL));
    run_and_check(context, NULL);
    crm_context_destroy(context);
}

static void assert_not_created(const crm_allocator *allocator, const crm_executor *executor, int32_t threads,
                               crm_status want, int32_t arg)
{
    crm_context *const nowhere = (crm_context *)(void *)&want;
    crm_context *out = nowhere;
    crm_error err;
    assert_int_equal(crm_context_create(allocator, executor, threads, &out, &err), want);
    assert_int_equal(crm_context_create(allocator, executor, threads, &out, NULL), want);
    assert_int_equal(err.status, want);
    assert_int_equal(err.arg, arg);
    assert_true(strlen(err.text) > 5);
    assert_ptr_equal(out, nowhere);
}

static void test_create_misuse(void **state)
{
    (void)state;
    failing f;
    memset(&f, 0, sizeof f);
    crm_allocator a = failing_allocator(&f);
    a.size--;
    assert_not_created(&a, NULL, 1, CRM_E_ARGUMENT, 1);
    a.size = 0;
    assert_not_created(&a, NULL, 1, CRM_E_ARGUMENT, 1);
    a = failing_allocator(&f);
    a.alloc = NULL;
    assert_not_created(&a, NULL, 1, CRM_E_NULL, 1);
    a = failing_allocator(&f);
    a.release = NULL;
    assert_not_created(&a, NULL, 1, CRM_E_NULL, 1);

    crm_executor e = executor_of(NULL, 1, run_serial);
    e.size--;
    assert_not_created(NULL, &e, 1, CRM_E_ARGUMENT, 2);
    e = executor_of(NULL, 1, NULL);
    assert_not_created(NULL, &e, 1, CRM_E_NULL, 2);
    e = executor_of(NULL, 0, run_serial);
    assert_not_created(NULL, &e, 1, CRM_E_ARGUMENT, 2);
    e = executor_of(NULL, 1025, run_serial);
    assert_not_created(NULL, &e, 1, CRM_E_ARGUMENT, 2);
    e = executor_of(NULL, 1024, run_serial);
    assert_not_created(NULL, &e, 2, CRM_E_ARGUMENT, 3);
    assert_not_created(NULL, NULL, 0, CRM_E_ARGUMENT, 3);
    assert_not_created(NULL, NULL, -1, CRM_E_ARGUMENT, 3);
    assert_not_created(NULL, NULL, 257, CRM_E_ARGUMENT, 3);
    crm_error err;
    assert_int_equal(crm_context_create(NULL, NULL, 1, NULL, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 4);
}

/* A struct of a later version is longer; what this version knows of it is used, and copied. */
static void test_longer_structs(void **state)
{
    (void)state;
    failing f;
    memset(&f, 0, sizeof f);
    int runs = 0;
    struct {
        crm_allocator known;
        int64_t later[4];
    } a = {failing_allocator(&f), {1, 2, 3, 4}};
    struct {
        crm_executor known;
        int64_t later[4];
    } e = {executor_of(&runs, 3, run_serial), {1, 2, 3, 4}};
    a.known.size = (int64_t)sizeof a;
    e.known.size = (int64_t)sizeof e;
    crm_context *context = NULL;
    assert_int_equal(crm_context_create(&a.known, &e.known, 1, &context, NULL), CRM_OK);
    memset(&a, 0, sizeof a);
    memset(&e, 0, sizeof e);
    assert_int_equal(crm_context_workers(context), 3);
    assert_int_equal(crm_i_allocator(context).size, sizeof(crm_allocator));
    run_and_check(context, NULL);
    assert_true(runs > 0);
    assert_int_equal(f.blocks, 1);
    crm_context_destroy(context);
    assert_int_equal(f.blocks, 0);
}

/* ---- children ------------------------------------------------------------------------------------------------ */

static void test_children_keep_the_base(void **state)
{
    (void)state;
    failing f;
    memset(&f, 0, sizeof f);
    const crm_allocator a = failing_allocator(&f);
    for (int order = 0; order < 6; order++) {
        crm_context *c[3] = {NULL, NULL, NULL};
        watcher w = watcher_of(0);
        assert_int_equal(crm_context_create(&a, NULL, POOL(2), &c[0], NULL), CRM_OK);
        assert_int_equal(crm_context_watch(c[0], watch, &w, &c[1], NULL), CRM_OK);
        assert_int_equal(crm_context_limit(c[1], CRM_ISA_BASELINE, &c[2], NULL), CRM_OK);
        assert_int_equal(crm_context_workers(c[2]), POOL(2));
        assert_int_equal(crm_context_isa(c[1]), crm_context_isa(c[0]));
        assert_int_equal(crm_context_isa(c[2]), CRM_ISA_BASELINE);
        static const int orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
        for (int i = 0; i < 3; i++) {
            crm_context_destroy(c[orders[order][i]]);
            c[orders[order][i]] = NULL;
            for (int k = 0; k < 3; k++)
                if (c[k])
                    run_and_check(c[k], &w.last);
        }
        assert_true(w.calls > 0);
        assert_int_equal(f.blocks, 0);
    }
}

static void test_limit(void **state)
{
    (void)state;
    crm_context *best = NULL;
    assert_int_equal(crm_context_create(NULL, NULL, 1, &best, NULL), CRM_OK);
    for (int32_t isa = CRM_ISA_BASELINE; isa <= CRM_ISA_AVX512; isa++) {
        crm_context *child = NULL;
        crm_error err;
        assert_int_equal(crm_context_limit(best, isa, &child, &err), CRM_OK);
        assert_int_equal(crm_context_isa(child), isa < crm_context_isa(best) ? isa : crm_context_isa(best));
        crm_context *higher = NULL;
        assert_int_equal(crm_context_limit(child, CRM_ISA_AVX512, &higher, NULL), CRM_OK);
        assert_int_equal(crm_context_isa(higher), crm_context_isa(child));
        crm_context_destroy(child);
        crm_context_destroy(higher);
        child = NULL;
        assert_int_equal(crm_context_limit(NULL, isa, &child, NULL), CRM_OK);
        assert_int_equal(crm_context_isa(child), isa < crm_context_isa(best) ? isa : crm_context_isa(best));
        crm_context_destroy(child);
    }
    crm_context *out = best;
    crm_error err;
    assert_int_equal(crm_context_limit(best, -1, &out, &err), CRM_E_ARGUMENT);
    assert_int_equal(err.arg, 2);
    assert_int_equal(crm_context_limit(best, 3, &out, &err), CRM_E_ARGUMENT);
    assert_int_equal(crm_context_limit(best, 0, NULL, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 3);
    assert_ptr_equal(out, best);
    crm_context_destroy(best);
}

static void test_watch_misuse(void **state)
{
    (void)state;
    crm_context *out = NULL;
    crm_error err;
    assert_int_equal(crm_context_watch(NULL, NULL, NULL, &out, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 2);
    assert_int_equal(crm_context_watch(NULL, watch, NULL, NULL, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 4);
    assert_null(out);
}

/* ---- progress ------------------------------------------------------------------------------------------------ */

static void test_progress(void **state)
{
    (void)state;
    int runs = 0;
    const crm_executor executor = executor_of(&runs, 2, run_serial);
    for (int which = 0; which < 4; which++) {
        crm_context *base = NULL;
        if (which > 0)
            assert_int_equal(crm_context_create(NULL, which == 3 ? &executor : NULL, which == 2 ? POOL(7) : 1, &base, NULL),
                             CRM_OK);
        watcher w = watcher_of(0);
        crm_context *context = NULL;
        assert_int_equal(crm_context_watch(base, watch, &w, &context, NULL), CRM_OK);
        crm_context_destroy(base);
        work did;
        memset(&did, 0, sizeof did);
        did.workers = crm_i_context_workers(context);
        assert_int_equal(crm_i_parallel(context, work_task, &did, TASKS, 0.25, 0.75, NULL), CRM_OK);
        assert_ran_once(&did, TASKS);
        assert_same_bits(w.last, 0.75);
        assert_true(w.calls >= 8 && w.calls <= 80);
        const int before = w.calls;
        assert_int_equal(crm_i_parallel(context, work_task, &did, 0, 0.75, 1.0, NULL), CRM_OK);
        assert_int_equal(w.calls, before);
        assert_int_equal(crm_i_progress(context, 1.0 + 1e-9, NULL), CRM_OK);
        assert_same_bits(w.last, 1.0);
        w.last = 0.0;
        assert_int_equal(crm_i_progress(context, -0.5, NULL), CRM_OK);
        assert_int_equal(crm_i_progress(context, (double)NAN, NULL), CRM_OK);
        assert_true(w.last == 0.0);
        crm_context_destroy(context);
    }
    assert_true(runs > 0);
}

/* A call in three steps, the second of which has two: what is told never falls and ends at 1. */
static void test_parts(void **state)
{
    (void)state;
    static const double ends[] = {0.1, 0.7, 1.0};
    watcher w = watcher_of(0);
    crm_context *watched = NULL;
    assert_int_equal(crm_context_watch(NULL, watch, &w, &watched, NULL), CRM_OK);
    double from = 0.0;
    for (int step = 0; step < 3; step++) {
        crm_context *part = NULL;
        crm_error err;
        assert_int_equal(crm_i_context_part(watched, from, ends[step], &part, &err), CRM_OK);
        for (int half = 0; half < 2; half++) {
            crm_context *within = NULL;
            assert_int_equal(crm_i_context_part(part, 0.5 * half, 0.5 + 0.5 * half, &within, &err), CRM_OK);
            work did;
            memset(&did, 0, sizeof did);
            did.workers = 1;
            assert_int_equal(crm_i_parallel(within, work_task, &did, TASKS, 0.0, 1.0, NULL), CRM_OK);
            assert_ran_once(&did, TASKS);
            assert_close(w.last, from + (ends[step] - from) * (0.5 + 0.5 * half), 1e-15);
            crm_context_destroy(within);
        }
        crm_context_destroy(part);
        from = ends[step];
    }
    assert_same_bits(w.last, 1.0);
    assert_true(w.calls > 300);
    crm_context_destroy(watched);
    crm_context *alone = NULL;
    assert_int_equal(crm_i_context_part(NULL, 0.0, 0.5, &alone, NULL), CRM_OK);
    assert_int_equal(crm_i_progress(alone, 0.5, NULL), CRM_OK);
    crm_context_destroy(alone);
}

static void test_cancel_in_the_middle(void **state)
{
    (void)state;
    for (int32_t threads = 1; threads <= POOL(3); threads++)
        for (int stop_at = 1; stop_at <= 12; stop_at++) {
            crm_context *base = NULL;
            crm_context *context = NULL;
            watcher w = watcher_of(stop_at);
            assert_int_equal(crm_context_create(NULL, NULL, threads, &base, NULL), CRM_OK);
            assert_int_equal(crm_context_watch(base, watch, &w, &context, NULL), CRM_OK);
            work did;
            memset(&did, 0, sizeof did);
            did.workers = threads;
            crm_error err;
            assert_int_equal(crm_i_parallel(context, work_task, &did, TASKS, 0.0, 1.0, &err), CRM_E_CANCELLED);
            assert_int_equal(err.status, CRM_E_CANCELLED);
            assert_same_bits(err.value, w.last);
            assert_int_equal(w.calls, stop_at); /* not called again after it said so */
            int64_t ran = 0;
            for (int i = 0; i < TASKS; i++)
                ran += did.runs[i];
            assert_true(ran > 0 && ran < TASKS);
            assert_int_equal((int64_t)(w.last * TASKS + 0.5), ran);
            crm_context_destroy(context);
            crm_context_destroy(base);
        }
}

/* ---- memory -------------------------------------------------------------------------------------------------- */

static crm_status call_watch(const crm_context *context, void *arg)
{
    (void)arg;
    crm_context *out = NULL;
    const crm_status status = crm_context_watch(context, watch, NULL, &out, NULL);
    assert_true((out != NULL) == (status == CRM_OK));
    crm_context_destroy(out);
    return status;
}

static crm_status call_limit(const crm_context *context, void *arg)
{
    (void)arg;
    crm_context *out = NULL;
    const crm_status status = crm_context_limit(context, CRM_ISA_AVX2, &out, NULL);
    assert_true((out != NULL) == (status == CRM_OK));
    crm_context_destroy(out);
    return status;
}

static crm_status call_part(const crm_context *context, void *arg)
{
    (void)arg;
    crm_context *out = NULL;
    const crm_status status = crm_i_context_part(context, 0.0, 0.5, &out, NULL);
    assert_true((out != NULL) == (status == CRM_OK));
    crm_context_destroy(out);
    return status;
}

static crm_status call_create(const crm_context *context, void *arg)
{
    const crm_allocator a = crm_i_allocator(context);
    crm_context *out = NULL;
    const crm_status status = crm_context_create(&a, NULL, *(int32_t *)arg, &out, NULL);
    assert_true((out != NULL) == (status == CRM_OK));
    crm_context_destroy(out);
    return status;
}

static crm_status call_parallel(const crm_context *context, void *arg)
{
    return crm_i_parallel(context, work_task, arg, TASKS, 0.0, 1.0, NULL);
}

static void test_failing_allocator(void **state)
{
    (void)state;
    int32_t threads = 1;
    assert_int_equal(failing_sweep(call_create, &threads), 1);
    threads = POOL(3);
    assert_int_equal(failing_sweep(call_create, &threads), threads > 1 ? 2 : 1);
    assert_int_equal(failing_sweep(call_watch, NULL), 1);
    assert_int_equal(failing_sweep(call_limit, NULL), 1);
    assert_int_equal(failing_sweep(call_part, NULL), 1);
    work w;
    memset(&w, 0, sizeof w);
    w.workers = 1;
    failing_none(call_parallel, &w);
    assert_ran_once(&w, TASKS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_null_is_the_defaults),
        cmocka_unit_test(test_create),
        cmocka_unit_test(test_create_misuse),
        cmocka_unit_test(test_longer_structs),
        cmocka_unit_test(test_children_keep_the_base),
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_watch_misuse),
        cmocka_unit_test(test_progress),
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_cancel_in_the_middle),
        cmocka_unit_test(test_failing_allocator),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
