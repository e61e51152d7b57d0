#!/usr/bin/env python3
"""References for BG/NBD predictions: P(alive), conditional expected transactions and discounted expected residual
transactions on points log-uniform over the domain, by 40-digit arithmetic.

    python3 tests/model/reference_bg_nbd_predict.py 2400 > tests/model/bg_nbd_predict.inc     (hours, one core)
    python3 tests/model/reference_bg_nbd_predict.py ahead 300 > tests/model/bg_nbd_ahead.inc
    python3 tests/model/reference_bg_nbd_predict.py mbg 2000 > tests/model/mbg_nbd_predict.inc
    python3 tests/model/reference_bg_nbd_predict.py check 20                                  (a second formula)

Given alive, with R = r + x, A = alpha + T, p ~ Beta(a, B = b + x):
    P(alive) = 1/(1 + [x > 0] a/(b + x - 1) ((alpha + T)/(alpha + t_x))^R)
    CET / P(alive) = E[(1 - (1 + p t/A)^-R)/p]
    DERT / P(alive) = E[R e^w E_{R+1}(w)/p], w = delta A/p, E_n the exponential integral.
MBG/NBD: the same with B = b + x + 1 and P(alive) = 1/(1 + a/(b + x) ...) for every x; see `first` below.
The variance of the purchases in (t0, t1] is P (M2 + M1) - (P M1)^2 with the factorial moments given alive
    M1 = E[c^-R (1 - (1 + w)^-R)/p], M2 = 2 E[(1 - p) c^-R (1 - (1 + (R+1) w) (1 + w)^-(R+1))/p^2],
    c = 1 + p t0/A, w = p (t1 - t0)/(A c).
The mean over p is a trapezoidal sum in logit p, whose error falls as exp(-pi^2/step); what lies beyond the grid is a
geometric sum. The normaliser is the beta function, computed apart, so that a wrong grid would show.
`check` compares with mpmath.quad over hyp2f1 in the time domain."""
import random
import sys

from mpmath import mp, mpf, beta, exp, expm1, gamma, hyp2f1, log, log1p, quad, sqrt

mp.dps = 40


def logistic_mean(a, B, H, scale):
    """E[H(p)], p ~ Beta(a, B); H is constant to 25 digits for p << 1/scale, and for 1 - p << 1/scale."""
    tiny = mpf(10) ** -26
    low = log(tiny / (scale + a + B))
    high = -low
    middle = log(a / B)
    sigma = sqrt(1 / a + 1 / B)
    h = min(mpf("0.14"), sigma / mpf("2.5"))
    floor = mpf(10) ** -60

    def term(s):
        p = 1 / (1 + exp(-s))
        q = 1 / (1 + exp(s))
        weight = exp(a * log(p) + B * log(q) - top)
        return weight, weight * H(p, q)

    p0 = a / (a + B)
    top = a * log(p0) + B * log(1 - p0)
    total = mpf(0)
    mass = mpf(0)
    for direction in (1, -1):
        k = 0 if direction == 1 else 1
        while True:
            s = middle + direction * k * h
            w, wh = term(s)
            total += wh
            mass += w
            if (direction == 1 and s > high) or (direction == -1 and s < low):
                ratio = exp(-h * (B if direction == 1 else a))
                total += wh * ratio / (1 - ratio)
                mass += w * ratio / (1 - ratio)
                break
            if wh < floor * total and w < floor * mass:
                break
            k += 1
    whole = beta(a, B) * exp(-top)
    assert abs(mass * h / whole - 1) < mpf(10) ** -20, (a, B, mass * h / whole - 1)
    return total * h / whole


def scaled_expint(R, w):
    """R e^w E_{R+1}(w)."""
    n = R + 1
    if w >= 1 or R >= 30:
        b = w + n
        c = mpf(10) ** 50
        d = 1 / b
        f = d
        k = 1
        while True:
            an = -k * (n - 1 + k)
            b += 2
            d = 1 / (an * d + b)
            c = b + an / c
            f *= c * d
            if abs(c * d - 1) < mpf(10) ** -32:
                return R * f
            k += 1
    with mp.workdps(80):
        n += mpf(10) ** -30 # away from the removable poles at integers
        term = mpf(1)
        total = 1 / (1 - n)
        k = 0
        while abs(term) > mpf(10) ** -70:
            k += 1
            term *= -w / k
            total += term / (k + 1 - n)
        return +(R * exp(w) * (gamma(1 - n) * w ** (n - 1) - total))


