#!/usr/bin/env python3
"""References for GGompertz/NBD by 40-digit arithmetic, on points log-uniform over the domain.

    python3 tests/model/reference_ggompertz.py points 2039 > tests/model/ggompertz_points.inc      (minutes)
    python3 tests/model/reference_ggompertz.py slopes 197 > tests/model/ggompertz_slopes.inc
    python3 tests/model/reference_ggompertz.py quantities 26 > tests/model/ggompertz_quantities.inc
    python3 tests/model/reference_ggompertz.py check                                              (other formulas)

Integrals over the time u from t_x (or from now) run over w = ln(1 + u/c), c the least of alpha + t_x, B/b and 1/b, in
panels of at most 1/2 with 24 Gauss-Legendre nodes each, to where nothing is left; `check` compares with mpmath.quad in
the published form, with twice the panels, and derivatives with differences."""
import random
import sys

from mpmath import mp, mpf, diff, exp, expm1, inf, log, log1p, loggamma, psi, quad, sqrt, findroot

mp.dps = 40
NAMES = ("r", "alpha", "b", "s", "beta")
LESS = [1] # panels are divided by this in checks


def legendre(n):
    out = []
    for i in range(n):
        x = mp.cos(mp.pi * (i + mpf(3) / 4) / (n + mpf(1) / 2))
        for _ in range(9):
            p0, p1 = mpf(1), x
            for k in range(2, n + 1):
                p0, p1 = p1, ((2 * k - 1) * x * p1 - (k - 1) * p0) / k
            d = n * (x * p1 - p0) / (x * x - 1)
            x -= p1 / d
        out.append(((1 + x) / 2, 1 / ((1 - x * x) * d * d)))
    return out


NODES = legendre(24)


def scale_at(b, beta, t):
    return beta * exp(-b * t) - expm1(-b * t)


def points(c, end, variation):
    """(u, weight) for int_0^end du of something that falls by a factor of e^-variation."""
    length = log1p(end / c)
    n = max(1, int(mp.ceil(length * 2)), int(mp.ceil(variation / 10))) * LESS[0]
    for k in range(n):
        for x, w in NODES:
            z = length * (k + x) / n
            yield c * expm1(z), w * length / n * c * exp(z)


def last(exponent, end, least):
    """The time at which exponent(u) = 140 + least, but at most end."""
    most = 140 + least
    if end != inf and exponent(end) <= most:
        return end
    low, high = mpf(10) ** -60, mpf(10) ** 60 if end == inf else end
    for _ in range(140):
        middle = sqrt(low * high)
        if exponent(middle) < most:
            low = middle
        else:
            high = middle
        if high < low * mpf("1.01"):
            break
    return high


def clock(b, B, u):
    return log1p(expm1(b * u) / B)


