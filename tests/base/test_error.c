/* crm_error: its layout, its filling in, its sentence in every locale; the statuses by name. */
#include "test.h"

#include <float.h>
#include <locale.h>

#include "base/error.h"

static void test_layout_is_frozen(void **state)
{
    (void)state;
    assert_int_equal(sizeof(crm_error), 256);
    assert_int_equal(offsetof(crm_error, status), 0);
    assert_int_equal(offsetof(crm_error, arg), 4);
    assert_int_equal(offsetof(crm_error, row), 8);
    assert_int_equal(offsetof(crm_error, bad_rows), 16);
    assert_int_equal(offsetof(crm_error, value), 24);
    assert_int_equal(offsetof(crm_error, text), 32);
    assert_int_equal(sizeof(crm_status), 4);
}

static const struct {
    crm_status status;
    int32_t number;
    const char *name;
} statuses[] = {
    {CRM_OK, 0, "CRM_OK"},
    {CRM_BAD_ROWS, 1, "CRM_BAD_ROWS"},
    {CRM_NOT_CONVERGED, 2, "CRM_NOT_CONVERGED"},
    {CRM_NOT_IDENTIFIED, 3, "CRM_NOT_IDENTIFIED"},
    {CRM_NO_MEAN, 4, "CRM_NO_MEAN"},
    {CRM_E_NULL, -1, "CRM_E_NULL"},
    {CRM_E_ARGUMENT, -2, "CRM_E_ARGUMENT"},
    {CRM_E_DOMAIN, -3, "CRM_E_DOMAIN"},
    {CRM_E_STATE, -4, "CRM_E_STATE"},
    {CRM_E_ORDER, -5, "CRM_E_ORDER"},
    {CRM_E_KEY, -6, "CRM_E_KEY"},
    {CRM_E_OVERFLOW, -7, "CRM_E_OVERFLOW"},
    {CRM_E_NO_DATA, -8, "CRM_E_NO_DATA"},
    {CRM_E_UNSUPPORTED, -9, "CRM_E_UNSUPPORTED"},
    {CRM_E_CYCLE, -10, "CRM_E_CYCLE"},
    {CRM_E_FORMAT, -11, "CRM_E_FORMAT"},
    {CRM_E_VERSION, -12, "CRM_E_VERSION"},
    {CRM_E_BUFFER, -13, "CRM_E_BUFFER"},
    {CRM_E_MEMORY, -14, "CRM_E_MEMORY"},
    {CRM_E_CANCELLED, -15, "CRM_E_CANCELLED"},
    {CRM_E_EXECUTOR, -16, "CRM_E_EXECUTOR"},
    {CRM_E_INTERNAL, -17, "CRM_E_INTERNAL"},
};

static void test_statuses_are_pinned_and_named(void **state)
{
    (void)state;
    int known = 0;
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        assert_int_equal(statuses[i].status, statuses[i].number);
        assert_string_equal(crm_status_name(statuses[i].status), statuses[i].name);
    }
    for (crm_status s = -1000; s <= 1000; s++) {
        const char *text = crm_status_text(s);
        assert_non_null(text);
        assert_true(strlen(text) > 4 && strlen(text) < 224 && text[strlen(text) - 1] == '.');
        known += strcmp(crm_status_name(s), "CRM_UNKNOWN") != 0;
    }
    assert_int_equal(known, sizeof statuses / sizeof statuses[0]);
    assert_string_equal(crm_status_name(INT32_MIN), "CRM_UNKNOWN");
    assert_string_equal(crm_status_name(INT32_MAX), "CRM_UNKNOWN");
}

static void test_version(void **state)
{
    (void)state;
    assert_int_equal(crm_version(), CRM_VERSION);
    assert_int_equal(CRM_VERSION, CRM_VERSION_MAJOR * 1000000 + CRM_VERSION_MINOR * 100 + CRM_VERSION_PATCH);
    assert_int_equal(CRM_VERSION_MAJOR, 0);
    assert_int_equal(CRM_VERSION_MINOR, 9);
}

