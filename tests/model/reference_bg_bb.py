#!/usr/bin/env python3
"""References of 40 digits for BG/BB (Fader, Hardie & Shang 2010).

    python3 tests/model/reference_bg_bb.py likelihood 2000 > tests/model/bg_bb_likelihood.inc
    python3 tests/model/reference_bg_bb.py predict 2400 > tests/model/bg_bb_predict.inc
    python3 tests/model/reference_bg_bb.py few 300 > tests/model/bg_bb_few.inc

Parameters log-uniform over 1e-3 .. 1e3, T whole, log-uniform over 1 .. 1e4, half of the x up to 30. The likelihood is
the sum over the times of death, forwards, with running sums for the derivatives of each term (the library runs
backwards, by conditional probabilities); the factor before it by log-gamma functions. Each line of
    likelihood: alpha, beta, gamma, delta, x, t_x, T, value, condition (sum of |derivatives by log-parameters|),
                gradient and Hessian (lower triangle by columns) in log-parameters;
    predict:    alpha, beta, gamma, delta, x, t_x, T, t, rate, P(alive), CET(t), DERT(rate), discounted to t;
                CET by the closed form with its pole at gamma = 1, DERT by 2F1, the last as a difference of such;
    few:        alpha, beta, gamma, delta, x, t_x, T, t0, t1, n, P(alive at t0), expected, P(n) to t1, rate, spread:
                T <= 60, t1 <= 60, all by plain sums over the published terms.
The forms are checked against each other before anything is printed."""
import random
import sys

from mpmath import mp, mpf, beta, binomial, exp, hyp2f1, log, loggamma, psi, quad, rf, sqrt

mp.dps = 50


def spread(rng, low, high):
    return mpf(float("%.5g" % (low * (high / low) ** rng.random())))


def history(rng, most):
    T = int(float(spread(rng, 1, most + 0.999)))
    x = rng.randrange(31) if rng.random() < 0.5 else int(float(spread(rng, 1, 1e5)))
    x = min(x, T) if rng.random() < 0.5 else x % (T + 1)
    if x == 0:
        t_x = 0
    elif rng.random() < 0.5:
        t_x = rng.randrange(x, T + 1)
    else:
        t_x = x + int((T - x) * (1 - 10 ** (-4 * rng.random())))
    return x, t_x, T


def terms(p, x, t_x, T):
    """The terms of the sum relative to the probability up to t_x: those who died, then who lives."""
    al, be, ga, de = p
    b, s, d, e = be + t_x - x, al + be + t_x, de + t_x, ga + de + t_x
    w = mpf(1)
    for i in range(T - t_x):
        yield w * ga / (e + i)
        w *= (b + i) * (d + i) / ((s + i) * (e + i))
    yield w


def head(p, x, t_x):
    al, be, ga, de = p
    lb = lambda u, v: loggamma(u) + loggamma(v) - loggamma(u + v)
    return lb(al + x, be + t_x - x) - lb(al, be) + lb(ga, de + t_x) - lb(ga, de)


def value(p, x, t_x, T):
    return head(p, x, t_x) + log(sum(terms(p, x, t_x, T)))


def p_alive(p, x, t_x, T):
    last = total = mpf(0)
    for last in terms(p, x, t_x, T):
        total += last
    return last / total


