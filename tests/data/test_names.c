/* Names: keys in order of first sight, texts of any bytes, colliding texts, merging, bad input, failing memory. */
#include "failing.h"
#include "test.h"

#include "crmcore/data.h"
#include "data/names.h"

static crm_names *make_names(const crm_context *context)
{
    crm_names *names = NULL;
    assert_int_equal(crm_names_create(context, &names, NULL), CRM_OK);
    return names;
}

/* One text, by its length. */
static crm_status intern_one(crm_names *names, const char *text, int64_t length, uint64_t *key)
{
    const int64_t offsets[2] = {0, length};
    return crm_names_intern(names, 1, offsets, text, key, NULL);
}

static crm_status find_one(const crm_names *names, const char *text, int64_t length, uint64_t *key)
{
    const int64_t offsets[2] = {0, length};
    return crm_names_find(names, 1, offsets, text, key, NULL);
}

static void test_first_sight(void **unused)
{
    (void)unused;
    crm_names *names = make_names(NULL);
    const char bytes[] = "..annbobannea\0b";
    const int64_t offsets[] = {2, 5, 8, 11, 12, 12, 15, 15};
    uint64_t key[7];
    crm_error err;
    assert_int_equal(crm_names_intern(names, 7, offsets, bytes, key, &err), CRM_OK);
    const uint64_t want[7] = {0, 1, 0, 2, 3, 4, 3}; /* ann bob ann e "" "a\0b" "" */
    for (int i = 0; i < 7; i++)
        assert_int_equal(key[i], want[i]);
    assert_int_equal(crm_names_count(names), 5);
    const char *text = NULL;
    int64_t length = -1;
    assert_int_equal(crm_names_get(names, 4, &text, &length, &err), CRM_OK);
    assert_int_equal(length, 3);
    assert_memory_equal(text, "a\0b\0", 4);
    assert_int_equal(crm_names_get(names, 3, &text, &length, &err), CRM_OK);
    assert_int_equal(length, 0);
    assert_int_equal(text[0], 0);
    uint64_t found[7];
    assert_int_equal(crm_names_find(names, 7, offsets, bytes, found, &err), CRM_OK);
    assert_memory_equal(found, want, sizeof want);
    assert_int_equal(crm_names_intern(names, 0, NULL, NULL, NULL, &err), CRM_OK);
    const int64_t empties[3] = {0, 0, 0};
    assert_int_equal(crm_names_intern(names, 2, empties, NULL, found, &err), CRM_OK);
    assert_true(found[0] == 3 && found[1] == 3);
    crm_names_destroy(names);
    crm_names_destroy(NULL);
}

/* Many texts, with long common prefixes and lengths around the word of the hash. */
static void test_many(void **unused)
{
    (void)unused;
    crm_names *names = make_names(NULL);
    char text[64];
    for (int pass = 0; pass < 2; pass++)
        for (uint64_t i = 0; i < 30000; i++) {
            const int length = snprintf(text, sizeof text, "customer-%0*llu", (int)(i % 17), (unsigned long long)i);
            uint64_t key = 99;
            assert_int_equal(pass ? find_one(names, text, length, &key) : intern_one(names, text, length, &key), CRM_OK);
            assert_true(key == i);
        }
    assert_int_equal(crm_names_count(names), 30000);
    crm_names_destroy(names);
}

/* Texts of 16 bytes that all have one hash: the second word undoes what the first did to the state. They must stay cheap
 * and right. The steps of the hash are written out here once more; if they change, the texts no longer collide and
 * this test shows less, but still passes. */
static void colliding_text(uint64_t i, char *text)
{
    const uint64_t k = 0x9e3779b97f4a7c15u;
    uint64_t state = 16 * 0x94d049bb133111ebu;
    state = (state ^ i) * k;
    state ^= state >> 32;
    const uint64_t second = state; /* now state ^ second is 0 for every i */
    memcpy(text, &i, 8);
    memcpy(text + 8, &second, 8);
}

static void test_colliding(void **unused)
{
    (void)unused;
    enum { N = 20000 };
    crm_names *names = make_names(NULL);
    char text[16];
    for (int pass = 0; pass < 2; pass++)
        for (uint64_t i = 0; i < N; i++) {
            uint64_t key = 0;
            colliding_text(i * 7919, text);
            assert_int_equal(pass ? find_one(names, text, 16, &key) : intern_one(names, text, 16, &key), CRM_OK);
            assert_true(key == i);
        }
    uint64_t key = 5;
    colliding_text(3, text);
    assert_int_equal(find_one(names, text, 16, &key), CRM_E_KEY);
    assert_true(key == 5);
    crm_names_destroy(names);
}