static void test_ok_clears(void **state)
{
    (void)state;
    crm_error err;
    memset(&err, 0xEE, sizeof err);
    assert_int_equal(crm_i_ok(&err), CRM_OK);
    assert_int_equal(err.status, 0);
    assert_int_equal(err.arg, 0);
    assert_int_equal(err.row, -1);
    assert_int_equal(err.bad_rows, 0);
    assert_true(isnan(err.value));
    for (size_t i = 0; i < sizeof err.text; i++)
        assert_int_equal(err.text[i], 0);
    assert_int_equal(crm_i_ok(NULL), CRM_OK);
}

static void test_fail(void **state)
{
    (void)state;
    crm_error err;
    memset(&err, 0xEE, sizeof err);
    assert_int_equal(crm_i_fail_row(&err, CRM_E_DOMAIN, 3, 41, -2.5, "Bad."), CRM_E_DOMAIN);
    assert_int_equal(err.status, CRM_E_DOMAIN);
    assert_int_equal(err.arg, 3);
    assert_int_equal(err.row, 41);
    assert_int_equal(err.bad_rows, 1);
    assert_same_bits(err.value, -2.5);
    assert_string_equal(err.text, "Bad.");

    assert_int_equal(crm_i_fail(&err, CRM_E_NULL, 1, "Worse."), CRM_E_NULL);
    assert_int_equal(err.row, -1);
    assert_int_equal(err.bad_rows, 0);
    assert_true(isnan(err.value));
    assert_string_equal(err.text, "Worse.");

    assert_int_equal(crm_i_fail_value(&err, CRM_E_DOMAIN, 2, 7.0, "x"), CRM_E_DOMAIN);
    assert_same_bits(err.value, 7.0);
    assert_int_equal(crm_i_fail_memory(&err), CRM_E_MEMORY);
    assert_int_equal(err.status, CRM_E_MEMORY);

    assert_int_equal(crm_i_fail(NULL, CRM_E_NULL, 1, "x"), CRM_E_NULL);
    assert_int_equal(crm_i_fail_value(NULL, CRM_E_NULL, 1, 0.0, "x"), CRM_E_NULL);
    assert_int_equal(crm_i_fail_row(NULL, CRM_E_NULL, 1, 0, 0.0, "x"), CRM_E_NULL);
    assert_int_equal(crm_i_fail_memory(NULL), CRM_E_MEMORY);
}

static void test_text_ends_in_time(void **state)
{
    (void)state;
    crm_error err;
    crm_i_ok(&err);
    for (int i = 0; i < 300; i++)
        crm_i_text_add(&err, "x");
    assert_int_equal(strlen(err.text), 223);
    crm_i_fail(&err, CRM_E_KEY, 0, "");
    for (int i = 0; i < 100; i++)
        crm_i_text_add(&err, "0123456");
    assert_int_equal(strlen(err.text), 223);
    assert_int_equal(err.text[222], '0' + 222 % 7);
    crm_i_text_add(NULL, "x");
    crm_i_text_add(&err, NULL);
}

static void test_text_keeps_characters_whole(void **state)
{
    (void)state;
    static const char *const character[] = {"\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80"};
    for (int c = 0; c < 3; c++)
        for (int before = 215; before <= 223; before++) {
            crm_error err;
            crm_i_ok(&err);
            for (int i = 0; i < before; i++)
                crm_i_text_add(&err, "x");
            char two[16];
            snprintf(two, sizeof two, "%s%s", character[c], character[c]);
            crm_i_text_add(&err, two);
            const size_t size = strlen(character[c]);
            const size_t whole = (223 - (size_t)before) / size;
            assert_int_equal(strlen(err.text), (size_t)before + size * (whole > 2 ? 2 : whole));
        }
}

static const char *f64(double value)
{
    static crm_error err;
    crm_i_ok(&err);
    crm_i_text_add_f64(&err, value);
    return err.text;
}

static void assert_as_printf(double value)
{
    char want[64];
    snprintf(want, sizeof want, "%.6g", value);
    assert_string_equal(f64(value), want);
}