def p_alive(r, alpha, a, b, x, t_x, T, first=1):
    """first: the repeat purchases from which a customer may have left, 1 in BG/NBD, 0 in MBG/NBD."""
    if x < first:
        return mpf(1)
    return 1 / (1 + a / (b + x - first) * ((alpha + T) / (alpha + t_x)) ** (r + x))


def expected(r, alpha, a, b, x, T, t):
    R, y = r + x, t / (alpha + T)
    return logistic_mean(a, b + x, lambda p, q: -expm1(-R * log1p(p * y)) / p, R * y + 1)


def discounted(r, alpha, a, b, x, T, delta):
    R, z = r + x, delta * (alpha + T)
    return logistic_mean(a, b + x, lambda p, q: scaled_expint(R, z / p) / p, (R + 20) / z + R + 1)


def later(R, w):
    """1 - (1 + (R+1) w) (1 + w)^-(R+1)"""
    if (R + 2) * w > mpf("1e-3"):
        return 1 - (1 + (R + 1) * w) * exp(-(R + 1) * log1p(w))
    total = mpf(0)
    term = R * w
    for m in range(2, 40):
        term *= -(R + m - 1) * w / m
        total += -(m - 1) * term
        if abs(term) < mpf(10) ** -45 * abs(total):
            break
    return total


def deviation(r, alpha, a, b, x, t_x, T, t0, t1, first):
    R, A, B = r + x, alpha + T, b + x + (1 - first)
    P = p_alive(r, alpha, a, b, x, t_x, T, first)
    y, length = t0 / A, (t1 - t0) / A
    scale = R * (y + length) + 1
    tilt = lambda p: exp(-R * log1p(p * y))
    M1 = logistic_mean(a, B, lambda p, q: -tilt(p) * expm1(-R * log1p(p * length / (1 + p * y))) / p, scale)
    M2 = 2 * logistic_mean(a, B, lambda p, q: q * tilt(p) * later(R, p * length / (1 + p * y)) / p ** 2, scale)
    return sqrt(P * (M2 + M1) - (P * M1) ** 2)


def discounted_again(r, alpha, a, b, x, T, delta, t=None):
    """int_0^t e^(-delta u) R/A 2F1(R + 1, a + ..) du: E[(1+pv)^-(R+1)] = 2F1(R+1, a; a+B; -v)."""
    R, A, B = r + x, alpha + T, b + x

    def rate(s):
        u = exp(s)
        return u * exp(-delta * u) * R / A * hyp2f1(R + 1, a, a + B, -u / A)

    if t is None:
        top = log(100 / delta)
    else:
        top = log(t)
    bottom = top - 80 - log(1 + R)
    return quad(rate, [bottom + (top - bottom) * k / 24 for k in range(25)])


def draw(rng):
    def spread(low, high):
        return mpf("%.4g" % (low * (high / low) ** rng.random()))

    r, a, b = (spread(1e-3, 1e3) for _ in range(3))
    alpha = spread(1e-3, 1e4)
    x = rng.randrange(31) if rng.random() < 0.5 else int(float(spread(1, 1e5)))
    T = spread(1e-2, 1e4)
    if x == 0:
        t_x = mpf(0)
    elif rng.random() < 0.5:
        t_x = mpf("%.4g" % (float(T) * (1 - rng.random())))
    else:
        t_x = mpf("%.6g" % (float(T) * (1 - 10 ** (-5 * rng.random()))))
    if x > 0 and not 0 < t_x <= T:
        t_x = T
    return r, alpha, a, b, mpf(x), t_x, T, spread(1e-2, 1e4), spread(1e-5, 1)


def plain(v):
    return "%.6g" % float(v)


def hexadecimal(v):
    return float(v).hex() if v > mpf("1e-307") else "0.0"


