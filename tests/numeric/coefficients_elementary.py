#!/usr/bin/env python3
"""The polynomial coefficients of lib/numeric/elementary.h: python3 tests/numeric/coefficients_elementary.py

Interpolation at Chebyshev points (within a factor two of the minimax polynomial), in 60 digits, then rounded.
Prints each set in ascending powers and the largest error left, in units of 2^-53 of the result.
"""
from mpmath import mp, mpf, cos, pi, log, exp, sqrt, matrix, lu_solve, expm1, taylor

mp.dps = 60


def interpolate(f, lo, hi, n):
    points = [(lo + hi) / 2 + (hi - lo) / 2 * cos((2 * i + 1) * pi / (2 * n)) for i in range(n)]
    a = matrix(n, n)
    b = matrix(n, 1)
    for i, x in enumerate(points):
        b[i] = f(x)
        for j in range(n):
            a[i, j] = x ** j
    return list(lu_solve(a, b))


def show(name, c):
    print(name)
    for v in c:
        print("    %s /* %.17g */" % (float(v).hex(), float(v)))


def horner(c, x):
    r = mpf(0)
    for v in reversed(c):
        r = r * x + v
    return r


h = log(mpf(2)) / 2 * mpf("1.0001")
for n in (10, 11):
    c = interpolate(lambda r: (expm1(r) - r) / r ** 2 if abs(r) > mpf(10) ** -25 else mpf(1) / 2, -h, h, n)
    c = [mpf(float(v)) for v in c]
    worst = max(abs(1 + r + r * r * horner(c, r) - exp(r)) / exp(r)
                for r in [h * (2 * mpf(i) / 400 - 1) for i in range(401)])
    show("exp: (exp r - 1 - r)/r^2, %d coefficients" % n, c)
    print("    error %s ulp" % mp.nstr(worst * 2 ** 53, 4))

top = ((sqrt(mpf(2)) - 1) / (sqrt(mpf(2)) + 1)) ** 2 * mpf("1.0001")
for n in (7, 8):
    def tail(z):
        s = sqrt(z)
        return (log((1 + s) / (1 - s)) / s - 2) / z if z > mpf(10) ** -20 else mpf(2) / 3
    c = interpolate(tail, mpf(0), top, n)
    c = [mpf(float(v)) for v in c]
    worst = max(abs(z * (horner(c, z) - tail(z))) / 2 for z in [top * mpf(i) / 400 for i in range(1, 401)])
    show("log: (log((1+s)/(1-s))/s - 2)/s^2 in z = s^2, %d coefficients" % n, c)
    print("    error %s ulp" % mp.nstr(worst * 2 ** 53, 4))

ln2 = log(mpf(2))
hi = mpf(int(ln2 * 2 ** 42)) / 2 ** 42
print("ln2 high %s low %s" % (float(hi).hex(), float(ln2 - hi).hex()))
print("1/ln2", float(1 / ln2).hex())
