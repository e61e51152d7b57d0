#!/usr/bin/env python3
"""References for Pareto/NBD predictions on points log-uniform over the domain, by 40-digit arithmetic.

    python3 tests/model/reference_pareto_nbd_predict.py 2200 > tests/model/pareto_nbd_predict.inc        (an hour)
    python3 tests/model/reference_pareto_nbd_predict.py gradient 120 > tests/model/pareto_nbd_gradient.inc
    python3 tests/model/reference_pareto_nbd_predict.py check 40                                  (other formulas)

With R = r + x, A = alpha + T, B = beta + T and the drop-out at tau, in units of what a customer is worth who is alive
at t_x: N = (alpha+T)^-R (beta+T)^-s + s int_t_x^T (alpha+tau)^-R (beta+tau)^-(s+1) dtau, P(alive) the first part of it.
Integrals are tanh-sinh sums in the time since the last purchase, halved until 34 digits stay; the implementation works
in logarithmic time by Gauss's rules. `check` compares with hypergeometric functions, with the confluent one of DERT,
and the probabilities with a mean over both rates."""
import random
import sys

from mpmath import cosh, e1, exp, expm1, gamma, hyp2f1, hyperu, inf, log, loggamma, mp, mpf, pi, quad, sinh, sqrt

mp.dps = 55

# ---- int_0^1 of an analytic f(y), however close to either end it does what it does ----

LEVELS = 9
grid = {}


def nodes(level):
    """Those that this level adds: y, weight."""
    if level not in grid:
        h = mpf(1) / 2 ** (level + 1)
        found = []
        k = 0 if level == 0 else 1
        while k * h < mpf("4.6"):
            for t in ([k * h, -k * h] if k else [mpf(0)]):
                up = exp(pi * sinh(t))
                found.append((1 / (1 + up), pi * cosh(t) * up / (1 + up) ** 2))
            k += 1 if level == 0 else 2
        grid[level] = found
    return grid[level]


def integral(f):
    """f gives a list of values, all >= 0 but for the last ones of gradients."""
    last = None
    total = None
    for level in range(LEVELS + 1):
        for y, w in nodes(level):
            v = f(y)
            total = [w * c for c in v] if total is None else [a + w * c for a, c in zip(total, v)]
        now = [c / 2 ** (level + 1) for c in total]
        if level > 2 and all(abs(a - b) <= mpf(10) ** -20 * abs(b) for a, b in zip(last, now)):
            return now # doubly exponential: the error of the last is the square of this
        last = now
    raise ValueError("not converged")


def falling(D, low, high):
    """where D(u) = 110, or high if that is nearer; D rises from 0"""
    if D(high) <= 110:
        return high
    a, b = log(low), log(high)
    while D(exp(a)) > 110:
        a -= 50
    for _ in range(60):
        m = (a + b) / 2
        if D(exp(m)) > 110:
            b = m
        else:
            a = m
    return exp(b)


# ---- the customer's history ----

def history(r, alpha, s, beta, x, t_x, T):
    """P(alive), the posterior mean of lambda, and 1 + what the logarithm of P(alive) is a difference of"""
    R, a, b = r + x, alpha + t_x, beta + t_x
    if T == t_x:
        return mpf(1), R / a, mpf(1)
    fall = lambda u: R * log(1 + u / a) + (s + 1) * log(1 + u / b)
    U = falling(fall, min(a, b) * mpf(10) ** -9, T - t_x)

    def f(y):
        u = U * y
        v = exp(-fall(u))
        return [v, v / (a + u)]

    dead, slow = integral(f)
    dead, slow = dead * U * s / b, slow * U * s / b * R
    E = R * log(1 + (T - t_x) / a) + s * log(1 + (T - t_x) / b)
    kept = exp(-E)
    P = kept / (kept + dead)
    return P, (kept * R / (alpha + T) + slow) / (kept + dead), 1 + (1 - P) * (1 + E)


# ---- a customer who is alive ----

def expected(R, A, s, B, t0, t1):
    if s == 1:
        return R / A * B * log((B + t1) / (B + t0))
    return R / A * B ** s * ((B + t1) ** (1 - s) - (B + t0) ** (1 - s)) / (1 - s)


def discounted(R, A, s, B, t0, t1, delta):
    first = exp(-delta * t0) * (B / (B + t0)) ** s
    b = B + t0
    fall = lambda u: delta * u + s * log(1 + u / b)
    U = falling(fall, mpf(10) ** -9 * min(b, 1 / delta), 200 / delta if t1 == inf else t1 - t0)
    return R / A * first * U * integral(lambda y: [exp(-fall(U * y))])[0]


