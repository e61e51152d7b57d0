/* Which instruction sets the processor has. The compiler's own __builtin_cpu_supports would link a writable
 * table. */
#include "base/isa.h"

#if defined(CRM_I_DISPATCH) && defined(__x86_64__)
#include <cpuid.h>

/* Bits of cpuid leaf 1 (ecx) and 7 (ebx), and of the register that says which vector state the system
 * saves. */
enum {
    LEAF1_FMA = 12,
    LEAF1_SSE42 = 20,
    LEAF1_POPCNT = 23,
    LEAF1_OSXSAVE = 27,
    LEAF1_AVX = 28,
    LEAF1_F16C = 29
};
enum { LEAF7_AVX2 = 5, LEAF7_AVX512F = 16, LEAF7_AVX512DQ = 17, LEAF7_AVX512BW = 30, LEAF7_AVX512VL = 31 };
#define BIT(n) (1u << (n))
#define STATE_AVX 0x06u
#define STATE_AVX512 0xE6u

static uint32_t saved_state(void)
{
    uint32_t low;
    uint32_t high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return low;
}

static int has(uint32_t set, uint32_t wanted)
{
    return (set & wanted) == wanted;
}

int32_t crm_i_isa_detect(void)
{
    const uint32_t avx2_leaf1 = BIT(LEAF1_SSE42) | BIT(LEAF1_POPCNT) | BIT(LEAF1_OSXSAVE) | BIT(LEAF1_AVX);
    const uint32_t avx512_leaf1 =
        avx2_leaf1 | BIT(LEAF1_FMA) | BIT(LEAF1_F16C); /* clang's avx512f includes them */
    const uint32_t avx512_leaf7 = BIT(LEAF7_AVX2) | BIT(LEAF7_AVX512F) | BIT(LEAF7_AVX512DQ) |
                                  BIT(LEAF7_AVX512BW) | BIT(LEAF7_AVX512VL);
    uint32_t a;
    uint32_t b;
    uint32_t c;
    uint32_t d;
    __cpuid(0, a, b, c, d);
    if (a < 7)
        return CRM_I_ISA_BASE;
    __cpuid(1, a, b, c, d);
    const uint32_t leaf1 = c;
    if (!has(leaf1, avx2_leaf1))
        return CRM_I_ISA_BASE;
    __cpuid_count(7, 0, a, b, c, d);
    const uint32_t leaf7 = b;
    const uint32_t state = saved_state();
    if (has(leaf1, avx512_leaf1) && has(leaf7, avx512_leaf7) && has(state, STATE_AVX512))
        return CRM_I_ISA_AVX512;
    if (has(leaf7, BIT(LEAF7_AVX2)) && has(state, STATE_AVX))
        return CRM_I_ISA_AVX2;
    return CRM_I_ISA_BASE;
}
#else
int32_t crm_i_isa_detect(void)
{
    return CRM_I_ISA_BASE;
}
#endif

int32_t crm_i_isa_compiled(void)
{
#if defined(CRM_I_DISPATCH) && defined(__AVX512F__) && defined(__AVX512DQ__) && defined(__AVX512BW__) &&     \
    defined(__AVX512VL__)
    return CRM_I_ISA_AVX512;
#elif defined(CRM_I_DISPATCH) && defined(__AVX2__)
    return CRM_I_ISA_AVX2;
#else
    return CRM_I_ISA_BASE;
#endif
}
