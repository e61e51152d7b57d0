#!/usr/bin/env python3
"""40-digit references for the likelihood of Pareto/NBD.

    python3 tests/model/reference_pareto_nbd.py 2000 > tests/model/pareto_nbd_likelihood.inc

Points are log-uniform over the ranges that the accuracy is stated for; each line holds r, alpha, s, beta, x, t_x, T, the
log-likelihood, its condition, gradient and Hessian (lower triangle by columns) in log-parameters. The likelihood is the
mixture over the time of drop-out, u in (t_x, T) or later, of G(r+x)/G(r) alpha^r (alpha+u)^-(r+x) and the Lomax density
of u; derivatives are posterior means and covariances of those of its logarithm. The integral is summed over panels of
ln(u + min(alpha, beta)) so short that 32 nodes are good to 40 digits. Before it prints the script checks some points
against quadrature in u itself, the published 2F1 form and numerical differentiation."""
import random
import sys
from mpmath import mp, mpf, diff, exp, expm1, hyp2f1, log, log1p, loggamma, psi, quad, cos, linspace, pi

mp.dps = 50


def legendre(n):
    rule = []
    for i in range(n):
        x = cos(pi * (i + mpf(3) / 4) / (n + mpf(1) / 2))
        for _ in range(8):
            before, p = mpf(1), x
            for k in range(2, n + 1):
                before, p = p, ((2 * k - 1) * x * p - (k - 1) * before) / k
            slope = n * (before - x * p) / (1 - x * x)
            x -= p / slope
        rule.append(((1 + x) / 2, 1 / ((1 - x * x) * slope ** 2)))
    return rule


RULE = legendre(32)


def log_uniform(low, high):
    return float(mpf(low) * (mpf(high) / low) ** mpf(random.random()))


def panels(g, end):
    """Cuts (0, end) into panels no longer than 1 on which g varies by no more than 8, up to where exp(-g) counts."""
    out, at, least = [], mpf(0), mpf(0)
    while at < end:
        step = min(mpf(1), end - at)
        while abs(g(at + step) - g(at)) > 8:
            step /= 2
        out.append((at, step))
        at += step
        least = min(least, g(at))
        if g(at) - least > 110:
            break
    return out


def point(theta, x, t_x, T):
    """Value, condition, gradient and Hessian."""
    r, alpha, s, beta = theta
    R = r + x
    c = min(alpha, beta)
    ends = []
    # components of the mixture: weight, gradient and Hessian of the logarithm (r, alpha, s, beta)
    known = loggamma(R) - loggamma(r) + r * log(alpha) + s * log(beta)
    base = -R * log(alpha + t_x) - s * log(beta + t_x)

    def parts(u, alive):
        k = s if alive else s + 1
        la, lb = log1p(u / alpha), log1p(u / beta)
        g = [-r * la, r - R * alpha / (alpha + u), -s * lb + (0 if alive else 1), s - k * beta / (beta + u)]
        h = [-r * la, r * u / (alpha + u), -R * alpha * u / (alpha + u) ** 2,
             -s * lb, s * u / (beta + u), -k * beta * u / (beta + u) ** 2]
        return g, h

    sums = [mpf(0)] * 21

    def add(w, u, alive):
        g, h = parts(u, alive)
        sums[0] += w
        at = 1
        for v in g + h:
            sums[at] += w * v
            at += 1
        for j in range(4):
            for i in range(j, 4):
                sums[at] += w * g[i] * g[j]
                at += 1

    end_weight = exp(-R * log((alpha + T) / (alpha + t_x)) - s * log((beta + T) / (beta + t_x)))
    add(end_weight, T, True)
    exponent = lambda y: R * log1p((c + t_x) * expm1(y) / (alpha + t_x)) + \
        (s + 1) * log1p((c + t_x) * expm1(y) / (beta + t_x)) - y
    if T > t_x:
        for start, step in panels(exponent, log((c + T) / (c + t_x))):
            for node, weight in RULE:
                y = start + step * node
                w = step * weight * exp(-exponent(y)) * s * (c + t_x) / (beta + t_x)
                add(w, t_x + (c + t_x) * expm1(y), False)
    value = known + base + log(sums[0])
    mean = [v / sums[0] for v in sums]
    g = [psi(0, R) * r - psi(0, r) * r + mean[1], mean[2], mean[3], mean[4]]
    d = mean[5:11]
    second = {(0, 0): d[0] + r * (psi(0, R) - psi(0, r)) + r * r * (psi(1, R) - psi(1, r)), (1, 0): d[1], (1, 1): d[2],
              (2, 2): d[3], (3, 2): d[4], (3, 3): d[5]}
    H, at = [], 11
    for j in range(4):
        for i in range(j, 4):
            H.append(second.get((i, j), mpf(0)) + mean[at] - mean[1 + i] * mean[1 + j])
            at += 1
    alive = end_weight / sums[0]
    by_x = psi(0, R) - log(alpha) + mean[1] / r
    condition = sum(abs(v) for v in g) + abs(x * by_x) + abs(T * alive * R / (alpha + T))
    if x > 0:
        condition += abs(t_x * s / (beta + t_x) / sums[0])
    return value, condition, g, H


