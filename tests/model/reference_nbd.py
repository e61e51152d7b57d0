#!/usr/bin/env python3
"""40-digit references for NBD.

    python3 tests/model/reference_nbd.py likelihood > tests/model/nbd_likelihood.inc
    python3 tests/model/reference_nbd.py predict > tests/model/nbd_predict.inc

Points are log-uniform over the ranges that the accuracy is stated for. The likelihood is that of purchases at their
times, int_0^inf lambda^x e^(-lambda T) dGamma(r, alpha); each line holds r, alpha, x, t_x, T, value, condition,
gradient and Hessian (lower triangle by columns) in log-parameters. Predictions by moments of the gamma mixture: each
line holds r, alpha, x, t_x, T, t, delta, CET(t), DERT(delta), discounted to t, standard deviation in (t/3, t],
number n, probability of n in (0, t] and its derivatives by ln r and ln alpha. The mixtures are checked by quadrature
before anything is printed."""
import random
import sys
from mpmath import mp, mpf, binomial, diff, exp, factorial, gamma, inf, log, loggamma, psi, quad, rf, sqrt

mp.dps = 60


def log_uniform(low, high):
    return float(mpf(low) * (mpf(high) / low) ** mpf(random.random()))


def row(r, alpha, x, T):
    return loggamma(r + x) - loggamma(r) + r * log(alpha) - (r + x) * log(alpha + T)


def derivatives(r, alpha, x, T):
    g = [psi(0, r + x) - psi(0, r) + log(alpha) - log(alpha + T), r / alpha - (r + x) / (alpha + T)]
    h = [psi(1, r + x) - psi(1, r), 1 / alpha - 1 / (alpha + T), -r / alpha ** 2 + (r + x) / (alpha + T) ** 2]
    return [r * g[0], alpha * g[1]], [r * r * h[0] + r * g[0], r * alpha * h[1], alpha * alpha * h[2] + alpha * g[1]]


def mass(R, A, n, t):
    return exp(loggamma(R + n) - loggamma(R) - loggamma(n + 1) + R * log(A / (A + t)) + (n * log(t / (A + t)) if n else 0))


def check():
    r, alpha, x, T = mpf('.7'), mpf('4.4'), 3, mpf(6)
    density = lambda l: alpha ** r * l ** (r - 1) * exp(-alpha * l) / gamma(r)
    places = [0, mpf(10) ** -8, mpf('.01'), mpf('.3'), 2, 20, 200]
    likelihood = quad(lambda l: density(l) * l ** x * exp(-l * T), places)
    assert abs(log(likelihood) - row(r, alpha, x, T)) < mpf(10) ** -15
    R, A, t = r + x, alpha + T, mpf(9)
    posterior = lambda l: A ** R * l ** (R - 1) * exp(-A * l) / gamma(R)
    mean = quad(lambda l: posterior(l) * l * t, places)
    square = quad(lambda l: posterior(l) * (l * t + (l * t) ** 2), places)
    four = quad(lambda l: posterior(l) * exp(-l * t) * (l * t) ** 4 / 24, places)
    assert abs(mean - R * t / A) < mpf(10) ** -15
    assert abs(square - mean ** 2 - R * t / A * (1 + t / A)) < mpf(10) ** -14
    assert abs(four - mass(R, A, 4, t)) < mpf(10) ** -15
    g, h = derivatives(r, alpha, x, T)
    f = lambda a, b: row(exp(a), exp(b), x, T)
    at = (log(r), log(alpha))
    for want, order in zip(g + h, [(1, 0), (0, 1), (2, 0), (1, 1), (0, 2)]):
        assert abs(diff(f, at, order) - want) < mpf(10) ** -15


def draw(n):
    r, alpha = log_uniform(1e-3, 1e3), log_uniform(1e-3, 1e4)
    x = random.randint(0, 30) if n % 2 == 0 else int(log_uniform(1, 1e5))
    T = log_uniform(0.01, 1e4)
    t_x = 0.0 if x == 0 else T * (1.0 if n % 10 == 3 else random.random())
    return r, alpha, x, t_x, T


def show(numbers):
    print('{' + ','.join(float(v).hex() if v else '0.0' for v in numbers) + '},')


def likelihood():
    random.seed(19590101)
    print('/* python3 tests/model/reference_nbd.py likelihood > tests/model/nbd_likelihood.inc */')
    for n in range(2000):
        r, alpha, x, t_x, T = draw(n)
        q = [mpf(r), mpf(alpha), x, mpf(T)]
        g, h = derivatives(*q)
        condition = sum(abs(v) for v in g) + abs((q[0] + x) * q[3] / (q[1] + q[3]))
        show([r, alpha, x, t_x, T, row(*q), condition] + g + h)


def predict():
    random.seed(19590102)
    print('/* python3 tests/model/reference_nbd.py predict > tests/model/nbd_predict.inc */')
    for n in range(2000):
        r, alpha, x, t_x, T = draw(n)
        t, delta = log_uniform(0.01, 1e4), log_uniform(1e-5, 1)
        count = random.randint(0, 12) if n % 3 else int(log_uniform(1, 1e4))
        R, A, d = mpf(r) + x, mpf(alpha) + mpf(T), mpf(delta)
        span = mpf(t) - mpf(t / 3)
        p = mass(R, A, count, mpf(t))
        if p < mpf('1e-290'):
            p = mpf(0)
        by_r = p * (psi(0, R + count) - psi(0, R) + log(A / (A + t)))
        by_alpha = p * (R * t - count * A) / (A * (A + t))
        show([r, alpha, x, t_x, T, t, delta, R / A * t, R / A / d, R / A * (1 - exp(-d * t)) / d,
              sqrt(R / A * span * (1 + span / A)), count, p, r * by_r, alpha * by_alpha])


check()
likelihood() if sys.argv[1] == 'likelihood' else predict()
