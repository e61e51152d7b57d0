"""Sums of int64 over powers of ten, and sums that cancel: python3 tests/numeric/reference_sum.py > tests/numeric/sum.inc"""
from fractions import Fraction
import random

random.seed(5)


def to_double(f):  # int / int is correctly rounded in Python
    return float(f.numerator / f.denominator) if f.denominator != 1 else float(f.numerator)


def words(total):
    u = total % (1 << 128)
    low = u % (1 << 64)
    high = u >> 64
    if high >= 1 << 63:
        high -= 1 << 64
    high_text = "INT64_MIN" if high == -(1 << 63) else "INT64_C(%d)" % high
    return "{UINT64_C(%d), %s}" % (low, high_text)


cases = [0, 1, -1, 2**53, 2**53 + 1, -(2**53) - 1, 2**54 + 2, 2**63 - 1, 2**63, -(2**63), -(2**63) - 1, 2**64, 2**64 - 1,
         2**65 + 2**12, 2**65 + 2**12 + 1, 2**65 + 3 * 2**12, 2**117 + 2**64, 2**117 + 2**64 + 1, 2**127 - 1, -(2**127),
         -(2**127) + 1, 10**18 + 5, 10**27 + 1]
for bits in range(50, 128):
    cases.append(random.getrandbits(bits) * random.choice((-1, 1)))
# halfway between doubles after the division, where one can be: (2m + 1) 2^k 10^d with m of 53 bits
for d in range(10):
    m = (1 << 53) + 2 * random.getrandbits(52) + 1
    cases.append(m * 10**d)
    cases.append(m * 10**d + 1)
    cases.append(m * 10**d - 1)
    cases.append(-(m + 2) * 10**d * 2**20)
print("/* python3 tests/numeric/reference_sum.py > tests/numeric/sum.inc */")
print("static const struct {\n    struct crm_i_sum128 sum;\n    int decimals;\n    double want;\n} scaled[] = {")
for i, c in enumerate(cases):
    for d in sorted({0, 2, 9, i % 10}):
        v = to_double(Fraction(c, 10**d))
        print("    {%s, %d, %s}," % (words(c), d, v.hex()))
print("};")
x = [random.uniform(-1, 1) * 10 ** random.uniform(-10, 10) for _ in range(560)]
x += [-v for v in x[:550]]
random.shuffle(x)
exact = sum(Fraction(v) for v in x)
print("static const double cancelling[] = {%s};" % ", ".join(v.hex() for v in x))
print("static const double cancelling_sum = %s;" % to_double(exact).hex())
y = [random.uniform(-1, 1) for _ in x]
print("static const double partner[] = {%s};" % ", ".join(v.hex() for v in y))
exact = sum(Fraction(a) * Fraction(b) for a, b in zip(x, y))
print("static const double product_sum = %s;" % to_double(exact).hex())