/* The text of eight bytes that has a given hash: its steps backwards. */
static void text_of_hash(uint64_t hash, char *text)
{
    const uint64_t k = 0x9e3779b97f4a7c15u;
    const uint64_t m = 0xbf58476d1ce4e5b9u;
    uint64_t back_k = k;
    uint64_t back_m = m;
    for (int i = 0; i < 6; i++) {
        back_k *= 2 - k * back_k;
        back_m *= 2 - m * back_m;
    }
    uint64_t h = hash ^ hash >> 32;
    h *= back_m;
    h ^= h >> 29 ^ h >> 58;
    h *= back_k;
    h ^= h >> 32; /* what mix() was given */
    h ^= h >> 32;
    h = h * back_k ^ 8 * 0x94d049bb133111ebu;
    memcpy(text, &h, 8);
}

/* Texts of one hash whose lengths differ, the empty one and one that another begins with among them, and texts of
 * hashes that only differ in their lowest bits: first while the table has room, then when they are in the tree. */
static void test_lengths_collide(void **unused)
{
    (void)unused;
    char eight[16];
    char sixteen[16];
    char next[8];
    char far[8];
    uint64_t prefix;
    text_of_hash(0, eight);
    text_of_hash(3, next);
    text_of_hash(3 + 4096, far);
    memcpy(&prefix, eight, 8);
    colliding_text(prefix, sixteen);
    assert_memory_equal(sixteen, eight, 8);
    const char *const text[5] = {eight, "", sixteen, next, far};
    const int64_t length[5] = {8, 0, 16, 8, 8};
    for (int late = 0; late < 2; late++) {
        crm_names *names = make_names(NULL);
        uint64_t key = 0;
        uint64_t n = 0;
        char other[16];
        for (; late && n < 200; n++) {
            colliding_text(n, other);
            assert_int_equal(intern_one(names, other, 16, &key), CRM_OK);
        }
        for (int pass = 0; pass < 3; pass++)
            for (uint64_t i = 0; i < 5; i++) {
                const crm_status status = pass == 2 ? find_one(names, text[i], length[i], &key)
                                                    : intern_one(names, text[i], length[i], &key);
                assert_int_equal(status, CRM_OK);
                assert_true(key == n + i);
            }
        colliding_text(1000, other);
        assert_int_equal(find_one(names, other, 16, &key), CRM_E_KEY);
        crm_names_destroy(names);
    }
}

/* Heaps of texts whose hashes lie close together, over and over while the table doubles: placing them anew takes no
 * memory beyond the table, so an allocator that gives all it is asked for and no byte more stays whole. */
static void test_heaps(void **unused)
{
    (void)unused;
    enum { N = 6000 };
    for (uint64_t spread = 1; spread <= 1024; spread *= 4) {
        failing f;
        crm_context *context = failing_context(&f);
        crm_names *names = make_names(context);
        char text[8];
        uint64_t key = 0;
        for (int pass = 0; pass < 2; pass++)
            for (uint64_t i = 0; i < N; i++) {
                const uint64_t low = i * 2654435761u % (8 * spread);
                text_of_hash(i << 40 | (i % 7) << 13 | low, text);
                assert_int_equal(pass ? find_one(names, text, 8, &key) : intern_one(names, text, 8, &key), CRM_OK);
                assert_true(key == i);
            }
        crm_names_destroy(names);
        failing_context_end(&f, context);
    }
}

