/* The inner loop of BG/BB: see bg_bb_kernel.h. Opportunities outside, groups of rows inside; a row that has
 * fewer opportunities than its group waits until the loop reaches them. */
#include "model/bg_bb_kernel.h"

#include "numeric/elementary.h"

/* Rows that run together: enough to hide the latency of a division, few enough that little waits. */
enum { GROUP = 16, PARAMETERS = CRM_I_BG_BB_PARAMETERS, SECOND = CRM_I_BG_BB_SECOND };

/* The rows of a group in work. */
typedef struct group {
    double m[GROUP]; /* T - t_x */
    double a[GROUP]; /* as in bg_bb_kernel.h */
    double b[GROUP];
    double d[GROUP];
    double s[GROUP];
    double e[GROUP];
    double value[GROUP];
    double g[PARAMETERS][GROUP];
    double h[SECOND][GROUP];
    double alive[GROUP];
    double dead[GROUP];
    double alive_g[PARAMETERS][GROUP];
} group;

CRM_I_INLINE double load(const double *restrict x, const double *restrict t_x, const double *restrict T,
                         const double *restrict parameter, group *restrict w)
{
    double most = 0.0;
    for (int i = 0; i < GROUP; i++) {
        w->m[i] = T[i] - t_x[i];
        w->a[i] = parameter[0] + x[i];
        w->b[i] = parameter[1] + (t_x[i] - x[i]);
        w->d[i] = parameter[3] + t_x[i];
        w->s[i] = (parameter[0] + parameter[1]) + t_x[i];
        w->e[i] = parameter[2] + w->d[i];
        w->value[i] = 1.0;
        w->alive[i] = 1.0;
        w->dead[i] = 0.0;
        for (int k = 0; k < PARAMETERS; k++)
            w->g[k][i] = w->alive_g[k][i] = 0.0;
        for (int k = 0; k < SECOND; k++)
            w->h[k][i] = 0.0;
        most = w->m[i] > most ? w->m[i] : most;
    }
    return most;
}

/* One opportunity, `at` after the last purchase, of all rows of a group. gradient, hessian, alive are
 * constants. */
