/* The integral of Pareto/NBD over the time of drop-out, for strips of customers.
 *
 * With c the smaller of alpha and beta, o the larger, and xi = ln((c + u)/(c + t_x)) the integrand is
 * exp(-g), g = a xi + b ln(1 + kappa expm1(xi)), kappa = (c + t_x)/(o + t_x): convex, analytic for |Im xi| <
 * pi, without boundary layer. Where it falls to e^-38 of its peak the rest is cut off. How many
 * Gauss-Legendre nodes a row needs follows from the length of its interval and the variation of g over it;
 * rows of the same need are worked side by side. */
#include "model/pareto_nbd_integral_kernel.h"

#include <math.h>

#include "numeric/elementary.h"
#include "numeric/legendre.h"

enum {
    ROWS = CRM_I_PARETO_ROWS,
    GROUP = 8,                               /* rows of one need are filled up to a multiple of this */
    RULES = CRM_I_LEGENDRE_RULES + 2,        /* and one more for rows without an interval */
    PLACES = ROWS + RULES * (GROUP - 1) + 5, /* a multiple of GROUP */
    NODES = 8,                               /* worked at a time, for so many rows: */
    SUMS = 15
};

#define CUT_FROM 40.0
#define CUT_AT 38.0

/* ---- how many nodes ---- */

enum { LENGTHS = 34, VARIATIONS = 28 };

/* Index of crm_i_legendre_rule by 8 sqrt(length) and 4 sqrt(variation of g), rounded down, for all of the
 * fifteen sums to 3e-13; from tests/model/rules_pareto_nbd.c. Longer intervals are cut in 8 panels, or 32. */
static const uint8_t rule_of[LENGTHS][VARIATIONS] = {
#include "model/pareto_nbd_integral_kernel.inc"
};
enum { RULE_LONG = 11, RULE_LONGEST = 12, RULE_NONE = RULES, PANELS_LONG = 8, PANELS_LONGEST = 32 };
#define LENGTH_MOST 18.0 /* of one panel: row 34 of the table would begin at 34^2/64 */
#define LENGTH_LONG 136.0

/* ---- a strip in work ---- */

typedef struct work {
    double a[ROWS];
    double b[ROWS];
    double kappa[ROWS];
    double length[ROWS];
    double variation[ROWS]; /* g at the end less its minimum, before the cut */
    double least[ROWS];     /* the minimum of g */
    double front[ROWS];     /* D = front * length * mean of exp(-g) */
    double swapped[ROWS];   /* 1: c is beta */
} work;

/* Rows in the order of their rules, and what is summed of each. */
typedef struct places {
    int32_t place[ROWS]; /* of a row; -1: none */
    double a[PLACES];
    double b[PLACES];
    double kappa[PLACES];
    double length[PLACES];
    double sum[SUMS][PLACES];
} places;

/* ---- before the integral ---- */

CRM_I_INLINE void set_out(double r, double s, const double *restrict x, const double *restrict t_x,
                          const double *restrict T, const double *restrict alpha, const double *restrict beta,
                          work *restrict w, crm_i_pareto_strip *restrict out)
{
    CRM_I_IVDEP
    for (int i = 0; i < ROWS; i++) {
        const double at_a = alpha[i] + t_x[i];
        const double at_b = beta[i] + t_x[i];
        const double gap = T[i] - t_x[i];
        out->end[0][i] = gap / at_a;
        out->end[1][i] = gap / (alpha[i] + T[i]);
        out->end[2][i] = gap / at_b;
        out->end[3][i] = gap / (beta[i] + T[i]);
        const double swapped = beta[i] < alpha[i] ? 1.0 : 0.0;
        const double ratio = at_a / at_b;
        w->swapped[i] = swapped;
        w->kappa[i] = swapped > 0.0 ? at_b / at_a : ratio;
        w->front[i] = swapped > 0.0 ? s : s * ratio;
        w->a[i] = swapped > 0.0 ? s : (r + x[i]) - 1.0;
        w->b[i] = swapped > 0.0 ? r + x[i] : s + 1.0;
    }
    CRM_I_IVDEP
    for (int i = 0; i < ROWS; i++) {
        out->log_alpha[i] = crm_i_log1p_core(t_x[i] / alpha[i]);
        out->log_beta[i] = crm_i_log1p_core(t_x[i] / beta[i]);
    }
    CRM_I_IVDEP
    for (int i = 0; i < ROWS; i++) {
        const double log_a = crm_i_log1p_core(out->end[0][i]);
        const double log_b = crm_i_log1p_core(out->end[2][i]);
        out->end[0][i] = log_a;
        out->end[2][i] = log_b;
        out->exponent[i] = (r + x[i]) * log_a + s * log_b;
        const double own = w->swapped[i] > 0.0 ? log_b : log_a;
        const double other = w->swapped[i] > 0.0 ? log_a : log_b;
        w->length[i] = own;
        w->variation[i] = w->a[i] * own + w->b[i] * other;
        w->least[i] = 0.0;
    }
}