static void test_numbers(void **state)
{
    (void)state;
    crm_error err;
    crm_i_ok(&err);
    crm_i_text_add_i64(&err, INT64_MIN);
    crm_i_text_add(&err, " ");
    crm_i_text_add_i64(&err, INT64_MAX);
    crm_i_text_add(&err, " ");
    crm_i_text_add_u64(&err, UINT64_MAX);
    crm_i_text_add(&err, " ");
    crm_i_text_add_i64(&err, 0);
    crm_i_text_add(&err, " ");
    crm_i_text_add_i64(&err, -7);
    assert_string_equal(err.text, "-9223372036854775808 9223372036854775807 18446744073709551615 0 -7");

    assert_string_equal(f64((double)NAN), "nan");
    assert_string_equal(f64(-(double)NAN), "nan");
    assert_string_equal(f64((double)INFINITY), "inf");
    assert_string_equal(f64(-(double)INFINITY), "-inf");
    assert_string_equal(f64(0.0), "0");
    assert_string_equal(f64(-0.0), "-0");
    const double value[] = {1.0,     -1.0,     0.5,      0.1,    1e5,     123456.0,  1234565.0, 1234575.0, 999999.5,
                            9999995, 0.0001,   0.00001,  1e-4,   1e-5,    1e22,      1e100,     -1e-100,   5e-324,
                            DBL_MAX, DBL_MIN,  12345.65, 0.3,    1e6,     999999.0,  100.0,     120.0,     2.5,
                            1e9,     123e-306, 1e-7,     2.0e10, 99999.95, 0x1p-1074, 0x1p52,    0x1p1023,  1.0 / 3.0};
    for (size_t i = 0; i < sizeof value / sizeof value[0]; i++)
        assert_as_printf(value[i]);
    uint64_t random = 3;
    for (int i = 0; i < 3000; i++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        double any;
        const uint64_t bits = random ^ (random >> 31);
        memcpy(&any, &bits, sizeof any);
        if (isfinite(any))
            assert_as_printf(any);
        assert_as_printf((double)(int64_t)(random >> 44) / 64.0); /* ties among them */
    }
    crm_i_text_add_f64(NULL, 1.0);
}

static void test_numbers_without_locale(void **state)
{
    (void)state;
    static const char *const with_comma[] = {"de_DE.UTF-8", "de_DE", "fr_FR.UTF-8", "nl_NL.UTF-8"};
    for (size_t i = 0; i < sizeof with_comma / sizeof with_comma[0]; i++)
        if (setlocale(LC_ALL, with_comma[i]))
            break;
    assert_string_equal(f64(-1.5), "-1.5");
    setlocale(LC_ALL, "C");
}

static void test_bad_rows_merge_in_any_order(void **state)
{
    (void)state;
    static const int64_t row[] = {9, 4, 7};
    static const int order[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    for (int o = 0; o < 6; o++) {
        crm_i_bad all = crm_i_bad_none();
        for (int i = 0; i < 3; i++) {
            crm_i_bad one = crm_i_bad_none();
            crm_i_bad_merge(&all, &one);
            const int64_t r = row[order[o][i]];
            crm_i_bad_note(&one, r + 100, 1, 0.0, "later");
            crm_i_bad_note(&one, r, (int32_t)r, (double)r, "first");
            crm_i_bad_note(&one, r + 50, 1, 0.0, "later");
            crm_i_bad_merge(&all, &one);
        }
        crm_error err;
        assert_int_equal(crm_i_bad_end(&all, &err), CRM_BAD_ROWS);
        assert_int_equal(err.status, CRM_BAD_ROWS);
        assert_int_equal(err.row, 4);
        assert_int_equal(err.bad_rows, 9);
        assert_int_equal(err.arg, 4);
        assert_same_bits(err.value, 4.0);
        assert_string_equal(err.text, "first");
        assert_int_equal(crm_i_bad_end(&all, NULL), CRM_BAD_ROWS);
    }
    const crm_i_bad none = crm_i_bad_none();
    crm_error err;
    assert_int_equal(crm_i_bad_end(&none, &err), CRM_OK);
    assert_int_equal(err.row, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_layout_is_frozen),
        cmocka_unit_test(test_statuses_are_pinned_and_named),
        cmocka_unit_test(test_version),
        cmocka_unit_test(test_ok_clears),
        cmocka_unit_test(test_fail),
        cmocka_unit_test(test_text_ends_in_time),
        cmocka_unit_test(test_text_keeps_characters_whole),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_numbers_without_locale),
        cmocka_unit_test(test_bad_rows_merge_in_any_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
