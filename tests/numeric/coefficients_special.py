#!/usr/bin/env python3
"""The polynomial coefficients of lib/numeric/special.c, pair.c and special_normal.c:
python3 tests/numeric/coefficients_special.py

Interpolation at Chebyshev points in 60 digits, then rounded. Prints each set in ascending powers and the largest
relative error left, in units of 2^-53.
"""
from mpmath import (mp, mpf, cos, pi, log, sqrt, matrix, lu_solve, loggamma, digamma, findroot, exp, erfc, erfinv, psi)

mp.dps = 60


def interpolate(f, lo, hi, n, centre):
    a = matrix(n, n)
    b = matrix(n, 1)
    for i in range(n):
        x = (lo + hi) / 2 + (hi - lo) / 2 * cos((2 * i + 1) * pi / (2 * n))
        b[i] = f(x)
        for j in range(n):
            a[i, j] = (x - centre) ** j
    return [mpf(float(v)) for v in lu_solve(a, b)]


def fit(name, f, lo, hi, n, centre=0):
    lo, hi, centre = mpf(lo), mpf(hi), mpf(centre)
    c = interpolate(f, lo, hi, n, centre)
    worst = mpf(0)
    for i in range(201):
        x = lo + (hi - lo) * (mpf(i) + mpf("0.123")) / mpf("201.3")
        r = mpf(0)
        for v in reversed(c):
            r = r * (x - centre) + v
        worst = max(worst, abs(r / f(x) - 1))
    print("%s: on [%s, %s] about %s, %d coefficients, error %s" % (
        name, mp.nstr(lo, 6), mp.nstr(hi, 6), mp.nstr(centre, 6), n, mp.nstr(worst * 2 ** 53, 3)))
    for v in c:
        print("    %s," % float(v).hex())


def pair(name, v):
    hi = mpf(float(v))
    print("%s %s %s" % (name, float(hi).hex(), float(v - hi).hex()))


def atanh_tail(first):
    """sum 2 z^k/(2k + first)"""
    return lambda z: sum(2 * z ** k / (2 * k + first) for k in range(120))


fit("log pair: sum 2 z^k/(2k+5)", atanh_tail(5), 0, ((sqrt(mpf(2)) - 1) / (sqrt(mpf(2)) + 1)) ** 2, 12)
fit("log1p minus: sum 2 z^k/(2k+3)", atanh_tail(3), 0, mpf(1) / 9, 12)
fit("lgamma(1+h)/h", lambda h: loggamma(1 + h) / h, -0.5, 0.5, 30)
fit("lgamma(2+h)/h", lambda h: loggamma(2 + h) / h, -0.5, 0.5, 20)
zero = findroot(digamma, mpf("1.46163214496836234126"))
fit("digamma/(x - zero)", lambda x: digamma(x) / (x - zero), 1, 2, 23, 1.5)
pair("zero of digamma", zero)
pair("ln2", log(mpf(2)))
pair("2/3", mpf(2) / 3)
pair("(ln(2 pi) - 1)/2", (log(2 * pi) - 1) / 2)
pair("ln(2 pi)/2", log(2 * pi) / 2)


def quantile(p):
    return -sqrt(mpf(2)) * erfcinv_(2 * p)


def erfcinv_(y):
    # mpmath has no erfcinv for tiny arguments: Newton on log erfc
    t = sqrt(-log(y)) if y < mpf("0.5") else mpf("0.3")
    for _ in range(60):
        e = erfc(t)
        step = (log(e) - log(y)) * e * sqrt(pi) / 2 * exp(t * t)
        t += step
        if abs(step) < mpf(10) ** -50:
            break
    return t


def central(u):
    q = sqrt(u)
    return sqrt(mpf(2)) * erfinv(2 * q) / q if q > mpf(10) ** -25 else sqrt(2 * pi)


fit("quantile(1/2 + q)/q in q^2", central, 0, mpf("0.35") ** 2, 22)
for lo, hi in (("1.94", "3.2"), ("3.2", "5.3"), ("5.3", "8.7"), ("8.7", "14.3"), ("14.3", "23.6"), ("23.6", "39")):
    fit("-quantile(exp(-t^2/2)) in t", lambda t: -quantile(exp(-t * t / 2)), lo, hi, 18, (mpf(lo) + mpf(hi)) / 2)

# special_inline.h: what is left of the asymptotic series from X = 8 on, in z = 1/X^2
for n in (6, 7, 8):
    fit("lgamma rest * X", lambda z: (loggamma(1 / sqrt(z)) - (1 / sqrt(z) - 0.5) * log(1 / sqrt(z)) + 1 / sqrt(z) -
                                      log(2 * pi) / 2) / sqrt(z), mpf("1e-9"), mpf(1) / 64, n)
    fit("digamma rest * X^2", lambda z: (psi(0, 1 / sqrt(z)) + log(z) / 2 + sqrt(z) / 2) / z, mpf("1e-9"), mpf(1) / 64, n)
    fit("trigamma rest * X^3", lambda z: (psi(1, 1 / sqrt(z)) - sqrt(z) - z / 2) / sqrt(z) ** 3, mpf("1e-9"), mpf(1) / 64, n)
print("e^8 %s" % float(exp(mpf(8))).hex())