def published(theta, x, t_x, T):
    """Fader & Hardie 2005, by Gauss' hypergeometric function."""
    r, alpha, s, beta = theta
    N = r + s + x
    if alpha >= beta:
        f = lambda t: hyp2f1(N, s + 1, N + 1, (alpha - beta) / (alpha + t)) / (alpha + t) ** N
    else:
        f = lambda t: hyp2f1(N, r + x, N + 1, (beta - alpha) / (beta + t)) / (beta + t) ** N
    inside = (alpha + T) ** -(r + x) * (beta + T) ** -s + s / N * (f(t_x) - f(T))
    return loggamma(r + x) - loggamma(r) + r * log(alpha) + s * log(beta) + log(inside)


def check():
    points = [('.553', '10.578', '.606', '11.669', 2, '30.4', '38.9'), ('.3', '200', '2.5', '3', 0, '0', '30'),
              ('.2', '3', '1.5', '700', 7, '9', '31'), ('4', '3', '.6', '.2', 5, '4', '6')]
    for p in points:
        theta, x, t_x, T = [mpf(v) for v in p[:4]], p[4], mpf(p[5]), mpf(p[6])
        r, alpha, s, beta = theta
        value, _, g, H = point(theta, x, t_x, T)
        assert abs(value - published(theta, x, t_x, T)) < mpf(10) ** -35
        late = quad(lambda u: s * beta ** s * (beta + u) ** -(s + 1) * (alpha + u) ** -(r + x), linspace(t_x, T, 40))
        plain = late + (beta / (beta + T)) ** s * (alpha + T) ** -(r + x)
        assert abs(loggamma(r + x) - loggamma(r) + r * log(alpha) + log(plain) - value) < mpf(10) ** -18
        logs = [log(v) for v in theta]
        f = lambda *l: published([exp(v) for v in l], x, t_x, T)
        at = 0
        for j in range(4):
            order = [0] * 4
            order[j] = 1
            assert abs(diff(f, tuple(logs), tuple(order)) - g[j]) < mpf(10) ** -18
            for i in range(j, 4):
                both = order[:]
                both[i] += 1
                assert abs(diff(f, tuple(logs), tuple(both)) - H[at]) < mpf(10) ** -12
                at += 1


def main():
    check()
    count = int(sys.argv[1])
    random.seed(19870101)
    print('/* python3 tests/model/reference_pareto_nbd.py %d > tests/model/pareto_nbd_likelihood.inc */' % count)
    for n in range(count):
        theta = [log_uniform(1e-3, 1e3), log_uniform(1e-3, 1e4), log_uniform(1e-3, 1e3), log_uniform(1e-3, 1e4)]
        x = random.randint(0, 30) if n % 2 == 0 else int(log_uniform(1, 1e5))
        T = log_uniform(0.01, 1e4)
        t_x = 0.0 if x == 0 else T * (1.0 if n % 10 == 3 else random.random())
        value, size, g, H = point([mpf(v) for v in theta], x, mpf(t_x), mpf(T))
        numbers = theta + [x, t_x, T, value, size] + g + H
        print('{' + ','.join(float(v).hex() if v else '0.0' for v in numbers) + '},', flush=True)


main()
