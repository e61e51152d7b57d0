/* What every test program shares: cmocka, closeness to a reference, and where the public data sets are. */
#ifndef CRM_TEST_H
#define CRM_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* As doubles: <math.h> has them as floats, whose silent promotion clang warns of. */
#undef INFINITY
#define INFINITY HUGE_VAL
#undef NAN
#if defined(__GNUC__)
#define NAN __builtin_nan("")
#else
#define NAN (INFINITY - INFINITY)
#endif

/* |got - want| <= tolerance * max(1, |want|); NaN equals only NaN, an infinity only itself. */
static inline int test_is_close(double got, double want, double tolerance)
{
    if (isnan(want) || isnan(got))
        return isnan(want) && isnan(got);
    if (isinf(want) || isinf(got))
        return got == want;
    const double size = fabs(want) > 1.0 ? fabs(want) : 1.0;
    return fabs(got - want) <= tolerance * size;
}

/* |got - want| <= tolerance * |want|. */
static inline int test_is_relative(double got, double want, double tolerance)
{
    if (isnan(want) || isnan(got))
        return isnan(want) && isnan(got);
    if (isinf(want) || isinf(got))
        return got == want;
    return fabs(got - want) <= tolerance * fabs(want);
}

static inline void test_close_at(double got, double want, double tolerance, int relative, const char *file, int line)
{
    if (relative ? test_is_relative(got, want, tolerance) : test_is_close(got, want, tolerance))
        return;
    print_error("got %.17g, want %.17g: off by %.3g, allowed %.3g%s\n", got, want, got - want, tolerance,
                relative ? " relative" : "");
    _fail(file, line);
}
#define assert_close(got, want, tolerance) test_close_at((got), (want), (tolerance), 0, __FILE__, __LINE__)
#define assert_relative(got, want, tolerance) test_close_at((got), (want), (tolerance), 1, __FILE__, __LINE__)

/* Equal to the bit (so that -0 differs from 0, and a NaN equals the same NaN). */
static inline uint64_t test_bits(double x)
{
    uint64_t u;
    memcpy(&u, &x, sizeof u);
    return u;
}
#define assert_same_bits(got, want) assert_true(test_bits(got) == test_bits(want))

/* The path of a public data set, or NULL if it is not there. The result lives until the next call. */
static inline const char *test_data(const char *name)
{
    static char path[4096];
    const char *folder = getenv("CRM_DATA");
    snprintf(path, sizeof path, "%s/%s", folder ? folder : "../shared/data", name);
    FILE *f = fopen(path, "rb");
    if (!f)
        return NULL;
    fclose(f);
    return path;
}

#endif
