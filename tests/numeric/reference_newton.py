"""The maximum of an NBD log-likelihood to 40 digits: python3 tests/numeric/reference_newton.py > tests/numeric/newton.inc"""
from mpmath import mp, mpf, loggamma, log, findroot, matrix, digamma, psi, inverse, sqrt

mp.dps = 40
counts = [447, 132, 59, 35, 21, 13, 9, 6, 4, 3, 3, 2, 1, 1, 1, 1]


def ll(r, a):
    s = mpf(0)
    for x, n in enumerate(counts):
        s += n * (loggamma(r + x) - loggamma(r) - loggamma(x + 1) + r * log(a / (a + 1)) - x * log(a + 1))
    return s


def gradient(r, a):
    gr = ga = mpf(0)
    for x, n in enumerate(counts):
        gr += n * (digamma(r + x) - digamma(r) + log(a / (a + 1)))
        ga += n * (r / a - (r + x) / (a + 1))
    return gr, ga


r, a = findroot(lambda r, a: gradient(r, a), (mpf("0.6"), mpf("0.5")))
hrr = sum(n * (psi(1, r + x) - psi(1, r)) for x, n in enumerate(counts))
hra = sum(n * (1 / a - 1 / (a + 1)) for x, n in enumerate(counts))
haa = sum(n * (-r / a**2 + (r + x) / (a + 1) ** 2) for x, n in enumerate(counts))
h = matrix([[r * r * hrr, r * a * hra], [r * a * hra, a * a * haa]])  # by the logarithms; the gradient is 0
c = inverse(-h)


def hexa(v):
    return float(v).hex()


print("/* python3 tests/numeric/reference_newton.py > tests/numeric/newton.inc */")
print("static const double nbd_count[] = {%s};" % ", ".join(str(n) for n in counts))
print("static const double nbd_log_r = %s;" % hexa(log(r)))
print("static const double nbd_log_alpha = %s;" % hexa(log(a)))
print("static const double nbd_value = %s;" % hexa(ll(r, a)))
print("static const double nbd_covariance[4] = {%s};" % ", ".join(hexa(c[i, j]) for j in range(2) for i in range(2)))