def moments(s, B, t0, t1):
    """E[tau], E[tau^2] of the time alive in (t0, t1]"""
    with mp.workdps(120):
        b = B + t0
        s = s + (mpf(10) ** -40 if s in (1, 2) else 0)
        w = log((B + t1) / b)
        one = b * expm1((1 - s) * w) / (1 - s)
        two = 2 * b * b * (expm1((2 - s) * w) / (2 - s) - expm1((1 - s) * w) / (1 - s))
        alive = (B / b) ** s
        return alive * one, alive * two


def spread(P, R, A, s, B, t0, t1):
    with mp.workdps(120):
        one, two = moments(s, B, t0, t1)
        mean = P * R / A * one
        return +sqrt(mean + P * R * (R + 1) / A ** 2 * two - mean ** 2)


def probability(R, A, s, B, n, t):
    nb = lambda u: exp(top + (n * log(u / (A + u)) if n else 0) - R * log(1 + u / A))
    top = loggamma(R + n) - loggamma(R) - loggamma(n + 1)
    f = lambda u: nb(u) * s * exp(-s * log(1 + u / B)) / (B + u)
    # split at the top of the integrand in log u, which is log-concave
    best = max((exp(log(t) - k * mpf("0.05")) for k in range(1200)), key=lambda u: log_of(R, A, s, B, n, u))
    total = nb(t) * exp(-s * log(1 + t / B))
    ends = [mpf(0), best, t] if best < t * mpf("0.99") else [mpf(0), t]
    for a, b in zip(ends, ends[1:]):
        total += (b - a) * integral(lambda y: [f(a + (b - a) * y)])[0]
    return total


def log_of(R, A, s, B, n, u):
    R, A, s, B, u = (float(v) for v in (R, A, s, B, u))
    from math import log, log1p
    return -n * log1p(A / u) - R * log1p(u / A) - s * log1p(u / B) - log1p(B / u)


def everything(q, h, t, delta, n):
    """q: r, alpha, s, beta; h: x, t_x, T"""
    r, alpha, s, beta = q
    P, rate, condition = history(*q, *h)
    R, A, B = r + h[0], alpha + h[2], beta + h[2]
    t0 = t / 3
    pmf = P * probability(R, A, s, B, n, t) + (1 - P if n == 0 else 0)
    return [P, P * (B / (B + t)) ** s, P * expected(R, A, s, B, 0, t), P * expected(R, A, s, B, t0, t),
            P * discounted(R, A, s, B, mpf(0), inf, delta), P * discounted(R, A, s, B, mpf(0), t, delta),
            P * discounted(R, A, s, B, t0, t, delta), spread(P, R, A, s, B, t0, t), rate, pmf], condition


# ---- points ----

def draw(rng):
    def wide(low, high):
        return mpf("%.4g" % (low * (high / low) ** rng.random()))

    q = [wide(1e-3, 1e3), wide(1e-3, 1e4), wide(1e-3, 1e3), wide(1e-3, 1e4)]
    x = rng.randrange(31) if rng.random() < 0.5 else int(float(wide(1, 1e5)))
    T = wide(1e-2, 1e4)
    if x == 0:
        t_x = mpf(0)
    elif rng.random() < 0.5:
        t_x = mpf("%.4g" % (float(T) * (1 - rng.random())))
    else:
        t_x = mpf("%.6g" % (float(T) * (1 - 10 ** (-5 * rng.random()))))
    if x > 0 and not 0 < t_x <= T:
        t_x = T
    n = rng.randrange(13) if rng.random() < 0.7 else int(float(wide(1, 1e4)))
    return [mpf(float(v)) for v in q + [x, t_x, T, wide(1e-2, 1e4), wide(1e-5, 1)]] + [n]


def plain(v):
    return "%.17g" % float(v) if float("%.6g" % float(v)) != float(v) else "%.6g" % float(v)


def hexadecimal(v):
    return float(v).hex() if abs(v) > mpf("1e-307") else "0.0"


