/* One source, several instruction sets. A file *_kernel.c is compiled once for each level with CRM_I_ISA set;
 * the names below get the level as a suffix, and a caller picks by the level its context found at creation.
 * No ifunc, no constructor, no writable table: a plain branch on a number. Every level gives the same bits.
 */
#ifndef CRM_I_KERNEL_H
#define CRM_I_KERNEL_H

#include "base/compiler.h"

enum { CRM_I_ISA_BASE = 0, CRM_I_ISA_AVX2 = 1, CRM_I_ISA_AVX512 = 2 };

#define CRM_I_JOIN2(a, b) a##b
#define CRM_I_JOIN(a, b) CRM_I_JOIN2(a, b)

#if defined(CRM_I_DISPATCH)
/* Set by the build on x86-64 only, where the files for all three levels are linked. */
#define CRM_I_KERNEL_DECLARE(result, name, arguments)                                                        \
    result CRM_I_JOIN(name, _isa0) arguments;                                                                \
    result CRM_I_JOIN(name, _isa1) arguments;                                                                \
    result CRM_I_JOIN(name, _isa2) arguments
#define CRM_I_KERNEL_PICK(isa, name)                                                                         \
    ((isa) == CRM_I_ISA_AVX512 ? CRM_I_JOIN(name, _isa2)                                                     \
     : (isa) == CRM_I_ISA_AVX2 ? CRM_I_JOIN(name, _isa1)                                                     \
                               : CRM_I_JOIN(name, _isa0))
#else
#define CRM_I_KERNEL_DECLARE(result, name, arguments) result CRM_I_JOIN(name, _isa0) arguments
#define CRM_I_KERNEL_PICK(isa, name) ((void)(isa), CRM_I_JOIN(name, _isa0))
#endif

#if !defined(CRM_I_ISA)
#define CRM_I_ISA 0
#endif
#define CRM_I_KERNEL(name) CRM_I_JOIN(name, CRM_I_JOIN(_isa, CRM_I_ISA))

#endif
