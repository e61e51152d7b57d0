/* What the compilers call differently, and the checks that the build keeps the rules the numbers rest on. */
#ifndef CRM_I_COMPILER_H
#define CRM_I_COMPILER_H

#include <float.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__FAST_MATH__)
#error "libcrmcore must not be built with -ffast-math: its results are specified to the bit"
#endif
#if defined(FLT_EVAL_METHOD) && FLT_EVAL_METHOD != 0
#error "libcrmcore needs double arithmetic in double (on i386: -msse2 -mfpmath=sse)"
#endif

#if defined(__GNUC__)
#define CRM_I_INLINE static inline __attribute__((always_inline, unused))
#define CRM_I_NOINLINE __attribute__((noinline))
#define CRM_I_LIKELY(c) __builtin_expect(!!(c), 1)
#define CRM_I_UNLIKELY(c) __builtin_expect(!!(c), 0)
#else
#define CRM_I_INLINE static inline
#define CRM_I_NOINLINE
#define CRM_I_LIKELY(c) (c)
#define CRM_I_UNLIKELY(c) (c)
#endif

/* The loop that follows carries nothing from one turn to the next; for loops with more pointers than the
 * compiler will prove apart. */
#if defined(__clang__)
#define CRM_I_IVDEP _Pragma("clang loop vectorize(assume_safety)")
#elif defined(__GNUC__)
#define CRM_I_IVDEP _Pragma("GCC ivdep")
#else
#define CRM_I_IVDEP
#endif

#endif
