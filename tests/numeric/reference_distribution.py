#!/usr/bin/env python3
"""Writes tests/numeric/distribution.inc: python3 tests/numeric/reference_distribution.py > tests/numeric/distribution.inc

Normal quantiles by Newton on erfc, incomplete gamma functions by their power series in 400 digits.
"""
import random
from mpmath import mp, mpf, loggamma, exp, log, sqrt, erfc, pi

rng = random.Random(1913)


def size(lo, hi):
    return 10.0 ** rng.uniform(lo, hi)


def quantile(p):
    """-z with erfc(z/sqrt 2)/2 = p, p <= 1/2."""
    p = mpf(p)
    z = sqrt(-2 * log(2 * p)) if p < mpf("0.3") else (mpf("0.5") - p) * sqrt(2 * pi)
    for _ in range(80):
        tail = erfc(z / sqrt(mpf(2))) / 2
        move = (log(tail) - log(p)) * tail * sqrt(2 * pi) * exp(z * z / 2)
        z += move
        if abs(move) < abs(z) * mpf(10) ** -45:
            break
    return -z


def gamma_p(a, x):
    a, x = mpf(a), mpf(x)
    term = total = mpf(1)
    k = a + 1
    while term > total * mpf(10) ** -mp.dps:
        term *= x / k
        total += term
        k += 1
    return total * exp(a * log(x) - x - loggamma(a + 1))


print("/* python3 tests/numeric/reference_distribution.py > tests/numeric/distribution.inc */")
mp.dps = 60
print("static const double quantile_reference[][2] = {")
for p in ([size(-300, -1) for _ in range(80)] + [size(-17, -0.31) for _ in range(80)] + [0.15, 0.85, 5e-324, 0.1499]
          + [rng.uniform(0, 1) for _ in range(120)] + [0.5 + rng.choice((-1, 1)) * size(-15, -1) for _ in range(40)]
          + [0.975, 0.995, 1 - 2.0 ** -53, 0.5 + 2.0 ** -53]):
    z = quantile(p) if p < 0.5 else -quantile(1 - mpf(p))
    print("    {%s, %s}," % (p.hex(), float(z).hex()))
print("};")

mp.dps = 400
print("static const double incomplete_reference[][4] = {")
points = []
for _ in range(130):
    a = size(-4, 4)
    points.append((a, abs(a + rng.uniform(-12, 12) * max(a, 0.3) ** 0.5)))
points += [(size(-4, 0), size(-5, 0.3)) for _ in range(60)]
points += [(size(-1, 3), size(-4, 2.7)) for _ in range(60)]
points += [(0.5, rng.uniform(0, 30)) for _ in range(20)]
for _ in range(6):
    a = size(6, 6.7)
    points.append((a, a + rng.uniform(-9, 9) * a ** 0.5))
    a = size(5, 6)
    points.append((a, a + rng.uniform(-9, 9) * a ** 0.5))
for a, x in points:
    if a > 2e4:
        mp.dps = 70
    p = gamma_p(a, x)
    q = 1 - p
    if min(p, q) > mpf(10) ** -290:
        print("    {%s, %s, %s, %s}," % (a.hex(), x.hex(), float(p).hex(), float(q).hex()))
print("};")