def derivatives(p, x, t_x, T):
    al, be, ga, de = p
    b, s, d, e = be + t_x - x, al + be + t_x, de + t_x, ga + de + t_x
    B = S = D = E = B2 = S2 = D2 = E2 = mpf(0)
    total = mpf(0)
    first = [mpf(0)] * 4
    second = [mpf(0)] * 10
    m = T - t_x
    for i, f in enumerate(terms(p, x, t_x, T)):
        e1, e2, dead = E, E2, 0
        if i < m:
            e1, e2, dead = E + 1 / (e + i), E2 + 1 / (e + i) ** 2, 1
        g = [-al * S, be * (B - S), dead - ga * e1, de * (D - e1)]
        h = [g[0] + al * al * S2, al * be * S2, 0, 0, g[1] - be * be * (B2 - S2), 0, 0,
             -ga * e1 + ga * ga * e2, ga * de * e2, g[3] - de * de * (D2 - e2)]
        total += f
        k = 0
        for i1 in range(4):
            first[i1] += f * g[i1]
            for i2 in range(i1, 4):
                second[k] += f * (h[k] + g[i1] * g[i2])
                k += 1
        if i < m:
            B += 1 / (b + i)
            S += 1 / (s + i)
            D += 1 / (d + i)
            E += 1 / (e + i)
            B2 += 1 / (b + i) ** 2
            S2 += 1 / (s + i) ** 2
            D2 += 1 / (d + i) ** 2
            E2 += 1 / (e + i) ** 2
    g = [v / total for v in first]
    k = 0
    for i1 in range(4):
        for i2 in range(i1, 4):
            second[k] = second[k] / total - g[i1] * g[i2]
            k += 1
    r1 = lambda u, n: psi(0, u + n) - psi(0, u)
    r2 = lambda u, n: psi(1, u + n) - psi(1, u)
    y = t_x - x
    h1 = [r1(al, x) - r1(al + be, t_x), r1(be, y) - r1(al + be, t_x), -r1(ga + de, t_x), r1(de, t_x) - r1(ga + de, t_x)]
    both, death = -r2(al + be, t_x), -r2(ga + de, t_x)
    h2 = [r2(al, x) + both, both, 0, 0, r2(be, y) + both, 0, 0, death, death, r2(de, t_x) + death]
    k = 0
    for i1 in range(4):
        g[i1] += p[i1] * h1[i1]
        for i2 in range(i1, 4):
            second[k] += p[i1] * p[i2] * h2[k] + (p[i1] * h1[i1] if i1 == i2 else 0)
            k += 1
    return g, second


def survive(ga, d, k):
    """(d)_k/(ga + d)_k"""
    return exp(loggamma(d + k) - loggamma(d) - loggamma(ga + d + k) + loggamma(ga + d))


def lived(ga, d, t):
    """sum of (d)_k/(ga + d)_k over k = 1 .. t"""
    return d / (ga - 1) * (1 - exp(loggamma(d + 1 + t) - loggamma(d + 1) - loggamma(ga + d + t) + loggamma(ga + d)))


def endless(ga, d, z):
    return z * d / (ga + d) * hyp2f1(1, d + 1, ga + d + 1, z)


def hexadecimal(v):
    return float(v).hex() if abs(v) > mpf("1e-300") else "0.0"


def show(inputs, outputs):
    print("{%s, %s}," % (", ".join("%.6g" % float(v) for v in inputs), ", ".join(hexadecimal(v) for v in outputs)),
          flush=True)


def parameters(rng):
    return [spread(rng, 1e-3, 1e3) for _ in range(4)]


def likelihood(count):
    rng = random.Random(20100601)
    for _ in range(count):
        p = parameters(rng)
        x, t_x, T = history(rng, 10000)
        g, h = derivatives(p, x, t_x, T)
        show(p + [x, t_x, T], [value(p, x, t_x, T), sum(abs(v) for v in g)] + g + h)


def predict(count):
    rng = random.Random(20100602)
    while count > 0:
        p = parameters(rng)
        x, t_x, T = history(rng, 10000)
        t, rate = int(float(spread(rng, 1, 1e4))), spread(rng, 1e-5, 1)
        alive = p_alive(p, x, t_x, T)
        if alive < mpf("1e-290") and rng.random() < 0.9:
            continue  # a few such points are enough
        al, be, ga, de = p
        mean = alive * (al + x) / (al + be + T)
        d = de + T
        if ga == 1:
            continue
        with mp.workdps(90):
            z = exp(-rate)
            dert = endless(ga, d, z)
            later = z ** t * survive(ga, d, t) * endless(ga, d + t, z)
            cet = lived(ga, d, t)
            part = dert - later
        show(p + [x, t_x, T, t, rate], [alive, mean * cet, mean * dert, mean * part])
        count -= 1


def published(p, x, t_x, T):
    """The likelihood as it is printed."""
    al, be, ga, de = p
    alive = beta(al + x, be + T - x) / beta(al, be) * beta(ga, de + T) / beta(ga, de)
    dead = [beta(al + x, be + t_x - x + i) / beta(al, be) * beta(ga + 1, de + t_x + i) / beta(ga, de)
            for i in range(T - t_x)]
    return alive + sum(dead), alive


