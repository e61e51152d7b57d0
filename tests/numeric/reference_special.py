#!/usr/bin/env python3
"""Writes tests/numeric/special.inc: python3 tests/numeric/reference_special.py > tests/numeric/special.inc

Arguments, then values from 70 digits, rounded once.
"""
import random
from mpmath import mp, mpf, loggamma, psi, log1p, expm1

mp.dps = 70
rng = random.Random(1987)


def size(lo, hi):
    return 10.0 ** rng.uniform(lo, hi)


def near(centre, lo, hi):
    return centre + rng.choice((-1, 1)) * size(lo, hi)


def write(name, points, *functions):
    print("static const double %s_reference[][%d] = {" % (name, len(points[0]) + len(functions)))
    for p in points:
        exact = [mpf(v) for v in p]
        row = [float(v).hex() for v in p] + [float(f(*exact)).hex() for f in functions]
        print("    {%s}," % ", ".join(r.replace("0x0.0p+0", "0") for r in row))
    print("};")


def lbeta(a, b):
    return loggamma(a) + loggamma(b) - loggamma(a + b)


def step():
    return rng.choice((float(rng.randrange(1, 40)), size(-12, 6), size(-2, 2), float(int(size(0, 6)))))


def start():
    return rng.choice((size(-3, 8), rng.uniform(0.001, 20), rng.choice((0.25, 1.0, 2.0, 8.0, 10.0, 16.0))))


print("/* python3 tests/numeric/reference_special.py > tests/numeric/special.inc */")
gamma = ([size(-5, 8) for _ in range(350)] + [rng.uniform(0, 20) for _ in range(300)]
         + [near(1, -14, -1) for _ in range(40)] + [near(2, -14, -1) for _ in range(40)]
         + [near(1.4616321449683623, -15, -1) for _ in range(40)] + [size(-150, -5) for _ in range(10)]
         + [0.5, 1.5, 2.5, 1.0, 2.0, 3.0, 8.0, 10.0, 16.0, 1.4048992924013088, 4.041310816240678])
write("gamma", [(x,) for x in gamma], loggamma, lambda x: psi(0, x), lambda x: psi(1, x))
write("ratio", [(start(), step()) for _ in range(700)], lambda x, n: loggamma(x + n) - loggamma(x),
      lambda x, n: psi(0, x + n) - psi(0, x), lambda x, n: psi(1, x + n) - psi(1, x))
write("lgamma1p", [(size(-15, 3),) for _ in range(120)], lambda x: loggamma(1 + x))
write("lbeta", [(size(-5, 8), size(-5, 8)) for _ in range(200)]
      + [(rng.uniform(.01, 20), rng.uniform(.01, 20)) for _ in range(200)] + [(1.0, 1.0), (0.5, 0.5), (1e-20, 3.0)],
      lbeta)
write("lbeta_ratio", [(size(-3, 5), size(-3, 5), rng.choice((0.0, step())), rng.choice((0.0, step())))
                      for _ in range(500)], lambda a, b, m, n: lbeta(a + m, b + n) - lbeta(a, b))
write("small", [(rng.choice((-1, 1)) * size(-15, -0.001),) for _ in range(250)] + [(size(-1, 2),) for _ in range(60)],
      lambda x: log1p(x) - x, lambda x: expm1(x) / x)
write("cross", [(start(), step(), step()) for _ in range(500)],
      lambda x, p, q: psi(0, x + p + q) - psi(0, x + p) - psi(0, x + q) + psi(0, x),
      lambda x, p, q: psi(1, x + p + q) - psi(1, x + p) - psi(1, x + q) + psi(1, x))
