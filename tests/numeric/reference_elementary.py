#!/usr/bin/env python3
"""Writes tests/numeric/elementary.inc: python3 tests/numeric/reference_elementary.py > tests/numeric/elementary.inc

Each row is x and f(x) as the sum of two doubles, from 60 digits.
"""
import random
from mpmath import mp, mpf, exp, log, log1p, expm1

mp.dps = 60
rng = random.Random(20240229)


def size(lo, hi):
    return 2.0 ** rng.uniform(lo, hi)


def sign():
    return rng.choice((-1.0, 1.0))


def write(name, f, points):
    print("static const double %s_reference[][3] = {" % name)
    for x in points:
        v = f(mpf(x))
        hi = float(v)
        print("    {%s, %s, %s}," % (x.hex(), hi.hex(), float(v - mpf(hi)).hex()))
    print("};")


print("/* python3 tests/numeric/reference_elementary.py > tests/numeric/elementary.inc */")
write("exp", exp, [458.53145723302623, 709.78271289338397, -745.13321910194111, -708.39641853226408]
      + [rng.uniform(-745, 709.7) for _ in range(300)] + [rng.uniform(-2, 2) for _ in range(300)]
      + [sign() * size(-60, 5) for _ in range(150)])
write("expm1", expm1, [0.35141615925221992, 709.78271289338397, 37.1, -37.5]
      + [rng.uniform(-40, 709.7) for _ in range(200)] + [rng.uniform(-2, 2) for _ in range(300)]
      + [rng.uniform(0.34, 0.4) for _ in range(100)] + [sign() * size(-300, 3) for _ in range(150)]
      + [rng.uniform(-39, -36) for _ in range(60)])
write("log", log, [1.4029615099732309, 5e-324, 2.2250738585072009e-308, 1.7976931348623157e308]
      + [size(-1074, 1023.9) for _ in range(250)] + [rng.uniform(0.3, 3) for _ in range(350)]
      + [1.0 + sign() * size(-52, -2) for _ in range(150)])
write("log1p", log1p, [-0.29377986415478852, 0.41846183502347617, -0.99999999999999989, 1.7976931348623157e308]
      + [-0.29506256132004716, -5.5518938325873711e-17, 1.8040850636584499e-16, 4525079336903566.0]
      + [size(-300, 300) for _ in range(200)] + [rng.uniform(-0.9999, 3) for _ in range(250)]
      + [rng.uniform(0.41, 0.45) for _ in range(50)] + [rng.uniform(-0.31, -0.28) for _ in range(50)]
      + [sign() * size(-60, -1) for _ in range(200)] + [size(50, 56) for _ in range(60)])
