/* Sums over renewals to come. The first terms are added one by one; where the terms have become smooth in j,
 * panels of them at once by a rule for sums over whole numbers. All terms are positive: nothing cancels, and
 * a tail as heavy as j^-gamma is no trouble. */
#include "model/contract_sum.h"

#include <math.h>

#include "numeric/elementary.h"
#include "numeric/whole_sum.h"

enum { PARAMETERS = CRM_I_CONTRACT_PARAMETERS, WIDTH = 1 + PARAMETERS };
enum { SUMS = 2 * WIDTH, NESTED_MOST = 4096 };

#define NEGLIGIBLE 1e-20
/* A panel may lose e^-4 of a term's size. */
#define PANEL_DECAY 4.0

/* One way to sum: what a term at j is, as one or two values with their gradients. */
typedef struct sum_job sum_job;
struct sum_job {
    const double *parameter;
    crm_i_contract_span span;
    int32_t gradient;
    int32_t sums; /* entries of out that are summed */
    /* what is left to add at j is at most (to - j) times this times the first value; INFINITY: it is not
     * known */
    double most;
    void (*term)(const sum_job *job, double j, double *out);
};

static void add_term(const sum_job *job, double j, double weight, double *sum, double *last)
{
    double term[SUMS];
    job->term(job, j, term);
    for (int32_t i = 0; i < job->sums; i++)
        sum[i] += weight * term[i];
    *last = term[0];
}

/* How many whole numbers after m a panel may take: none where they are better added one by one. Singularities
 * lie at T + j = 0, and for c > 1 on rays from there at the angle pi/c. */
static double panel_length(const sum_job *job, double m)
{
    const double c = job->parameter[CRM_I_CONTRACT_C];
    const double at = job->span.T + m;
    double n = floor(at * (c > 2.0 ? 2.0 / c : 1.0));
    n = n < job->span.to - m ? n : job->span.to - m;
    if (n < CRM_I_WHOLE_SUM_LEAST || job->span.delta * CRM_I_WHOLE_SUM_LEAST > PANEL_DECAY)
        return 0.0;
    const double rate = job->span.delta + crm_i_contract_slope(job->parameter, at + n) / at;
    n = n * rate < PANEL_DECAY ? n : floor(PANEL_DECAY / rate);
    return n < CRM_I_WHOLE_SUM_LEAST ? 0.0 : n;
}

static void add_all(const sum_job *job, double *sum)
{
    double m = job->span.from;
    for (int32_t i = 0; i < job->sums; i++)
        sum[i] = 0.0;
    while (m < job->span.to) {
        const double n = panel_length(job, m);
        double last = 0.0;
        if (n > 0.0) {
            double node[CRM_I_WHOLE_SUM_NODES];
            double weight[CRM_I_WHOLE_SUM_NODES];
            crm_i_whole_sum_rule(n, node, weight);
            for (int32_t k = CRM_I_WHOLE_SUM_NODES - 1; k >= 0; k--)
                add_term(job, m + node[k], weight[k], sum, &last);
            m += n;
        } else {
            m += 1.0;
            add_term(job, m, 1.0, sum, &last);
        }
        if (last * job->most * (job->span.to - m) <= NEGLIGIBLE * sum[0])
            break;
    }
}

/* ---- the expected number ---- */

static void expected_term(const sum_job *job, double j, double *out)
{
    crm_i_contract_term x;
    crm_i_contract_loss(job->parameter, job->span.T, job->span.T + j, job->gradient, &x);
    out[0] = crm_i_exp(-(job->span.delta * j + x.value));
    for (int32_t i = 0; i < PARAMETERS; i++)
        out[1 + i] = -out[0] * x.first[i];
}

void crm_i_contract_expected(const double *parameter, const crm_i_contract_span *span, int32_t gradient,
                             double out[WIDTH])
{
    const sum_job job = {parameter, *span, gradient, WIDTH, 1.0, expected_term};
    add_all(&job, out);
}

/* ---- its spread ---- */

/* Renewals are 1, 2, ..., n; a customer makes the first so many of them. With s the survival, d = 1 - s,
 *
 *     variance = sum_k s_k (d_k + 2 sum_{i<k} d_i)                   short spans: all terms are positive
 *              = sum_k (2k - 1) s_k - (sum s)^2                      where few make all
 *              = sum_k (2(n - k) + 1) d_k - (sum d)^2                where many do. */
static void nested_variance(const sum_job *job, double *variance)
{
    double before[WIDTH] = {0.0};
    double term[WIDTH];
    for (int32_t i = 0; i < WIDTH; i++)
        variance[i] = 0.0;
    for (double j = job->span.from + 1.0; j <= job->span.to; j += 1.0) {
        crm_i_contract_term x;
        crm_i_contract_loss(job->parameter, job->span.T, job->span.T + j, job->gradient, &x);
        const double s = crm_i_exp(-x.value);
        const double d = -crm_i_expm1(-x.value);
        const double both = d + 2.0 * before[0];
        variance[0] += s * both;
        for (int32_t i = 0; i < PARAMETERS; i++) {
            term[1 + i] = s * x.first[i];
            variance[1 + i] += s * (term[1 + i] + 2.0 * before[1 + i]) - term[1 + i] * both;
            before[1 + i] += term[1 + i];
        }
        before[0] += d;
    }
}

static void living_term(const sum_job *job, double j, double *out)
{
    const double factor = 2.0 * (j - job->span.from) - 1.0;
    expected_term(job, j, out);
    for (int32_t i = 0; i < WIDTH; i++)
        out[WIDTH + i] = factor * out[i];
}

static void leaving_term(const sum_job *job, double j, double *out)
{
    crm_i_contract_term x;
    const double factor = 2.0 * (job->span.to - j) + 1.0;
    crm_i_contract_loss(job->parameter, job->span.T, job->span.T + j, job->gradient, &x);
    const double s = crm_i_exp(-x.value);
    out[0] = -crm_i_expm1(-x.value);
    for (int32_t i = 0; i < PARAMETERS; i++)
        out[1 + i] = s * x.first[i];
    for (int32_t i = 0; i < WIDTH; i++)
        out[WIDTH + i] = factor * out[i];
}

/* Whichever count, of renewals or of missed ones, is small. */
static void summed_variance(sum_job *job, double *variance)
{
    double sum[SUMS];
    crm_i_contract_term end;
    crm_i_contract_loss(job->parameter, job->span.T, job->span.T + job->span.to, 0, &end);
    const int32_t living = crm_i_exp(-end.value) < 0.5;
    job->sums = SUMS;
    job->term = living ? living_term : leaving_term;
    job->most = living ? 2.0 * (job->span.to - job->span.from) : CRM_I_INFINITY;
    add_all(job, sum);
    variance[0] = sum[WIDTH] - sum[0] * sum[0];
    for (int32_t i = 1; i < WIDTH; i++)
        variance[i] = sum[WIDTH + i] - 2.0 * sum[0] * sum[i];
}

void crm_i_contract_spread(const double *parameter, const crm_i_contract_span *span, int32_t gradient,
                           double out[WIDTH])
{
    sum_job job = {parameter, *span, gradient, WIDTH, 1.0, expected_term};
    job.span.delta = 0.0;
    if (span->to - span->from <= NESTED_MOST)
        nested_variance(&job, out);
    else
        summed_variance(&job, out);
    const double deviation = out[0] > 0.0 ? sqrt(out[0]) : 0.0;
    for (int32_t i = 1; i < WIDTH; i++)
        out[i] = deviation > 0.0 ? out[i] / (2.0 * deviation) : 0.0;
    out[0] = deviation;
}