def main(count):
    rng = random.Random(20050801)
    print("/* python3 tests/model/reference_bg_nbd_predict.py %d > tests/model/bg_nbd_predict.inc */" % count)
    print("/* r, alpha, a, b, x, t_x, T, t, delta, P(alive), CET(t), DERT(delta) */")
    done = 0
    while done < count:
        # the doubles nearest to the decimals are the inputs
        r, alpha, a, b, x, t_x, T, t, delta = (mpf(float(v)) for v in draw(rng))
        alive = p_alive(r, alpha, a, b, x, t_x, T)
        if alive < mpf("1e-290") and rng.random() < 0.9:
            continue # a few such points are enough
        cet = alive * expected(r, alpha, a, b, x, T, t)
        dert = alive * discounted(r, alpha, a, b, x, T, delta)
        row = [plain(v) for v in (r, alpha, a, b, x, t_x, T, t, delta)]
        print("{%s, %s}," % (", ".join(row), ", ".join(hexadecimal(v) for v in (alive, cet, dert))), flush=True)
        done += 1


def modified(count):
    rng = random.Random(20070901)
    print("/* python3 tests/model/reference_bg_nbd_predict.py mbg %d > tests/model/mbg_nbd_predict.inc */" % count)
    print("/* r, alpha, a, b, x, t_x, T, t, delta, P(alive), CET(t), DERT(delta), standard deviation in (t/4, t] */")
    while count > 0:
        r, alpha, a, b, x, t_x, T, t, delta = (mpf(float(v)) for v in draw(rng))
        alive = p_alive(r, alpha, a, b, x, t_x, T, 0)
        if alive < mpf("1e-290") and rng.random() < 0.9:
            continue
        row = [plain(v) for v in (r, alpha, a, b, x, t_x, T, t, delta)]
        values = [alive, alive * expected(r, alpha, a, b + 1, x, T, t), alive * discounted(r, alpha, a, b + 1, x, T, delta),
                  deviation(r, alpha, a, b, x, t_x, T, t / 4, t, 0) if alive > mpf("1e-290") else mpf(0)]
        print("{%s, %s}," % (", ".join(row), ", ".join(hexadecimal(v) for v in values)), flush=True)
        count -= 1


def ahead(count):
    """P(alive t ahead)/P(alive) = E[(1 + p t/A)^-R]"""
    rng = random.Random(5)
    print("/* python3 tests/model/reference_bg_nbd_predict.py ahead %d > tests/model/bg_nbd_ahead.inc */" % count)
    print("/* r, alpha, a, b, x, t_x, T, t, P(alive at t)/P(alive) */")
    while count > 0:
        r, alpha, a, b, x, t_x, T, t, _ = (mpf(float(v)) for v in draw(rng))
        R, y = r + x, t / (alpha + T)
        value = logistic_mean(a, b + x, lambda p, q: (1 + p * y) ** -R, R * y + 1)
        if value > mpf("1e-280") and p_alive(r, alpha, a, b, x, t_x, T) > mpf("1e-290"):
            print("{%s, %s}," % (", ".join(plain(v) for v in (r, alpha, a, b, x, t_x, T, t)), hexadecimal(value)))
            count -= 1


def check(count):
    rng = random.Random(7)
    while count > 0:
        r, alpha, a, b, x, t_x, T, t, delta = draw(rng)
        if x > 200 or r > 50 or a + b > 100:
            continue
        one = discounted(r, alpha, a, b, x, T, delta)
        two = discounted_again(r, alpha, a, b, x, T, delta)
        three = expected(r, alpha, a, b, x, T, t)
        four = discounted_again(r, alpha, a, b, x, T, mpf(0), t)
        print("dert %.3g  cet %.3g" % (float(one / two - 1), float(three / four - 1)), flush=True)
        count -= 1


if __name__ == "__main__":
    if sys.argv[1] == "check":
        check(int(sys.argv[2]))
    elif sys.argv[1] == "mbg":
        modified(int(sys.argv[2]))
    elif sys.argv[1] == "ahead":
        ahead(int(sys.argv[2]))
    else:
        main(int(sys.argv[1]))
