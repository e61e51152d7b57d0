/* The rules by class: see ggompertz_nodes.h. */
#include "model/ggompertz_nodes.h"

const double crm_i_go_length[CRM_I_GO_LENGTHS] = {.125, .25, .5,  1.0, 1.5,  2.0,  3.0, 4.0,
                                                  6.0,  8.0, 10., 14., 18.0, 32.0, 64.0};
const double crm_i_go_variation[CRM_I_GO_VARIATIONS] = {.5, 1.0, 2.0, 4.0, 8.0, 16.0, 24.0, 40.0};

const int32_t crm_i_go_class[(CRM_I_GO_LENGTHS + 1) * (CRM_I_GO_VARIATIONS + 1)] = {
    /* clang-format off */
    0, 0, 1, 2, 3, 4, 5, 7, 8,
    0, 0, 1, 2, 3, 4, 5, 7, 8,
    1, 1, 1, 2, 3, 4, 5, 7, 8,
    2, 2, 2, 2, 3, 4, 5, 7, 8,
    2, 2, 3, 3, 4, 4, 5, 7, 8,
    3, 3, 3, 4, 4, 4, 5, 7, 8,
    4, 4, 4, 5, 5, 5, 6, 7, 8,
    5, 5, 6, 6, 6, 6, 6, 7, 8,
    7, 7, 7, 7, 7, 7, 7, 8, 8,
    8, 8, 8, 8, 8, 8, 8, 9, 10,
    9, 9, 9, 9, 9, 9, 9, 10, 10,
    11, 11, 11, 11, 11, 11, 11, 11, 11,
    12, 12, 12, 12, 12, 12, 12, 12, 12,
    13, 13, 13, 13, 13, 13, 13, 13, 13,
    14, 14, 14, 14, 14, 14, 14, 14, 14,
    14, 14, 14, 14, 14, 14, 14, 14, 14,
    /* clang-format on */
};

/* The classes are one panel of the rules of legendre.h, then several panels of the longest two. */
enum { SINGLE = CRM_I_LEGENDRE_RULES };

crm_i_go_rule crm_i_go_rule_of(int32_t class)
{
    static const int32_t panels[CRM_I_GO_CLASSES - SINGLE] = {2, 2, 4, 8};
    const int32_t longest = SINGLE - (class == SINGLE ? 2 : 1);
    const crm_i_go_rule rule = {crm_i_legendre_rule[class < SINGLE ? class : longest],
                                class < SINGLE ? 1 : panels[class - SINGLE]};
    return rule;
}