class Row:
    """The two ways a history comes about, with derivatives of the logarithm of either by log-parameters."""

    def __init__(self, theta, x, t_x, T):
        r, alpha, b, s, beta = theta
        self.theta, self.x, self.t_x, self.T = theta, x, t_x, T
        R = r + x
        A, B, U = alpha + t_x, scale_at(b, beta, t_x), T - t_x
        first = s * b / B * A / R
        exponent = lambda u: R * log1p(u / A) + s * clock(b, B, u)
        end = last(exponent, U, -log(min(first, s / R, 1)))
        ways = []
        for u, w in points(min(A, B / b, 1 / b), end, exponent(end)) if U > 0 else ():
            q = clock(b, B, u)
            rate = 1 - (1 - 1 / B) * exp(-q)
            ways.append((t_x + u, w * s * b * rate * exp(-R * log1p(u / A) - s * q)))
        self.J = sum((f for _, f in ways), mpf(0))
        self.E = R * log1p(U / A) + s * clock(b, B, U)
        self.ways = ways
        total = exp(-self.E) + self.J
        self.alive = exp(-self.E) / total
        self.Q_x = clock(b, beta, t_x)
        self.value = loggamma(r + x) - loggamma(r) - x * log(alpha) - R * log1p(t_x / alpha) - s * self.Q_x + log(total)
        self.total = total

    def slopes(self, tau, left):
        """First and second derivatives of the logarithm of the integrand (left = 1), or of what is at the end."""
        r, alpha, b, s, beta = self.theta
        R = r + self.x
        e = expm1(b * tau)
        n = beta / (beta + e)
        m = e / (beta + e)
        w = b * tau * (1 + e) / (beta + e)
        v = b * tau * (beta - 1) / (beta + e)
        d = log1p(tau / alpha)
        a = alpha / (alpha + tau)
        Q = log1p(e / beta)
        g = [-r * d, R * (1 - a), left * (1 + v) - s * w, left - s * Q, s * m - left * n]
        h = [[mpf(0)] * 5 for _ in range(5)]
        h[0][0] = -r * d
        h[0][1] = r * (1 - a)
        h[1][1] = -R * a * (1 - a)
        h[2][2] = left * v * (1 - w) - s * w * (1 + v)
        h[2][3] = -s * w
        h[2][4] = (left + s) * w * n
        h[3][3] = -s * Q
        h[3][4] = s * m
        h[4][4] = -(left + s) * m * n
        return g, h

    def derivatives(self):
        r = self.theta[0]
        g0, h0 = self.slopes(self.T, 0)
        mean = [self.alive * v for v in g0]
        second = [[self.alive * (h0[i][j] + g0[i] * g0[j]) for j in range(5)] for i in range(5)]
        dead = [mpf(0)] * 5
        for tau, f in self.ways:
            g, h = self.slopes(tau, 1)
            p = f / self.total
            for i in range(5):
                mean[i] += p * g[i]
                dead[i] += p * g[i]
                for j in range(i, 5):
                    second[i][j] += p * (h[i][j] + g[i] * g[j])
        gradient = list(mean)
        gradient[0] += r * (psi(0, r + self.x) - psi(0, r))
        gradient[1] -= self.x
        hessian = [[second[min(i, j)][max(i, j)] - mean[i] * mean[j] for j in range(5)] for i in range(5)]
        hessian[0][0] += r * (psi(0, r + self.x) - psi(0, r)) + r * r * (psi(1, r + self.x) - psi(1, r))
        # of ln P(alive), by log-parameters
        self.alive_slopes = [g0[i] - mean[i] for i in range(5)]
        return gradient, hessian

    def condition(self, gradient):
        """Sum over inputs of |input * d ln L/d input|."""
        r, alpha, b, s, beta = self.theta
        R = r + self.x
        hazard = s * b / scale_at(b, beta, self.t_x)
        total = sum(abs(v) for v in gradient)
        total += self.t_x * hazard / self.total + self.T * self.alive * R / (alpha + self.T)
        mean = self.alive * log1p(self.T / alpha) + sum((f / self.total * log1p(t / alpha) for t, f in self.ways), mpf(0))
        return total + abs(self.x * (psi(0, r + self.x) - log(alpha) - mean))

    def alive_condition(self):
        r, alpha, b, s, beta = self.theta
        R = r + self.x
        hazard = s * b / scale_at(b, beta, self.t_x)
        hazard_T = s * b / scale_at(b, beta, self.T)
        mean = sum((f / self.total * log1p(t / alpha) for t, f in self.ways), mpf(0)) + self.alive * log1p(self.T / alpha)
        total = sum(abs(v) for v in self.alive_slopes) + self.x * abs(log1p(self.T / alpha) - mean)
        total += self.t_x * hazard / self.total
        return total + self.T * abs(-R / (alpha + self.T) * (1 - self.alive) - hazard_T)


def life(theta, now, end, delta, weight=lambda u: 1):
    """int_0^end weight(u) e^(-delta u) S(now + u)/S(now) du, and the relative condition of weight 1."""
    r, alpha, b, s, beta = theta
    B = scale_at(b, beta, now)
    more = max(mpf(0), log((delta + s * b / B) / (delta + s * b)))
    exponent = lambda u: delta * u + s * clock(b, B, u)
    stop = last(exponent, end, more)
    whole = q_part = u_part = r_part = mpf(0)
    for u, w in points(min(B / b, 1 / b), stop, exponent(stop)):
        q = clock(b, B, u)
        f = w * exp(-delta * u - s * q)
        whole += weight(u) * f
        q_part += s * q * f
        u_part += delta * u * f
        r_part += s * b * u * (1 - (1 - 1 / B) * exp(-q)) * f
    moved = b * now * abs(beta - 1) * exp(-b * now) / B
    return whole, (q_part * (2 + moved) + u_part + r_part) / whole + (1 if end != inf else 0)


def log_uniform(rng, low, high):
    return mpf(float("%.5g" % (low * (high / low) ** rng.random())))