/* 1 if g falls anywhere before it rises: where x = 0 and r < 1. */
CRM_I_INLINE int32_t any_peak(const work *w)
{
    int32_t rows = 0;
    for (int i = 0; i < ROWS; i++)
        rows += -w->a[i] * (1.0 - w->kappa[i]) > (w->a[i] + w->b[i]) * w->kappa[i];
    return rows > 0;
}

CRM_I_INLINE void find_peaks(work *restrict w)
{
    CRM_I_IVDEP
    for (int i = 0; i < ROWS; i++) {
        const double place = -w->a[i] * (1.0 - w->kappa[i]) / ((w->a[i] + w->b[i]) * w->kappa[i]);
        const double far = crm_i_log_core(place > 1.0 ? place : 1.0);
        const double peak = far < w->length[i] ? far : w->length[i];
        const double other = crm_i_log1p_core(w->kappa[i] * crm_i_expm1_core(peak));
        const double least = w->a[i] * peak + w->b[i] * other;
        w->least[i] = least;
        w->variation[i] -= least;
    }
}

CRM_I_INLINE int32_t any_cut(const work *w)
{
    int32_t rows = 0;
    for (int i = 0; i < ROWS; i++)
        rows += w->variation[i] > CUT_FROM;
    return rows > 0;
}

/* From a point where one of the terms of g alone has risen enough Newton's steps come down to the cut. */
CRM_I_INLINE void cut(work *restrict w)
{
    double at[ROWS];
    double height[ROWS];
    CRM_I_IVDEP
    for (int i = 0; i < ROWS; i++) {
        const double a = w->a[i];
        const double most = w->length[i];
        const double want = CUT_AT + w->least[i];
        const double rise = (want - (a < 0.0 ? a * most : 0.0)) / w->b[i];
        const double first = a * most > want ? want / a : most;
        const double second = crm_i_log1p_core(crm_i_expm1_core(rise < 460.0 ? rise : 460.0) / w->kappa[i]);
        const double both = first < second ? first : second;
        height[i] = want;
        at[i] = both < most ? both : most;
    }
    for (int k = 0; k < 3; k++) {
        CRM_I_IVDEP
        for (int i = 0; i < ROWS; i++) {
            const double e = crm_i_expm1_core(at[i]);
            const double scaled = w->kappa[i] * e;
            const double g = w->a[i] * at[i] + w->b[i] * crm_i_log1p_core(scaled);
            const double slope = w->a[i] + w->b[i] * (w->kappa[i] * (e + 1.0) / (1.0 + scaled));
            const double next = at[i] - (g - height[i]) / slope;
            at[i] = g > height[i] ? next : at[i];
        }
    }
    CRM_I_IVDEP
    for (int i = 0; i < ROWS; i++) {
        const int deep = w->variation[i] > CUT_FROM;
        w->length[i] = deep ? at[i] : w->length[i];
        w->variation[i] = deep ? CUT_AT : w->variation[i];
    }
}

/* ---- rules ---- */

CRM_I_INLINE void choose_rules(const work *restrict w, int32_t *restrict rule)
{
    int32_t length[ROWS];
    int32_t variation[ROWS];
    CRM_I_IVDEP
    for (int i = 0; i < ROWS; i++) {
        const double far = 8.0 * sqrt(w->length[i]);
        const double deep = 4.0 * sqrt(w->variation[i] - w->least[i]);
        length[i] = (int32_t)(far < LENGTHS - 1 ? far : LENGTHS - 1);
        variation[i] = (int32_t)(deep < VARIATIONS - 1 ? deep : VARIATIONS - 1);
    }
    for (int i = 0; i < ROWS; i++) {
        rule[i] = rule_of[length[i]][variation[i]];
        if (w->length[i] > LENGTH_MOST)
            rule[i] = w->length[i] > LENGTH_LONG ? RULE_LONGEST : RULE_LONG;
        if (w->length[i] == 0.0)
            rule[i] = RULE_NONE;
    }
}

