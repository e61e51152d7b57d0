#!/usr/bin/env python3
"""The log-likelihood of BG/NBD where products of its terms are no doubles, with as many digits as that takes.

    python3 tests/model/reference_bg_nbd_extreme.py > tests/model/bg_nbd_extreme.inc

Each row: r, alpha, a, b, x, t_x, T; the log-likelihood; the largest of the terms it is added up from."""
from mpmath import log, log1p, mp, mpf

mp.dps = 700
POINTS = [
    (1e-300, 1e300, 0.8, 2.4, 100, 1.0, 2.0),
    (1e-300, 1e-300, 1e-300, 1e-300, 1, 1.0, 1e300),
    (0.5, 1e-300, 0.8, 2.4, 0, 0.0, 1e300),
    (1e300, 1e308, 0.8, 2.4, 5, 1e9, 1e10),
    (0.25, 4.4, 1e200, 1e-200, 1000, 30.0, 39.0),
    (0.25, 4.4, 1e200, 1e250, 5000, 30.0, 39.0),
    (0.25, 4.4, 1e100, 0.5, 66, 30.0, 39.0),
    (0.25, 1e-200, 0.8, 2.4, 3, 1.0, 1e200),
    (1e250, 1e250, 0.8, 2.4, 30, 30.0, 39.0),
    (0.25, 4.4, 0.8, 2.4, 3, 1e300, 1e308),
    (0.25, 1e308, 0.8, 2.4, 3, 1e300, 1.7e308),
    (0.25, 4e-324, 0.8, 2.4, 3, 4e-324, 4e-324),
]


def row(point):
    r, alpha, a, b, x, t_x, T = (mpf(v) for v in point)
    if point[4] == 0:
        value = r * log(alpha / (alpha + T))
        return value, abs(value)
    ratio, lasted = mpf(0), mpf(0)
    for j in range(point[4]):
        ratio += log(r + j)
        lasted += log1p(a / (b + j))
    end = r * log(alpha / (alpha + T)) - x * log(alpha + T)
    last = r * log(alpha / (alpha + t_x)) - x * log(alpha + t_x) + log(a / (b + x - 1))
    top = max(end, last)
    value = ratio - lasted + top + log1p(mp.exp(min(end, last) - top))
    return value, max(abs(v) for v in (ratio, lasted, end, last, value))


print("/* python3 tests/model/reference_bg_nbd_extreme.py > tests/model/bg_nbd_extreme.inc */")
for p in POINTS:
    print("{" + ", ".join([float(v).hex() for v in p] + [float(v).hex() for v in row(p)]) + "},")