CRM_I_INLINE void step(double at, const double *restrict parameter, int gradient, int hessian, int alive,
                       group *restrict w)
{
    const double alpha = parameter[0];
    const double beta = parameter[1];
    const double gamma = parameter[2];
    const double delta = parameter[3];
    CRM_I_IVDEP
    for (int i = 0; i < GROUP; i++) {
        const int here = at < w->m[i];
        const double per_s = 1.0 / (w->s[i] + at);
        const double per_e = 1.0 / (w->e[i] + at);
        const double b = w->b[i] + at;
        const double d = w->d[i] + at;
        const double r = w->a[i] * per_s;
        const double q = gamma * per_e;
        /* b + at rounds alike over many steps, 1 - r does not; but it would lose a small b */
        const double r_not = r < 0.5 ? 1.0 - r : b * per_s;
        const double q_not = q < 0.5 ? 1.0 - q : d * per_e;
        const double on = r_not * q_not * w->value[i];
        const double value = q + on;
        if (gradient || alive) {
            const double per_value = 1.0 / value;
            const double pi = on * per_value;
            const double rho = q * per_value;
            if (alive) {
                w->alive[i] = here ? w->alive[i] * pi : w->alive[i];
                w->dead[i] = here ? rho + pi * w->dead[i] : w->dead[i];
            }
            if (gradient) {
                const double per_b = beta / b;
                const double per_d = delta / d;
                const double a_s = alpha * per_s;
                const double b_s = beta * per_s;
                const double d_e = delta * per_e;
                const double bend = per_b * r;
                const double da = w->g[0][i] - a_s;
                const double db = w->g[1][i] + bend;
                const double dc = w->g[2][i] - 1.0;
                const double dd = w->g[3][i] + per_d;
                w->g[0][i] = here ? pi * da : w->g[0][i];
                w->g[1][i] = here ? pi * db : w->g[1][i];
                w->g[2][i] = here ? q_not + pi * dc : w->g[2][i];
                w->g[3][i] = here ? pi * dd - d_e : w->g[3][i];
                if (alive) {
                    w->alive_g[0][i] += here ? rho * da : 0.0;
                    w->alive_g[1][i] += here ? rho * db : 0.0;
                    w->alive_g[2][i] += here ? rho * dc : 0.0;
                    w->alive_g[3][i] += here ? rho * dd : 0.0;
                }
                if (hessian) {
                    const double aa = w->h[0][i] - a_s * (1.0 - a_s) + rho * da * da;
                    const double ab = w->h[1][i] + a_s * b_s + rho * da * db;
                    const double ac = w->h[2][i] + rho * da * dc;
                    const double ad = w->h[3][i] + rho * da * dd;
                    const double bb = w->h[4][i] + bend * (1.0 - (per_b + b_s)) + rho * db * db;
                    const double bc = w->h[5][i] + rho * db * dc;
                    const double bd = w->h[6][i] + rho * db * dd;
                    const double cc = w->h[7][i] + rho * dc * dc;
                    const double cd = w->h[8][i] + rho * dc * dd;
                    const double ddd = w->h[9][i] + per_d * (1.0 - per_d) + rho * dd * dd;
                    w->h[0][i] = here ? pi * aa : w->h[0][i];
                    w->h[1][i] = here ? pi * ab : w->h[1][i];
                    w->h[2][i] = here ? pi * ac : w->h[2][i];
                    w->h[3][i] = here ? pi * ad : w->h[3][i];
                    w->h[4][i] = here ? pi * bb : w->h[4][i];
                    w->h[5][i] = here ? pi * bc : w->h[5][i];
                    w->h[6][i] = here ? pi * bd : w->h[6][i];
                    w->h[7][i] = here ? pi * cc - q * q_not : w->h[7][i];
                    w->h[8][i] = here ? pi * cd + q * d_e : w->h[8][i];
                    w->h[9][i] = here ? pi * ddd - d_e * (1.0 - d_e) : w->h[9][i];
                }
            }
        }
        w->value[i] = here ? value : w->value[i];
    }
}

CRM_I_INLINE void store(const group *restrict w, int gradient, int hessian, int alive, int first,
                        crm_i_bg_bb_silence *restrict out)
{
    for (int i = 0; i < GROUP; i++) {
        out->d[first + i] = w->value[i];
        for (int k = 0; k < PARAMETERS && gradient; k++)
            out->g[k][first + i] = w->g[k][i];
        for (int k = 0; k < SECOND && hessian; k++)
            out->h[k][first + i] = w->h[k][i];
        if (!alive)
            continue;
        out->alive[first + i] = w->alive[i];
        out->dead[first + i] = w->dead[i];
        for (int k = 0; k < PARAMETERS && gradient; k++)
            out->alive_g[k][first + i] = w->alive_g[k][i];
    }
}

CRM_I_INLINE void run(const double *x, const double *t_x, const double *T, const double *parameter,
                      int gradient, int hessian, int alive, crm_i_bg_bb_silence *out)
{
    group w;
    for (int first = 0; first < CRM_I_LANES; first += GROUP) {
        const double most = load(x + first, t_x + first, T + first, parameter, &w);
        for (double at = most - 1.0; at >= 0.0; at -= 1.0)
            step(at, parameter, gradient, hessian, alive, &w);
        store(&w, gradient, hessian, alive, first, out);
    }
}

void CRM_I_KERNEL(crm_i_bg_bb_silences)(const double *x, const double *t_x, const double *T,
                                        const double *parameter, int32_t want, crm_i_bg_bb_silence *out)
{
    if (want == CRM_I_BG_BB_VALUE)
        run(x, t_x, T, parameter, 0, 0, 0, out);
    else if (want == CRM_I_BG_BB_GRADIENT)
        run(x, t_x, T, parameter, 1, 0, 0, out);
    else if (want == CRM_I_BG_BB_HESSIAN)
        run(x, t_x, T, parameter, 1, 1, 0, out);
    else if (want == CRM_I_BG_BB_ALIVE)
        run(x, t_x, T, parameter, 0, 0, 1, out);
    else
        run(x, t_x, T, parameter, 1, 0, 1, out);
}