/* Names with long common beginnings, some of them the beginning of others: in byte order whatever their keys. */
static void test_order(void **unused)
{
    (void)unused;
    static const char *const sorted[9] = {"region-north-7",         "region-north-7-shop",
                                          "region-north-7-shop-0001", "region-north-7-shop-0001a",
                                          "region-north-7-shop-0001b", "region-north-7-shop-0002",
                                          "region-north-7-shop-0010", "region-north-7-shop-001\xff",
                                          "region-north-7\xff"};
    for (int64_t n = 1; n <= 9; n++)
        for (int64_t shift = 0; shift < n; shift++)
            for (int down = 0; down < 2; down++) {
                crm_names *names = make_names(NULL);
                uint64_t key[9];
                int64_t want[9];
                int64_t order[9];
                struct crm_i_sort_pair pair[9];
                struct crm_i_sort_pair scratch[9];
                for (int64_t i = 0; i < n; i++) {
                    const int64_t at = ((down ? n - 1 - i : i) + shift) % n;
                    assert_int_equal(intern_one(names, sorted[at], (int64_t)strlen(sorted[at]), &key[i]), CRM_OK);
                    want[at] = i;
                }
                crm_i_names_order(names, n, key, order, pair, scratch);
                assert_memory_equal(order, want, (size_t)n * sizeof *order);
                crm_names_destroy(names);
            }
}

static void test_merge(void **unused)
{
    (void)unused;
    crm_names *a = make_names(NULL);
    crm_names *b = make_names(NULL);
    uint64_t key;
    uint64_t remap[3] = {9, 9, 9};
    intern_one(a, "x", 1, &key);
    intern_one(a, "y", 1, &key);
    intern_one(b, "z", 1, &key);
    intern_one(b, "y", 1, &key);
    intern_one(b, "", 0, &key);
    assert_int_equal(crm_names_merge(a, b, remap, NULL), CRM_OK);
    assert_true(remap[0] == 2 && remap[1] == 1 && remap[2] == 3);
    assert_int_equal(crm_names_count(a), 4);
    assert_int_equal(crm_names_merge(b, b, remap, NULL), CRM_OK);
    assert_true(remap[0] == 0 && remap[1] == 1 && remap[2] == 2);
    crm_names *none = make_names(NULL);
    assert_int_equal(crm_names_merge(a, none, NULL, NULL), CRM_OK);
    crm_names_destroy(none);
    crm_names_destroy(a);
    crm_names_destroy(b);
}