def pmf(p, n, N):
    """P(X(N) = n) of a new customer, as it is printed."""
    al, be, ga, de = p
    if n > N:
        return mpf(0)
    sum_ = binomial(N, n) * beta(al + n, be + N - n) / beta(al, be) * beta(ga, de + N) / beta(ga, de)
    for i in range(n, N):
        sum_ += binomial(i, n) * beta(al + n, be + i - n) / beta(al, be) * beta(ga + 1, de + i) / beta(ga, de)
    return sum_


def few(count):
    rng = random.Random(20100603)
    while count > 0:
        p = parameters(rng)
        x, t_x, T = history(rng, 60)
        t0 = rng.randrange(0, 30)
        t1 = t0 + rng.randrange(1, 30)
        n = rng.randrange(0, t1 + 1) if rng.random() < 0.8 else 0
        whole, now = published(p, x, t_x, T)
        alive = now / whole
        if alive < mpf("1e-250"):
            continue
        al, be, ga, de = p
        q = [al + x, be + T - x, ga, de + T]
        count_ = alive * pmf(q, n, t1) + (1 - alive if n == 0 else 0)
        rate = published([al + 1, be, ga, de], x, t_x, T)[0] * al / (al + be) / whole
        # K opportunities of (t0, t1] are lived to see
        at_least = [alive * survive(ga, de + T, t0 + k) for k in range(1, t1 - t0 + 1)]
        mean = sum(at_least)
        square = sum((2 * k + 1) * v for k, v in enumerate(at_least))
        s = q[0] + q[1]
        m1, m2 = q[0] / s, q[0] * (q[0] + 1) / (s * (s + 1))
        expected = m1 * mean
        variance = m2 * (square - mean) + expected - expected ** 2
        show(p + [x, t_x, T, t0, t1, n],
             [alive * survive(ga, de + T, t0), expected, count_, rate, sqrt(variance)])
        count -= 1


def close(a, b, digits):
    assert abs(a / b - 1) < mpf(10) ** -digits, (a, b)


def check():
    p = [mpf("1.2"), mpf(".75"), mpf(".66"), mpf("2.8")]
    x, t_x, T = 3, 5, 11
    whole, now = published(p, x, t_x, T)
    close(exp(value(p, x, t_x, T)), whole, 40)
    close(p_alive(p, x, t_x, T), now / whole, 40)
    close(sum(pmf(p, n, 9) for n in range(10)), mpf(1), 40)
    close(sum(n * pmf(p, n, 9) for n in range(10)), p[0] / (p[0] + p[1]) * lived(p[2], p[3], 9), 40)
    z = exp(mpf(-1) / 5)
    close(endless(p[2], p[3], z), sum(z ** k * survive(p[2], p[3], k) for k in range(1, 900)), 30)
    # derivatives against differences
    g, h = derivatives(p, x, t_x, T)
    step = mpf(10) ** -12
    k = 0
    for i in range(4):
        up, down = list(p), list(p)
        up[i] *= exp(step)
        down[i] *= exp(-step)
        close(g[i], (value(up, x, t_x, T) - value(down, x, t_x, T)) / (2 * step), 18)
        gu, gd = derivatives(up, x, t_x, T)[0], derivatives(down, x, t_x, T)[0]
        for j in range(i, 4):
            close(h[k], (gu[j] - gd[j]) / (2 * step), 18)
            k += 1
    # the mixture itself: the times of death and chances of one customer
    al, be, ga, de = p
    def given(pp, th):
        sum_ = pp ** x * (1 - pp) ** (T - x) * (1 - th) ** T
        for i in range(T - t_x):
            sum_ += pp ** x * (1 - pp) ** (t_x - x + i) * th * (1 - th) ** (t_x + i)
        return sum_
    with mp.workdps(15):
        inner = lambda pp: quad(lambda th: given(pp, th) * th ** (ga - 1) * (1 - th) ** (de - 1), [0, .1, 1])
        both = quad(lambda pp: inner(pp) * pp ** (al - 1) * (1 - pp) ** (be - 1), [0, .5, 1])
    close(both / (beta(al, be) * beta(ga, de)), whole, 5)


if __name__ == "__main__":
    check()
    print("/* python3 tests/model/reference_bg_bb.py %s %s > tests/model/bg_bb_%s.inc */"
          % (sys.argv[1], sys.argv[2], sys.argv[1]))
    {"likelihood": likelihood, "predict": predict, "few": few}[sys.argv[1]](int(sys.argv[2]))