def draw(rng, n):
    theta = [log_uniform(rng, 1e-3, 1e3), log_uniform(rng, 1e-3, 1e4), log_uniform(rng, 1e-3, 1e3),
             log_uniform(rng, 1e-3, 1e3), log_uniform(rng, 1e-3, 1e3)]
    if n % 5 == 4: # the way to Pareto/NBD
        theta[4] = log_uniform(rng, 1e-3, 1e4)
        theta[2] = log_uniform(rng, 1e-9, 1e-3)
        theta[4] = mpf(float("%.5g" % (theta[4] * theta[2])))
    x = rng.randrange(31) if n % 2 == 0 else int(log_uniform(rng, 1, 1e5))
    T = log_uniform(rng, 1e-2, 1e4)
    t_x = mpf(0)
    if x > 0:
        near = 10 ** (-5 * rng.random()) if rng.random() < .5 else 1 - rng.random()
        t_x = mpf(float("%.7g" % (float(T) * (1 - near))))
        if not 0 < t_x <= T or n % 20 == 3:
            t_x = T
    return theta, mpf(x), t_x, T, log_uniform(rng, 1e-2, 1e4), log_uniform(rng, 1e-5, 1)


def plain(v):
    return "%.8g" % float(v)


def hexadecimal(v):
    return float(v).hex() if abs(v) > mpf("1e-307") else "0.0"


def print_points(count):
    rng = random.Random(20120501)
    print("/* made by: python3 tests/model/reference_ggompertz.py points %d > tests/model/ggompertz_points.inc */" % count)
    print("/* r, alpha, b, s, beta, x, t_x, T, t, delta, log-likelihood, P(alive), CET(t), DERT(delta), conditions */")
    done = n = 0
    while done < count:
        theta, x, t_x, T, t, delta = draw(rng, n)
        n += 1
        row = Row(theta, x, t_x, T)
        if row.alive < mpf("1e-290") and rng.random() < .6:
            continue
        gradient, _ = row.derivatives()
        rate = (theta[0] + x) / (theta[1] + T)
        cet, cet_condition = life(theta, T, t, mpf(0))
        dert, dert_condition = life(theta, T, inf, delta)
        condition = row.alive_condition()
        numbers = [row.value, row.alive, row.alive * rate * cet, row.alive * rate * dert]
        sizes = [row.condition(gradient), condition, condition + cet_condition + 3, condition + dert_condition + 3]
        print("{%s, %s, %s}," % (", ".join(plain(v) for v in theta + [x, t_x, T, t, delta]),
                                 ", ".join(hexadecimal(v) for v in numbers),
                                 ", ".join("%.3g" % float(v) for v in sizes)), flush=True)
        done += 1


def print_slopes(count):
    rng = random.Random(20120502)
    print("/* made by: python3 tests/model/reference_ggompertz.py slopes %d > tests/model/ggompertz_slopes.inc */" % count)
    print("/* r, alpha, b, s, beta, x, t_x, T, log-likelihood, its condition, gradient, Hessian (lower triangle by columns) */")
    for n in range(count):
        theta, x, t_x, T, _, _ = draw(rng, n)
        row = Row(theta, x, t_x, T)
        g, h = row.derivatives()
        numbers = [row.value, row.condition(g)] + g + [h[i][j] for j in range(5) for i in range(j, 5)]
        print("{%s, %s}," % (", ".join(plain(v) for v in theta + [x, t_x, T]), ", ".join(hexadecimal(v) for v in numbers)),
              flush=True)


def probability(theta, x, T, alive, n, t):
    """P(n purchases in (0, t]): alive to the end, or left at u."""
    r, alpha, b, s, beta = theta
    R, A, B = r + x, alpha + T, scale_at(b, beta, T)

    def count(u):
        share = n * log(u / (A + u)) if n > 0 else 0
        return exp(loggamma(R + n) - loggamma(R) - loggamma(n + 1) - R * log1p(u / A) + share)

    total = count(t) * exp(-s * clock(b, B, t))
    end = last(lambda u: s * clock(b, B, u), t, 0 if n == 0 else 30 * n)
    # the peak of n purchases is at u/A about n/R, and 1/sqrt(n) of that wide
    for u, w in points(min(A * (n + 1) / (R + n + 1), B / b, 1 / b), end, 10 * sqrt(1 + n) + s * clock(b, B, end)):
        q = clock(b, B, u)
        total += w * count(u) * s * b * (1 - (1 - 1 / B) * exp(-q)) * exp(-s * q)
    return alive * total + (1 - alive if n == 0 else 0)


