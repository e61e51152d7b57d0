#!/usr/bin/env python3
"""Writes tests/numeric/quadrature.inc: python3 tests/numeric/reference_quadrature.py > tests/numeric/quadrature.inc

The roots are isolated by counting sign changes and refined by Newton's method on the monic three-term recurrence, in
80 digits.
"""
from mpmath import mp, mpf

mp.dps = 80


def beta_recurrence(a, b, n):
    """p_{k+1} = (x - d_k) p_k - e_k p_{k-1} for the Beta(a, b) measure."""
    s = a + b
    d = [a / s]
    e = [mpf(0)]
    for k in range(1, n):
        t = 2 * k + s - 2
        d.append((2 * k * (k + s - 1) + (s - 2) * a) / (t * (t + 2)))
        if k == 1:
            e.append(a * b / (s * s * (s + 1)))
        else:
            e.append(k * (k + a - 1) * (k + b - 1) * (k + s - 2) / ((t - 1) * t * t * (t + 1)))
    return d, e


def below(d, e, x):
    """How many roots lie below x."""
    count = 0
    q = mpf(1)
    for k in range(len(d)):
        q = d[k] - x - (e[k] / q if k else 0)
        if q == 0:
            q = mpf(10) ** -70
        count += q < 0
    return count


def newton(d, e, x):
    for _ in range(60):
        p0, p1, g0, g1 = mpf(0), mpf(1), mpf(0), mpf(0)
        for k in range(len(d)):
            p0, p1, g0, g1 = p1, (x - d[k]) * p1 - e[k] * p0, g1, p1 + (x - d[k]) * g1 - e[k] * g0
        move = p1 / g1
        x -= move
        if abs(move) < abs(x) * mpf(10) ** -60:
            return x
    raise ArithmeticError


def weight(d, e, x):
    total = norm = p1 = mpf(1)
    p0 = mpf(0)
    for k in range(len(d) - 1):
        p0, p1 = p1, (x - d[k]) * p1 - e[k] * p0
        norm *= e[k + 1]
        total += p1 * p1 / norm
    return 1 / total


def isolate(d, e):
    n = len(d)
    top = 4 * max(d) + 1
    roots = []
    for i in range(n):
        lo, hi = mpf(0), top
        # to one digit in a hundred of the distance to the neighbours
        for _ in range(400):
            mid = (lo * hi) ** 0.5 if lo > 0 and hi > 4 * lo else (lo + hi) / 2 if lo > 0 else hi / 16
            c = below(d, e, mid)
            if c > i:
                hi = mid
            else:
                lo = mid
            if lo > 0 and hi - lo < lo / 10 ** 7:
                break
        roots.append(newton(d, e, (lo + hi) / 2))
    assert all(x < y for x, y in zip(roots, roots[1:]))
    return roots


def show(values):
    return ", ".join(float(v).hex() for v in values)


print("/* python3 tests/numeric/reference_quadrature.py > tests/numeric/quadrature.inc */")
rules = [(1, 0.3, 2.0), (2, 0.3, 2.0), (12, 0.8, 2.4), (12, 0.8, 12.4), (12, 0.8, 2.4 + 1e5), (24, 0.8, 1002.4),
         (24, 0.001, 0.04), (32, 0.001, 1e5), (24, 900.0, 2.4), (32, 900.0, 1e5), (40, 2.0, 3.0), (24, 1e6, 0.001),
         (16, 1e5, 1e5), (16, 0.001, 1e6)]
rows = []
counts = []
for n, a, b in rules:
    a, b = mpf(a), mpf(b)
    roots = isolate(*beta_recurrence(a, b, n))
    columns = [roots, [weight(*beta_recurrence(a, b, n), x) for x in roots]]
    rows += list(zip(*columns))
    counts.append((n, a, b))
print("static const double beta_rules[][3] = {")
for c in counts:
    print("    {%d, %s}," % (c[0], show(c[1:])))
print("};\nstatic const double beta_reference[][2] = {")
for r in rows:
    print("    {%s}," % show(r))
print("};")

print("static const int legendre_rules[] = {1, 2, 3, 20, 33, 128};\nstatic const double legendre_reference[][2] = {")
for n in (1, 2, 3, 20, 33, 128):
    r = beta_recurrence(mpf(1), mpf(1), n)
    for x in isolate(*r):
        print("    {%s}," % show((x, weight(*r, x))))
print("};")