/* Rows by rule, each rule filled up with places of length 0; first[k] is where rule k begins. */
CRM_I_INLINE void arrange(const work *w, int32_t *first, places *p)
{
    int32_t rule[ROWS];
    int32_t next[RULES + 1] = {0};
    choose_rules(w, rule);
    for (int i = 0; i < ROWS; i++)
        next[rule[i]]++;
    first[0] = 0;
    for (int k = 0; k < RULES; k++) {
        const int32_t count = next[k];
        next[k] = first[k];
        first[k + 1] = first[k] + (count + GROUP - 1) / GROUP * GROUP;
        for (int32_t i = first[k] + count; i < first[k + 1]; i++) {
            p->a[i] = p->b[i] = p->kappa[i] = p->length[i] = 0.0;
        }
    }
    for (int i = 0; i < ROWS; i++) {
        p->place[i] = -1;
        if (rule[i] == RULE_NONE)
            continue;
        const int32_t to = next[rule[i]]++;
        p->place[i] = to;
        p->a[to] = w->a[i];
        p->b[to] = w->b[i];
        p->kappa[to] = w->kappa[i];
        p->length[to] = w->length[i];
    }
}

/* ---- the integral ---- */

/* Up to NODES nodes of some rows, side by side: features and weight. */
typedef struct flat {
    double xi[NODES * ROWS];
    double other[NODES * ROWS]; /* ln(1 + kappa expm1(xi)) */
    double one[NODES * ROWS];   /* expm1(xi), then its share 1 - e^-xi */
    double two[NODES * ROWS];   /* the same of kappa expm1(xi) */
    double weight[NODES * ROWS];
} flat;

CRM_I_INLINE void take_nodes(int nodes, int rows, double start, double scale, const double *node,
                             const double *weight, const places *p, int32_t first, flat *restrict f)
{
    for (int j = 0; j < nodes; j++) {
        const double where = start + scale * node[j];
        for (int v = 0; v < rows; v += GROUP) {
            double *restrict xi = f->xi + j * rows + v;
            double *restrict one = f->one + j * rows + v;
            const double *restrict length = p->length + first + v;
            CRM_I_IVDEP
            for (int i = 0; i < GROUP; i++) {
                xi[i] = length[i] * where;
                one[i] = crm_i_expm1_core(xi[i]);
            }
        }
    }
    for (int j = 0; j < nodes; j++)
        for (int v = 0; v < rows; v += GROUP) {
            double *restrict other = f->other + j * rows + v;
            double *restrict one = f->one + j * rows + v;
            double *restrict two = f->two + j * rows + v;
            const double *restrict kappa = p->kappa + first + v;
            CRM_I_IVDEP
            for (int i = 0; i < GROUP; i++) {
                const double scaled = kappa[i] * one[i];
                const double inverse = 1.0 / ((1.0 + one[i]) * (1.0 + scaled));
                other[i] = crm_i_log1p_core(scaled);
                two[i] = scaled * ((1.0 + one[i]) * inverse);
                one[i] = one[i] * ((1.0 + scaled) * inverse);
            }
        }
    for (int j = 0; j < nodes; j++) {
        const double share = scale * weight[j];
        for (int v = 0; v < rows; v += GROUP) {
            const double *restrict xi = f->xi + j * rows + v;
            const double *restrict other = f->other + j * rows + v;
            double *restrict out = f->weight + j * rows + v;
            const double *restrict a = p->a + first + v;
            const double *restrict b = p->b + first + v;
            CRM_I_IVDEP
            for (int i = 0; i < GROUP; i++)
                out[i] = share * crm_i_exp_core(-(a[i] * xi[i] + b[i] * other[i]));
        }
    }
}

/* ---- the sums ---- */

/* What the nodes p and q give to sum k of row i: there is an even number of nodes, and two at a time need
 * half the room in registers. */
#define ADD(k, a, b) total[k][i] += p##a * p##b[i] + q##a * q##b[i]

/* Adds the nodes of GROUP rows to their sums, or begins these: w weight, u and y the logarithms, d and z the
 * shares of c and o; v = w u, and so on. */