def print_quantities(count):
    rng = random.Random(20120503)
    print("/* made by: python3 tests/model/reference_ggompertz.py quantities %d > tests/model/ggompertz_quantities.inc */"
          % count)
    print("/* r, alpha, b, s, beta, x, t_x, T, t, n, P(n in (0, t]), rate, spread of (0, t] */")
    done = k = 0
    while done < count:
        theta, x, t_x, T, t, _ = draw(rng, k)
        k += 1
        x = mpf(int(x) % 100)
        t_x = t_x if x > 0 else mpf(0)
        row = Row(theta, x, t_x, T)
        R, A = theta[0] + x, theta[1] + T
        if row.alive < mpf("1e-200"):
            continue
        n = mpf(rng.choice((0, 0, 1, 2, 3, 7, 30)))
        rate = R * (row.alive / A + sum((f / row.total / (theta[1] + tau) for tau, f in row.ways), mpf(0)))
        whole, _ = life(theta, T, t, mpf(0))
        time, _ = life(theta, T, t, mpf(0), lambda u: u)
        mean = row.alive * R / A * whole
        spread = sqrt(mean + row.alive * R * (R + 1) / A ** 2 * 2 * time - mean ** 2)
        numbers = [probability(theta, x, T, row.alive, n, t), rate, spread]
        print("{%s, %s}," % (", ".join(plain(v) for v in theta + [x, t_x, T, t, n]),
                             ", ".join(hexadecimal(v) for v in numbers)), flush=True)
        done += 1


def check():
    for theta, x, t_x, T, want in (((".55", "10.58", "20", ".6", "11.66"), 2, "30.43", "39", "-372.023841127224"),
                                   ((".55", "10.58", ".02", ".6", ".24"), 2, "30.43", "39", None),
                                   (("1.3", "6.58", ".3", "2.6", "43"), 0, "0", "39", None),
                                   (("1.3", "6.58", "1.3", "2.6", ".0043"), 7, "3", "4", None)):
        theta = [mpf(v) for v in theta]
        x, t_x, T = mpf(x), mpf(t_x), mpf(T)
        row = Row(theta, x, t_x, T)
        LESS[0] = 2
        again = Row(theta, x, t_x, T)
        LESS[0] = 1

        def published(r, alpha, b, s, beta):
            survival = lambda t: (beta / (beta - 1 + exp(b * t))) ** s
            density = lambda t: b * s * exp(b * t) * beta ** s / (beta - 1 + exp(b * t)) ** (s + 1)
            cuts = [t_x + (T - t_x) * mpf(10) ** -k for k in (9, 6, 5, 4, 3, 2, 1, 0)]
            tail = quad(lambda t: (alpha + t) ** -(r + x) * density(t), [t_x] + cuts)
            return loggamma(r + x) - loggamma(r) + r * log(alpha) + log((alpha + T) ** -(r + x) * survival(T) + tail)

        print("value", mp.nstr(row.value, 18), "published", mp.nstr(published(*theta) - row.value, 3),
              "panels", mp.nstr(again.value - row.value, 3), "figure", want)
        g, h = row.derivatives()
        logs = [log(v) for v in theta]
        f = lambda *l: Row([exp(v) for v in l], x, t_x, T).value
        mp.dps = 50
        worst = mpf(0)
        for i in range(5):
            for j in range(i, 5):
                order = [0] * 5
                order[i] += 1
                order[j] += 1
                worst = max(worst, abs(diff(f, tuple(logs), tuple(order)) - h[i][j]))
            order = [0] * 5
            order[i] = 1
            worst = max(worst, abs(diff(f, tuple(logs), tuple(order)) - g[i]))
        mp.dps = 40
        print("derivatives", mp.nstr(worst, 3))
        r, alpha, b, s, beta = theta
        S = lambda u: ((beta + expm1(b * T)) / (beta + expm1(b * (T + u)))) ** s
        print("life", mp.nstr(quad(S, [0, mpf(".001"), mpf(".01"), mpf(".1"), 1, 10, 20, 39]) / life(theta, T, mpf(39), mpf(0))[0] - 1, 3))


if __name__ == "__main__":
    if sys.argv[1] == "check":
        check()
    elif sys.argv[1] == "points":
        print_points(int(sys.argv[2]))
    elif sys.argv[1] == "slopes":
        print_slopes(int(sys.argv[2]))
    elif sys.argv[1] == "quantities":
        print_quantities(int(sys.argv[2]))