static void test_bad_input(void **unused)
{
    (void)unused;
    crm_names *names = make_names(NULL);
    const int64_t offsets[3] = {0, 1, 2};
    const int64_t falling[3] = {0, 2, 1};
    const int64_t negative[2] = {-1, 1};
    uint64_t key[2] = {7, 7};
    const char *text = "kept";
    int64_t length = 4;
    crm_error err;
    assert_int_equal(crm_names_create(NULL, NULL, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 2);
    assert_int_equal(crm_names_intern(NULL, 2, offsets, "ab", key, &err), CRM_E_NULL);
    assert_int_equal(crm_names_intern(names, -1, offsets, "ab", key, &err), CRM_E_ARGUMENT);
    assert_int_equal(err.arg, 2);
    assert_int_equal(crm_names_intern(names, 2, NULL, "ab", key, &err), CRM_E_NULL);
    assert_int_equal(crm_names_intern(names, 2, offsets, NULL, key, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 4);
    assert_int_equal(crm_names_intern(names, 2, offsets, "ab", NULL, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 5);
    assert_int_equal(crm_names_intern(names, 2, falling, "ab", key, &err), CRM_E_ORDER);
    assert_int_equal(err.row, 1);
    assert_int_equal(crm_names_intern(names, 1, negative, "ab", key, &err), CRM_E_ORDER);
    assert_int_equal(err.row, 0);
    assert_int_equal(crm_names_count(names), 0);
    assert_int_equal(crm_names_count(NULL), 0);
    assert_int_equal(intern_one(names, "a", 1, &key[0]), CRM_OK);
    key[0] = 7;
    assert_int_equal(crm_names_find(names, 2, offsets, "ab", key, &err), CRM_E_KEY);
    assert_int_equal(err.row, 1);
    assert_true(key[0] == 7 && key[1] == 7);
    assert_int_equal(crm_names_find(NULL, 2, offsets, "ab", key, &err), CRM_E_NULL);
    assert_int_equal(crm_names_get(names, 1, &text, &length, &err), CRM_E_KEY);
    assert_int_equal(crm_names_get(NULL, 0, &text, &length, &err), CRM_E_NULL);
    assert_int_equal(crm_names_get(names, 0, NULL, &length, &err), CRM_E_NULL);
    assert_int_equal(crm_names_get(names, 0, &text, NULL, &err), CRM_E_NULL);
    assert_string_equal(text, "kept");
    assert_int_equal(crm_names_merge(NULL, names, key, &err), CRM_E_NULL);
    assert_int_equal(crm_names_merge(names, NULL, key, &err), CRM_E_NULL);
    assert_int_equal(crm_names_merge(names, names, NULL, &err), CRM_E_NULL);
    crm_names_destroy(names);
}

static crm_status call_create(const crm_context *context, void *arg)
{
    (void)arg;
    crm_names *names = NULL;
    const crm_status status = crm_names_create(context, &names, NULL);
    assert_true((names == NULL) == (status < 0));
    crm_names_destroy(names);
    return status;
}

/* The first name of all: what fails leaves none. */
static crm_status call_intern(const crm_context *context, void *arg)
{
    (void)arg;
    crm_names *names = NULL;
    uint64_t key = 7;
    const crm_status made = crm_names_create(context, &names, NULL);
    if (made < 0)
        return made;
    const crm_status status = intern_one(names, "ann", 3, &key);
    assert_int_equal(crm_names_count(names), status < 0 ? 0 : 1);
    assert_int_equal(key, status < 0 ? 7 : 0);
    crm_names_destroy(names);
    return status;
}

/* `count` texts made to collide, or ordinary ones. */
static void make_texts(int64_t from, int64_t count, int collide, int64_t *offsets, char *bytes)
{
    offsets[0] = 0;
    for (int64_t i = 0; i < count; i++) {
        if (collide)
            colliding_text((uint64_t)(from + i), bytes + 16 * i);
        else
            snprintf(bytes + 16 * i, 17, "%016lld", (long long)(from + i));
        offsets[i + 1] = 16 * (i + 1);
    }
}

/* Each allocation of an intern or a merge fails in turn: the names are as before, and then it works. */
static void sweep(int collide, int merge)
{
    enum { BEFORE = 40, MORE = 200 };
    static int64_t offsets[MORE + 1];
    static char bytes[16 * MORE + 1];
    for (int64_t k = 1;; k++) {
        failing f;
        crm_context *context = failing_context(&f);
        crm_names *names = make_names(context);
        crm_names *other = make_names(NULL);
        uint64_t key[MORE];
        memset(key, 0x33, sizeof key);
        const uint64_t untouched = key[0];
        make_texts(0, BEFORE, collide, offsets, bytes);
        assert_int_equal(crm_names_intern(names, BEFORE, offsets, bytes, key, NULL), CRM_OK);
        make_texts(BEFORE / 2, MORE, collide, offsets, bytes);
        assert_int_equal(crm_names_intern(other, MORE, offsets, bytes, key, NULL), CRM_OK);
        memset(key, 0x33, sizeof key);
        failing_arm(&f, k, 0);
        const crm_status status = merge ? crm_names_merge(names, other, key, NULL)
                                        : crm_names_intern(names, MORE, offsets, bytes, key, NULL);
        const int64_t failed = f.failed;
        failing_arm(&f, 0, 0);
        assert_int_equal(status, failed ? CRM_E_MEMORY : CRM_OK);
        if (failed) {
            assert_int_equal(crm_names_count(names), BEFORE);
            for (int i = 0; i < MORE; i++)
                assert_true(key[i] == untouched);
            assert_int_equal(crm_names_intern(names, MORE, offsets, bytes, key, NULL), CRM_OK);
        }
        for (uint64_t i = 0; i < MORE; i++)
            assert_true(key[i] == BEFORE / 2 + i);
        make_texts(0, BEFORE, collide, offsets, bytes);
        assert_int_equal(crm_names_find(names, BEFORE, offsets, bytes, key, NULL), CRM_OK);
        for (uint64_t i = 0; i < BEFORE; i++)
            assert_true(key[i] == i);
        crm_names_destroy(names);
        crm_names_destroy(other);
        failing_context_end(&f, context);
        if (!failed) {
            assert_true(k > 1);
            return;
        }
    }
}

static void test_memory(void **unused)
{
    (void)unused;
    failing_sweep(call_create, NULL);
    failing_sweep(call_intern, NULL);
    sweep(0, 0);
    sweep(1, 0);
    sweep(0, 1);
    sweep(1, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_sight), cmocka_unit_test(test_many),      cmocka_unit_test(test_colliding),
        cmocka_unit_test(test_lengths_collide), cmocka_unit_test(test_heaps), cmocka_unit_test(test_order),
        cmocka_unit_test(test_merge),       cmocka_unit_test(test_bad_input), cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
