/* How many nodes an integral of GGompertz/NBD needs: classes by the length of its panel and by how much the
 * logarithm of the integrand varies along it, found by experiment on 100,000 rows of any parameters. */
#ifndef CRM_I_GGOMPERTZ_NODES_H
#define CRM_I_GGOMPERTZ_NODES_H

#include "numeric/legendre.h"

enum { CRM_I_GO_CLASSES = 15 };

/* The rule of a class: Gauss-Legendre nodes on each of `panels` panels of equal length. */
typedef struct crm_i_go_rule {
    crm_i_legendre legendre;
    int32_t panels;
} crm_i_go_rule;

crm_i_go_rule crm_i_go_rule_of(int32_t class);

enum { CRM_I_GO_LENGTHS = 15, CRM_I_GO_VARIATIONS = 8 };
extern const double crm_i_go_length[CRM_I_GO_LENGTHS];
extern const double crm_i_go_variation[CRM_I_GO_VARIATIONS];
extern const int32_t crm_i_go_class[(CRM_I_GO_LENGTHS + 1) * (CRM_I_GO_VARIATIONS + 1)]; /* row by row */

/* The classes of n rows; variation is overwritten. */
CRM_I_INLINE void crm_i_go_classes(int n, const double *restrict length, double *restrict variation,
                                   int32_t *restrict class)
{
    for (int i = 0; i < n; i++) {
        const double v = variation[i];
        double column = 0.0;
        double row = 0.0;
        for (int k = 0; k < CRM_I_GO_VARIATIONS; k++)
            column += v >= crm_i_go_variation[k] ? 1.0 : 0.0;
        for (int k = 0; k < CRM_I_GO_LENGTHS; k++)
            row += length[i] >= crm_i_go_length[k] ? 1.0 : 0.0;
        variation[i] = (CRM_I_GO_VARIATIONS + 1) * row + column;
    }
    for (int i = 0; i < n; i++)
        class[i] = crm_i_go_class[(int32_t)variation[i]];
}

#endif
