#!/usr/bin/env python3
"""References for the gradients of BG/NBD predictions by r, alpha, a, b, by central differences at 40 digits.

    python3 tests/model/reference_bg_nbd_gradient.py > tests/model/bg_nbd_gradient.inc     (some minutes)
    python3 tests/model/reference_bg_nbd_gradient.py rare > tests/model/bg_nbd_rare.inc    (a minute)

Each row: r, alpha, a, b, x, t_x, T; then for each of the seven quantities value and four derivatives:
P(alive) now, P(alive) at 10, expected (0, 39], expected (10, 39], discounted for ever at .0027, discounted (5, 52] at
.0027, probability of 3 in (0, 26]."""
import sys

from mpmath import beta, hyp2f1, mp, mpf, quad

from reference_bg_nbd_predict import discounted, expected, logistic_mean, p_alive

POINTS = [
    ("0.2426", "4.4136", "0.7929", "2.4259", 2, "30.42857", "38.85714"),
    ("0.2426", "4.4136", "0.7929", "2.4259", 0, "0", "38.85714"),
    ("0.2426", "4.4136", "0.7929", "2.4259", 26, "30.85714", "31"),
    ("0.25", "4.4", "1", "2.4", 2, "30", "39"),
    ("0.11", "2.24", "0.31", "0.5", 0, "0", "1"),
    ("1.5", "20", "3.5", "0.4", 1, "10", "50"),
    ("12", "300", "30", "80", 7, "100", "130"),
    ("0.05", "0.5", "0.02", "0.3", 5, "3", "3.5"),
    ("0.4", "6", "1.3", "7", 90, "100", "101"),
    ("0.8", "2", "0.2", "4", 70, "400", "410"),
]
mp.dps = 40


def span(r, alpha, a, b, x, T, t0, t1, delta):
    """int_t0^t1 e^(-delta u) R/A 2F1(R+1, a; a+B; -u/A) du"""
    R, A, B = r + x, alpha + T, b + x

    def rate(u):
        return exp(-delta * u) * R / A * hyp2f1(R + 1, a, a + B, -u / A)

    return quad(rate, [t0, (t0 + t1) / 2, t1])


def ahead(r, alpha, a, b, x, T, t):
    return hyp2f1(r + x, a, a + b + x, -t / (alpha + T))


def probability(r, alpha, a, b, x, T, n, t):
    R, A, B = r + x, alpha + T, b + x
    share, rest = t / (A + t), A / (A + t)
    mass = [rest**R]
    for k in range(n):
        mass.append(mass[k] * (R + k) / (k + 1) * share)
    if n == 0:
        return mass[0]
    return beta(a, B + n) / beta(a, B) * mass[n] + beta(a + 1, B + n - 1) / beta(a, B) * (1 - sum(mass[:n]))


QUANTITIES = [
    lambda q, x, t_x, T: p_alive(*q, x, t_x, T),
    lambda q, x, t_x, T: p_alive(*q, x, t_x, T) * ahead(*q, x, T, 10),
    lambda q, x, t_x, T: p_alive(*q, x, t_x, T) * expected(*q, x, T, 39),
    lambda q, x, t_x, T: p_alive(*q, x, t_x, T) * span(*q, x, T, 10, 39, 0),
    lambda q, x, t_x, T: p_alive(*q, x, t_x, T) * discounted(*q, x, T, mpf(0.0027)),
    lambda q, x, t_x, T: p_alive(*q, x, t_x, T) * span(*q, x, T, 5, 52, mpf(0.0027)),
    lambda q, x, t_x, T: p_alive(*q, x, t_x, T) * probability(*q, x, T, 3, 26),
]

# r, alpha, a, b, x, T, n, t: probabilities of n purchases in (0, t], common and rare, with long histories
RARE = [
    ("0.25", "4.4", "0.8", "2.4", 3, 30, 3, 39),
    ("0.25", "4.4", "0.8", "2.4", 0, 0, 400, 39),
    ("0.25", "4.4", "0.8", "2.4", 0, 0, 400, 1),
    ("2.5", "40.4", "3.8", "0.4", 3000, 30, 1000, 39),
    ("0.25", "4.4", "0.8", "2.4", 20000, 30, 30, 0.05),
    ("300", "4.4", "800", "2.4", 10, 30, 30, 3),
    ("0.25", "4.4", "0.05", "2.4", 2000, 30, 1900, 30),
    ("0.25", "4.4", "0.8", "2.4", 90, 30, 1, 1000),
    ("0.25", "4.4", "0.8", "2.4", 90, 30, 0, 10),
]


def main_rare():
    """Each row: the point; the probability if alive, its derivatives by r, alpha, a, b."""
    print("/* python3 tests/model/reference_bg_nbd_gradient.py rare > tests/model/bg_nbd_rare.inc */")
    mp.dps = 900
    for point in RARE:
        v = [mpf(float(c)) for c in point]
        q, (x, T, n, t) = v[:4], v[4:]
        value = probability(*q, x, T, int(n), t)
        row = [str(c) for c in point] + [float(value).hex()]
        for j in range(4):
            h = q[j] * mpf(10) ** -30
            up, down = list(q), list(q)
            up[j] += h
            down[j] -= h
            rise = probability(*up, x, T, int(n), t) - probability(*down, x, T, int(n), t)
            row.append(float(rise / (2 * h)).hex())
        print("{" + ", ".join(row) + "},", flush=True)


def main():
    print("/* python3 tests/model/reference_bg_nbd_gradient.py > tests/model/bg_nbd_gradient.inc */")
    for point in POINTS:
        v = [mpf(float(c)) for c in point]
        q, rest = v[:4], v[4:]
        row = [str(c) for c in point]
        for f in QUANTITIES:
            row.append(float(f(q, *rest)).hex())
            for j in range(4):
                h = q[j] * mpf(10) ** -9
                up, down = list(q), list(q)
                up[j] += h
                down[j] -= h
                row.append(float((f(up, *rest) - f(down, *rest)) / (2 * h)).hex())
        print("{" + ", ".join(row) + "},", flush=True)


if __name__ == "__main__":
    main_rare() if "rare" in sys.argv else main()
