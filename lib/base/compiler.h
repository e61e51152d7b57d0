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
#define CRM_I_NOINLINE __attribute__((noinline))
#define CRM_I_LIKELY(c) __builtin_expect(!!(c), 1)
#define CRM_I_UNLIKELY(c) __builtin_expect(!!(c), 0)
#else
#define CRM_I_NOINLINE
#define CRM_I_LIKELY(c) (c)
#define CRM_I_UNLIKELY(c) (c)
#endif

/* A build that measures coverage has each function once, not once for every place it is inlined at. */
#if defined(__GNUC__) && defined(CRM_I_COVERAGE)
#define CRM_I_INLINE static __attribute__((noinline, unused))
#elif defined(__GNUC__)
#if defined(__OPTIMIZE__)
#define CRM_I_INLINE static inline __attribute__((always_inline, unused))
#else
/* One copy a file, not one a call: a debugger steps into it, and its branches are counted once. */
#define CRM_I_INLINE static inline __attribute__((unused))
#endif
#else
#define CRM_I_INLINE static inline
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

/* Write one line of 64 bytes that will not be read again soon, past the cache where the machine can: `into`
 * is 16-byte aligned, best 64. CRM_I_STREAM_FENCE after the last one, before anybody else reads. */
#if defined(__SSE2__)
#include <emmintrin.h>
CRM_I_INLINE void crm_i_stream_line(void *into, const void *from)
{
    __m128i *to = (__m128i *)into;
    const __m128i *line = (const __m128i *)from;
    for (int i = 0; i < 4; i++)
        _mm_stream_si128(to + i, _mm_loadu_si128(line + i));
}
/* The same with the last two words not read from there: words just written would have to be waited for. */
CRM_I_INLINE void crm_i_stream_line_and(void *into, const void *from, uint64_t sixth, uint64_t seventh)
{
    __m128i *to = (__m128i *)into;
    const __m128i *line = (const __m128i *)from;
    for (int i = 0; i < 3; i++)
        _mm_stream_si128(to + i, _mm_loadu_si128(line + i));
    _mm_stream_si128(to + 3, _mm_set_epi64x((long long)seventh, (long long)sixth));
}
#define CRM_I_STREAM_LINE(into, from) crm_i_stream_line((into), (from))
#define CRM_I_STREAM_LINE_AND(into, from, sixth, seventh)                                                    \
    crm_i_stream_line_and((into), (from), (sixth), (seventh))
#define CRM_I_STREAM_FENCE() _mm_sfence()
#else
#include <string.h>
CRM_I_INLINE void crm_i_stream_line_and(void *into, const void *from, uint64_t sixth, uint64_t seventh)
{
    memcpy(into, from, 48);
    ((uint64_t *)into)[6] = sixth;
    ((uint64_t *)into)[7] = seventh;
}
#define CRM_I_STREAM_LINE(into, from) memcpy((into), (from), 64)
#define CRM_I_STREAM_LINE_AND(into, from, sixth, seventh)                                                    \
    crm_i_stream_line_and((into), (from), (sixth), (seventh))
#define CRM_I_STREAM_FENCE() ((void)0)
#endif

#endif
