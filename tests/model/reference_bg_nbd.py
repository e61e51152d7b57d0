#!/usr/bin/env python3
"""40-digit references for the likelihoods of BG/NBD and MBG/NBD:

    python3 tests/model/reference_bg_nbd.py > tests/model/bg_nbd_likelihood.inc
    python3 tests/model/reference_bg_nbd.py mbg > tests/model/mbg_nbd_likelihood.inc

Points are log-uniform over the ranges that the accuracy is stated for; each line holds r, alpha, a, b, x, t_x, T, the
log-likelihood, its condition, gradient and Hessian (lower triangle by columns) in log-parameters. The derivatives are
taken from the published formula by hand in terms of digamma and trigamma, and the script checks some of them against
numerical differentiation before it prints."""
import random
import sys
from mpmath import mp, mpf, beta, gamma, log, exp, log1p, loggamma, psi, diff

mp.dps = 60
MODIFIED = 'mbg' in sys.argv
FIRST = 0 if MODIFIED else 1 # the repeat purchases from which a customer may have left
random.seed(20070101 if MODIFIED else 20050101)


def log_uniform(low, high):
    return float(mp.mpf(low) * (mp.mpf(high) / low) ** mp.mpf(random.random()))


def row(theta, x, t_x, T):
    r, alpha, a, b = theta
    n = x + 1 - FIRST
    value = loggamma(r + x) - loggamma(r) + r * log(alpha)
    value += loggamma(b + n) - loggamma(b) + loggamma(a + b) - loggamma(a + b + n)
    value -= (r + x) * log(alpha + T)
    if n > 0:
        value += log1p(exp(log(a) - log(b + n - 1) + (r + x) * log((alpha + T) / (alpha + t_x))))
    return value


def derivatives(theta, x, t_x, T):
    """Gradient and Hessian by (r, alpha, a, b), natural, then moved to logarithms."""
    r, alpha, a, b = theta
    n = x + 1 - FIRST
    g = [psi(0, r + x) - psi(0, r) + log(alpha) - log(alpha + T),
         r / alpha - (r + x) / (alpha + T),
         psi(0, a + b) - psi(0, a + b + n),
         psi(0, b + n) - psi(0, b) + psi(0, a + b) - psi(0, a + b + n)]
    H = [[mpf(0)] * 4 for _ in range(4)]
    H[0][0] = psi(1, r + x) - psi(1, r)
    H[0][1] = H[1][0] = 1 / alpha - 1 / (alpha + T)
    H[1][1] = -r / alpha ** 2 + (r + x) / (alpha + T) ** 2
    H[2][2] = H[2][3] = H[3][2] = psi(1, a + b) - psi(1, a + b + n)
    H[3][3] = psi(1, b + n) - psi(1, b) + psi(1, a + b) - psi(1, a + b + n)
    if n > 0:
        u = log(a) - log(b + n - 1) + (r + x) * log((alpha + T) / (alpha + t_x))
        p = 1 / (1 + exp(-u))
        d1 = 1 / (alpha + T) - 1 / (alpha + t_x)
        d2 = 1 / (alpha + t_x) ** 2 - 1 / (alpha + T) ** 2
        du = [log((alpha + T) / (alpha + t_x)), (r + x) * d1, 1 / a, -1 / (b + n - 1)]
        ddu = [[mpf(0)] * 4 for _ in range(4)]
        ddu[0][1] = ddu[1][0] = d1
        ddu[1][1] = (r + x) * d2
        ddu[2][2] = -1 / a ** 2
        ddu[3][3] = 1 / (b + n - 1) ** 2
        for i in range(4):
            g[i] += p * du[i]
            for j in range(4):
                H[i][j] += p * ddu[i][j] + p * (1 - p) * du[i] * du[j]
    gl = [theta[i] * g[i] for i in range(4)]
    Hl = [[theta[i] * theta[j] * H[i][j] + (gl[i] if i == j else 0) for j in range(4)] for i in range(4)]
    return gl, Hl


def condition(theta, x, t_x, T, gl):
    """Sum over the inputs of |input * d value/d input|: what one relative rounding of each does to the value."""
    r, alpha, a, b = theta
    total = sum(abs(v) for v in gl)
    if x > 0:
        h = mpf(10) ** -25
        for i, v in enumerate((t_x, T)):
            def f(s, i=i):
                w = [t_x, T]
                w[i] = w[i] * s
                return row(theta, x, w[0], w[1])
            total += abs((f(1 + h) - f(1 - h)) / (2 * h))
        n = x + 1 - FIRST
        total += abs(x * (psi(0, r + x) + psi(0, b + n) - psi(0, a + b + n) - log(alpha + T)))
    else:
        total += abs(r * T / (alpha + T))
    return total


def check():
    theta = [mpf('0.243'), mpf('4.414'), mpf('0.793'), mpf('2.426')]
    if not MODIFIED:
        assert abs(row(theta, 3, 4, 6) - mpf('-7.977381212')) < mpf('5e-10')
    else: # the published form, both terms apart
        x, t_x, T = 2, mpf(30), mpf(39)
        r, alpha, a, b = theta
        alive = beta(a, b + x + 1) / (alpha + T) ** (r + x)
        left = beta(a + 1, b + x) / (alpha + t_x) ** (r + x)
        published = log(gamma(r + x) / gamma(r) * alpha ** r / beta(a, b) * (alive + left))
        assert abs(row(theta, x, t_x, T) - published) < mpf(10) ** -40
    logs = [log(t) for t in theta]
    for x, t_x, T in ((3, mpf(4), mpf(6)), (0, mpf(0), mpf(30)), (26, mpf(30), mpf(31))):
        gl, Hl = derivatives(theta, x, t_x, T)
        for i in range(4):
            for j in range(4):
                order = [0] * 4
                order[i] += 1
                order[j] += 1
                f = lambda *l: row([exp(v) for v in l], x, t_x, T)
                assert abs(diff(f, tuple(logs), tuple(order)) - Hl[i][j]) < mpf(10) ** -15
            order = [0] * 4
            order[i] = 1
            assert abs(diff(lambda *l: row([exp(v) for v in l], x, t_x, T), tuple(logs), tuple(order)) - gl[i]) < mpf(10) ** -18


def main():
    check()
    name = 'mbg' if MODIFIED else 'bg'
    print('/* made by: python3 tests/model/reference_bg_nbd.py%s > tests/model/%s_nbd_likelihood.inc */' %
          (' mbg' if MODIFIED else '', name))
    for n in range(2000 if MODIFIED else 600):
        theta = [log_uniform(1e-3, 1e3), log_uniform(1e-3, 1e4), log_uniform(1e-3, 1e3), log_uniform(1e-3, 1e3)]
        x = random.randint(0, 30) if n % 2 == 0 else int(log_uniform(1, 1e5))
        T = log_uniform(0.01, 1e4)
        t_x = 0.0 if x == 0 else T * (1.0 if n % 10 == 3 else random.random())
        point = [mpf(v) for v in theta]
        value = row(point, x, mpf(t_x), mpf(T))
        gl, Hl = derivatives(point, x, mpf(t_x), mpf(T))
        size = condition(point, x, mpf(t_x), mpf(T), gl)
        lower = [Hl[i][j] for j in range(4) for i in range(j, 4)]
        numbers = theta + [float(x), t_x, T, value, size] + gl + lower
        print('{' + ','.join(float(v).hex() for v in numbers) + '},')


main()
