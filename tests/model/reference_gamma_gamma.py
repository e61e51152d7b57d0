#!/usr/bin/env python3
"""40-digit references for the likelihood of Gamma-Gamma:
python3 tests/model/reference_gamma_gamma.py > tests/model/gamma_gamma_likelihood.inc

Points are log-uniform; each line holds p, q, v, count, mean, the log-likelihood, its gradient and Hessian (lower triangle
by columns) in log-parameters, from the published form by hand; some are checked against numerical differentiation."""
import random
from mpmath import mp, mpf, log, exp, loggamma, psi, diff

mp.dps = 60
random.seed(20130201)


def log_uniform(low, high):
    return float(mp.mpf(low) * (mp.mpf(high) / low) ** mp.mpf(random.random()))


def row(theta, x, z):
    p, q, v = theta
    return (loggamma(p * x + q) - loggamma(p * x) - loggamma(q) + q * log(v) + (p * x - 1) * log(z)
            + p * x * log(x) - (p * x + q) * log(v + x * z))


def derivatives(theta, x, z):
    p, q, v = theta
    n = p * x
    y = x * z
    common = psi(0, n + q) - log(v + y)
    bend = psi(1, n + q)
    g = [x * (common - psi(0, n) + log(z) + log(x)), common - psi(0, q) + log(v), q / v - (n + q) / (v + y)]
    H = [[x * x * (bend - psi(1, n)), x * bend, -x / (v + y)],
         [x * bend, bend - psi(1, q), 1 / v - 1 / (v + y)],
         [-x / (v + y), 1 / v - 1 / (v + y), -q / v ** 2 + (n + q) / (v + y) ** 2]]
    gl = [theta[i] * g[i] for i in range(3)]
    return gl, [[theta[i] * theta[j] * H[i][j] + (gl[i] if i == j else 0) for j in range(3)] for i in range(3)]


def check():
    theta = [mpf('6.25'), mpf('3.74'), mpf('15.44')]
    f = lambda *l: row([exp(v) for v in l], 3, mpf(35))
    gl, Hl = derivatives(theta, 3, mpf(35))
    logs = tuple(log(t) for t in theta)
    for i in range(3):
        for j in range(3):
            order = [0] * 3
            order[i] += 1
            order[j] += 1
            assert abs(diff(f, logs, tuple(order)) - Hl[i][j]) < mpf(10) ** -15


def main():
    check()
    print('/* made by: python3 tests/model/reference_gamma_gamma.py > tests/model/gamma_gamma_likelihood.inc */')
    for n in range(400):
        theta = [log_uniform(1e-2, 1e3), log_uniform(1e-2, 1e3), log_uniform(1e-3, 1e4)]
        x = random.randint(1, 30) if n % 2 == 0 else int(log_uniform(1, 1e4))
        z = log_uniform(1e-2, 1e4)
        point = [mpf(v) for v in theta]
        gl, Hl = derivatives(point, x, mpf(z))
        numbers = theta + [float(x), z, row(point, x, mpf(z))] + gl + [Hl[i][j] for j in range(3) for i in range(j, 3)]
        print('{' + ','.join(float(v).hex() for v in numbers) + '},')


main()
