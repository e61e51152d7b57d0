"""Money in both directions, by exact rational arithmetic: python3 tests/base/reference_money.py > tests/base/money.inc"""
import random
import struct
from fractions import Fraction

def half_even(q):
    floor = q.numerator // q.denominator
    rest = q - floor
    if rest > Fraction(1, 2) or (rest == Fraction(1, 2) and floor % 2):
        floor += 1
    return floor

def nearest_double(q):
    return q.numerator / q.denominator if q else 0.0   # int / int is correctly rounded

random.seed(1)
amounts = [0.29, 1.005, 2.675, 1.115, 0.125, 0.375, -0.125, 0.5, 1.5, 2.5, -2.5, 0.0, -0.0, 1e-300, 5e-324, 0.005, 0.015, 0.025,
           1e15 + 0.25, 1e15 + 0.125, 4503599627370496.5, 4503599627370497.5, 9007199254740993.0, 92233720368547758.07,
           92233720368547748.0, -92233720368547758.08, 9223372036.854775807, -9223372036.854775808, 9223372036.854774,
           9.223372036854775e18, -9.223372036854775808e18, 4.49e15, 0.49999999999999994, 1.4999999999999998]
for _ in range(200):
    amounts.append(random.choice([-1, 1]) * random.random() * 2.0 ** random.randint(-34, 62))
for _ in range(200):   # odd / 2^k: ties of some number of decimals
    amounts.append(random.choice([-1, 1]) * (random.getrandbits(random.randint(1, 30)) | 1) / 2.0 ** random.randint(1, 11))
for _ in range(150):   # next to a tie
    x = (random.randint(0, 10 ** random.randint(1, 12)) + 0.5) / 10 ** random.randint(0, 9)
    bits, = struct.unpack("<q", struct.pack("<d", x))
    amounts.append(struct.unpack("<d", struct.pack("<q", max(0, bits + random.randint(-1, 1))))[0])

whole = []   # (amount, decimals): ties where the product is beyond 2^52, and products beside the end of int64
for d in range(1, 10):
    for low in (52, 52.4, 53):
        m = int(2.0 ** (low + 1) / 5 ** d) | 1
        for k in range(0, 8, 2):
            if m + k < 2 ** 53 and (m + k) * 5 ** d < 2 ** 54:
                whole += [((m + k) / 2.0 ** (d + 1), d), (-(m + k) / 2.0 ** (d + 1), d)]
for d in range(0, 10):
    x = float(Fraction(2 ** 63, 10 ** d))
    bits, = struct.unpack("<q", struct.pack("<d", x))
    for k in range(-3, 4):
        y = struct.unpack("<d", struct.pack("<q", bits + k))[0]
        whole += [(y, d), (-y, d)]
refused = []

print("/* python3 tests/base/reference_money.py > tests/base/money.inc */")
print("static const struct {\n    double amount;\n    int32_t decimals;\n    int64_t minor;\n} from_f64_case[] = {")
pairs = whole[:]
for a in amounts:
    pairs += [(a, d) for d in (range(10) if amounts.index(a) < 34 else random.sample(range(10), 2))]
for a, d in pairs:
    m = half_even(Fraction(a) * 10 ** d)
    if not -2 ** 63 <= m < 2 ** 63:
        refused.append((a, d))
        continue
    text = "INT64_MIN" if m == -2 ** 63 else "INT64_C(%d)" % m
    print("    {%s, %d, %s}," % (a.hex(), d, text))
print("};")
print("static const struct {\n    double amount;\n    int32_t decimals;\n} too_large_case[] = {")
for a, d in refused:
    print("    {%s, %d}," % (a.hex(), d))
print("};")
print("static const struct {\n    int64_t minor;\n    int32_t decimals;\n    double amount;\n} to_f64_case[] = {")
minors = [0, 1, -1, 29, 2 ** 53, 2 ** 53 + 1, -2 ** 53 - 1, 2 ** 63 - 1, -2 ** 63, -2 ** 63 + 1, 10 ** 18, 10 ** 18 + 1]
for _ in range(120):
    minors.append(random.choice([-1, 1]) * random.getrandbits(random.randint(50, 63)))
for d in range(1, 10):   # just beside the middle of two doubles, where rounding twice goes wrong
    for _ in range(16):
        x = random.getrandbits(63) / 10.0 ** d
        bits, = struct.unpack("<q", struct.pack("<d", x))
        y = struct.unpack("<d", struct.pack("<q", bits + 1))[0]
        m = (Fraction(x) + Fraction(y)) / 2 * 10 ** d
        for k in (-1, 0, 1):
            c = m.numerator // m.denominator + k
            if c < 2 ** 63:
                minors.append((c, d))
for m in minors:
    pairs = [m] if isinstance(m, tuple) else [(m, d) for d in random.sample(range(10), 2)]
    for c, d in pairs:
        text = "INT64_MIN" if c == -2 ** 63 else "INT64_C(%d)" % c
        print("    {%s, %d, %s}," % (text, d, nearest_double(Fraction(c, 10 ** d)).hex()))
print("};")