def points(count):
    rng = random.Random(19870101)
    print("/* python3 tests/model/reference_pareto_nbd_predict.py %d > tests/model/pareto_nbd_predict.inc */" % count)
    print("/* r, alpha, s, beta, x, t_x, T, t, delta, n, condition; P(alive), ahead by t, expected to t, from t/3 to t,")
    print(" * discounted for ever, to t, from t/3 to t, spread from t/3 to t, rate, probability of n to t */")
    while count > 0:
        p = draw(rng)
        q, h, (t, delta, n) = p[:4], p[4:7], p[7:]
        with mp.workdps(25):
            last = h[0] > 50 and history(*q, *h)[0] < mpf("1e-290") and rng.random() < 0.9
        if last:
            continue # a few such points are enough
        found, condition = everything(q, h, t, delta, n)
        row = [plain(v) for v in p] + ["%.4g" % float(condition)] + [hexadecimal(v) for v in found]
        print("{%s}," % ", ".join(row), flush=True)
        count -= 1


def gradient(count):
    """value and derivatives by the logarithms of the parameters"""
    rng = random.Random(19870102)
    step = mpf(10) ** -14
    print("/* python3 tests/model/reference_pareto_nbd_predict.py gradient %d > tests/model/pareto_nbd_gradient.inc */"
          % count)
    print("/* r, alpha, s, beta, x, t_x, T, t, delta, n; of each quantity value and derivatives by the log-parameters */")
    while count > 0:
        p = draw(rng)
        if count % 2 == 0: # where fits are
            p[0], p[2] = p[0] ** mpf("0.3"), p[2] ** mpf("0.3")
            p[1], p[3] = 10 * p[1] ** mpf("0.3"), 10 * p[3] ** mpf("0.3")
        p[:4] = [mpf(float("%.6g" % float(v))) for v in p[:4]]
        q, h, (t, delta, n) = p[:4], p[4:7], p[7:]
        if history(*q, *h)[0] < mpf("1e-30"):
            continue
        found = [[v] for v in everything(q, h, t, delta, n)[0]]
        for j in range(4):
            ends = []
            for sign in (1, -1):
                near = list(q)
                near[j] = q[j] * exp(sign * step)
                ends.append(everything(near, h, t, delta, n)[0])
            for at, up, down in zip(found, *ends):
                at.append((up - down) / (2 * step))
        print("{%s}," % ", ".join([plain(v) for v in p] + [hexadecimal(v) for at in found for v in at]), flush=True)
        count -= 1


def check(count):
    rng = random.Random(7)
    while count > 0:
        r, alpha, s, beta, x, t_x, T, t, delta, n = draw(rng)
        if x > 60 or r > 30 or s > 30 or n > 12 or T / min(alpha, beta) > 100 or t / min(alpha, beta) > 100:
            continue
        P, rate, _ = history(r, alpha, s, beta, x, t_x, T)
        R, A, B = r + x, alpha + T, beta + T
        high = max(alpha, beta)

        def tail(u, R): # int_u^inf (alpha+v)^-R (beta+v)^-(s+1) dv
            c = s + 1 if alpha >= beta else R
            k = R + s
            return hyp2f1(k, c, k + 1, abs(alpha - beta) / (high + u)) / (high + u) ** k / k

        kept = A ** -R * B ** -s
        dead = s * (tail(t_x, R) - tail(T, R))
        two = kept / (kept + dead)
        mean = R * (A ** -(R + 1) * B ** -s + s * (tail(t_x, R + 1) - tail(T, R + 1))) / (kept + dead)
        one = discounted(R, A, s, B, mpf(0), inf, delta)
        z = delta * B
        dert = R / A * B * hyperu(1, 2 - s, z)
        pmf = probability(R, A, s, B, n, t)
        # given mu: n purchases at a gamma rate, alive to t or until u
        mass = lambda u: exp(loggamma(R + n) - loggamma(R) - loggamma(n + 1) + R * log(A / (A + u))) * (u / (A + u)) ** n
        last = mass(t) * (B / (B + t)) ** s + quad(lambda u: mass(u) * s / B * (1 + u / B) ** -(s + 1),
                                                   [t * mpf(2) ** -k for k in range(60, -1, -1)])
        print("alive %.2g rate %.2g dert %.2g pmf %.2g"
              % tuple(float(abs(a / b - 1)) for a, b in ((P, two), (rate, mean), (one, dert), (pmf, last))), flush=True)
        count -= 1


if __name__ == "__main__":
    if sys.argv[1] == "check":
        check(int(sys.argv[2]))
    elif sys.argv[1] == "gradient":
        gradient(int(sys.argv[2]))
    else:
        points(int(sys.argv[1]))
