/* The loops of codes: is a column what it is taken for, and its rows as small whole numbers. */
#ifndef CRM_I_CODE_KERNEL_H
#define CRM_I_CODE_KERNEL_H

#include "base/kernel.h"

/* How a double v is made of a whole number k. */
enum {
    CRM_I_CODE_WHOLE = 0,  /* v = k */
    CRM_I_CODE_GRID = 1,   /* v = k / step: ticks in periods */
    CRM_I_CODE_SHARE = 2,  /* v = k / (of * step): minor units, by as many as another column says */
    CRM_I_CODE_SHARED = 3, /* v = (k / step) / of */
    CRM_I_CODE_OTHER = 4   /* not at all */
};

/* What rows reach. */
typedef struct crm_i_code_range {
    double least; /* of v */
    double most;
    double most_whole; /* of k */
    double error;      /* the largest |v - what k makes|: 0 if all rows are made like that */
} crm_i_code_range;

#define CRM_I_CODE_RANGE_NONE                                                                                \
    {                                                                                                        \
        DBL_MAX, 0.0, 0.0, 0.0                                                                               \
    }

/* *range also covers n more rows, finite and >= 0. of is not looked at where form has none; the rest of
 * *range is right only while error is 0. */
CRM_I_KERNEL_DECLARE(void, crm_i_code_reach,
                     (int32_t form, double step, int64_t n, const double *v, const double *of,
                      crm_i_code_range *range));

/* word[i] |= (k - least) << shift for rows that are made in this way. */
CRM_I_KERNEL_DECLARE(void, crm_i_code_place,
                     (int32_t form, double step, uint32_t least, int32_t shift, int64_t n, const double *v,
                      const double *of, uint64_t *word));

#endif
