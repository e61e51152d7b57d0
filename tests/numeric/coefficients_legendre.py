#!/usr/bin/env python3
"""The tables of lib/numeric/legendre.c: python3 tests/numeric/coefficients_legendre.py > lib/numeric/legendre.inc

Zeros of the Legendre polynomials by Newton steps in 50 digits, moved to (0, 1) and then rounded once.
"""
from mpmath import mp, mpf, cos, pi

mp.dps = 50
COUNTS = (6, 8, 10, 12, 16, 20, 24, 32, 40, 48, 64)


def polynomial(n, x):
    """P_n and its derivative."""
    before, p = mpf(1), x
    for k in range(2, n + 1):
        before, p = p, ((2 * k - 1) * x * p - (k - 1) * before) / k
    return p, n * (before - x * p) / (1 - x * x)


def rule(n):
    out = []
    for i in range(n):
        x = cos(pi * (n - i - mpf(1) / 4) / (n + mpf(1) / 2))
        for _ in range(100):
            p, slope = polynomial(n, x)
            x -= p / slope
            if abs(p / slope) < mpf(10) ** -45:
                break
        slope = polynomial(n, x)[1]
        out.append(((1 + x) / 2, 1 / ((1 - x * x) * slope ** 2)))
    return out


def table(name, values):
    print("static const double %s[] = {" % name)
    for i in range(0, len(values), 4):
        print("    %s," % ", ".join(float(v).hex() for v in values[i:i + 4]))
    print("};")


print("/* python3 tests/numeric/coefficients_legendre.py > lib/numeric/legendre.inc */")
rules = [rule(n) for n in COUNTS]
table("nodes", [node for r in rules for node, _ in r])
table("weights", [weight for r in rules for _, weight in r])