CRM_I_INLINE void add_nodes(int begin, int count, int rows, const flat *f, int at, int32_t order, double *sum)
{
    const int sums = order == CRM_I_PARETO_COVARIANCES ? SUMS : order == CRM_I_PARETO_MEANS ? 5 : 1;
    double total[SUMS][GROUP] = {{0.0}};
    for (int j = 0; j < count; j += 2) {
        const int pa = at + j * rows;
        const int qa = pa + rows;
        const double *restrict pw = f->weight + pa;
        const double *restrict qw = f->weight + qa;
        const double *restrict pu = f->xi + pa;
        const double *restrict qu = f->xi + qa;
        const double *restrict pd = f->one + pa;
        const double *restrict qd = f->one + qa;
        const double *restrict py = f->other + pa;
        const double *restrict qy = f->other + qa;
        const double *restrict pz = f->two + pa;
        const double *restrict qz = f->two + qa;
        if (order == CRM_I_PARETO_VALUES) {
            for (int i = 0; i < GROUP; i++)
                total[0][i] += pw[i] + qw[i];
        } else if (order == CRM_I_PARETO_MEANS) {
            for (int i = 0; i < GROUP; i++) {
                const double pv = pw[i];
                const double qv = qw[i];
                total[0][i] += pv + qv;
                ADD(1, v, u);
                ADD(2, v, d);
                ADD(3, v, y);
                ADD(4, v, z);
            }
        } else {
            for (int i = 0; i < GROUP; i++) {
                const double pv = pw[i] * pu[i];
                const double qv = qw[i] * qu[i];
                total[0][i] += pw[i] + qw[i];
                total[1][i] += pv + qv;
                ADD(5, v, u);
                ADD(6, v, d);
                ADD(8, v, y);
                ADD(11, v, z);
            }
            for (int i = 0; i < GROUP; i++) {
                const double pv = pw[i] * pd[i];
                const double qv = qw[i] * qd[i];
                total[2][i] += pv + qv;
                ADD(7, v, d);
                ADD(9, v, y);
                ADD(12, v, z);
            }
            for (int i = 0; i < GROUP; i++) {
                const double pv = pw[i] * py[i];
                const double qv = qw[i] * qy[i];
                const double pk = pw[i] * pz[i];
                const double qk = qw[i] * qz[i];
                total[3][i] += pv + qv;
                total[4][i] += pk + qk;
                ADD(10, v, y);
                ADD(13, k, y);
                ADD(14, k, z);
            }
        }
    }
    for (int k = 0; k < sums; k++)
        for (int i = 0; i < GROUP; i++)
            sum[k * PLACES + i] = begin ? total[k][i] : sum[k * PLACES + i] + total[k][i];
}

#undef ADD

static void integrate(int32_t k, int32_t first, int32_t end, int32_t order, places *p)
{
    const int panels = k == RULE_LONG ? PANELS_LONG : k == RULE_LONGEST ? PANELS_LONGEST : 1;
    const double scale = 1.0 / panels;
    const crm_i_legendre *rule =
        &crm_i_legendre_rule[k < CRM_I_LEGENDRE_RULES ? k : CRM_I_LEGENDRE_RULES - 1];
    const int rows = end - first;
    flat f;
    for (int panel = 0; panel < panels; panel++)
        for (int j = 0; j < rule->n; j += NODES) {
            const int count = rule->n - j < NODES ? rule->n - j : NODES;
            take_nodes(count, rows, panel * scale, scale, rule->node + j, rule->weight + j, p, first, &f);
            const int begin = panel + j == 0;
            for (int v = 0; v < rows; v += GROUP) {
                double *sum = &p->sum[0][first + v];
                if (order == CRM_I_PARETO_COVARIANCES)
                    add_nodes(begin, count, rows, &f, v, CRM_I_PARETO_COVARIANCES, sum);
                else if (order == CRM_I_PARETO_MEANS)
                    add_nodes(begin, count, rows, &f, v, CRM_I_PARETO_MEANS, sum);
                else
                    add_nodes(begin, count, rows, &f, v, CRM_I_PARETO_VALUES, sum);
            }
        }
}

/* ---- after it ---- */

