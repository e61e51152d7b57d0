# Closed forms of lifetime value to 60 digits. Remake: python3 tests/lifetime/reference_lifetime.py > tests/lifetime/lifetime.inc
import random
from mpmath import mp, mpf, log1p, expm1, sqrt, exp

mp.dps = 60
random.seed(20240607)
print("/* Remade by: python3 tests/lifetime/reference_lifetime.py > tests/lifetime/lifetime.inc */")


def h(x):
    return float(x).hex()


def tau(timing):
    return {1: mpf(0), 2: mpf(1) / 2, 3: mpf(1)}[timing]


def rates():
    return random.choice([0.0, 0.1, 0.01, 1e-9, -0.2, 3.0, random.uniform(-0.5, 2), 10 ** random.uniform(-12, 2)])


print("static const struct { double rate, t, power, less_one; } power_case[] = {")
for k in range(300):
    r = random.choice([0.1, 0.01, 1e-6, 1e-15, -0.3, random.uniform(-0.9, 5), 10 ** random.uniform(-14, 30)])
    big = 690 / abs(float(log1p(mpf(r))))
    t = random.choice([1.0, 0.5, -7.25, random.uniform(-big, big), float(random.randint(-int(min(big, 1e15)), int(min(big, 1e15))))])
    if abs(t) > big:
        t = big / 3
    e = mpf(t) * log1p(mpf(r))
    print("    {%s, %s, %s, %s}," % (h(r), h(t), h(exp(e)), h(expm1(e))))
print("};")

print("static const struct { double flow, length, rate, want; } stream_case[] = {")
for k in range(200):
    r = rates()
    length = random.choice([3.0, 1e-3, 1e4, random.uniform(0, 50)])
    if r < 0 or r > 1:
        length = min(length, 300.0)
    flow = random.choice([100.0, -3.5, 1e6])
    d = log1p(mpf(r))
    want = mpf(flow) * (mpf(length) if d == 0 else -expm1(-d * length) / d)
    print("    {%s, %s, %s, %s}," % (h(flow), h(length), h(r), h(want)))
print("};")

print("static const struct { double rate, per, effective, continuous; } rate_case[] = {")
for k in range(100):
    r = rates()
    per = random.choice([1 / 12, 12.0, 52.0, 365.25, 1 / 365.25, random.uniform(0.01, 20)])
    d = log1p(mpf(r)) * mpf(per)
    if d > 700:
        continue
    print("    {%s, %s, %s, %s}," % (h(r), h(per), h(expm1(d)), h(d)))
print("};")

print("static const struct { double margin, retention, rate, growth; long long periods; int timing; double want; }")
print("    value_case[] = {")
for k in range(700):
    m = random.choice([100.0, -7.5, 1e6, 0.1])
    timing = random.randint(1, 3)
    periods = random.choice([0, 0, 1, 2, 5, 12, 1000, 999983, 1000000, random.randint(1, 1 << 20)])
    i = random.choice([0.1, 0.01, 0.0, 1e-5, -0.01, 0.5])
    g = random.choice([0.0, 0.05, -0.03, 1e-4])
    r = random.choice([0.8, 0.6, 1.0, 0.0, 0.5, 0.99999, random.random()])
    if random.random() < 0.4:
        # next to r (1 + g) = 1 + i, above or below by a few units or much more
        r = float(min(1.0, (1 + i) / (1 + g) * (1 + random.choice([0, 1, -1, 3, -4, 1e3, -1e6, -1e10]) * 2.0 ** -52)))
    gap = (1 + mpf(i)) - mpf(r) * (1 + mpf(g))
    if periods == 0 and gap <= 0:
        continue
    q = mpf(r) * (1 + mpf(g)) / (1 + mpf(i))
    if periods == 0:
        s = 1 / (1 - q)
    elif q == 1:
        s = mpf(periods)
    else:
        s = (1 - q ** periods) / (1 - q)
    first = mpf(1) if timing == 3 else mpf(r) / (1 + mpf(i)) * (1 + mpf(i)) ** tau(timing)
    want = mpf(m) * first * s
    if abs(want) > 1e285:
        continue
    print("    {%s, %s, %s, %s, %d, %d, %s}," % (h(m), h(r), h(i), h(g), periods, timing, h(want)))
print("};")

print("enum { FLOWS = 41 };")
print("static const struct { double rate; int timing; double flow[FLOWS], retention[FLOWS], present, schedule, history; }")
print("    series_case[] = {")
for k in range(60):
    i = random.choice([0.1, 0.0, 0.02, -0.1, 1.5, random.uniform(-0.3, 1)])
    timing = random.randint(1, 3)
    flow = [random.uniform(-50, 100) for t in range(41)]
    keep = [random.uniform(0.3, 1) for t in range(41)]
    v = 1 + mpf(i)
    present = mpf(flow[0]) + sum(mpf(flow[t]) * v ** (tau(timing) - t) for t in range(1, 41))
    product, schedule = mpf(1), mpf(0)
    for t in range(1, 42):
        product *= mpf(keep[t - 1])
        schedule += mpf(flow[t - 1]) * product * v ** (tau(timing) - t)
    # margins flow[j] at times retention[j], as of 20.5
    history = sum(mpf(flow[j]) * v ** (mpf(20.5) - mpf(keep[j])) for j in range(41))
    row = lambda c: "{" + ", ".join(h(x) for x in c) + "}"
    print("    {%s, %d, %s,\n     %s,\n     %s, %s, %s}," % (h(i), timing, row(flow), row(keep), h(present), h(schedule), h(history)))
print("};")