/* ---- rows on lanes ---- */

CRM_I_INLINE void add_gradient(const crm_i_bg_bb_silence *restrict s, const double *restrict head,
                               const double *restrict mass, const double *restrict parameter,
                               double *restrict lane)
{
    enum { L = CRM_I_LANES };
    CRM_I_IVDEP
    for (int i = 0; i < L; i++) {
        const double w = mass[i];
        const double both = head[CRM_I_BG_BB_BOTH * L + i];
        const double death = head[CRM_I_BG_BB_DEATH * L + i];
        const double a = parameter[0] * (head[CRM_I_BG_BB_ALPHA * L + i] - both) + s->g[0][i];
        const double b = parameter[1] * (head[CRM_I_BG_BB_BETA * L + i] - both) + s->g[1][i];
        const double c = s->g[2][i] - parameter[2] * death;
        const double d = parameter[3] * (head[CRM_I_BG_BB_DELTA * L + i] - death) + s->g[3][i];
        lane[i] += w * (head[CRM_I_BG_BB_HEAD * L + i] + crm_i_log(s->d[i]));
        lane[L + i] += w * a;
        lane[2 * L + i] += w * b;
        lane[3 * L + i] += w * c;
        lane[4 * L + i] += w * d;
    }
}

CRM_I_INLINE void add_hessian(const crm_i_bg_bb_silence *restrict s, const double *restrict head,
                              const double *restrict mass, const double *restrict parameter,
                              double *restrict lane)
{
    enum { L = CRM_I_LANES };
    const double alpha = parameter[0];
    const double beta = parameter[1];
    const double gamma = parameter[2];
    const double delta = parameter[3];
    CRM_I_IVDEP
    for (int i = 0; i < L; i++) {
        const double w = mass[i];
        const double both = head[CRM_I_BG_BB_BOTH * L + i];
        const double both2 = head[CRM_I_BG_BB_BOTH_2 * L + i];
        const double death = head[CRM_I_BG_BB_DEATH * L + i];
        const double death2 = head[CRM_I_BG_BB_DEATH_2 * L + i];
        const double aa = alpha * (head[CRM_I_BG_BB_ALPHA * L + i] - both) +
                          alpha * (alpha * (head[CRM_I_BG_BB_ALPHA_2 * L + i] - both2));
        const double bb = beta * (head[CRM_I_BG_BB_BETA * L + i] - both) +
                          beta * (beta * (head[CRM_I_BG_BB_BETA_2 * L + i] - both2));
        const double dd = delta * (head[CRM_I_BG_BB_DELTA * L + i] - death) +
                          delta * (delta * (head[CRM_I_BG_BB_DELTA_2 * L + i] - death2));
        lane[5 * L + i] += w * (s->h[0][i] + aa);
        lane[6 * L + i] += w * (s->h[1][i] - alpha * (beta * both2));
        lane[7 * L + i] += w * s->h[2][i];
        lane[8 * L + i] += w * s->h[3][i];
        lane[9 * L + i] += w * (s->h[4][i] + bb);
        lane[10 * L + i] += w * s->h[5][i];
        lane[11 * L + i] += w * s->h[6][i];
        lane[12 * L + i] += w * (s->h[7][i] - (gamma * death + gamma * (gamma * death2)));
        lane[13 * L + i] += w * (s->h[8][i] - gamma * (delta * death2));
        lane[14 * L + i] += w * (s->h[9][i] + dd);
    }
}

void CRM_I_KERNEL(crm_i_bg_bb_add)(const crm_i_bg_bb_silence *silence, const double *head, const double *mass,
                                   const double *parameter, int32_t hessian, double *lane)
{
    add_gradient(silence, head, mass, parameter, lane);
    if (hessian)
        add_hessian(silence, head, mass, parameter, lane);
}

void CRM_I_KERNEL(crm_i_bg_bb_values)(const double *head, const double *d, double *out)
{
    CRM_I_IVDEP
    for (int i = 0; i < CRM_I_LANES; i++)
        out[i] = head[i] + crm_i_log(d[i]);
}