/* Sums back from places to rows, as means given dead, by c and o; all 0 of a row without an interval. */
CRM_I_INLINE void hand_back(int32_t end, int32_t order, places *restrict p, crm_i_pareto_strip *restrict out)
{
    const int features = order >= CRM_I_PARETO_MEANS ? CRM_I_PARETO_FEATURES : 0;
    const int pairs = order >= CRM_I_PARETO_COVARIANCES ? CRM_I_PARETO_PAIRS : 0;
    double inverse[PLACES];
    CRM_I_IVDEP
    for (int32_t i = 0; i < end; i++) {
        inverse[i] = 1.0 / p->sum[0][i];
        p->length[i] *= p->sum[0][i];
    }
    for (int k = 1; k <= features + pairs; k++) {
        CRM_I_IVDEP
        for (int32_t i = 0; i < end; i++)
            p->sum[k][i] *= inverse[i];
    }
    for (int32_t i = 0; i < ROWS; i++) {
        const int32_t from = p->place[i];
        if (from < 0) {
            out->dead_part[i] = 0.0;
            for (int k = 0; k < features; k++)
                out->mean[k][i] = 0.0;
            for (int k = 0; k < pairs; k++)
                out->covariance[k][i] = 0.0;
            continue;
        }
        out->dead_part[i] = p->length[from];
        for (int k = 0; k < features; k++)
            out->mean[k][i] = p->sum[1 + k][from];
        for (int k = 0; k < pairs; k++)
            out->covariance[k][i] = p->sum[5 + k][from];
    }
}

CRM_I_INLINE void centre(crm_i_pareto_strip *restrict out)
{
    int k = 0;
    for (int f = 0; f < CRM_I_PARETO_FEATURES; f++)
        for (int g = 0; g <= f; g++, k++) {
            CRM_I_IVDEP
            for (int i = 0; i < ROWS; i++)
                out->covariance[k][i] -= out->mean[f][i] * out->mean[g][i];
        }
}

CRM_I_INLINE int32_t any_swapped(const work *w)
{
    int32_t rows = 0;
    for (int i = 0; i < ROWS; i++)
        rows += w->swapped[i] > 0.0;
    return rows > 0;
}

CRM_I_INLINE void swap(const double *restrict swapped, double *restrict one, double *restrict two)
{
    CRM_I_IVDEP
    for (int i = 0; i < ROWS; i++) {
        const double first = one[i];
        const double second = two[i];
        one[i] = swapped[i] > 0.0 ? second : first;
        two[i] = swapped[i] > 0.0 ? first : second;
    }
}

CRM_I_INLINE void weigh(const work *restrict w, crm_i_pareto_strip *restrict out)
{
    CRM_I_IVDEP
    for (int i = 0; i < ROWS; i++) {
        const double E = out->exponent[i];
        const double alive = crm_i_exp_core(-(E < 700.0 ? E : 700.0));
        const double dead = w->front[i] * out->dead_part[i];
        const double both = alive + dead;
        out->dead_part[i] = dead;
        out->dead[i] = dead / both;
        out->log_sum[i] = crm_i_log_core(both);
    }
    CRM_I_IVDEP
    for (int i = 0; i < ROWS; i++) {
        const double log_alive = -(out->exponent[i] + out->log_sum[i]);
        const double below = log_alive < 0.0 ? log_alive : 0.0;
        const double alive = crm_i_exp_core(below > -700.0 ? below : -700.0);
        out->log_alive[i] = below;
        out->alive[i] = below > -691.0 ? alive : 0.0;
    }
}

void CRM_I_KERNEL(crm_i_pareto_integrals)(double r, double s, const double *x, const double *t_x,
                                          const double *T, const double *alpha, const double *beta,
                                          int32_t order, crm_i_pareto_strip *out)
{
    work w;
    places p;
    int32_t first[RULES + 1];
    set_out(r, s, x, t_x, T, alpha, beta, &w, out);
    if (any_peak(&w))
        find_peaks(&w);
    if (any_cut(&w))
        cut(&w);
    arrange(&w, first, &p);
    for (int k = 0; k < RULES; k++)
        if (first[k + 1] > first[k])
            integrate(k, first[k], first[k + 1], order, &p);
    hand_back(first[RULES], order, &p, out);
    weigh(&w, out);
    if (order >= CRM_I_PARETO_COVARIANCES)
        centre(out);
    if (order >= CRM_I_PARETO_COVARIANCES && any_swapped(&w)) {
        swap(w.swapped, out->covariance[0], out->covariance[5]);
        swap(w.swapped, out->covariance[1], out->covariance[8]);
        swap(w.swapped, out->covariance[2], out->covariance[9]);
        swap(w.swapped, out->covariance[4], out->covariance[6]);
    }
    if (order >= CRM_I_PARETO_MEANS && any_swapped(&w)) {
        swap(w.swapped, out->mean[0], out->mean[2]);
        swap(w.swapped, out->mean[1], out->mean[3]);
    }
}
