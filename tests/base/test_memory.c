/* The allocators, checked sizes, growth, and the failing allocator of the tests itself. */
#include "failing.h"

#include "base/memory.h"

static void test_default_is_aligned(void **state)
{
    (void)state;
    const crm_allocator a = crm_i_allocator(NULL);
    assert_int_equal(a.size, sizeof(crm_allocator));
    for (int64_t count = 0; count < 300; count++) {
        unsigned char *block = crm_i_alloc(&a, count, 3);
        assert_non_null(block);
        assert_int_equal((uintptr_t)block % 64, 0);
        memset(block, 0xFF, (size_t)(count * 3));
        crm_i_release(&a, block, count, 3);
    }
    crm_i_release(&a, NULL, 1, 1);
    a.release(a.self, NULL, 1, 1);
}

static void test_zeroed(void **state)
{
    (void)state;
    failing f;
    crm_context *context = failing_context(&f);
    const crm_allocator a = crm_i_allocator(context);
    unsigned char *block = crm_i_alloc_zeroed(&a, 100, 7);
    for (int i = 0; i < 700; i++)
        assert_int_equal(block[i], 0);
    crm_i_release(&a, block, 100, 7);
    failing_arm(&f, 1, 0);
    assert_null(crm_i_alloc_zeroed(&a, 1, 1));
    failing_context_end(&f, context);
}

static void test_sizes_that_do_not_fit(void **state)
{
    (void)state;
    const crm_allocator a = crm_i_allocator(NULL);
    assert_null(crm_i_alloc(&a, -1, 8));
    assert_null(crm_i_alloc(&a, 1, 0));
    assert_null(crm_i_alloc(&a, INT64_MAX / 8 + 1, 8));
    assert_null(crm_i_alloc(&a, INT64_MAX, 1));
    assert_null(crm_i_alloc_zeroed(&a, INT64_MAX, 16));
    assert_null(a.alloc(a.self, 0, 64));
    assert_null(a.alloc(a.self, 8, 0));
    if (!TEST_SANITIZER)
        assert_null(crm_i_alloc(&a, INT64_MAX / 4, 1));
}

static void test_grow_keeps_what_is_used(void **state)
{
    (void)state;
    failing f;
    crm_context *context = failing_context(&f);
    const crm_allocator a = crm_i_allocator(context);
    void *block = NULL;
    int64_t capacity = 0;
    int64_t grown = 0;
    assert_true(crm_i_grow(&a, &block, &capacity, 0, 0, 8)); /* afterwards there is a block, if an empty one */
    assert_non_null(block);
    for (int64_t i = 0; i < 10000; i++) {
        if (i >= capacity) {
            grown++;
            assert_true(crm_i_grow(&a, &block, &capacity, i, i + 1, 8));
            assert_true(capacity > i);
        }
        ((int64_t *)block)[i] = i * i;
    }
    assert_true(grown < 30); /* by half each time, not by one */
    for (int64_t i = 0; i < 10000; i++)
        assert_int_equal(((int64_t *)block)[i], i * i);

    void *const before = block;
    const int64_t capacity_before = capacity;
    assert_true(crm_i_grow(&a, &block, &capacity, 10000, 5, 8));
    assert_ptr_equal(block, before);
    failing_arm(&f, 1, 0);
    assert_false(crm_i_grow(&a, &block, &capacity, 10000, capacity + 1, 8));
    assert_false(crm_i_grow(&a, &block, &capacity, 10000, INT64_MAX, 8));
    assert_ptr_equal(block, before);
    assert_int_equal(capacity, capacity_before);
    crm_i_release(&a, block, capacity, 8);
    failing_context_end(&f, context);
}

static void test_handles_are_counted(void **state)
{
    (void)state;
    crm_i_handle handle;
    crm_i_handle_start(&handle, NULL);
    crm_i_handle_keep(&handle);
    crm_i_handle_keep(&handle);
    assert_false(crm_i_handle_drop(&handle));
    assert_false(crm_i_handle_drop(&handle));
    assert_true(crm_i_handle_drop(&handle));
}

/* Two blocks; the second is not needed if the first is not there. */
static crm_status two_blocks(const crm_context *context, void *arg)
{
    const crm_allocator a = crm_i_allocator(context);
    void *first = crm_i_alloc(&a, 3, 8);
    void *second = first ? crm_i_alloc(&a, 5, 8) : NULL;
    const crm_status status = first && second ? CRM_OK : CRM_E_MEMORY;
    crm_i_release(&a, second, 5, 8);
    crm_i_release(&a, first, 3, 8);
    ++*(int *)arg;
    return status;
}

static crm_status no_block(const crm_context *context, void *arg)
{
    (void)context;
    ++*(int *)arg;
    return CRM_BAD_ROWS;
}

static void test_the_sweep_sees_each_allocation(void **state)
{
    (void)state;
    int runs = 0;
    assert_int_equal(failing_sweep(two_blocks, &runs), 2);
    assert_int_equal(runs, 6);
    failing_none(no_block, &runs);
    assert_int_equal(runs, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_default_is_aligned),      cmocka_unit_test(test_zeroed),
        cmocka_unit_test(test_sizes_that_do_not_fit),   cmocka_unit_test(test_grow_keeps_what_is_used),
        cmocka_unit_test(test_handles_are_counted),     cmocka_unit_test(test_the_sweep_sees_each_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
