/* A damped Newton maximiser that never calls back: it is asked for a point and told value, gradient and
 * Hessian.
 *
 *     crm_i_newton_start(&fit, k, start, lower, upper, 0, 0);
 *     while (fit.status == CRM_I_NEWTON_RUNNING) {
 *         evaluate(crm_i_newton_ask(&fit), &value, gradient, hessian);
 *         crm_i_newton_tell(&fit, value, gradient, hessian);
 *     }
 *     crm_i_newton_finish(&fit, &report);
 *
 * Whoever evaluates may sum over shards in between. The path is a function of what it is told, bit for
 * bit. */
#ifndef CRM_I_NEWTON_H
#define CRM_I_NEWTON_H

#include "base/compiler.h"

enum { CRM_I_NEWTON_MAX = 40 };

enum {
    CRM_I_NEWTON_RUNNING = 0,
    CRM_I_NEWTON_CONVERGED = 1, /* gradient zero, Hessian negative definite, no bound in the way */
    CRM_I_NEWTON_AT_BOUND = 2,  /* the same over the free parameters; others are held at a bound */
    CRM_I_NEWTON_FLAT = 3,      /* gradient zero, but some direction has no curvature: a ridge */
    CRM_I_NEWTON_LIMIT = 4,     /* out of iterations */
    CRM_I_NEWTON_STALLED = 5,   /* no step improves, though the gradient is not zero */
    CRM_I_NEWTON_FAILED = 6     /* the start has no finite value, gradient or Hessian */
};

/* Owned by the caller (about 50 KB: not for a small stack). Read what you like, write nothing. */
struct crm_i_newton {
    int k;
    int status;
    int evaluations; /* how many times it was told */
    int max_evaluations;
    double tolerance;

    double x[CRM_I_NEWTON_MAX]; /* the best point so far, and what was told there */
    double value;
    double gradient[CRM_I_NEWTON_MAX];
    double hessian[CRM_I_NEWTON_MAX * CRM_I_NEWTON_MAX]; /* column-major k x k, both triangles */
    double decrement; /* g' (-H)^-1 g over the free parameters: twice the gain still to be had */

    double lower[CRM_I_NEWTON_MAX];
    double upper[CRM_I_NEWTON_MAX];
    int8_t held[CRM_I_NEWTON_MAX]; /* -1 at the lower bound, 1 at the upper, 0 free */

    /* The rest is private. */
    double trial[CRM_I_NEWTON_MAX];
    double move[CRM_I_NEWTON_MAX];      /* trial - x */
    double curvature[CRM_I_NEWTON_MAX]; /* eigenvalues of -H over the free parameters, ascending */
    double axis[CRM_I_NEWTON_MAX * CRM_I_NEWTON_MAX];
    double work[CRM_I_NEWTON_MAX * CRM_I_NEWTON_MAX];
    int free_count;
    int free[CRM_I_NEWTON_MAX]; /* which parameters those are */
    double radius;
    double predicted; /* the gain the trial is expected to bring */
    double stretch;
    int polishing;  /* steps taken since the tolerance was met */
    int last;       /* the next step is the last, whatever comes of it */
    int rejections; /* in a row */
};

/* What the end point looks like, in the parameters the optimiser sees (log-parameters as a rule). */
struct crm_i_newton_report {
    /* Parameters not held at a bound. */
    int free_count;
    /* 1 if no parameter is held and the smallest eigenvalue of -H exceeds 1e-10 times the largest. */
    int identified;
    /* Of -H over the free parameters: the condition, +infinity if not positive definite; the smallest
     * eigenvalue; and its unit eigenvector, the least determined direction, 0 for held parameters. */
    double condition;
    double smallest;
    double flat[CRM_I_NEWTON_MAX];
    /* (-H)^-1, k x k: rows of held parameters are NaN, all is NaN if -H is not positive definite. */
    double covariance[CRM_I_NEWTON_MAX * CRM_I_NEWTON_MAX];
};

/* Begin at start (moved inside the bounds). lower and upper NULL mean -30 and 30 for all; tolerance 0
 * means 1e-16, max_evaluations 0 means 200. tolerance t: it stops when decrement <= t max(1, |value|) and
 * the last digits have been polished. 1 <= k <= CRM_I_NEWTON_MAX. Returns the status: running, or failed
 * for a start, bound or k out of range. */
int crm_i_newton_start(struct crm_i_newton *fit, int k, const double *start, const double *lower,
                       const double *upper, double tolerance, int max_evaluations);

/* The k coordinates at which to evaluate next; once it has ended, the best point. */
const double *crm_i_newton_ask(const struct crm_i_newton *fit);

/* Tell value, gradient and Hessian (column-major k x k, the lower triangle is read) at the point asked for.
 * A non-finite number anywhere makes it a rejected step. Returns the status. */
int crm_i_newton_tell(struct crm_i_newton *fit, double value, const double *gradient, const double *hessian);

/* The diagnosis at the best point, whatever the status (all NaN if failed). */
void crm_i_newton_finish(struct crm_i_newton *fit, struct crm_i_newton_report *report);

#endif
