#!/usr/bin/env python3
"""40-digit references for sBG and BdW:
python3 tests/model/reference_contract.py > tests/model/contract.inc

Points are log-uniform, gamma and delta 1e-3..1e3, c 0.1..10 or 1. Survival comes of beta functions, derivatives by
numerical differentiation in 80 digits, sums term by term; sums without end of sBG by 2F1, of BdW by Euler-Maclaurin."""
import random
from mpmath import mp, mpf, log, exp, loggamma, diff, hyp2f1, quad, sqrt, factorial, bernoulli

mp.dps = 50
random.seed(2007)


def log_uniform(low, high):
    return float(mpf(low) * (mpf(high) / low) ** mpf(random.random()))


def parameters(n):
    return [log_uniform(1e-3, 1e3), log_uniform(1e-3, 1e3), 1.0 if n % 3 == 0 else log_uniform(0.1, 10)]


def whole(low, high):
    return float(int(log_uniform(low, high + 1)))


def log_survival(g, d, c, t):
    u = mpf(t) ** c if t > 0 else mpf(0)
    return loggamma(d + u) - loggamma(g + d + u) - loggamma(d) + loggamma(g + d)


def row(g, d, c, t, ended):
    if not ended:
        return log_survival(g, d, c, t)
    before = log_survival(g, d, c, t - 1)
    return before + log(1 - exp(log_survival(g, d, c, t) - before))


def alive(theta, T, j):
    return exp(log_survival(*theta, T + j) - log_survival(*theta, T))


def lives(theta, T, t0, t1):
    """s(j), j in (t0, t1]; of log_survival only what depends on t."""
    g, d, c = theta
    f = lambda t: loggamma(d + mpf(t) ** c) - loggamma(g + d + mpf(t) ** c) if t > 0 else loggamma(d) - loggamma(g + d)
    now = f(T)
    return [exp(f(T + j) - now) for j in range(int(t0) + 1, int(t1) + 1)]


def expected(s, t0, delta):
    return sum(exp(-delta * (int(t0) + 1 + k)) * v for k, v in enumerate(s))


def spread(s):
    return sqrt(sum((2 * k + 1) * v for k, v in enumerate(s)) - sum(s) ** 2)


def probability(theta, T, n, t):
    return mpf(0) if n > t else alive(theta, T, n) - (alive(theta, T, n + 1) if n < t else 0)


def out(numbers):
    print('    {' + ','.join(float(v).hex() for v in numbers) + '},')


def likelihood(points):
    print('static const double contract_likelihood[][15] = {')
    for n in range(points):
        theta = parameters(n)
        t, ended = whole(1, 30) if n % 2 else whole(1, 1e5), random.randint(0, 1)
        mp.dps = 110
        logs = tuple(log(mpf(v)) for v in theta)
        f = lambda *l: row(*[exp(v) for v in l], int(t), ended)
        h = mpf(10) ** -25
        move = lambda i, j, a, b: [logs[k] + (a * h if k == i else 0) + (b * h if k == j else 0) for k in range(3)]
        value = f(*logs)
        g = [(f(*move(i, -1, 1, 0)) - f(*move(i, -1, -1, 0))) / (2 * h) for i in range(3)]
        H = []
        for j in range(3):
            for i in range(j, 3):
                if i == j:
                    H.append((f(*move(i, -1, 1, 0)) - 2 * value + f(*move(i, -1, -1, 0))) / h ** 2)
                else:
                    H.append((f(*move(i, j, 1, 1)) - f(*move(i, j, 1, -1)) - f(*move(i, j, -1, 1))
                              + f(*move(i, j, -1, -1))) / (4 * h * h))
        mp.dps = 50
        out(theta + [t, ended, value] + g + H)
    print('};')


def predictions(points):
    """gamma, delta, c, T, t0, t1, discount, number; then alive at t0, expected, discounted, spread, probability."""
    print('static const double contract_predict[][13] = {')
    for n in range(points):
        theta = parameters(n)
        point = [mpf(v) for v in theta]
        T = 0.0 if n % 4 == 0 else whole(1, 30) if n % 4 < 3 else whole(1, 1e4)
        t0 = 0.0 if n % 3 else whole(1, 100)
        length = whole(1, 60) if n % 10 else whole(60, 2000)
        t1, delta = t0 + length, log_uniform(1e-5, 1)
        number = min(t1, whole(1, 30) - 1)
        mp.dps = 60
        s = lives(point, T, t0, t1)
        out(theta + [T, t0, t1, delta, number, alive(point, T, t0), sum(s), expected(s, t0, mpf(delta)), spread(s),
                     probability(point, T, number, t1)])
        mp.dps = 50
    print('};')


def endless(theta, T, delta):
    """Sum over j >= 1 of exp(-delta j) s(j)."""
    if theta[2] == 1:
        d = theta[1] + T
        z = exp(-delta)
        return hyp2f1(1, d, theta[0] + d, z) - 1
    f = lambda j: exp(-delta * j) * alive(theta, T, j)
    M = 400
    head = sum(f(j) for j in range(1, M))
    edges = [mpf(M)]
    while delta * edges[-1] < 150:
        edges.append(edges[-1] * mpf('1.5'))
    tail = quad(f, edges)
    slopes = [diff(f, M, 2 * k - 1, h=mpf(10) ** -6) for k in range(1, 5)]
    return head + tail + f(M) / 2 - sum(bernoulli(2 * k) / factorial(2 * k) * slopes[k - 1] for k in range(1, 5))


def infinite(points):
    """gamma, delta, c, T, discount; the discounted renewals to come."""
    print('static const double contract_endless[][6] = {')
    for n in range(points):
        theta = parameters(n)
        theta[2] = 1.0 if n % 6 else log_uniform(0.3, 4)
        if theta[2] != 1.0:
            theta[0], theta[1] = log_uniform(0.05, 5), log_uniform(0.05, 20)
        T, delta = (0.0 if n % 2 else whole(1, 1000)), log_uniform(1e-5, 1)
        if theta[2] != 1.0:
            T, delta = T if T < 40 else 40.0, log_uniform(1e-3, 0.3)
        out(theta + [T, delta, endless([mpf(v) for v in theta], mpf(T), mpf(delta))])
    print('};')


def gradients(points):
    """gamma, delta, c, T, t1, discount; gradients by gamma, delta, c of expected, discounted, spread."""
    print('static const double contract_gradient[][15] = {')
    for n in range(points):
        theta = parameters(n)
        T, t1, delta = (0.0 if n % 3 == 0 else whole(1, 50)), whole(1, 40), log_uniform(1e-3, 1)
        mp.dps = 80
        h = mpf(10) ** -20
        slopes = []
        for i in range(3):
            point = [mpf(v) for v in theta]
            up, down = [lives([point[k] * (1 + (e * h if k == i else 0)) for k in range(3)], T, 0, t1) for e in (1, -1)]
            step = 2 * h * point[i]
            slopes.append([(f(up) - f(down)) / step
                           for f in (lambda s: sum(s), lambda s: expected(s, 0, mpf(delta)), spread)])
        slopes = [slopes[i][q] for q in range(3) for i in range(3)]
        mp.dps = 50
        out(theta + [T, t1, delta] + slopes)
    print('};')


print('/* made by: python3 tests/model/reference_contract.py > tests/model/contract.inc */')
likelihood(700)
predictions(700)
infinite(240)
gradients(150)
